"""What a subscriber or an operator sees of deliveries, and asks to be sent again.

Of what is about a referral only deliveries that were tried at least once exist for the subscriber: before that the
privacy gate has not had its say, and even the type of an event may be more than it may know. Of what is about a
connection the gate has nothing to say, so that is seen from the moment it is owed. Operators see everything that a
partner is owed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    update,
)

from app.domain.events import SubjectType
from app.domain.receivers import PartnerKey, ReceiverKey
from app.models.base import ReceiverText
from app.models.bulk import is_any_of
from app.models.delivery.delivery import (
    NOT_SENT,
    Delivery,
    DeliveryState,
    as_under_way,
    delivery,
    in_state,
    to_delivery,
)
from app.models.delivery.lease import BegunAttempt, attempts_under_way, leases_of
from app.models.delivery.receiver_health import make_due

_TRIED = delivery.c.sequence.is_not(None)
_SEEN = or_(_TRIED, delivery.c.subject_type != SubjectType.REFERRAL.value)
_FINISHED = in_state(DeliveryState.DELIVERED, DeliveryState.DEAD)
_PENDING = in_state(DeliveryState.PENDING)

_FIRST_OPEN = (
    select(func.min(delivery.c.event_position))
    .where(
        delivery.c.receiver == bindparam("receiver", type_=ReceiverText),
        is_any_of(delivery.c.subject_id, "chains"),
        _PENDING,
    )
    .group_by(delivery.c.subject_id)
)


def _heads(seen: ColumnElement[bool]) -> Select[tuple[UUID, UUID]]:
    receiver = bindparam("receiver", type_=ReceiverText)
    return select(delivery.c.subject_id, delivery.c.id).where(
        delivery.c.receiver == receiver, delivery.c.event_position.in_(_FIRST_OPEN), seen
    )


_HEADS, _HEADS_OF_PARTNER = _heads(_SEEN), _heads(true())


def seen_deliveries(
    tx: Connection, receiver: ReceiverKey, state: DeliveryState | None, after: UUID | None, limit: int
) -> list[Delivery]:
    """Return a page of what a receiver may see, newest event first, of one state or (None) of all.

    ``after`` is the last delivery of the page before.
    """
    under_way = _under_way(tx, receiver)
    query = select(delivery).where(delivery.c.receiver == receiver, _seen(receiver, under_way))
    if state is not None:
        query = query.where(_shown_as(state, under_way))
    if after is not None:
        place = select(delivery.c.event_position).where(delivery.c.id == after).scalar_subquery()
        query = query.where(delivery.c.event_position < place)
    rows = tx.execute(query.order_by(delivery.c.event_position.desc()).limit(limit))
    return [as_under_way(to_delivery(row), under_way) for row in rows.mappings()]


def seen_delivery(tx: Connection, receiver: ReceiverKey, delivery_id: UUID) -> Delivery | None:
    """Return one delivery that a receiver may see."""
    under_way = _under_way(tx, receiver)
    seen = _seen(receiver, under_way)
    row = tx.execute(select(delivery).where(delivery.c.receiver == receiver, seen, delivery.c.id == delivery_id))
    found = row.mappings().first()
    return as_under_way(to_delivery(found), under_way) if found else None


def chain_heads(tx: Connection, receiver: ReceiverKey, chains: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the delivery that each of these chains of a receiver waits for, its first open one, where it is seen."""
    heads = _HEADS_OF_PARTNER if isinstance(receiver, PartnerKey) else _HEADS
    rows = tx.execute(heads, {"receiver": receiver, "chains": chains})
    return {row.subject_id: row.id for row in rows}


def deliver_again(tx: Connection, receiver: ReceiverKey, delivery_id: UUID, now: datetime) -> Delivery | None:
    """Make a finished delivery due again, under its own number; None when it is not finished."""
    make_due(tx, [receiver], now)
    row = _changed(tx, _again(receiver, now), delivery_id)
    return to_delivery(row) if row else None


def deliver_range_again(
    tx: Connection, receiver: ReceiverKey, since: datetime, until: datetime | None, now: datetime
) -> int:
    """Make due again what was delivered or given up for a receiver; returns how many.

    The range is of the moments at which it became owed: from ``since``, before ``until`` (None: up to now).
    """
    make_due(tx, [receiver], now)
    return tx.execute(_owed_in(_again(receiver, now), since, until)).rowcount


