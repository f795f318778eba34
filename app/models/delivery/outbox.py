"""The outbox: every event, stored in the transaction of the change that it tells of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
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
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from app.domain.codes import System
from app.domain.events import Event, EventType, NewEvent
from app.models.base import Columns, Id, JsonDocument, UtcDateTime, Writes, metadata
from app.models.bulk import is_any_of
from app.models.sealed import Sealed, SealedBy

event = Table(
    "event",
    metadata,
    # SQLite numbers rows automatically only where the key is spelled INTEGER.
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("type", String(100), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("subject_type", String(12), nullable=False, server_default="referral"),
    Column("organisation_id", Id),
    Column("appointment_id", Id),
    Column("trajectory_id", Id),
    Column("source_system", String(20), nullable=False),
    Column("facts", JsonDocument, nullable=False),
    # What it disclosed to the referrer.
    Column("disclosed", Sealed(SealedBy.CLIENT)),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("relayed_at", UtcDateTime),
    Column("deferred_until", UtcDateTime),
    Index("ix_event_chain", "subject_id", "position"),
    Index("ix_event_organisation", "organisation_id", "position"),
)

_UNRELAYED = event.c.relayed_at.is_(None)
Index("ix_event_unrelayed", event.c.position, sqlite_where=_UNRELAYED, postgresql_where=_UNRELAYED)

_WAITING = event.alias("waiting_event")
_NOW = bindparam("now", type_=UtcDateTime)


def _is_deferred(table: FromClause) -> ColumnElement[bool]:
    return and_(table.c.relayed_at.is_(None), table.c.deferred_until.is_not(None))


Index("ix_event_deferred", event.c.subject_id, sqlite_where=_is_deferred(event), postgresql_where=_is_deferred(event))

# Later events of the same chain wait for one that is deferred.
_IS_READY = ~(
    select(1)
    .where(
        _is_deferred(_WAITING),
        _WAITING.c.subject_id == event.c.subject_id,
        _WAITING.c.position <= event.c.position,
        _WAITING.c.deferred_until > _NOW,
    )
    .correlate(event)
    .exists()
)
_READY = select(event.c.id).where(_UNRELAYED, _IS_READY).order_by(event.c.position)

# Made once, because building a statement costs as much as running it.
_APPEND = insert(event).returning(event.c.position, sort_by_parameter_order=True)
_OF_SUBJECT = select(event).where(event.c.subject_id == bindparam("subject_id")).order_by(event.c.position)
_BY_ID = select(event).where(is_any_of(event.c.id, "ids"))

_UNRELAYED_SINCE = select(event.c.recorded_at).where(_UNRELAYED).order_by(event.c.position).limit(1)
_TAKE_OLDEST = (
    update(event).where(event.c.id.in_(_READY.limit(bindparam("at_most")))).values(relayed_at=_NOW).returning(*event.c)
)
_DEFER = (
    update(event)
    .where(event.c.id == bindparam("event_id"))
    .values(deferred_until=bindparam("until", type_=UtcDateTime))
)
_NEXT_READY = _READY.add_columns(event.c.deferred_until).limit(1)

# Any number that nothing else in the database locks on.
_RELAY_LOCK = 7_283_003

# The relay's own commit need not wait for the disk: what it made is read, and so made durable, by the transaction that
# takes a delivery before it is sent; and what a crash of the server takes away it makes again.
_LOCK_RELAY = select(
    func.pg_try_advisory_xact_lock(_RELAY_LOCK),
    func.set_config("synchronous_commit", "off", True),
)


@dataclass(frozen=True)
class StoredEvent:
    """An event with its place in the outbox and the system in which it arose.

    Attributes:
        organisation_id: of the organisation that may read it; None when it is about no referral.
        was_deferred: it could not be relayed at first.
    """

    position: int
    source_system: System
    event: Event
    _: KW_ONLY
    organisation_id: UUID | None = None
    was_deferred: bool = False


@dataclass(frozen=True)
class DeferredEvent:
    """An event that cannot be relayed for now.

    Attributes:
        is_new: it was not deferred before.
    """

    id: UUID
    is_new: bool


def collect_events(writes: Writes, new: Sequence[NewEvent]) -> None:
    """Add events, in this order, to what a transaction writes; see :func:`append_events`."""
    writes.insert(event, [_new_row(each) for each in new])


def append_events(tx: Connection, new: Sequence[NewEvent]) -> list[StoredEvent]:
    """Store at least one event, in this order, in the transaction of the change, and return them with their positions.

    A quiet event is history only and is never relayed. The caller has locked the subjects of the events, so that those
    of a chain get their positions in the order in which they are committed.
    """
    positions = tx.scalars(_APPEND, [_new_row(each) for each in new])
    return [
        StoredEvent(position, each.source_system, each.event) for position, each in zip(positions, new, strict=True)
    ]


def unrelayed_since(tx: Connection) -> datetime | None:
    """Return since when the oldest event has waited to be relayed; None when none waits."""
    since: datetime | None = tx.scalar(_UNRELAYED_SINCE)
    return since


def take_unrelayed(tx: Connection, limit: int, now: datetime) -> list[StoredEvent]:
    """Return the oldest events that nobody has relayed, at most ``limit``, and note that they are relayed now.

    Those that are deferred are left out, with the later ones of their chains. Empty while another relay is at work: one
    at a time, because two that skip each other's rows would commit the later events of a chain before the earlier ones,
    and so break the order that is promised per chain.
    """
    if not _is_alone(tx):
        return []
    # All of them before one is read: a statement that is left half way keeps SQLite from committing.
    rows = tx.execute(_TAKE_OLDEST, {"at_most": limit, "now": now}).mappings().all()
    return sorted(map(to_stored_event, rows), key=lambda stored: stored.position)


def defer_oldest(tx: Connection, now: datetime, until: datetime) -> DeferredEvent | None:
    """Defer the event that would be relayed next; None when there is none, or another relay is at work.

    It and the later events of its chain are left out by :func:`take_unrelayed` until then.
    """
    oldest = tx.execute(_NEXT_READY, {"now": now}).first() if _is_alone(tx) else None
    if oldest is None:
        return None
    tx.execute(_DEFER, {"event_id": oldest.id, "until": until})
    return DeferredEvent(oldest.id, is_new=oldest.deferred_until is None)


def load_events(tx: Connection, ids: Collection[UUID]) -> dict[UUID, StoredEvent]:
    """Return events by id."""
    return {row["id"]: to_stored_event(row) for row in tx.execute(_BY_ID, {"ids": ids}).mappings()}


def chain_events(tx: Connection, subject_id: UUID) -> Sequence[StoredEvent]:
    """Return all events about one subject, oldest first."""
    return [to_stored_event(row) for row in tx.execute(_OF_SUBJECT, {"subject_id": subject_id}).mappings()]


def _is_alone(tx: Connection) -> bool:
    return tx.dialect.name != "postgresql" or bool(tx.scalar(_LOCK_RELAY))


def _new_row(new: NewEvent) -> Columns:
    event = new.event
    return {
        "id": event.id,
        "type": event.type.value,
        "subject_id": event.subject_id,
        "subject_type": event.subject_type.value,
        "organisation_id": new.organisation_id,
        "appointment_id": event.appointment_id,
        "trajectory_id": event.trajectory_id,
        "source_system": new.source_system.value,
        "facts": dict(event.facts),
        "disclosed": event.sealed_disclosure,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "quiet": new.quiet,
        # A quiet event counts as relayed at once, so that nothing ever looks at it again.
        "relayed_at": event.recorded_at if new.quiet else None,
    }


def to_stored_event(row: RowMapping) -> StoredEvent:
    """Return the event of a row of the table."""
    return StoredEvent(
        position=row["position"],
        source_system=System(row["source_system"]),
        event=Event(
            id=row["id"],
            type=EventType(row["type"]),
            subject_id=row["subject_id"],
            occurred_at=row["occurred_at"],
            recorded_at=row["recorded_at"],
            facts=row["facts"],
            sealed_disclosure=row["disclosed"],
            appointment_id=row["appointment_id"],
            trajectory_id=row["trajectory_id"],
        ),
        organisation_id=row["organisation_id"],
        was_deferred=row["deferred_until"] is not None,
    )
