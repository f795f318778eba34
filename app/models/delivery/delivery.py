"""Deliveries: which receiver is owed which event, and what has become of it.

The rows of one receiver and one subject are a chain, sent in order; ``app.models.delivery.claim`` chooses what is due.
What is under way stays pending in the table; ``app.models.delivery.lease`` says what that is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
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
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    literal_column,
    select,
    update,
)

from app.domain.events import SubjectType
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models.base import Id, ReceiverText, UtcDateTime, metadata
from app.models.bulk import GivenRow, bulk_insert, bulk_update
from app.models.delivery.lease import BegunAttempt, Lease, attempts_under_way, end_leases, leases_of
from app.models.delivery.receiver_health import make_due, reset_breaker
from app.models.delivery.subscription import SubscriptionStatus, subscription


class DeliveryState(StrEnum):
    """What has become of a delivery.

    ``sending``: taken by a worker, which is never stored; ``withheld``: the gate released nothing; ``dead``: given up;
    ``parked``: waits until its subscription is active.
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
_PARKED = in_state(DeliveryState.PARKED)
_DEAD = in_state(DeliveryState.DEAD)
NOT_SENT = in_state(DeliveryState.WITHHELD, DeliveryState.DEAD)
"""What few deliveries are: a page of them is found among any number of others."""


# Partial, so that a claim costs the same with a million finished rows as with none. First attempts go before later
# ones, however many of those are due, so each have an index of their own.
NEVER_TRIED = and_(_PENDING, delivery.c.attempts == literal_column("0", Integer))
TRIED_BEFORE = and_(_PENDING, delivery.c.attempts > literal_column("0", Integer))
for _name, _condition in (("ix_delivery_due", NEVER_TRIED), ("ix_delivery_due_again", TRIED_BEFORE)):
    Index(
        _name,
        delivery.c.receiver,
        delivery.c.next_attempt_at,
        delivery.c.event_position,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )
