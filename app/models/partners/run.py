"""The counts of each run that read something new from a partner."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, RowMapping, String, Table, bindparam, delete, select

from app.domain.codes import System
from app.domain.identifiers import first_id_at
from app.domain.partners import PartnerRun, RunKind
from app.models.base import Id, JsonDocument, UtcDateTime, insert_row, metadata
from app.models.batch import in_batch, run_batch

partner_run = Table(
    "partner_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    Column("mapping_version", String(20), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("read", Integer, nullable=False),
    Column("applied", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("filtered", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    # A RunKind.
    Column("kind", String(12), nullable=False, default="pull", server_default="pull"),
    # What the partner's contract does not know, by place, and how often it occurred: {"mutatie.status": 3}.
    Column("drift", JsonDocument),
    Index("ix_partner_run_system", "system", "id"),
)

_OF_SYSTEM = partner_run.c.system == bindparam("system")
_LAST_DRIFT = (
    select(partner_run.c.drift)
    .where(_OF_SYSTEM, partner_run.c.drift.is_not(None))
    .order_by(partner_run.c.id.desc())
    .limit(1)
)
_PURGE = delete(partner_run).where(
    in_batch(partner_run, partner_run.c.id < bindparam("first_id", type_=Id), by=partner_run.c.id)
)
_NEWEST = select(partner_run).where(_OF_SYSTEM).order_by(partner_run.c.id.desc()).limit(bindparam("limit"))


def insert_run(tx: Connection, run: PartnerRun) -> None:
    """Store a run."""
    values = {
        "id": run.id,
        "system": run.system,
        "kind": run.kind,
        "mapping_version": run.mapping_version,
        "started_at": run.started_at,
        "read": run.read,
        "applied": run.applied,
        "unchanged": run.unchanged,
        "filtered": run.filtered,
        "quarantined": run.quarantined,
        "drift": run.drift,
    }
    insert_row(tx, partner_run, values)


def last_drift(tx: Connection, system: System) -> Mapping[str, int]:
    """Return the drift of the newest run that has any, by place; empty when none has."""
    return tx.execute(_LAST_DRIFT, {"system": system}).scalar() or {}


def list_runs(tx: Connection, system: System, limit: int) -> list[PartnerRun]:
    """Return a partner's newest runs, newest first."""
    return [_run(row) for row in tx.execute(_NEWEST, {"system": system, "limit": limit}).mappings()]


def purge_runs(tx: Connection, before: datetime, most: int) -> int:
    """Delete runs that began before this time; return how many."""
    return run_batch(tx, _PURGE, {"first_id": first_id_at(before)}, most)


def _run(row: RowMapping) -> PartnerRun:
    return PartnerRun(
        id=row["id"],
        system=System(row["system"]),
        kind=RunKind(row["kind"]),
        mapping_version=row["mapping_version"],
        started_at=row["started_at"],
        read=row["read"],
        applied=row["applied"],
        unchanged=row["unchanged"],
        filtered=row["filtered"],
        quarantined=row["quarantined"],
        drift=row["drift"],
    )
