"""The version of each partner record that was last applied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, bindparam, select

from app.domain.codes import System
from app.models.base import Columns, UtcDateTime, metadata, put_rows

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

RecordKey = tuple[str, str]
"""Kind and external id: what identifies a record at its partner."""


@dataclass(frozen=True, kw_only=True)
class AppliedRecord:
    """A version of a partner's record that was applied.

    Attributes:
        revision: under which it is remembered; a tombstone has none of its own.
    """

    system: System
    kind: str
    external_id: str
    case_id: str
    version: str
    content_hash: bytes
    revision: int | None
    applied_at: datetime


@dataclass(frozen=True)
class AppliedVersion:
    """What was last applied of a record; ``revision`` is None where the partner counts no changes."""

    content_hash: bytes
    revision: int | None


_APPLIED = select(partner_record.c.external_id, partner_record.c.content_hash, partner_record.c.revision).where(
    partner_record.c.system == bindparam("system"),
    partner_record.c.kind == bindparam("kind"),
    partner_record.c.external_id.in_(bindparam("ids", expanding=True)),
)


def known_records(
    tx: Connection, system: System, kind: str, external_ids: Collection[str]
) -> dict[str, AppliedVersion]:
    """Return what was last applied of these records, by the partner's id; records never applied are left out."""
    rows = tx.execute(_APPLIED, {"system": system, "kind": kind, "ids": list(external_ids)})
    return {row.external_id: AppliedVersion(row.content_hash, row.revision) for row in rows}


def save_records(tx: Connection, records: Sequence[AppliedRecord]) -> None:
    """Store which version of records was applied."""
    put_rows(tx, partner_record, [_columns(each) for each in records])


def _columns(record: AppliedRecord) -> Columns:
    return {
        "system": record.system,
        "kind": record.kind,
        "external_id": record.external_id,
        "case_id": record.case_id,
        "version": record.version,
        "content_hash": record.content_hash,
        "revision": record.revision,
        "applied_at": record.applied_at,
    }
