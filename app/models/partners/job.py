"""What operators asked the worker to do with a partner, and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, func, select

from app.domain.codes import System
from app.models.base import insert_row, update_row
from app.models.partners.partner import partner_job

_OF_SYSTEM = select(partner_job).where(partner_job.c.system == bindparam("system"))
_ONE = _OF_SYSTEM.where(partner_job.c.id == bindparam("id"))
_NEWEST = _OF_SYSTEM.order_by(partner_job.c.id.desc()).limit(bindparam("limit"))
_NEWEST_BEFORE = _NEWEST.where(partner_job.c.id < bindparam("after"))
_UNFINISHED = _OF_SYSTEM.where(partner_job.c.state.in_(("waiting", "running"))).order_by(partner_job.c.id).limit(1)
_WAITING_SINCE = (
    select(partner_job.c.system, func.min(partner_job.c.requested_at).label("since"))
    .where(partner_job.c.state == "waiting")
    .group_by(partner_job.c.system)
)
_SINCE = select(
    exists().where(
        partner_job.c.system == bindparam("system"),
        partner_job.c.kind == bindparam("kind"),
        partner_job.c.requested_at >= bindparam("since"),
    )
)


def insert_job(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add a job."""
    insert_row(tx, partner_job, values)


def update_job(tx: Connection, job_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a job."""
    update_row(tx, partner_job, job_id, values)


def find_job_row(tx: Connection, system: System, job_id: UUID) -> Row[Any] | None:
    """Return one job of a partner."""
    return tx.execute(_ONE, {"system": system, "id": job_id}).first()


def list_jobs(tx: Connection, system: System, after: UUID | None, limit: int) -> list[Row[Any]]:
    """Return a page of a partner's jobs, newest first; ``after`` is the last one of the page before."""
    values = {"system": system, "limit": limit}
    return list(tx.execute(_NEWEST_BEFORE, {**values, "after": after}) if after else tx.execute(_NEWEST, values))


def oldest_unfinished_job(tx: Connection, system: System) -> Row[Any] | None:
    """Return the partner's oldest job that waits, or that was begun and not ended."""
    return tx.execute(_UNFINISHED, {"system": system}).first()


def jobs_waiting_since(tx: Connection) -> dict[str, datetime]:
    """Return since when the oldest job that nobody began waits, by partner; those of which none waits are left out."""
    return {row.system: row.since for row in tx.execute(_WAITING_SINCE)}


def was_asked_since(tx: Connection, system: System, kind: str, since: datetime) -> bool:
    """Return whether a job of this kind was asked for at or after a moment."""
    asked: bool = tx.execute(_SINCE, {"system": system, "kind": kind, "since": since}).scalar_one()
    return asked
