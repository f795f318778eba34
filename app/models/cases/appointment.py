"""Intake appointments; a moved one is replaced by a new row."""

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
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    bindparam,
    select,
    update,
)

from app.domain.codes import AppointmentResponse, AppointmentStatus, CancellationReason
from app.domain.values import Appointment
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
    Column("starts_at", UtcDateTime, nullable=False),
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
    counsellor, details = new.counsellor, {"place": new.place, "participants": new.participants}
    return {
        "id": new.id,
        "referral_id": referral_id,
        "starts_at": new.starts_at,
        "details": sealer.seal_text(json.dumps(details), place_of(appointment.c.details, new.id)),
        "three_way": new.three_way,
        "counsellor_name": counsellor.name if counsellor else None,
        "counsellor_phone": counsellor.phone if counsellor else None,
        "status": new.status,
        "response": new.response,
        "other_times": [moment.isoformat() for moment in new.other_times],
        "cancellation_reason": new.cancellation_reason,
        "created_at": now,
    }


def changed_columns(changed: Appointment) -> Columns:
    """Return the columns that can change after the planning, with ``row_id``."""
    counsellor = changed.counsellor
    return {
        "row_id": changed.id,
        "counsellor_name": counsellor.name if counsellor else None,
        "counsellor_phone": counsellor.phone if counsellor else None,
        "status": changed.status,
        "response": changed.response,
        "other_times": [moment.isoformat() for moment in changed.other_times],
        "cancellation_reason": changed.cancellation_reason,
    }


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
        participants=tuple(details["participants"]),
        other_times=tuple(datetime.fromisoformat(moment) for moment in row.other_times),
        cancellation_reason=CancellationReason(row.cancellation_reason) if row.cancellation_reason else None,
    )
