"""Choosing the deliveries that are due, and taking them under a lease: the queue inside the table of deliveries.

What is due is found by reading, so nothing is locked while choosing. What was chosen is locked before it is built, so
of two workers that choose the same rows only one takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from app.domain.receivers import ReceiverKey
from app.models.base import Id, ReceiverText, UtcDateTime
from app.models.bulk import GivenRow, bulk_update, bulk_upsert, is_any_of
from app.models.delivery.delivery import Delivery, DeliveryState, delivery, delivery_sequence, in_state, to_delivery
from app.models.delivery.receiver_health import IS_RESTRAINED, Breaker, breaker_columns, breaker_in, endpoint

__all__ = [
    "due_deliveries",
    "lock_deliveries",
    "next_sequences",
    "take",
]

# SQLite joins at most 500 queries in one statement; fewer keep the statement small.
RECEIVERS_PER_STATEMENT = 50

ConcurrencyLimit = Callable[[ReceiverKey, Breaker | None], int]
"""Returns how many deliveries a receiver may have in flight, 0 for none; its breaker is None while closed."""


def due_deliveries(tx: Connection, now: datetime, limit_of: ConcurrencyLimit, limit: int) -> list[UUID]:
    """Return the ids of at most ``limit`` deliveries that may be sent now, first attempts before later ones.

    Of a chain only its first open delivery is chosen, and of a receiver no more than its concurrency limit less what it
    has in flight, so that a slow receiver delays nobody else.

    Args:
        tx: reads only.
        now: deliveries that are due by then.
        limit_of: returns the concurrency limit of a receiver.
        limit: at least 1.
    """
    rooms: dict[ReceiverKey, int] = {}
    expired = []
    for row in tx.execute(_QUEUES, {"now": now}).mappings():
        receiver = row["receiver"]
        if receiver not in rooms:
            rooms[receiver] = limit_of(receiver, breaker_in(row))
        rooms[receiver] -= row["in_flight"]
        if row["expired_id"] is not None:
            expired.append(row)
    return (_expired_within(rooms, expired) + _heads(tx, now, rooms, limit))[:limit]


def lock_deliveries(tx: Connection, ids: Collection[UUID], now: datetime, token: UUID) -> list[Delivery]:
    """Lock deliveries that are still free, and return them as they will be once they are taken with this lease token.

    Those that another worker took or is about to take are left out.
    """
    rows = tx.execute(_LOCK, {"ids": ids, "now": now, "token": token}).mappings()
    return sorted((to_delivery(row) for row in rows), key=lambda each: each.event_position)


def next_sequences(tx: Connection, deliveries: Sequence[Delivery]) -> dict[UUID, int]:
    """Return the sequence number of each delivery by its id; one that has none gets the next of its chain.

    Args:
        tx: the unit of work, which has to store the numbers with the deliveries.
        deliveries: at most one of a chain.
    """
    new = [each for each in deliveries if each.sequence is None]
    rows: list[GivenRow] = [{"receiver": each.receiver.text, "subject_id": each.subject_id, "last": 1} for each in new]
    next_of = {(row["receiver"], row["subject_id"]): row["last"] for row in _COUNT.run(tx, rows)}
    return {each.id: each.sequence or next_of[each.receiver, each.subject_id] for each in deliveries}


def take(tx: Connection, sequences: Mapping[UUID, int], lease_until: datetime, token: UUID) -> None:
    """Take locked deliveries for one attempt each, under a lease.

    The attempt is counted here, before anything is sent, so that crashes cannot lead to attempts without end.

    Args:
        tx: the transaction that locked them.
        sequences: the sequence number of each delivery by its id.
        lease_until: until when no other worker may take them.
        token: of the lease.
    """
    rows: list[GivenRow] = [{"id": id, "sequence": number} for id, number in sequences.items()]
    _TAKE.run(tx, rows, {"lease_until": lease_until, "token": token})


def _expired_within(rooms: dict[ReceiverKey, int], expired: list[RowMapping]) -> list[UUID]:
    """Return the deliveries whose lease ran out and that their receivers have room for; they take up that room."""
    chosen: list[UUID] = []
    for row in sorted(expired, key=lambda row: row["lease_until"]):
        if rooms[row["receiver"]] > 0:
            rooms[row["receiver"]] -= 1
            chosen.append(row["expired_id"])
    return chosen


def _heads(tx: Connection, now: datetime, rooms: Mapping[ReceiverKey, int], limit: int) -> list[UUID]:
    wanted = [(receiver, room) for receiver, room in rooms.items() if room > 0]
    wanted.sort(key=lambda one: one[0].text)
    found: list[Row[UUID, int, datetime, int]] = []
    for start in range(0, len(wanted), RECEIVERS_PER_STATEMENT):
        part = wanted[start : start + RECEIVERS_PER_STATEMENT]
        values: dict[str, object] = {"now": now}
        for place, (receiver, room) in enumerate(part):
            values |= {f"receiver_{place}": receiver, f"room_{place}": room}
        found += tx.execute(_first_open_of(len(part)), values)
    found.sort(key=lambda row: (row.attempts, row.next_attempt_at, row.event_position))
    return [row.id for row in found[:limit]]


@cache
def _first_open_of(receivers: int) -> CompoundSelect[UUID, int, datetime, int]:
    # Built once for each number of receivers: building it costs more than running it.
    return union_all(*(select(_first_open(place).subquery()) for place in range(receivers)))


def _first_open(place: int) -> Select[UUID, int, datetime, int]:
    return (
        select(delivery.c.id, delivery.c.attempts, delivery.c.next_attempt_at, delivery.c.event_position)
        .where(
            delivery.c.receiver == bindparam(f"receiver_{place}", type_=ReceiverText),
            in_state(DeliveryState.PENDING),
            delivery.c.next_attempt_at <= _NOW,
            delivery.c.event_position == _FIRST_POSITION,
        )
        .order_by(delivery.c.attempts, delivery.c.next_attempt_at, delivery.c.event_position)
        .limit(bindparam(f"room_{place}", type_=Integer))
    )


def _receivers_owed() -> Select[ReceiverKey]:
    """Return the distinct receivers in one index probe each, where DISTINCT would read the whole backlog."""
    pending = in_state(DeliveryState.PENDING)
    found = select(func.min(delivery.c.receiver).label("receiver")).where(pending).cte("found", recursive=True)
    following = select(func.min(delivery.c.receiver)).where(pending, delivery.c.receiver > found.c.receiver)
    found = found.union_all(select(following.scalar_subquery()).where(found.c.receiver.is_not(None)))
    return select(found.c.receiver).where(found.c.receiver.is_not(None))


def _queues() -> Select[Any]:
    """Return, by receiver, what it has in flight and what it lost, with its breaker unless that is closed.

    One statement, because this is read before every round: a row per receiver that is owed something, one per receiver
    with deliveries in flight (``in_flight``: how many), and one per delivery whose lease ran out (``expired_id``).
    """
    sending = in_state(DeliveryState.SENDING)
    none, nothing = literal(0).label("in_flight"), (null().label("expired_id"), null().label("lease_until"))
    expired = select(delivery.c.receiver, none, delivery.c.id.label("expired_id"), delivery.c.lease_until)
    live = func.count().filter(delivery.c.lease_until >= _NOW).label("in_flight")
    queues = union_all(
        # The first has the types that the others' empty columns take.
        expired.where(sending, delivery.c.lease_until < _NOW),
        select(delivery.c.receiver, live, *nothing).where(sending).group_by(delivery.c.receiver),
        _receivers_owed().add_columns(none, *nothing),
    ).subquery("queues")
    restrained = and_(endpoint.c.receiver == queues.c.receiver, IS_RESTRAINED)
    return select(*queues.c, *breaker_columns).outerjoin_from(queues, endpoint, restrained)


_OPEN = delivery.alias("open_delivery")

# Spelled as a minimum, because both stores answer that with one index probe; of NOT EXISTS PostgreSQL makes a join.
_FIRST_POSITION = (
    select(func.min(_OPEN.c.event_position))
    .where(
        _OPEN.c.receiver == delivery.c.receiver,
        _OPEN.c.subject_id == delivery.c.subject_id,
        in_state(DeliveryState.PENDING, DeliveryState.SENDING, table=_OPEN),
    )
    .correlate(delivery)
    .scalar_subquery()
)

_NOW = bindparam("now", type_=UtcDateTime)

_QUEUES = _queues()

_TOKEN = bindparam("token", type_=Id)
# A worker took it and never recorded how it ended.
_IS_UNKNOWN = or_(delivery.c.outcome_unknown, in_state(DeliveryState.SENDING))
_ONCE_TAKEN = {
    "state": literal(DeliveryState.SENDING.value),
    "attempts": delivery.c.attempts + 1,
    "lease_token": _TOKEN,
    "outcome_unknown": _IS_UNKNOWN,
}

_LOCK = (
    select(*(_ONCE_TAKEN[each.name].label(each.name) if each.name in _ONCE_TAKEN else each for each in delivery.c))
    .where(is_any_of(delivery.c.id, "ids"), or_(in_state(DeliveryState.PENDING), delivery.c.lease_until < _NOW))
    .with_for_update(skip_locked=True)
)

_TAKE = bulk_update(
    delivery, ("id",), ("sequence",), **_ONCE_TAKEN, lease_until=bindparam("lease_until", type_=UtcDateTime)
)

_COUNT = bulk_upsert(
    delivery_sequence,
    ("receiver", "subject_id"),
    lambda excluded: {"last": delivery_sequence.c.last + excluded.last},
)
