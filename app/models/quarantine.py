"""Partners' records that could not be applied, sealed, until they are mended, dismissed or too old."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    func,
    insert,
    select,
    update,
)

from app.domain.codes import System
from app.models.base import Id, UtcDateTime, metadata

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("external_id", String, nullable=False),
    Column("case_id", String, nullable=False),
    Column("version", String, nullable=False),
    Column("content_hash", LargeBinary(32), nullable=False),
    Column("field", String(100), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("message", String(500), nullable=False),
    Column("payload", LargeBinary),
    Column("state", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    # What it takes to read the record again once its mapping is mended.
    Column("occurred_at", UtcDateTime),
    Column("referral_id", Id),
    Column("revision", BigInteger),
    # Who dismissed it, and why.
    Column("decided_by", String(100)),
    Column("decision", String(300)),
    Index("ix_quarantine_case", "system", "case_id", "state"),
    Index("ix_quarantine_state", "system", "state", "id"),
)


def put_in_quarantine(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep records that could not be applied."""
    if rows:
        tx.execute(insert(quarantine), [dict(row) for row in rows])


def open_quarantine(tx: Connection, system: System, case_ids: Collection[str]) -> list[Row[Any]]:
    """Give the open quarantine of these cases, oldest first."""
    condition = and_(quarantine.c.system == system, quarantine.c.case_id.in_(case_ids), quarantine.c.state == "open")
    return list(tx.execute(select(quarantine).where(condition).order_by(quarantine.c.id)))


def list_quarantine(tx: Connection, system: System, state: str, after: UUID | None, limit: int) -> list[Row[Any]]:
    """Give a page of the quarantine, oldest first."""
    condition = and_(quarantine.c.system == system, quarantine.c.state == state)
    query = select(quarantine).where(condition).order_by(quarantine.c.id).limit(limit)
    return list(tx.execute(query.where(quarantine.c.id > after) if after else query))


def update_quarantine(tx: Connection, ids: Collection[UUID], state: str, now: datetime) -> None:
    """Move records to another state; what leaves the quarantine loses its payload."""
    values = {"state": state, "changed_at": now, "payload": None}
    tx.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(**values))


def count_quarantined(tx: Connection) -> int:
    """Give the number of records in quarantine, of all partners."""
    number: int = tx.execute(select(func.count()).where(quarantine.c.state == "open")).scalar_one()
    return number


def count_quarantined_of(tx: Connection) -> dict[str, int]:
    """Give the number of records in quarantine by partner."""
    query = select(quarantine.c.system, func.count()).where(quarantine.c.state == "open")
    return {row[0]: row[1] for row in tx.execute(query.group_by(quarantine.c.system))}
