"""What partners know of each field of a referral, and the conflicts between their values and the hub's."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from app.domain.codes import ReferralStatus, System, TrajectoryStatus
from app.domain.fields import Field
from app.domain.lifecycle import is_ended, is_open
from app.domain.ownership import ConflictReason
from app.domain.partners import ConflictState
from app.models.base import Columns, Id, UtcDateTime, metadata, put_rows, update_row
from app.models.batch import in_batch, run_batch
from app.models.cases.client import client, client_sealer
from app.models.cases.external_id import external_id
from app.models.cases.referral import referral
from app.models.cases.trajectory_tables import trajectory
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import Sealer, Vault

partner_field = Table(
    "partner_field",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), primary_key=True),
    Column("field", String(60), primary_key=True),
    # Keyed hash of the value that the partner last sent or was last sent; the same value from it is an echo.
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    # How often a value that the partner did not have was sent since ``counted_from``: stops an update loop.
    Column("sent_count", Integer, nullable=False),
    Column("counted_from", UtcDateTime, nullable=False),
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("field", String(60), nullable=False),
    # A ConflictReason of app.domain.ownership.
    Column("reason", String(20), nullable=False),
    # The three values: they may be personal.
    Column("hub_value", Sealed(SealedBy.CLIENT)),
    Column("partner_value", Sealed(SealedBy.CLIENT)),
    Column("base_value", Sealed(SealedBy.CLIENT)),
    # A ConflictState.
    Column("state", String(10), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(100)),
    Index("ix_conflict_system", "system", "state", "id"),
    Index("ix_conflict_referral", "referral_id", "id"),
)


@dataclass(frozen=True, kw_only=True)
class PartnerField:
    """What a partner knows of one field of a referral."""

    system: System
    referral_id: UUID
    field: Field
    fingerprint: bytes
    sent_at: datetime
    sent_count: int
    counted_from: datetime


class ConflictTexts(NamedTuple):
    """The values of a conflict, each written as a text; None where one is not known."""

    hub: str | None
    partner: str | None
    base: str | None


@dataclass(frozen=True)
class SealedValues:
    """The values of a conflict, sealed under the client's key: the hub's, the partner's, and what it had before.

    One that is not known is None; once they are purged, all are.
    """

    hub: bytes | None
    partner: bytes | None
    base: bytes | None


@dataclass(frozen=True, kw_only=True)
class SealedConflict:
    """A conflict with its sealed values.

    Attributes:
        key_of: the client.
        wrapped_key: the client's key; None where the query does not read it.
    """

    id: UUID
    system: System
    referral_id: UUID
    field: Field
    reason: ConflictReason
    state: ConflictState
    values: SealedValues
    since: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    key_of: UUID | None = None
    wrapped_key: bytes | None = None

    def sealer(self, vault: Vault) -> Sealer | None:
        """Return the sealer with the client's key; None where the query does not read it."""
        return client_sealer(vault, self.key_of, self.wrapped_key) if self.key_of and self.wrapped_key else None


@dataclass(frozen=True)
class OpenClaim:
    """An open conflict about a field that a system wrote without owning it."""

    id: UUID
    field: Field
    values: SealedValues


@dataclass(frozen=True, kw_only=True)
class OpenLoop:
    """An open conflict about a field that went back and forth."""

    id: UUID
    system: System
    referral_id: UUID
    field: Field


_FIELD_KEY = ("system", "referral_id", "field")

