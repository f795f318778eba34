"""What a reconciliation found so far, record by record, so that it needs the memory of a page.

The rows are of the reconciliation that is under way; they are deleted at its end, and before the next one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    RowMapping,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)

from app.domain.codes import System
from app.models.base import Columns, JsonDocument, metadata, put_rows
from app.models.batch import in_batch, run_batch
from app.models.bulk import is_any_of
from app.models.partners.record import RecordKey


class Finding(StrEnum):
    """How the partner and the hub differ on a record."""

    MISSING = "missing"
    DIFFERENT = "different"
    DELETED = "deleted"
    EXTRA = "extra"


CASE = ""
"""The kind of the row of a case instead of a record: one that the partner lists or, with a finding, lacks."""

compared_record = Table(
    "compared_record",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    # The newest version that the partner sent, and all versions under which it sent the same content.
    Column("version", String, nullable=False),
    Column("versions", JsonDocument, nullable=False),
    Column("content_hash", LargeBinary(32), nullable=False),
    Column("revision", BigInteger),
    # A Finding.
    Column("finding", String(10)),
    # In the order in which the partner sent them.
    Column("place", BigInteger, nullable=False),
    Index("ix_compared_record_case", "system", "case_id"),
    Index("ix_compared_record_finding", "system", "finding", "place"),
)


@dataclass(frozen=True, kw_only=True)
class ComparedRecord:
    """A record of the partner as it was compared, or of the hub that the partner no longer has.

    Attributes:
        version: the newest that the partner sent.
        versions: those under which it sent this very content.
        revision: the highest that it stated.
        finding: None when there is nothing to do.
        place: in the order in which the partner sent them.
    """

    key: RecordKey
    case_id: str
    version: str = ""
    versions: frozenset[str] = frozenset()
    content_hash: bytes = b""
    revision: int | None = None
    finding: Finding | None = None
    place: int


_OF_SYSTEM = compared_record.c.system == bindparam("of_system")
_BY_IDS = select(compared_record).where(_OF_SYSTEM, is_any_of(compared_record.c.external_id, "ids"))
_WITH_FINDING = (
    select(compared_record)
    .where(_OF_SYSTEM, compared_record.c.finding == bindparam("wanted"), compared_record.c.place > bindparam("after"))
    .order_by(compared_record.c.place)
    .limit(bindparam("limit"))
)
_COUNTS = (
    select(compared_record.c.finding, func.count().label("number"))
    .where(_OF_SYSTEM, compared_record.c.finding.is_not(None))
    .group_by(compared_record.c.finding)
)
_CASES = (
    select(compared_record.c.case_id).distinct().where(_OF_SYSTEM, is_any_of(compared_record.c.case_id, "case_ids"))
)
_LISTED = _CASES.where(compared_record.c.kind == CASE)
_OF_RECORDS = _CASES.where(compared_record.c.kind != CASE)
_SETTLE = (
    update(compared_record)
    .values(finding=None)
    .where(
        _OF_SYSTEM,
        compared_record.c.kind == bindparam("of_kind"),
        compared_record.c.external_id == bindparam("of_id"),
    )
)
_CLEAR = delete(compared_record).where(in_batch(compared_record, _OF_SYSTEM))


def compared_records(tx: Connection, system: System, keys: Collection[RecordKey]) -> dict[RecordKey, ComparedRecord]:
    """Return those of these records of a partner that were compared, by key."""
    rows = tx.execute(_BY_IDS, {"of_system": system, "ids": [id for _, id in keys]}).mappings()
    found = [_compared(row) for row in rows]
    return {each.key: each for each in found if each.key in keys}


def save_compared(tx: Connection, system: System, records: Sequence[ComparedRecord]) -> None:
    """Store what was found about records, also when they were compared before."""
    put_rows(tx, compared_record, [_columns(system, each) for each in records])


def count_findings(tx: Connection, system: System) -> Mapping[Finding, int]:
    """Return the number of records by what was found."""
    counts = {Finding(row.finding): row.number for row in tx.execute(_COUNTS, {"of_system": system})}
    return {finding: counts.get(finding, 0) for finding in Finding}


def records_with(tx: Connection, system: System, finding: Finding, after: int, limit: int) -> list[ComparedRecord]:
    """Return a page of the records with a finding, in their order; ``after`` is the place of the last one before."""
    asked = {"of_system": system, "wanted": finding, "after": after, "limit": limit}
    return [_compared(row) for row in tx.execute(_WITH_FINDING, asked).mappings()]


def listed_cases(tx: Connection, system: System, case_ids: Collection[str]) -> set[str]:
    """Return those of these cases that the partner listed as cases."""
    return set(tx.scalars(_LISTED, {"of_system": system, "case_ids": list(case_ids)}))


def cases_of_records(tx: Connection, system: System, case_ids: Collection[str]) -> set[str]:
    """Return those of these cases that have a record that was compared."""
    return set(tx.scalars(_OF_RECORDS, {"of_system": system, "case_ids": list(case_ids)}))


def settle_compared(tx: Connection, system: System, keys: Collection[RecordKey]) -> None:
    """Take the findings of these records away, because they were dealt with."""
    if keys:
        tx.execute(_SETTLE, [{"of_system": system, "of_kind": kind, "of_id": id} for kind, id in keys])


def clear_compared(tx: Connection, system: System, most: int) -> int:
    """Delete what was found about records of a partner; return of how many."""
    return run_batch(tx, _CLEAR, {"of_system": system}, most)


def _columns(system: System, of: ComparedRecord) -> Columns:
    kind, record_id = of.key
    return {
        "system": system,
        "kind": kind,
        "external_id": record_id,
        "case_id": of.case_id,
        "version": of.version,
        "versions": sorted(of.versions),
        "content_hash": of.content_hash,
        "revision": of.revision,
        "finding": of.finding,
        "place": of.place,
    }


def _compared(row: RowMapping) -> ComparedRecord:
    return ComparedRecord(
        key=(row["kind"], row["external_id"]),
        case_id=row["case_id"],
        version=row["version"],
        versions=frozenset(row["versions"]),
        content_hash=row["content_hash"],
        revision=row["revision"],
        finding=Finding(row["finding"]) if row["finding"] else None,
        place=row["place"],
    )
