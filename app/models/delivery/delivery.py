"""Deliveries: which receiver is owed which event, and every try.

The rows of one receiver and one subject are a chain, sent in order; ``app.models.delivery.claim`` picks what is due.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)

from app.domain.events import SubjectType
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models.base import Id, ReceiverText, UtcDateTime, metadata
from app.models.delivery.receiver_health import reset_breaker
from app.models.delivery.subscription import SubscriptionStatus, subscription


class DeliveryState(StrEnum):
    """Where a delivery stands.

    ``withheld``: the gate released nothing; ``dead``: given up; ``parked``: held until its subscription is active.
    """

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    WITHHELD = "withheld"
    DEAD = "dead"
    PARKED = "parked"


delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_position", BigInteger, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("receiver", ReceiverText, nullable=False),
    Column("organisation_id", Id),
    Column("subject_id", Id, nullable=False),
    Column("subject_type", String(12), nullable=False, server_default="referral"),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("lease_token", Id),
    Column("sequence", Integer),
    Column("outcome_unknown", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("last_error", String(60)),
    Column("earlier_attempts", Integer, nullable=False, server_default="0"),
    Column("redelivered_at", UtcDateTime),
    UniqueConstraint("event_id", "receiver"),
    Index("ix_delivery_subject", "subject_id", "event_position"),
    Index("ix_delivery_receiver", "receiver", "event_position"),
)


def in_state(*states: DeliveryState, table: FromClause = delivery) -> ColumnElement[bool]:
    """Return the condition that a delivery is in one of these states, with the states written out.

    A partial index serves only a query that repeats its condition literally.
    """
    literals = [literal_column(f"'{state.value}'", String) for state in states]
    column: ColumnElement[str] = table.c.state
    return column == literals[0] if len(literals) == 1 else column.in_(literals)


_PENDING = in_state(DeliveryState.PENDING)
_SENDING = in_state(DeliveryState.SENDING)
_OPEN = in_state(DeliveryState.PENDING, DeliveryState.SENDING)
_PARKED = in_state(DeliveryState.PARKED)
_DEAD = in_state(DeliveryState.DEAD)

# Partial, so that a claim costs the same beside a million finished rows as beside none.
Index(
    "ix_delivery_due",
    delivery.c.receiver,
    delivery.c.attempts,
    delivery.c.next_attempt_at,
    delivery.c.event_position,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
Index("ix_delivery_leased", delivery.c.lease_until, sqlite_where=_SENDING, postgresql_where=_SENDING)
Index(
    "ix_delivery_chain",
    delivery.c.receiver,
    delivery.c.subject_id,
    delivery.c.event_position,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("ix_delivery_parked", delivery.c.receiver, sqlite_where=_PARKED, postgresql_where=_PARKED)
Index("ix_delivery_dead", delivery.c.finished_at, sqlite_where=_DEAD, postgresql_where=_DEAD)

delivery_sequence = Table(
    "delivery_sequence",
    metadata,
    Column("receiver", ReceiverText, primary_key=True),
    Column("subject_id", Id, primary_key=True),
    Column("last", Integer, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("status_code", Integer),
    Column("error_class", String(60)),
)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An event that a receiver is owed.

    Attributes:
        organisation_id: the organisation that is told; None when it is the finance team by its own system.
        subject_id: what the event is about; of one subject, deliveries to one receiver keep the order of
            ``event_position``.
        sequence: number within the chain for this receiver, from 1; None until the first try.
        outcome_unknown: an earlier try may have arrived.
        earlier_attempts: tries from before it was asked for again; the schedule begins anew after them.
        redelivered_at: when its receiver asked for it again (*opnieuw afleveren*).
    """

    id: UUID
    event_id: UUID
    event_position: int
    receiver: ReceiverKey
    organisation_id: UUID | None
    subject_id: UUID
    subject_type: SubjectType
    created_at: datetime
    next_attempt_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    sequence: int | None = None
    outcome_unknown: bool = False
    lease_token: UUID | None = None
    finished_at: datetime | None = None
    last_error: str | None = None
    earlier_attempts: int = 0
    redelivered_at: datetime | None = None