def deliver_to_partner_again(tx: Connection, receiver: PartnerKey, delivery_id: UUID, now: datetime) -> Delivery | None:
    """Make a delivery to a partner due now, and what waits for it; None when it is under way or withheld.

    One that was delivered or given up becomes due again; one that waits does not wait any longer.
    """
    make_due(tx, [receiver], now)
    waiting = _now(receiver, _under_way(tx, receiver), now)
    rows = (_changed(tx, change, delivery_id) for change in (_again(receiver, now), waiting))
    row = next((row for row in rows if row), None)
    if row is None:
        return None
    tx.execute(waiting.where(delivery.c.subject_id == row["subject_id"]))
    return to_delivery(row)


def deliver_all_to_partner_again(
    tx: Connection, receiver: PartnerKey, since: datetime | None, until: datetime | None, now: datetime
) -> int:
    """Make due now what was given up for a partner and what waits; return how many.

    The range is of the moments at which it became owed: from ``since`` (None: the first), before ``until`` (None: now).
    """
    make_due(tx, [receiver], now)
    waiting = _now(receiver, _under_way(tx, receiver), now)
    changes: Sequence[Update] = (waiting, _again(receiver, now).where(in_state(DeliveryState.DEAD)))
    return sum(tx.execute(_owed_in(each, since, until)).rowcount for each in changes)


def waiting_of(tx: Connection, receiver: ReceiverKey, after: int, limit: int) -> list[Delivery]:
    """Return what a receiver is still to be sent and is not under way, oldest event first.

    Only of events that follow the position ``after``; 0 is from the first.
    """
    waiting = select(delivery).where(_waits(receiver, _under_way(tx, receiver)), delivery.c.event_position > after)
    rows = tx.execute(waiting.order_by(delivery.c.event_position).limit(limit)).mappings()
    return [to_delivery(row) for row in rows]


def make_waiting_due(tx: Connection, receiver: ReceiverKey, now: datetime) -> None:
    """Make due now what waits for a receiver."""
    make_due(tx, [receiver], now)
    tx.execute(update(delivery).where(_waits(receiver, _under_way(tx, receiver))).values(_restarted(now)))


def requeue_given_up(tx: Connection, receiver: ReceiverKey, since: datetime, now: datetime) -> None:
    """Make due again what was given up for a receiver from a moment on, also what could not be built."""
    make_due(tx, [receiver], now)
    given_up = update(delivery).where(delivery.c.receiver == receiver, in_state(DeliveryState.DEAD))
    tx.execute(given_up.where(delivery.c.finished_at >= since).values(_requeued(now)))


def _changed(tx: Connection, change: Update, delivery_id: UUID) -> RowMapping | None:
    return tx.execute(change.where(delivery.c.id == delivery_id).returning(*delivery.c)).mappings().first()


def _owed_in(change: Update, since: datetime | None, until: datetime | None) -> Update:
    if since is not None:
        change = change.where(delivery.c.created_at >= since)
    return change if until is None else change.where(delivery.c.created_at < until)


def _seen(receiver: ReceiverKey, under_way: Collection[UUID]) -> ColumnElement[bool]:
    return true() if isinstance(receiver, PartnerKey) else or_(_SEEN, delivery.c.id.in_(under_way))


def _shown_as(state: DeliveryState, under_way: Collection[UUID]) -> ColumnElement[bool]:
    if state is DeliveryState.SENDING:
        return delivery.c.id.in_(under_way)
    if state in (DeliveryState.WITHHELD, DeliveryState.DEAD):
        # Spelled as the condition of the partial index, without which SQLite does not use it.
        return and_(in_state(state), NOT_SENT)
    return and_(in_state(state), delivery.c.id.not_in(under_way))


def _under_way(tx: Connection, receiver: ReceiverKey) -> dict[UUID, BegunAttempt]:
    return attempts_under_way(leases_of(tx, [receiver]))


def _now(receiver: PartnerKey, under_way: Collection[UUID], now: datetime) -> Update:
    return update(delivery).where(_waits(receiver, under_way)).values(_restarted(now) | {"redelivered_at": now})


def _waits(receiver: ReceiverKey, under_way: Collection[UUID]) -> ColumnElement[bool]:
    return and_(delivery.c.receiver == receiver, _PENDING, delivery.c.id.not_in(under_way))


def _again(receiver: ReceiverKey, now: datetime) -> Update:
    # One that could not be built was given up without an attempt; operators send that again too.
    reached = true() if isinstance(receiver, PartnerKey) else _TRIED
    return update(delivery).where(delivery.c.receiver == receiver, reached, _FINISHED).values(_requeued(now))


def _restarted(now: datetime) -> dict[str, object]:
    return {"next_attempt_at": now, "earlier_attempts": delivery.c.attempts}


def _requeued(now: datetime) -> dict[str, object]:
    requeued = {"state": DeliveryState.PENDING.value, "redelivered_at": now, "finished_at": None, "last_error": None}
    return _restarted(now) | requeued