Index(
    "ix_delivery_chain",
    delivery.c.receiver,
    delivery.c.subject_id,
    delivery.c.event_position,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
Index(
    "ix_delivery_not_sent",
    delivery.c.receiver,
    delivery.c.state,
    delivery.c.event_position,
    sqlite_where=NOT_SENT,
    postgresql_where=NOT_SENT,
)
Index(
    "ix_delivery_parked",
    delivery.c.receiver,
    delivery.c.event_position,
    sqlite_where=_PARKED,
    postgresql_where=_PARKED,
)
Index("ix_delivery_dead", delivery.c.receiver, delivery.c.finished_at, sqlite_where=_DEAD, postgresql_where=_DEAD)

delivery_sequence = Table(
    "delivery_sequence",
    metadata,
    Column("receiver", ReceiverText, primary_key=True),
    Column("subject_id", Id, primary_key=True),
    Column("last", Integer, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An event that a receiver is owed.

    Attributes:
        organisation_id: the organisation that receives it; None when it is the finance team by its own system.
        subject_id: what the event is about; of one subject, deliveries to one receiver keep the order of
            ``event_position``.
        sequence: number within the chain for this receiver, from 1; None until the first attempt.
        attempts: how many were begun; while one is under way, its number.
        outcome_unknown: an earlier attempt may have arrived.
        earlier_attempts: those that the retry schedule does not count: from before the receiver asked for a redelivery,
            and those that it answered with 429.
        redelivered_at: when its receiver last asked for it to be sent again (*opnieuw afleveren*).
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
    finished_at: datetime | None = None
    last_error: str | None = None
    earlier_attempts: int = 0
    redelivered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryUpdate:
    """What becomes of a delivery, which counts the attempt."""

    delivery: Delivery
    state: DeliveryState
    next_attempt_at: datetime
    finished_at: datetime | None = None
    outcome_unknown: bool = False
    last_error: str | None = None


def insert_deliveries(tx: Connection, new: Sequence[Delivery]) -> None:
    """Store new deliveries, and have those that are pending looked at."""
    _INSERT.run(tx, [_columns(each) for each in new])
    pending = [each for each in new if each.state is DeliveryState.PENDING]
    if pending:
        first = min(each.next_attempt_at for each in pending)
        make_due(tx, {each.receiver for each in pending}, first)


def update_deliveries(tx: Connection, updates: Sequence[DeliveryUpdate]) -> None:
    """Write what becomes of deliveries whose receivers this transaction has locked."""
    _UPDATE.run(tx, [_changed_columns(each) for each in updates])
    delayed = [_delay_row(each) for each in updates if each.state is DeliveryState.PENDING]
    if delayed:
        tx.execute(_DELAY_FOLLOWERS, delayed)


def park(tx: Connection, receiver: ReceiverKey) -> None:
    """Park everything that this receiver is still owed; what is under way ends as it ends."""
    tx.execute(_move(receiver, DeliveryState.PENDING).values(state=DeliveryState.PARKED.value))


def release_parked(tx: Connection, receiver: ReceiverKey, now: datetime) -> None:
    """Make everything due that was parked for this receiver."""
    make_due(tx, [receiver], now)
    released = _move(receiver, DeliveryState.PARKED)
    tx.execute(released.values(state=DeliveryState.PENDING.value, next_attempt_at=now))


def change_subscription_status(
    tx: Connection, subscription_id: UUID, status: SubscriptionStatus, now: datetime, reason: str | None = None
) -> None:
    """Activate, pause or disable a subscription, and release or park what it is owed."""
    changed = update(subscription).where(subscription.c.id == subscription_id)
    revision = subscription.c.revision + 1
    tx.execute(changed.values(status=status.value, status_reason=reason, changed_at=now, revision=revision))
    receiver = SubscriptionKey(subscription_id)
    if status is SubscriptionStatus.ACTIVE:
        reset_breaker(tx, receiver, now)
        release_parked(tx, receiver, now)
    else:
        park(tx, receiver)


def deliveries_about(tx: Connection, subject_id: UUID) -> list[Delivery]:
    """Return every delivery about a subject, oldest event first."""
    found = [to_delivery(row) for row in tx.execute(_OF_SUBJECT, {"subject_id": subject_id}).mappings()]
    under_way = attempts_under_way(leases_of(tx, {each.receiver for each in found}))
    return [as_under_way(each, under_way) for each in found]


def as_under_way(of: Delivery, under_way: Mapping[UUID, BegunAttempt]) -> Delivery:
    """Return a delivery as it is with the attempt that is under way, or unchanged when none is."""
    begun = under_way.get(of.id)
    return replace(of, state=DeliveryState.SENDING, attempts=begun.number, sequence=begun.sequence) if begun else of


def end_lost_attempts(tx: Connection, leases: Collection[Lease]) -> None:
    """End leases that ran out: of their attempts it is unknown whether they arrived, so each is counted as begun.

    The attempts are counted so that crashes cannot lead to attempts without end. The receivers are locked.
    """
    lost: list[GivenRow] = [
        {"id": id, "attempts": begun.number, "sequence": begun.sequence}
        for id, begun in attempts_under_way(leases).items()
    ]
    _LOST.run(tx, lost)
    end_leases(tx, leases)


def to_delivery(row: RowMapping) -> Delivery:
    """Return the delivery of a row of the table."""
    return Delivery(
        id=row["id"],
        event_id=row["event_id"],
        event_position=row["event_position"],
        receiver=row["receiver"],
        organisation_id=row["organisation_id"],
        subject_id=row["subject_id"],
        subject_type=SubjectType(row["subject_type"]),
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        sequence=row["sequence"],
        outcome_unknown=row["outcome_unknown"],
        finished_at=row["finished_at"],
        last_error=row["last_error"],
        earlier_attempts=row["earlier_attempts"],
        redelivered_at=row["redelivered_at"],
    )


# Built once, because building a statement costs as much as running it.
_INSERT = bulk_insert(delivery, *delivery.c.keys())

_OF_SUBJECT = (
    select(delivery)
    .where(delivery.c.subject_id == bindparam("subject_id"))
    .order_by(delivery.c.event_position, delivery.c.receiver)
)

_UPDATE = bulk_update(
    delivery,
    ("id",),
    (
        "state",
        "attempts",
        "sequence",
        "next_attempt_at",
        "finished_at",
        "outcome_unknown",
        "last_error",
        "earlier_attempts",
    ),
)
_LOST = bulk_update(delivery, ("id",), ("attempts", "sequence"), outcome_unknown=True)

# The rest of the chain cannot be sent before its head; due at the same time, it does not burden the claim until then.
_DELAY_FOLLOWERS = (
    update(delivery)
    .where(
        delivery.c.receiver == bindparam("head_receiver", type_=ReceiverText),
        delivery.c.subject_id == bindparam("head_subject"),
        delivery.c.event_position > bindparam("head_position"),
        _PENDING,
        delivery.c.next_attempt_at < bindparam("head_next"),
    )
    .values(next_attempt_at=bindparam("head_next"))
)


def _columns(of: Delivery) -> GivenRow:
    return {
        "id": of.id,
        "event_position": of.event_position,
        "event_id": of.event_id,
        "receiver": of.receiver.text,
        "organisation_id": of.organisation_id,
        "subject_id": of.subject_id,
        "subject_type": str(of.subject_type),
        "state": str(of.state),
        "attempts": of.attempts,
        "next_attempt_at": of.next_attempt_at,
        "sequence": of.sequence,
        "outcome_unknown": of.outcome_unknown,
        "created_at": of.created_at,
        "finished_at": of.finished_at,
        "last_error": of.last_error,
        "earlier_attempts": of.earlier_attempts,
        "redelivered_at": of.redelivered_at,
    }


def _changed_columns(of: DeliveryUpdate) -> GivenRow:
    return {
        "id": of.delivery.id,
        "attempts": of.delivery.attempts,
        "sequence": of.delivery.sequence,
        "state": str(of.state),
        "next_attempt_at": of.next_attempt_at,
        "finished_at": of.finished_at,
        "outcome_unknown": of.outcome_unknown,
        "last_error": of.last_error,
        "earlier_attempts": of.delivery.earlier_attempts,
    }


def _delay_row(of: DeliveryUpdate) -> dict[str, object]:
    return {
        "head_receiver": of.delivery.receiver,
        "head_subject": of.delivery.subject_id,
        "head_position": of.delivery.event_position,
        "head_next": of.next_attempt_at,
    }


def _move(receiver: ReceiverKey, state: DeliveryState) -> Update:
    return update(delivery).where(delivery.c.receiver == receiver, in_state(state))
