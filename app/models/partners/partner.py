"""What the hub remembers of each partner system: cursor, records seen, runs, and what is to be done with it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
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
    bindparam,
    false,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.codes import System
from app.models.base import Id, JsonDocument, UtcDateTime, insert_row, metadata

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
    Column("pause_reason", String(300)),
    Column("paused_by", String(100)),
    # Pulls that failed on end, and until when the partner is left alone.
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    Column("retry_at", UtcDateTime),
    # Whether operators were told that it is in trouble: told once when it starts, once when it ends.
    Column("alerted", Boolean, nullable=False, default=False, server_default=false()),
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
    # The partner's own count of changes of the record, where it has one: an older one never replaces a newer one.
    Column("revision", BigInteger),
    Column("case_id", String),
)

_RECORD_KEY = ("system", "kind", "external_id")
_RECORD_VALUES = ("version", "content_hash", "applied_at", "revision", "case_id")

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
    # pull, backfill, reconcile or retry
    Column("kind", String(12), nullable=False, default="pull", server_default="pull"),
    # What its contract does not know, by place, and how often it was met: {"mutatie.status": 3}.
    Column("drift", JsonDocument),
    Index("ix_partner_run_system", "system", "id"),
)

partner_job = Table(
    "partner_job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    # reconcile, backfill or retry
    Column("kind", String(12), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    # waiting, running, done, failed or cancelled
    Column("state", String(10), nullable=False),
    Column("requested_by", String(100), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("report", JsonDocument),
    Index("ix_partner_job_system", "system", "id"),
)

_PARTNER = select(partner).where(partner.c.system == bindparam("system"))
_LOCKED_PARTNER = _PARTNER.with_for_update()


def find_partner(tx: Connection, system: System) -> Row[Any] | None:
    """Return the partner's row, or None when it was never pulled."""
    return tx.execute(_PARTNER, {"system": system}).first()


def ensure_partner(tx: Connection, system: System) -> Row[Any]:
    """Return the partner's row, made on first use, locked until the end of the transaction."""
    row = tx.execute(_LOCKED_PARTNER, {"system": system}).first()
    if row is None:
        insert_row(tx, partner, {"system": system, "paused": False})
        row = tx.execute(_LOCKED_PARTNER, {"system": system}).one()
    return row


def update_partner(tx: Connection, system: System, values: Mapping[str, Any]) -> None:
    """Change columns of a partner."""
    tx.execute(update(partner).where(partner.c.system == system).values(**values))


def list_partners(tx: Connection) -> list[Row[Any]]:
    """Return all partners."""
    return list(tx.execute(select(partner).order_by(partner.c.system)))


_KNOWN = select(partner_record.c.external_id, partner_record.c.content_hash, partner_record.c.revision).where(
    partner_record.c.system == bindparam("system"),
    partner_record.c.kind == bindparam("kind"),
    partner_record.c.external_id.in_(bindparam("ids", expanding=True)),
)


def known_records(tx: Connection, system: System, kind: str, external_ids: Collection[str]) -> dict[str, Any]:
    """Return rows with the content hash and revision last applied, by the partner's id; unknown ones are left out."""
    rows = tx.execute(_KNOWN, {"system": system, "kind": kind, "ids": list(external_ids)})
    return {row.external_id: row for row in rows}


def save_records(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember what was applied; each row stands for one record of a partner."""
    if not rows:
        return
    dialect_insert = postgresql_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = dialect_insert(partner_record)
    changed = {name: statement.excluded[name] for name in _RECORD_VALUES}
    tx.execute(statement.on_conflict_do_update(index_elements=_RECORD_KEY, set_=changed), [dict(row) for row in rows])


def insert_run(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add the account of one pull."""
    insert_row(tx, partner_run, values)


_LAST_DRIFT = (
    select(partner_run.c.drift)
    .where(partner_run.c.system == bindparam("system"), partner_run.c.drift.is_not(None))
    .order_by(partner_run.c.id.desc())
    .limit(1)
)


def last_drift(tx: Connection, system: System) -> Mapping[str, int]:
    """Return the drift that was last met, by place; empty when there never was any."""
    return tx.execute(_LAST_DRIFT, {"system": system}).scalar() or {}


def list_runs(tx: Connection, system: System, limit: int) -> list[Row[Any]]:
    """Return the newest runs first."""
    query = select(partner_run).where(partner_run.c.system == system).order_by(partner_run.c.id.desc())
    return list(tx.execute(query.limit(limit)))
