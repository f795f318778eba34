"""Appointments, proposed or planned; a moved one is replaced by a new row."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    select,
    true,
    update,
)

from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ParticipantRole,
)
from app.domain.values import Appointment, Participant
from app.models.base import Columns, Id, JsonDocument, UtcDateTime, metadata
from app.models.bulk import is_any_of
from app.models.cases.client import client, client_sealer
from app.models.cases.referral import referral, to_counsellor
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import Sealer, Vault

appointment = Table(
    "appointment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("kind", String(40), nullable=False, server_default=AppointmentKind.INTAKE.value),
    # None as long as it is a proposal.
    Column("starts_at", UtcDateTime),
    Column("minutes", Integer),
    # Where it is and who takes part, in one sealed document.
    Column("details", Sealed(SealedBy.CLIENT), nullable=False),
    Column("three_way", Boolean, nullable=False),
    Column("counsellor_name", String(200)),
    Column("counsellor_phone", String(40)),
    Column("status", String(20), nullable=False),
    Column("response", String(20), nullable=False),
    Column("other_times", JsonDocument, nullable=False),
    Column("cancellation_reason", String(40)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("proposed_times", JsonDocument),
    Column("proposed_at", UtcDateTime),
    Column("answer_by", Date),
    # Of the first of those that it was moved from, and how often that was.
    Column("series_id", Id),
    Column("moves", Integer, nullable=False, server_default="0"),
    Column("is_due_reported", Boolean, nullable=False, server_default=true()),
    Index("ix_appointment_referral", "referral_id", "id"),
)


_WITH_KEY = (
    select(appointment, client.c.id.label("key_of"), client.c.wrapped_key)
    .join(referral, referral.c.id == appointment.c.referral_id)
    .join(client, client.c.id == referral.c.client_id)
)
_BY_IDS = _WITH_KEY.where(is_any_of(appointment.c.id, "ids"))
_OF_REFERRALS = _WITH_KEY.where(is_any_of(appointment.c.referral_id, "referral_ids")).order_by(appointment.c.id)
CHANGED_APPOINTMENT = update(appointment).where(appointment.c.id == bindparam("row_id"))
"""Writes the columns of :func:`changed_columns`."""


def appointments_of(
    tx: Connection, vault: Vault, referral_ids: Collection[UUID]
) -> dict[UUID, tuple[Appointment, ...]]:
    """Return all appointments of referrals, oldest first, by referral; those without one are left out."""
    found: dict[UUID, list[Appointment]] = defaultdict(list)
    for row in tx.execute(_OF_REFERRALS, {"referral_ids": referral_ids}) if referral_ids else ():
        found[row.referral_id].append(_to_appointment(vault, row))
    return {referral_id: tuple(each) for referral_id, each in found.items()}


def appointments_by_id(tx: Connection, vault: Vault, ids: Collection[UUID]) -> dict[UUID, Appointment]:
    """Return the appointments with these ids."""
    rows = tx.execute(_BY_IDS, {"ids": ids}) if ids else ()
    return {row.id: _to_appointment(vault, row) for row in rows}


def new_columns(sealer: Sealer, referral_id: UUID, new: Appointment, now: datetime) -> Columns:
    """Return every column of a new appointment; ``sealer`` has the key of its client."""
    return {
        "id": new.id,
        "referral_id": referral_id,
        "kind": new.kind,
        "proposed_times": _texts(new.proposed_times) or None,
        "proposed_at": new.proposed_at,
        "created_at": now,
        **_changing_columns(sealer, new),
    }


def changed_columns(sealer: Sealer, changed: Appointment) -> Columns:
    """Return the columns that can change after it was made, with ``row_id``; ``sealer`` has the key of its client."""
    return {"row_id": changed.id, **_changing_columns(sealer, changed)}


def _changing_columns(sealer: Sealer, of: Appointment) -> Columns:
    counsellor, details = of.counsellor, {"place": of.place, "participants": [*map(_participant, of.participants)]}
    return {
        "starts_at": of.starts_at,
        "minutes": of.minutes,
        "details": sealer.seal_text(json.dumps(details), place_of(appointment.c.details, of.id)),
        "three_way": of.three_way,
        "counsellor_name": counsellor.name if counsellor else None,
        "counsellor_phone": counsellor.phone if counsellor else None,
        "status": of.status,
        "response": of.response,
        "other_times": _texts(of.other_times),
        "cancellation_reason": of.cancellation_reason,
        "answer_by": of.answer_by,
        "series_id": of.series_id,
        "moves": of.moves,
        "is_due_reported": of.is_due_reported,
    }


def _participant(each: Participant) -> list[object]:
    return [each.name, each.role, each.attended]


def _to_participant(stored: str | list[Any]) -> Participant:
    # At first the names alone were stored.
    if isinstance(stored, str):
        return Participant(stored)
    name, role, attended = stored
    return Participant(name, ParticipantRole(role), attended)


def _texts(moments: Collection[datetime]) -> list[str]:
    return [moment.isoformat() for moment in moments]


def _moments(stored: Collection[str] | None) -> tuple[datetime, ...]:
    return tuple(map(datetime.fromisoformat, stored or ()))


def _to_appointment(vault: Vault, row: Row[Any]) -> Appointment:
    sealer = client_sealer(vault, row.key_of, row.wrapped_key)
    details = json.loads(sealer.open(row.details, place_of(appointment.c.details, row.id)))
    return Appointment(
        id=row.id,
        starts_at=row.starts_at,
        place=details["place"],
        three_way=row.three_way,
        counsellor=to_counsellor(row),
        status=AppointmentStatus(row.status),
        response=AppointmentResponse(row.response),
        kind=AppointmentKind(row.kind),
        minutes=row.minutes,
        participants=tuple(map(_to_participant, details["participants"])),
        other_times=_moments(row.other_times),
        cancellation_reason=CancellationReason(row.cancellation_reason) if row.cancellation_reason else None,
        proposed_times=_moments(row.proposed_times),
        proposed_at=row.proposed_at,
        answer_by=row.answer_by,
        series_id=row.series_id,
        moves=row.moves,
        is_due_reported=row.is_due_reported,
    )
