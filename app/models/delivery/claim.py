"""Which deliveries are due, and taking them: the queue inside the table of deliveries.

What is due is found by reading and taken by a guarded update, so that nothing is locked while choosing: of two
workers that choose the same rows only one takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime
from app.models.delivery.delivery import Delivery, DeliveryState, delivery, delivery_from, delivery_sequence, in_state
from app.models.delivery.receiver_health import IS_RESTRAINED, Endpoint, breaker_columns, breaker_in, endpoint

# SQLite joins at most 500 queries in one statement; fewer keep the statement small.
RECEIVERS_PER_STATEMENT = 50


CapOf = Callable[[ReceiverKey, Endpoint | None], int]
"""Tells how many deliveries a receiver may have in flight, 0 for none; its breaker is None while closed."""


def due_deliveries(tx: Connection, now: datetime, cap_of: CapOf, limit: int) -> list[UUID]:
    """Choose what may be sent now, at most ``limit``: ids, first tries before later ones.

    Of a chain only its first open delivery is chosen, and of a receiver no more than its cap less what it has in
    flight, so that a slow receiver delays nobody else.

    Args:
        tx: reads only.
        now: deliveries whose time has come by then are due.
        cap_of: gives the cap of a receiver.
        limit: at least 1.
    """
    business = list(tx.execute(_BUSINESS))
    receivers = {row.receiver: row for row in business}
    rooms = {receiver: cap_of(receiver, breaker_in(row)) for receiver, row in receivers.items()}
    sending = sorted((row for row in business if row.id), key=lambda row: row.lease_until)
    for row in sending:
        rooms[row.receiver] -= row.lease_until >= now
    abandoned = []
    for row in sending:
        if row.lease_until < now and rooms[row.receiver] > 0:
            rooms[row.receiver] -= 1
            abandoned.append(row.id)
    return (abandoned + _heads(tx, now, rooms, limit))[:limit]


def take(tx: Connection, ids: Collection[UUID], now: datetime, lease_until: datetime, token: UUID) -> list[Delivery]:
    """Take deliveries for one try each, under a lease; those that another worker took meanwhile are left out.

    The try is counted here, before anything is sent, so that crashes cannot make tries without end.
    """
    taken = tx.execute(_TAKE, {"ids": list(ids), "now": now, "new_lease_until": lease_until, "new_lease_token": token})
    return sorted((delivery_from(row) for row in taken), key=lambda one: one.event_position)


def number(tx: Connection, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Return each delivery that has none the next number of its chain, and keep it; at most one of a chain at once."""
    fresh = [one for one in deliveries if one.sequence is None]
    if not fresh:
        return list(deliveries)
    next_of = _next_numbers(tx, fresh)
    numbered = {one.id: next_of[one.receiver, one.subject_id] for one in fresh}
    tx.execute(_NUMBER, [{"numbered_id": id, "numbered": value} for id, value in numbered.items()])
    return [replace(one, sequence=numbered.get(one.id, one.sequence)) for one in deliveries]


def _heads(tx: Connection, now: datetime, rooms: Mapping[ReceiverKey, int], limit: int) -> list[UUID]:
    asked = [(receiver, room) for receiver, room in rooms.items() if room > 0]
    asked.sort(key=lambda one: one[0].text)
    found: list[Row[UUID, int, datetime, int]] = []
    for start in range(0, len(asked), RECEIVERS_PER_STATEMENT):
        part = asked[start : start + RECEIVERS_PER_STATEMENT]
        values: dict[str, object] = {"now": now}
        for place, (receiver, room) in enumerate(part):
            values |= {f"receiver_{place}": receiver, f"room_{place}": room}
        found += tx.execute(_first_open_of(len(part)), values)
    found.sort(key=lambda row: (row.attempts, row.next_attempt_at, row.event_position))
    return [row.id for row in found[:limit]]


@cache
def _first_open_of(receivers: int) -> CompoundSelect[UUID, int, datetime, int]:
    # Built once for each number of receivers: building it costs more than running it.
    branches = [select(_first_open(place).subquery()) for place in range(receivers)]
    return union_all(*branches)


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


def _next_numbers(tx: Connection, fresh: Sequence[Delivery]) -> dict[tuple[ReceiverKey, UUID], int]:
    rows = [{"receiver": one.receiver, "subject_id": one.subject_id, "last": 1} for one in fresh]
    counted = tx.execute(_COUNT[tx.dialect.name], rows)
    return {(row.receiver, row.subject_id): row.last for row in counted}


def _receivers_owed() -> Select[ReceiverKey]:
    """Return the distinct receivers in one index probe each, where DISTINCT would read the whole backlog."""
    pending = in_state(DeliveryState.PENDING)
    found = select(func.min(delivery.c.receiver).label("receiver")).where(pending).cte("found", recursive=True)
    following = select(func.min(delivery.c.receiver)).where(pending, delivery.c.receiver > found.c.receiver)
    found = found.union_all(select(following.scalar_subquery()).where(found.c.receiver.is_not(None)))
    return select(found.c.receiver).where(found.c.receiver.is_not(None))


def _receivers_with_business() -> Select[Any]:
    """Return a row per receiver owed, with no id, and one per delivery in flight; with the breaker unless it is closed.

    One statement, because this is asked before every delivery; no longer than what the workers have in flight together.
    """
    in_flight = select(delivery.c.receiver, delivery.c.id, delivery.c.lease_until)
    owed = _receivers_owed().add_columns(null().label("id"), null().label("lease_until"))
    business = union_all(in_flight.where(in_state(DeliveryState.SENDING)), owed).subquery("business")
    restrained = and_(endpoint.c.receiver == business.c.receiver, IS_RESTRAINED)
    return select(*business.c, *breaker_columns).outerjoin_from(business, endpoint, restrained)


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

_BUSINESS = _receivers_with_business()

_NOW = bindparam("now", type_=UtcDateTime)

_TAKE = (
    update(delivery)
    .where(
        delivery.c.id.in_(bindparam("ids", expanding=True)),
        or_(in_state(DeliveryState.PENDING), delivery.c.lease_until < _NOW),
    )
    .values(
        state=DeliveryState.SENDING.value,
        attempts=delivery.c.attempts + 1,
        lease_until=bindparam("new_lease_until"),
        lease_token=bindparam("new_lease_token"),
        # Somebody was at it and never told how it ended.
        outcome_unknown=or_(delivery.c.outcome_unknown, in_state(DeliveryState.SENDING)),
    )
    .returning(*delivery.c)
)


def _count(insert: Callable[[Table], postgresql.Insert | sqlite.Insert]) -> ReturningInsert[Any]:
    first = insert(delivery_sequence)
    next_one = {"last": delivery_sequence.c.last + 1}
    counted = first.on_conflict_do_update(index_elements=["receiver", "subject_id"], set_=next_one)
    return counted.returning(*delivery_sequence.c)


_COUNT = {"postgresql": _count(postgresql.insert), "sqlite": _count(sqlite.insert)}

_NUMBER = update(delivery).where(delivery.c.id == bindparam("numbered_id")).values(sequence=bindparam("numbered"))
