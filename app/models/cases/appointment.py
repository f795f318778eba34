"""Intake appointments; a moved one is replaced by a new row."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Row, String, Table, bindparam, select

from app.domain.codes import AppointmentResponse, AppointmentStatus, CancellationReason
from app.domain.values import Appointment
from app.models.base import Id, JsonDocument, UtcDateTime, insert_row, metadata, update_row
from app.models.cases.referral import to_counsellor

appointment = Table(
    "appointment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("place", String(300)),
    Column("three_way", Boolean, nullable=False),
    Column("counsellor_name", String(200)),
    Column("counsellor_phone", String(40)),
    Column("participants", JsonDocument, nullable=False),
    Column("status", String(20), nullable=False),
    Column("response", String(20), nullable=False),
    Column("other_times", JsonDocument, nullable=False),
    Column("cancellation_reason", String(40)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_appointment_referral", "referral_id", "id"),
)


_BY_IDS = select(appointment).where(appointment.c.id.in_(bindparam("ids", expanding=True)))
_NEWEST = (
    select(appointment)
    .where(appointment.c.referral_id == bindparam("referral_id"))
    .order_by(appointment.c.id.desc())
    .limit(1)
)


def insert_appointment(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add an appointment."""
    insert_row(tx, appointment, values)


def update_appointment(tx: Connection, appointment_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of an appointment."""
    update_row(tx, appointment, appointment_id, values)


def newest_appointment(tx: Connection, referral_id: UUID) -> Appointment | None:
    """Return the referral's newest appointment, or None."""
    row = tx.execute(_NEWEST, {"referral_id": referral_id}).first()
    return to_appointment(row) if row else None


def list_appointments(tx: Connection, referral_id: UUID) -> list[Appointment]:
    """Return all appointments of a referral, oldest first."""
    query = select(appointment).where(appointment.c.referral_id == referral_id).order_by(appointment.c.id)
    return [to_appointment(row) for row in tx.execute(query)]


def appointments_by_id(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Appointment]:
    """Return the appointments with these ids."""
    rows = tx.execute(_BY_IDS, {"ids": list(ids)}) if ids else ()
    return {row.id: to_appointment(row) for row in rows}


def to_appointment(row: Row[Any]) -> Appointment:
    """Read an appointment from its row."""
    return Appointment(
        id=row.id,
        referral_id=row.referral_id,
        starts_at=row.starts_at,
        place=row.place,
        three_way=row.three_way,
        counsellor=to_counsellor(row),
        status=AppointmentStatus(row.status),
        response=AppointmentResponse(row.response),
        participants=tuple(row.participants),
        other_times=tuple(datetime.fromisoformat(moment) for moment in row.other_times),
        cancellation_reason=CancellationReason(row.cancellation_reason) if row.cancellation_reason else None,
    )
