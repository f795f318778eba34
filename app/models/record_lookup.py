"""What an id is of: one read by primary key for each kind of record whose ids organisations know."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    case,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from app.domain.events import SubjectType
from app.domain.records import RecordKind
from app.models.base import Id
from app.models.cases.appointment import appointment
from app.models.cases.referral import referral
from app.models.cases.trajectory_tables import trajectory
from app.models.delivery.delivery import delivery
from app.models.delivery.outbox import event
from app.models.delivery.subscription import subscription


@dataclass(frozen=True, kw_only=True)
class KnownRecord:
    """A record.

    Attributes:
        referral_id: the referral that it belongs to; None when it belongs to none.
        owner_id: the organisation that it belongs to, where its own row says so.
    """

    kind: RecordKind
    id: UUID
    referral_id: UUID | None
    owner_id: UUID | None


def find_record(tx: Connection, own_id: UUID, event_id: UUID) -> KnownRecord | None:
    """Return the record with the hub's id ``own_id``, or the event with ``event_id``; None when there is none."""
    row = tx.execute(_FIND, {"own_id": own_id, "event_id": event_id}).first()
    if row is None:
        return None
    return KnownRecord(kind=RecordKind(row.kind), id=row.id, referral_id=row.referral_id, owner_id=row.owner_id)


_NONE: ColumnElement[UUID] = type_coerce(null(), Id())


def _of(
    kind: RecordKind,
    table: Table,
    referral_id: ColumnElement[UUID],
    owner_id: ColumnElement[UUID],
    given: str = "own_id",
) -> Select[str, UUID, UUID, UUID]:
    columns = (table.c.id, referral_id.label("referral_id"), owner_id.label("owner_id"))
    return select(literal(kind.value).label("kind"), *columns).where(table.c.id == bindparam(given, type_=Id))


def _subject_of(table: Table) -> ColumnElement[UUID]:
    return type_coerce(case((table.c.subject_type == SubjectType.REFERRAL.value, table.c.subject_id)), Id())


_FIND = union_all(
    _of(RecordKind.REFERRAL, referral, referral.c.id, referral.c.organisation_id),
    _of(RecordKind.TRAJECTORY, trajectory, trajectory.c.referral_id, _NONE),
    _of(RecordKind.APPOINTMENT, appointment, appointment.c.referral_id, _NONE),
    _of(RecordKind.SUBSCRIPTION, subscription, _NONE, subscription.c.organisation_id),
    _of(RecordKind.DELIVERY, delivery, _subject_of(delivery), delivery.c.organisation_id),
    _of(RecordKind.EVENT, event, _subject_of(event), _NONE, "event_id"),
)
