"""Workers: a row for each process that pulls, relays and delivers, as it last reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, RowMapping, String, Table, bindparam, delete, select

from app.domain.worker_processes import LoopReport, WorkerReport
from app.models.base import Columns, Id, JsonDocument, UtcDateTime, insert_row, metadata, update_row
from app.models.batch import in_batch, run_batch

worker_process = Table(
    "worker_process",
    metadata,
    Column("id", Id, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("process", Integer, nullable=False),
    Column("version", String(40), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False, index=True),
    # A list of objects with ``name``, and ``completed_at``, ``failed_at`` and ``error`` or null.
    Column("loops", JsonDocument, nullable=False),
)

_ALL = select(worker_process).order_by(worker_process.c.id)
_PURGE = delete(worker_process).where(
    in_batch(worker_process, worker_process.c.reported_at < bindparam("before", type_=UtcDateTime))
)
_DELETE = delete(worker_process).where(worker_process.c.id == bindparam("worker_id", type_=Id))


def save_worker(tx: Connection, report: WorkerReport) -> None:
    """Store what a worker reports, instead of what it reported before."""
    columns = _columns(report)
    if not update_row(tx, worker_process, report.id, columns):
        insert_row(tx, worker_process, {"id": report.id, **columns})


def delete_worker(tx: Connection, worker_id: UUID) -> None:
    """Remove a worker."""
    tx.execute(_DELETE, {"worker_id": worker_id})


def purge_workers(tx: Connection, before: datetime, most: int) -> int:
    """Delete workers that have not reported since this time; return how many."""
    return run_batch(tx, _PURGE, {"before": before}, most)


def list_workers(tx: Connection) -> list[WorkerReport]:
    """Return all workers, the one that was started first first."""
    return [_report(row) for row in tx.execute(_ALL).mappings()]


def _columns(report: WorkerReport) -> Columns:
    return {
        "host": report.host,
        "process": report.process,
        "version": report.version,
        "started_at": report.started_at,
        "reported_at": report.reported_at,
        "loops": [_loop_values(each) for each in report.loops],
    }


def _loop_values(loop: LoopReport) -> Mapping[str, object]:
    return {
        "name": loop.name,
        "completed_at": loop.completed_at,
        "failed_at": loop.failed_at,
        "error": loop.error,
    }


def _report(row: RowMapping) -> WorkerReport:
    return WorkerReport(
        id=row["id"],
        host=row["host"],
        process=row["process"],
        version=row["version"],
        started_at=row["started_at"],
        reported_at=row["reported_at"],
        loops=tuple(_loop(each) for each in row["loops"]),
    )


def _loop(values: Mapping[str, str | None]) -> LoopReport:
    return LoopReport(
        name=values["name"] or "",
        completed_at=_moment(values["completed_at"]),
        failed_at=_moment(values["failed_at"]),
        error=values["error"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