@dataclass(frozen=True)
class Settlement:
    """What becomes of a delivery after a try; counts only while ``lease_token`` is still the current lease."""

    of: Delivery
    state: DeliveryState
    next_attempt_at: datetime
    finished_at: datetime | None = None
    outcome_unknown: bool = False
    last_error: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One try: when, how long, how it ended; never what was sent or answered."""

    delivery_id: UUID
    number: int
    started_at: datetime
    duration_ms: int
    outcome: str
    status_code: int | None = None
    error_class: str | None = None


def insert_deliveries(tx: Connection, new: Sequence[Delivery]) -> None:
    """Store new deliveries."""
    if new:
        tx.execute(_NEW, [_new_row(one) for one in new])


def settle(tx: Connection, settlements: Sequence[Settlement]) -> None:
    """Write what became of deliveries; a settlement of a lost lease changes nothing."""
    if not settlements:
        return
    tx.execute(_SETTLE, [_settlement_row(one) for one in settlements])
    delayed = [_delay_row(one) for one in settlements if one.state is DeliveryState.PENDING]
    if delayed:
        tx.execute(_DELAY_FOLLOWERS, delayed)


def insert_attempts(tx: Connection, attempts: Sequence[Attempt]) -> None:
    """Store tries."""
    if attempts:
        tx.execute(_NEW_ATTEMPT, [vars(one) for one in attempts])


def park(tx: Connection, receiver: ReceiverKey) -> None:
    """Hold back everything this receiver is still owed."""
    tx.execute(_move(receiver, DeliveryState.PENDING).values(state=DeliveryState.PARKED.value))


def release_held(tx: Connection, receiver: ReceiverKey, now: datetime) -> None:
    """Make due what was held back for this receiver."""
    revived = _move(receiver, DeliveryState.PARKED)
    tx.execute(revived.values(state=DeliveryState.PENDING.value, next_attempt_at=now))


def change_subscription_status(
    tx: Connection, subscription_id: UUID, status: SubscriptionStatus, now: datetime, reason: str | None = None
) -> None:
    """Activate, pause or disable a subscription, and hold back or release what it is owed."""
    changed = update(subscription).where(subscription.c.id == subscription_id)
    revision = subscription.c.revision + 1
    tx.execute(changed.values(status=status.value, status_reason=reason, changed_at=now, revision=revision))
    receiver = SubscriptionKey(subscription_id)
    if status is SubscriptionStatus.ACTIVE:
        reset_breaker(tx, receiver)
        release_held(tx, receiver, now)
    else:
        park(tx, receiver)


def deliveries_to(
    tx: Connection, receiver: ReceiverKey, state: DeliveryState | None, after: int | None, limit: int
) -> list[Delivery]:
    """Return a page of a receiver's deliveries by event position, of one state or (None) of all."""
    query = select(delivery).where(delivery.c.receiver == receiver).order_by(delivery.c.event_position).limit(limit)
    if state is not None:
        query = query.where(in_state(state))
    if after is not None:
        query = query.where(delivery.c.event_position > after)
    return [delivery_from(row) for row in tx.execute(query)]


def deliveries_about(tx: Connection, subject_id: UUID) -> list[Delivery]:
    """Return every delivery about a subject, oldest event first."""
    query = select(delivery).where(delivery.c.subject_id == subject_id)
    return [delivery_from(row) for row in tx.execute(query.order_by(delivery.c.event_position, delivery.c.receiver))]


def attempts_of(tx: Connection, delivery_ids: Collection[UUID]) -> list[Attempt]:
    """Return the tries of deliveries, in order of delivery and number."""
    query = select(attempt).where(attempt.c.delivery_id.in_(delivery_ids))
    return [Attempt(**row._mapping) for row in tx.execute(query.order_by(attempt.c.delivery_id, attempt.c.number))]


def delivery_from(row: Row[Any]) -> Delivery:
    """Read a row of the table."""
    return Delivery(
        id=row.id,
        event_id=row.event_id,
        event_position=row.event_position,
        receiver=row.receiver,
        organisation_id=row.organisation_id,
        subject_id=row.subject_id,
        subject_type=SubjectType(row.subject_type),
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        sequence=row.sequence,
        outcome_unknown=row.outcome_unknown,
        lease_token=row.lease_token,
        finished_at=row.finished_at,
        last_error=row.last_error,
        earlier_attempts=row.earlier_attempts,
        redelivered_at=row.redelivered_at,
    )


# Made once, because building a statement costs as much as running it.
_NEW, _NEW_ATTEMPT = insert(delivery), insert(attempt)

_SETTLE = (
    update(delivery)
    .where(delivery.c.id == bindparam("settled_id"), delivery.c.lease_token == bindparam("settled_token"))
    .values(
        state=bindparam("settled_state"),
        next_attempt_at=bindparam("settled_next"),
        finished_at=bindparam("settled_at"),
        outcome_unknown=bindparam("settled_unknown"),
        last_error=bindparam("settled_error"),
        lease_until=None,
        lease_token=None,
    )
)

# The rest of the chain cannot go before its head; due at the same moment, it does not crowd the claim until then.
_DELAY_FOLLOWERS = (
    update(delivery)
    .where(
        delivery.c.receiver == bindparam("head_receiver"),
        delivery.c.subject_id == bindparam("head_subject"),
        delivery.c.event_position > bindparam("head_position"),
        _OPEN,
        delivery.c.next_attempt_at < bindparam("head_next"),
    )
    .values(next_attempt_at=bindparam("head_next"))
)


def _settlement_row(one: Settlement) -> dict[str, object]:
    return {
        "settled_id": one.of.id,
        "settled_token": one.of.lease_token,
        "settled_state": one.state.value,
        "settled_next": one.next_attempt_at,
        "settled_at": one.finished_at,
        "settled_unknown": one.outcome_unknown,
        "settled_error": one.last_error,
    }


def _delay_row(one: Settlement) -> dict[str, object]:
    return {
        "head_receiver": one.of.receiver,
        "head_subject": one.of.subject_id,
        "head_position": one.of.event_position,
        "head_next": one.next_attempt_at,
    }


def _new_row(one: Delivery) -> dict[str, object]:
    return {**vars(one), "subject_type": one.subject_type.value, "state": one.state.value, "lease_until": None}


def _move(receiver: ReceiverKey, state: DeliveryState) -> Update:
    return update(delivery).where(delivery.c.receiver == receiver, in_state(state))
