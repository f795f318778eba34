"""What the hub remembers of each partner system: cursor, records seen, runs, and what is in quarantine."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.codes import System
from app.models.base import Id, UtcDateTime, insert_row, metadata

partner = Table(
    "partner",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("cursor", Text),
    Column("paused", Boolean, nullable=False, default=False),
    Column("last_success_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("lease_holder", String(64)),
)

partner_record = Table(
    "partner_record",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("content_hash", LargeBinary(32), nullable=False),
    Column("applied_at", UtcDateTime, nullable=False),
)

_RECORD_KEY = ("system", "kind", "external_id")

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
    Index("ix_partner_run_system", "system", "id"),
)

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
    Index("ix_quarantine_case", "system", "case_id", "state"),
    Index("ix_quarantine_state", "system", "state", "id"),
)


_PARTNER = select(partner).where(partner.c.system == bindparam("system"))
_LOCKED_PARTNER = _PARTNER.with_for_update()


def find_partner(tx: Connection, system: System) -> Row[Any] | None:
    """Give the partner's row, or None when it was never pulled."""
    return tx.execute(_PARTNER, {"system": system}).first()


def ensure_partner(tx: Connection, system: System) -> Row[Any]:
    """Give the partner's row, made on first use, locked until the end of the transaction."""
    row = tx.execute(_LOCKED_PARTNER, {"system": system}).first()
    if row is None:
        insert_row(tx, partner, {"system": system, "paused": False})
        row = tx.execute(_LOCKED_PARTNER, {"system": system}).one()
    return row


def update_partner(tx: Connection, system: System, values: Mapping[str, Any]) -> None:
    """Change columns of a partner."""
    tx.execute(update(partner).where(partner.c.system == system).values(**values))


def list_partners(tx: Connection) -> list[Row[Any]]:
    """Give all partners."""
    return list(tx.execute(select(partner).order_by(partner.c.system)))


_KNOWN = select(partner_record.c.external_id, partner_record.c.content_hash).where(
    partner_record.c.system == bindparam("system"),
    partner_record.c.kind == bindparam("kind"),
    partner_record.c.external_id.in_(bindparam("ids", expanding=True)),
)


def known_records(tx: Connection, system: System, kind: str, external_ids: Collection[str]) -> dict[str, bytes]:
    """Give the content hash last applied, by the partner's id; unknown ones are left out."""
    rows = tx.execute(_KNOWN, {"system": system, "kind": kind, "ids": list(external_ids)})
    return {row.external_id: row.content_hash for row in rows}


def save_records(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember what was applied; each row stands for one record of a partner."""
    if not rows:
        return
    dialect_insert = postgresql_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = dialect_insert(partner_record)
    changed = {name: statement.excluded[name] for name in ("version", "content_hash", "applied_at")}
    tx.execute(statement.on_conflict_do_update(index_elements=_RECORD_KEY, set_=changed), [dict(row) for row in rows])


def insert_run(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add the account of one pull."""
    insert_row(tx, partner_run, values)


def list_runs(tx: Connection, system: System, limit: int) -> list[Row[Any]]:
    """Give the newest runs first."""
    query = select(partner_run).where(partner_run.c.system == system).order_by(partner_run.c.id.desc())
    return list(tx.execute(query.limit(limit)))


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
