"""What operators requested to be done with a partner, and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    RowMapping,
    String,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    update,
)

from app.domain.codes import System
from app.domain.identifiers import first_id_at
from app.domain.partners import CaseLink, Job, JobKind, JobState
from app.models.base import Id, JsonDocument, UtcDateTime, insert_row, metadata
from app.models.batch import in_batch, run_batch

partner_job = Table(
    "partner_job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    # A JobKind.
    Column("kind", String(12), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    # A JobState.
    Column("state", String(10), nullable=False),
    Column("requested_by", String(100), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    # Parameters of the kind: {"since": …} of a backfill, {"quarantineId": …} of a retry of one record, {"links": […],
    # "acceptBsnAndDay": …} of a linking.
    Column("parameters", JsonDocument),
    # The result.
    Column("report", JsonDocument),
    Index("ix_partner_job_system", "system", "id"),
)

IS_UNFINISHED = partner_job.c.state.in_(
    [literal_column(f"'{state.value}'", String) for state in (JobState.WAITING, JobState.RUNNING)]
)
"""The condition that a job waits or runs, written out: a partial index serves only a query that repeats it."""

Index(
    "ix_partner_job_unfinished",
    partner_job.c.system,
    partner_job.c.id,
    sqlite_where=IS_UNFINISHED,
    postgresql_where=IS_UNFINISHED,
)

_OF_SYSTEM = select(partner_job).where(partner_job.c.system == bindparam("system"))
_ONE = _OF_SYSTEM.where(partner_job.c.id == bindparam("id"))
_NEWEST = _OF_SYSTEM.order_by(partner_job.c.id.desc()).limit(bindparam("limit"))
_NEWEST_BEFORE = _NEWEST.where(partner_job.c.id < bindparam("after"))
_UNFINISHED = _OF_SYSTEM.where(IS_UNFINISHED).order_by(partner_job.c.id).limit(1)
_WAITING_SINCE = (
    select(partner_job.c.system, func.min(partner_job.c.requested_at).label("since"))
    .where(IS_UNFINISHED, partner_job.c.state == JobState.WAITING.value)
    .group_by(partner_job.c.system)
)
_REQUESTED_SINCE = select(
    exists().where(
        partner_job.c.system == bindparam("system"),
        partner_job.c.kind == bindparam("kind"),
        partner_job.c.requested_at >= bindparam("since"),
    )
)
# By id, which has the moment of the request, so that only what is old enough is looked at.
_PURGE = delete(partner_job).where(
    in_batch(
        partner_job,
        partner_job.c.id < bindparam("first_id", type_=Id),
        partner_job.c.finished_at < bindparam("before", type_=UtcDateTime),
        by=partner_job.c.id,
    )
)
_SAVE = update(partner_job).where(partner_job.c.id == bindparam("job_id"))


def insert_job(tx: Connection, job: Job) -> None:
    """Store a new job."""
    values = {
        "id": job.id,
        "system": job.system,
        "kind": job.kind,
        "dry_run": job.dry_run,
        "state": job.state,
        "requested_by": job.requested_by,
        "requested_at": job.requested_at,
        "parameters": dict(job.parameters) or None,
    }
    insert_row(tx, partner_job, values)


def save_job(tx: Connection, job: Job) -> None:
    """Store how far a job is: its state, its times and its result."""
    values = {
        "state": job.state,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "report": job.result,
    }
    tx.execute(_SAVE, {**values, "job_id": job.id})


def read_job(tx: Connection, system: System, job_id: UUID) -> Job | None:
    """Return a job of a partner, or None."""
    row = tx.execute(_ONE, {"system": system, "id": job_id}).mappings().first()
    return _job(row) if row else None


def list_jobs(tx: Connection, system: System, after: UUID | None, limit: int) -> list[Job]:
    """Return a page of a partner's jobs, newest first; ``after`` is the last job of the previous page."""
    values = {"system": system, "limit": limit}
    rows = tx.execute(_NEWEST_BEFORE, {**values, "after": after}) if after else tx.execute(_NEWEST, values)
    return [_job(row) for row in rows.mappings()]


def oldest_unfinished_job(tx: Connection, system: System) -> Job | None:
    """Return the partner's oldest job that is waiting or running."""
    row = tx.execute(_UNFINISHED, {"system": system}).mappings().first()
    return _job(row) if row else None


def jobs_waiting_since(tx: Connection) -> dict[System, datetime]:
    """Return when the oldest waiting job of each partner was requested; partners without one are left out."""
    return {System(row.system): row.since for row in tx.execute(_WAITING_SINCE)}


def was_requested_since(tx: Connection, system: System, kind: JobKind, since: datetime) -> bool:
    """Return whether a job of this kind was requested at or after a time."""
    requested: bool = tx.execute(_REQUESTED_SINCE, {"system": system, "kind": kind, "since": since}).scalar_one()
    return requested


def purge_jobs(tx: Connection, before: datetime, most: int) -> int:
    """Delete jobs that ended before this time, with their reports; return how many."""
    return run_batch(tx, _PURGE, {"before": before, "first_id": first_id_at(before)}, most)


def _job(row: RowMapping) -> Job:
    parameters: Mapping[str, Any] = row["parameters"] or {}
    since, quarantine_id = parameters.get("since"), parameters.get("quarantineId")
    return Job(
        id=row["id"],
        system=System(row["system"]),
        kind=JobKind(row["kind"]),
        dry_run=row["dry_run"],
        since=datetime.fromisoformat(since) if since else None,
        quarantine_id=UUID(quarantine_id) if quarantine_id else None,
        links=tuple(CaseLink(each["caseId"], UUID(each["referralId"])) for each in parameters.get("links", ())),
        accept_bsn_and_day=parameters.get("acceptBsnAndDay", False),
        state=JobState(row["state"]),
        requested_by=row["requested_by"],
        requested_at=row["requested_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        result=row["report"],
    )
