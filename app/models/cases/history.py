"""The append-only history of every case."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Row, String, Table, select

from app.domain.codes import ConsentScope, OrganisationRole, System
from app.domain.values import HistoryEntry
from app.models.base import Columns, Id, UtcDateTime, metadata
from app.models.bulk import is_any_of

history = Table(
    "history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("machine", String(20), nullable=False),
    Column("record_id", Id, nullable=False),
    Column("action", String(30), nullable=False),
    Column("from_status", String(30)),
    Column("to_status", String(30), nullable=False),
    Column("role", String(20), nullable=False),
    Column("organisation_id", Id),
    Column("system", String(10), nullable=False),
    Column("source_version", String(100)),
    Column("reason", String(40)),
    Column("implied", Boolean, nullable=False),
    Column("event_type", String(80)),
    Column("disclosed_status", String(30)),
    Column("disclosed_consent", String(40)),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index("ix_history_chain", "referral_id", "id"),
)


_OF_CASES = select(history).where(is_any_of(history.c.referral_id, "ids")).order_by(history.c.id)


def history_columns(referral_id: UUID, entry: HistoryEntry) -> Columns:
    """Return the columns of an entry; entries are only ever added."""
    return {
        "id": entry.id,
        "referral_id": referral_id,
        "machine": entry.machine,
        "record_id": entry.record_id,
        "action": entry.action,
        "from_status": entry.from_status,
        "to_status": entry.to_status,
        "role": entry.role,
        "organisation_id": entry.organisation_id,
        "system": entry.system,
        "source_version": entry.source_version,
        "reason": entry.reason,
        "implied": entry.implied,
        "event_type": entry.event_type,
        "disclosed_status": entry.disclosed_status,
        "disclosed_consent": entry.disclosed_consent,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
    }


def list_history(tx: Connection, referral_id: UUID) -> list[HistoryEntry]:
    """Return the history of a case, oldest first."""
    rows = tx.execute(select(history).where(history.c.referral_id == referral_id).order_by(history.c.id))
    return [_to_entry(row) for row in rows]


def histories_of(tx: Connection, referral_ids: Collection[UUID]) -> dict[UUID, list[HistoryEntry]]:
    """Return the histories of cases by the id of the referral, each oldest first."""
    found: dict[UUID, list[HistoryEntry]] = defaultdict(list)
    for row in tx.execute(_OF_CASES, {"ids": referral_ids}) if referral_ids else ():
        found[row.referral_id].append(_to_entry(row))
    return found


def _to_entry(row: Row[Any]) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        machine=row.machine,
        record_id=row.record_id,
        action=row.action,
        from_status=row.from_status,
        to_status=row.to_status,
        role=OrganisationRole(row.role),
        system=System(row.system),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        implied=row.implied,
        reason=row.reason,
        event_type=row.event_type,
        disclosed_status=row.disclosed_status,
        disclosed_consent=ConsentScope(row.disclosed_consent) if row.disclosed_consent else None,
        organisation_id=row.organisation_id,
        source_version=row.source_version,
    )