_FIELDS = (
    select(partner_field)
    .where(partner_field.c.referral_id.in_(bindparam("referral_ids", expanding=True)))
    .order_by(partner_field.c.system, partner_field.c.referral_id, partner_field.c.field)
)
_UNCOUNTED = (
    update(partner_field)
    .where(partner_field.c.referral_id == bindparam("referral"), partner_field.c.field == bindparam("name"))
    .values(sent_count=0)
)
_VALUES = (conflict.c.hub_value, conflict.c.partner_value, conflict.c.base_value)
_IS_OPEN = conflict.c.state == ConflictState.OPEN.value
_NEW_CONFLICT = insert(conflict)
_KNOWING = select(external_id.c.referral_id, external_id.c.system).where(
    external_id.c.referral_id.in_(bindparam("referral_ids", expanding=True))
)
_OPEN_LOOPS = select(conflict.c.id, conflict.c.system, conflict.c.referral_id, conflict.c.field).where(
    conflict.c.referral_id.in_(bindparam("referral_ids", expanding=True)),
    _IS_OPEN,
    conflict.c.reason == ConflictReason.LOOP.value,
)
_OPEN_CLAIMS = select(conflict).where(
    conflict.c.referral_id == bindparam("referral_id"),
    conflict.c.system == bindparam("system"),
    _IS_OPEN,
    conflict.c.reason == ConflictReason.NOT_THE_OWNER.value,
)
_CHANGED_VALUES = (
    update(conflict)
    .where(conflict.c.id == bindparam("conflict_id"))
    .values(
        hub_value=bindparam("hub_value"),
        partner_value=bindparam("partner_value"),
        base_value=bindparam("base_value"),
    )
)
_PURGE_VALUES = (
    update(conflict)
    .where(
        in_batch(conflict, ~_IS_OPEN, conflict.c.decided_at < bindparam("before"), conflict.c.hub_value.is_not(None))
    )
    .values(hub_value=None, partner_value=None, base_value=None)
)
_HAS_OPEN_TRAJECTORY = exists().where(
    trajectory.c.referral_id == referral.c.id,
    or_(
        trajectory.c.status.not_in([each for each in TrajectoryStatus if is_ended(each)]),
        trajectory.c.changed_at >= bindparam("before"),
    ),
)
# A referral stays attended when its trajectory ended before the result of the intake.
_HAS_TRAJECTORY = exists().where(trajectory.c.referral_id == referral.c.id)
_IS_CLOSED = exists().where(
    referral.c.id == partner_field.c.referral_id,
    or_(referral.c.status.not_in([each for each in ReferralStatus if is_open(each)]), _HAS_TRAJECTORY),
    referral.c.changed_at < bindparam("before"),
    ~_HAS_OPEN_TRAJECTORY,
)
_PURGE_FIELDS = delete(partner_field).where(in_batch(partner_field, _IS_CLOSED))
_CONFLICT = select(conflict).where(conflict.c.system == bindparam("system"), conflict.c.id == bindparam("conflict_id"))
_LOCKED_CONFLICT = _CONFLICT.with_for_update()
_PAGE = (
    select(conflict, client.c.id.label("key_of"), client.c.wrapped_key)
    .join(referral, referral.c.id == conflict.c.referral_id)
    .join(client, client.c.id == referral.c.client_id)
    .where(conflict.c.system == bindparam("system"), conflict.c.state == bindparam("state"))
    .order_by(conflict.c.id)
    .limit(bindparam("most"))
)
_NEXT_PAGE = _PAGE.where(conflict.c.id > bindparam("after"))


def known_fields(tx: Connection, referral_ids: Collection[UUID]) -> list[PartnerField]:
    """Return what is stored of the fields of these referrals, for every partner."""
    return [_partner_field(row) for row in tx.execute(_FIELDS, {"referral_ids": list(referral_ids)}).mappings()]


def save_fields(tx: Connection, fields: Sequence[PartnerField]) -> None:
    """Store what partners know."""
    # Always in one order, so that two transactions that save the same rows cannot wait for each other.
    put_rows(tx, partner_field, sorted(map(_field_columns, fields), key=itemgetter(*_FIELD_KEY)))


def forget_sends(tx: Connection, referral_id: UUID, field: str) -> None:
    """Set the count of how often a field was sent back to 0, for every partner."""
    tx.execute(_UNCOUNTED, {"referral": referral_id, "name": field})


def systems_that_know(tx: Connection, referral_ids: Collection[UUID]) -> dict[UUID, set[System]]:
    """Return the partners that have an id of their own for referrals, by referral; those without are left out."""
    found: dict[UUID, set[System]] = defaultdict(set)
    for row in tx.execute(_KNOWING, {"referral_ids": list(referral_ids)}):
        found[row.referral_id].add(System(row.system))
    return found


def insert_conflicts(tx: Connection, conflicts: Sequence[SealedConflict]) -> None:
    """Store new conflicts."""
    if conflicts:
        tx.execute(_NEW_CONFLICT, [_conflict_columns(each) for each in conflicts])


def seal_texts(sealer: Sealer, conflict_id: UUID, texts: ConflictTexts) -> SealedValues:
    """Return the values of a conflict as they are stored; ``sealer`` has the key of the client."""
    places = zip(texts, _VALUES, strict=True)
    return SealedValues(*(sealer.seal_text(text, place_of(column, conflict_id)) for text, column in places))


def open_texts(sealer: Sealer, conflict_id: UUID, sealed: SealedValues) -> ConflictTexts:
    """Return the stored values of a conflict."""
    places = zip((sealed.hub, sealed.partner, sealed.base), _VALUES, strict=True)
    return ConflictTexts(*(sealer.open_text(value, place_of(column, conflict_id)) for value, column in places))


