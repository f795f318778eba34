"""The queue inside the table of deliveries: what is due, receiver by receiver.

A claim locks the receivers that are due and takes the first deliveries of their chains. Receivers that another worker
has locked are left to it, so that workers share them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    Select,
    bindparam,
    func,
    select,
)

from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime
from app.models.bulk import BulkQuery, GivenRow, Parameters, bulk_query, bulk_upsert, is_any_of
from app.models.delivery.delivery import (
    NEVER_TRIED,
    TRIED_BEFORE,
    Delivery,
    DeliveryState,
    delivery,
    delivery_sequence,
    end_lost_attempts,
    in_state,
    to_delivery,
)
from app.models.delivery.lease import Lease, attempts_under_way, leases_of
from app.models.delivery.receiver_health import Breaker, due_receivers, endpoint, lock_receivers

__all__ = [
    "RECEIVERS_PER_CLAIM",
    "DueReceiver",
    "due_deliveries",
    "next_due_moments",
    "next_sequences",
    "take_due_receivers",
    "waiting_deliveries",
]

RECEIVERS_PER_CLAIM = 50
"""The most receivers that are looked at together, so that other workers find some too."""


@dataclass(frozen=True, kw_only=True)
class DueReceiver:
    """A receiver whose deliveries are looked at now; its row is locked.

    Attributes:
        under_way: its deliveries that are being sent.
        lease_until: until when the first of these must have ended; None when nothing is being sent.
    """

    breaker: Breaker
    under_way: Collection[UUID]
    lease_until: datetime | None

    @property
    def receiver(self) -> ReceiverKey:
        """Its key."""
        return self.breaker.receiver


def take_due_receivers(
    tx: Connection, now: datetime, limit: int, unserved: Collection[ReceiverKey]
) -> list[DueReceiver]:
    """Return at most ``limit`` receivers that are due, locked, the longest waiting first; end their lost attempts.

    What is owed to ``unserved`` receivers stays due.
    """
    breakers = due_receivers(tx, now, limit, unserved)
    if not breakers:
        return []
    leases = leases_of(tx, [each.receiver for each in breakers])
    end_lost_attempts(tx, [each for each in leases if each.until <= now])
    running: dict[ReceiverKey, list[Lease]] = defaultdict(list)
    for lease in leases:
        if lease.until > now:
            running[lease.receiver].append(lease)
    return [_due_receiver(each, running[each.receiver]) for each in breakers]


def _due_receiver(breaker: Breaker, running: Collection[Lease]) -> DueReceiver:
    return DueReceiver(
        breaker=breaker,
        under_way=attempts_under_way(running).keys(),
        lease_until=min((lease.until for lease in running), default=None),
    )


def due_deliveries(
    tx: Connection, now: datetime, rooms: Mapping[ReceiverKey, int], under_way: Collection[UUID]
) -> list[Delivery]:
    """Return the deliveries that may be sent now, each as it is with one more attempt begun, first attempts first.

    Of a chain only its first open delivery is chosen.

    Args:
        tx: has locked the receivers.
        now: deliveries that are due by then.
        rooms: how many to choose of each receiver at most, at least 1; of no more receivers than are taken at once.
        under_way: deliveries that are being sent, which are left out.
    """
    same = {"now": now, "under_way": under_way}
    found = [to_delivery(row) for row in _NEVER_TRIED.run(tx, _rooms(rooms), same)]
    first = Counter(each.receiver for each in found)
    rest = {receiver: room - first[receiver] for receiver, room in rooms.items() if first[receiver] < room}
    found += [to_delivery(row) for row in _TRIED_BEFORE.run(tx, _rooms(rest), same)]
    return sorted(found, key=lambda each: (each.attempts, each.next_attempt_at, each.event_position))


def waiting_deliveries(tx: Connection, ids: Collection[UUID]) -> list[Delivery]:
    """Return those of these deliveries that wait, each with one more attempt begun; their receivers are locked."""
    receivers = tx.scalars(_RECEIVERS, {"ids": ids}).all()
    lock_receivers(tx, receivers)
    under_way = attempts_under_way(leases_of(tx, receivers))
    waiting = [id for id in ids if id not in under_way]
    return [to_delivery(row) for row in tx.execute(_WAITING, {"ids": waiting}).mappings()]


def next_due_moments(tx: Connection, receivers: Collection[ReceiverKey], now: datetime) -> dict[ReceiverKey, datetime]:
    """Return when the next delivery of each of these receivers becomes due after now; those with none are left out."""
    rows = tx.execute(_NEXT_DUE, {"receivers": receivers, "now": now})
    moments = {row.receiver: [each for each in (row.first, row.again) if each is not None] for row in rows}
    return {receiver: min(some) for receiver, some in moments.items() if some}


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


def _first_open(condition: ColumnElement[bool]) -> BulkQuery:
    """Return the query for the first deliveries of the chains of a receiver, with this condition, that are due."""

    def query(of: Parameters) -> Select[Any]:
        return (
            select(*_AS_BEGUN)
            .where(
                delivery.c.receiver == of["receiver"],
                condition,
                delivery.c.next_attempt_at <= _NOW,
                delivery.c.event_position == _FIRST_POSITION,
                ~is_any_of(delivery.c.id, "under_way"),
            )
            .order_by(delivery.c.next_attempt_at, delivery.c.event_position)
            .limit(of["room"])
        )

    return bulk_query({"receiver": ReceiverText(), "room": Integer()}, query)


_AS_BEGUN = [
    (delivery.c.attempts + 1).label("attempts") if each is delivery.c.attempts else each for each in delivery.c
]

_WAITING = (
    select(*_AS_BEGUN)
    .where(is_any_of(delivery.c.id, "ids"), in_state(DeliveryState.PENDING))
    .order_by(delivery.c.event_position)
)
_RECEIVERS = select(delivery.c.receiver).distinct().where(is_any_of(delivery.c.id, "ids"))

_OPEN = delivery.alias("open_delivery")

# Spelled as a minimum, because both stores answer that with one index probe; of NOT EXISTS PostgreSQL makes a join.
_FIRST_POSITION = (
    select(func.min(_OPEN.c.event_position))
    .where(
        _OPEN.c.receiver == delivery.c.receiver,
        _OPEN.c.subject_id == delivery.c.subject_id,
        in_state(DeliveryState.PENDING, table=_OPEN),
    )
    .correlate(delivery)
    .scalar_subquery()
)

_NOW = bindparam("now", type_=UtcDateTime)
_NEVER_TRIED, _TRIED_BEFORE = _first_open(NEVER_TRIED), _first_open(TRIED_BEFORE)


def _rooms(rooms: Mapping[ReceiverKey, int]) -> list[GivenRow]:
    return [{"receiver": receiver.text, "room": room} for receiver, room in rooms.items()]


def _next_moment(condition: ColumnElement[bool]) -> ScalarSelect[datetime]:
    """Return a query of one index probe for each receiver, where grouping would read every row that waits."""
    return (
        select(func.min(delivery.c.next_attempt_at))
        .where(delivery.c.receiver == endpoint.c.receiver, condition, delivery.c.next_attempt_at > _NOW)
        .correlate(endpoint)
        .scalar_subquery()
    )


_NEXT_DUE = select(
    endpoint.c.receiver, _next_moment(NEVER_TRIED).label("first"), _next_moment(TRIED_BEFORE).label("again")
).where(is_any_of(endpoint.c.receiver, "receivers"))

_COUNT = bulk_upsert(
    delivery_sequence,
    ("receiver", "subject_id"),
    lambda excluded: {"last": delivery_sequence.c.last + excluded.last},
)