def save_decision(tx: Connection, conflict_id: UUID, state: ConflictState, at: datetime, by: str) -> None:
    """Store how a conflict was decided, when and by whom."""
    update_row(tx, conflict, conflict_id, {"state": state, "decided_at": at, "decided_by": by})


def save_values(tx: Connection, values: Mapping[UUID, SealedValues]) -> None:
    """Change the values of conflicts, by the id of the conflict."""
    if values:
        tx.execute(_CHANGED_VALUES, [{"conflict_id": id, **_value_columns(each)} for id, each in values.items()])


def open_claims(tx: Connection, referral_id: UUID, system: System) -> list[OpenClaim]:
    """Return the open conflicts of a referral about fields that a system wrote without owning them."""
    rows = tx.execute(_OPEN_CLAIMS, {"referral_id": referral_id, "system": system}).mappings()
    return [OpenClaim(row["id"], Field(row["field"]), _sealed_values(row)) for row in rows]


def open_loops(tx: Connection, referral_ids: Collection[UUID]) -> list[OpenLoop]:
    """Return the open conflicts of these referrals about fields that went back and forth."""
    rows = tx.execute(_OPEN_LOOPS, {"referral_ids": list(referral_ids)})
    return [
        OpenLoop(id=row.id, system=System(row.system), referral_id=row.referral_id, field=Field(row.field))
        for row in rows
    ]


def find_conflict(tx: Connection, system: System, conflict_id: UUID, *, lock: bool = False) -> SealedConflict | None:
    """Return a conflict with a partner, or None; with ``lock`` it is locked until the end of the transaction."""
    statement = _LOCKED_CONFLICT if lock else _CONFLICT
    row = tx.execute(statement, {"system": system, "conflict_id": conflict_id}).mappings().first()
    return _conflict(row) if row else None


def list_conflicts(tx: Connection, system: System, state: str, after: UUID | None, limit: int) -> list[SealedConflict]:
    """Return conflicts with a partner, oldest first, with the wrapped key of their client."""
    asked = {"system": system, "state": state, "most": limit}
    rows = tx.execute(_NEXT_PAGE, {**asked, "after": after}) if after else tx.execute(_PAGE, asked)
    return [_conflict(row) for row in rows.mappings()]


def purge_decided_values(tx: Connection, before: datetime, most: int) -> int:
    """Delete the values of conflicts that were decided before this time; return of how many conflicts."""
    return run_batch(tx, _PURGE_VALUES, {"before": before}, most)


def purge_closed_cases(tx: Connection, before: datetime, most: int) -> int:
    """Delete what partners know of referrals that are over and did not change since this time; return how many rows."""
    return run_batch(tx, _PURGE_FIELDS, {"before": before}, most)


def _field_columns(known: PartnerField) -> Columns:
    return {
        "system": known.system,
        "referral_id": known.referral_id,
        "field": known.field,
        "fingerprint": known.fingerprint,
        "sent_at": known.sent_at,
        "sent_count": known.sent_count,
        "counted_from": known.counted_from,
    }


def _conflict_columns(new: SealedConflict) -> Columns:
    return {
        "id": new.id,
        "system": new.system,
        "referral_id": new.referral_id,
        "field": new.field,
        "reason": new.reason,
        "state": new.state,
        "since": new.since,
        **_value_columns(new.values),
    }


def _value_columns(values: SealedValues) -> Columns:
    return {"hub_value": values.hub, "partner_value": values.partner, "base_value": values.base}


def _partner_field(row: RowMapping) -> PartnerField:
    return PartnerField(
        system=System(row["system"]),
        referral_id=row["referral_id"],
        field=Field(row["field"]),
        fingerprint=row["fingerprint"],
        sent_at=row["sent_at"],
        sent_count=row["sent_count"],
        counted_from=row["counted_from"],
    )


def _conflict(row: RowMapping) -> SealedConflict:
    return SealedConflict(
        id=row["id"],
        system=System(row["system"]),
        referral_id=row["referral_id"],
        field=Field(row["field"]),
        reason=ConflictReason(row["reason"]),
        state=ConflictState(row["state"]),
        values=_sealed_values(row),
        since=row["since"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        key_of=row.get("key_of"),
        wrapped_key=row.get("wrapped_key"),
    )


def _sealed_values(row: RowMapping) -> SealedValues:
    return SealedValues(row["hub_value"], row["partner_value"], row["base_value"])
