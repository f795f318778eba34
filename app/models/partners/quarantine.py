"""Partners' records that could not be applied, sealed, until they are applied, dismissed or expire."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    RowMapping,
    String,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from app.domain.codes import System
from app.domain.identifiers import first_id_at
from app.domain.partners import (
    QuarantineAlert,
    QuarantineCause,
    QuarantineEntry,
    QuarantineQuery,
    QuarantineState,
)
from app.domain.ports import ReadError
from app.models.base import Columns, Id, UtcDateTime, metadata
from app.models.batch import in_batch, run_batch
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import Vault

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
    Column("payload", Sealed(SealedBy.HUB)),
    # A QuarantineState.
    Column("state", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    # For reading the record again with a corrected mapping.
    Column("occurred_at", UtcDateTime),
    Column("referral_id", Id),
    Column("revision", BigInteger),
    # Who dismissed it, and why.
    Column("decided_by", String(100)),
    Column("decision", String(300)),
    Index("ix_quarantine_case", "system", "case_id", "state"),
    Index("ix_quarantine_state", "system", "state", "id"),
)


@dataclass(frozen=True, kw_only=True)
class SealedRecord:
    """A record in quarantine with its sealed payload."""

    entry: QuarantineEntry
    payload: bytes

    @classmethod
    def of(cls, vault: Vault, entry: QuarantineEntry, payload: bytes) -> Self:
        """Return a record with its payload, which is sealed now."""
        return cls(entry=entry, payload=vault.seal(payload, place_of(quarantine.c.payload, entry.id)))

    def opened(self, vault: Vault) -> bytes:
        """Return the payload."""
        return vault.open(self.payload, place_of(quarantine.c.payload, self.entry.id))


_ENTRY = [column for column in quarantine.c if column.name != "payload"]
_IS_OPEN = quarantine.c.state == QuarantineState.OPEN.value
_OF_SYSTEM = quarantine.c.system == bindparam("system")
_OF_CASES = quarantine.c.case_id.in_(bindparam("case_ids", expanding=True))

_BY_CASE = (
    select(*_ENTRY)
    .where(_OF_SYSTEM, _OF_CASES, quarantine.c.state.in_(bindparam("states", expanding=True)))
    .order_by(quarantine.c.id)
)
_SEALED_BY_CASE = select(quarantine).where(_OF_SYSTEM, _OF_CASES, _IS_OPEN).order_by(quarantine.c.id)
_OPEN_CASES = (
    select(quarantine.c.case_id)
    .where(_OF_SYSTEM, _IS_OPEN)
    .group_by(quarantine.c.case_id)
    .order_by(func.min(quarantine.c.since), quarantine.c.case_id)
)
_CASES_WITH_ONE_REASON = (
    select(quarantine.c.case_id)
    .where(_OF_SYSTEM, _IS_OPEN)
    .group_by(quarantine.c.case_id)
    .having(func.count() == func.count(case((quarantine.c.reason == bindparam("reason"), 1))))
    .order_by(quarantine.c.case_id)
)
_BY_IDS = select(*_ENTRY).where(_OF_SYSTEM, quarantine.c.id.in_(bindparam("ids", expanding=True)))
# A record that leaves the quarantine loses its payload.
_CLOSE = update(quarantine).values(payload=None, changed_at=bindparam("now"), state=bindparam("new_state"))
_CLOSE_IDS = _CLOSE.where(quarantine.c.id.in_(bindparam("ids", expanding=True)))
_DISMISS = _CLOSE.where(quarantine.c.id == bindparam("dismissed")).values(
    decided_by=bindparam("by"), decision=bindparam("why")
)
_EXPIRE = _CLOSE.where(in_batch(quarantine, _IS_OPEN, quarantine.c.since < bindparam("before")))
# What was dismissed stays, because it is left out whenever the partner sends it again.
_FORGOTTEN = (QuarantineState.APPLIED, QuarantineState.OVERTAKEN, QuarantineState.EXPIRED)
_PURGE = delete(quarantine).where(
    in_batch(
        quarantine,
        quarantine.c.id < bindparam("first_id", type_=Id),
        quarantine.c.state.in_(_FORGOTTEN),
        quarantine.c.changed_at < bindparam("before", type_=UtcDateTime),
        by=quarantine.c.id,
    )
)
_CHANGE_REASON = (
    update(quarantine)
    .where(quarantine.c.id == bindparam("row_id"))
    .values(
        field=bindparam("new_field"),
        reason=bindparam("new_reason"),
        message=bindparam("new_message"),
        changed_at=bindparam("now"),
    )
)
_CAUSES = (
    select(quarantine.c.reason, quarantine.c.field, func.min(quarantine.c.since).label("since"))
    .where(_OF_SYSTEM, _IS_OPEN, quarantine.c.reason != bindparam("no_cause"))
    .group_by(quarantine.c.reason, quarantine.c.field)
)
_COUNT = select(func.count()).where(_IS_OPEN)
_COUNT_BY_SYSTEM = select(quarantine.c.system, func.count()).where(_IS_OPEN).group_by(quarantine.c.system)


def put_in_quarantine(tx: Connection, system: System, records: Sequence[SealedRecord]) -> None:
    """Store records that could not be applied."""
    if records:
        tx.execute(insert(quarantine), [_columns(system, each) for each in records])


def quarantine_of_cases(
    tx: Connection, system: System, case_ids: Collection[str], states: Collection[QuarantineState]
) -> list[QuarantineEntry]:
    """Return the records of these cases in these states, oldest first."""
    asked = {"system": system, "case_ids": list(case_ids), "states": list(states)}
    return [_entry(row) for row in tx.execute(_BY_CASE, asked).mappings()]


def sealed_records(tx: Connection, system: System, case_ids: Collection[str]) -> list[SealedRecord]:
    """Return the records of these cases that are in quarantine now, with their payloads, oldest first."""
    rows = tx.execute(_SEALED_BY_CASE, {"system": system, "case_ids": list(case_ids)}).mappings()
    return [SealedRecord(entry=_entry(row), payload=row["payload"]) for row in rows]


def cases_in_quarantine(tx: Connection, system: System) -> list[str]:
    """Return the cases with a record in quarantine, in the order in which they got one."""
    return list(tx.execute(_OPEN_CASES, {"system": system}).scalars())


def cases_with_one_reason(tx: Connection, system: System, reason: str) -> list[str]:
    """Return the cases all of whose records in quarantine have this reason."""
    return list(tx.execute(_CASES_WITH_ONE_REASON, {"system": system, "reason": reason}).scalars())


def causes_of_quarantine(tx: Connection, system: System, no_cause: str) -> list[QuarantineAlert]:
    """Return why records of a partner are in quarantine now, and since when; ``no_cause`` is a reason that is none."""
    rows = tx.execute(_CAUSES, {"system": system, "no_cause": no_cause})
    return [QuarantineAlert(QuarantineCause(row.reason, row.field), row.since) for row in rows]


def quarantine_by_ids(tx: Connection, system: System, ids: Collection[UUID]) -> dict[UUID, QuarantineEntry]:
    """Return those of these records that this partner has or had in quarantine, by id."""
    rows = tx.execute(_BY_IDS, {"system": system, "ids": list(ids)}).mappings()
    return {row["id"]: _entry(row) for row in rows}


def list_quarantine(
    tx: Connection, system: System, query: QuarantineQuery, after: UUID | None, limit: int
) -> list[QuarantineEntry]:
    """Return a page of a partner's records in quarantine; ``after`` ends the previous page."""
    place = quarantine.c.id
    wanted = select(*_ENTRY).where(*_matches(query)).order_by(place if query.oldest_first else place.desc())
    if after:
        wanted = wanted.where(place > after if query.oldest_first else place < after)
    rows = tx.execute(wanted.limit(limit), {"system": system})
    return [_entry(row) for row in rows.mappings()]


def count_matching(tx: Connection, system: System, query: QuarantineQuery, most: int) -> int:
    """Return how many records of a partner in quarantine a query lists; counting stops at ``most``."""
    found = select(quarantine.c.id).where(*_matches(query)).limit(most).subquery()
    number: int = tx.execute(select(func.count()).select_from(found), {"system": system}).scalar_one()
    return number


def _matches(query: QuarantineQuery) -> Iterator[ColumnElement[bool]]:
    yield _OF_SYSTEM
    yield _IS_OPEN
    if query.reason is not None:
        yield quarantine.c.reason == query.reason
    if query.kind is not None:
        yield quarantine.c.kind == query.kind


def close_quarantine(tx: Connection, ids: Collection[UUID], state: QuarantineState, now: datetime) -> None:
    """Let records leave the quarantine in this state; their payloads are deleted."""
    tx.execute(_CLOSE_IDS, {"ids": list(ids), "new_state": state, "now": now})


def dismiss_quarantine(tx: Connection, entry_id: UUID, by: str, why: str, now: datetime) -> None:
    """Let a record leave the quarantine because somebody decided so; its payload is deleted."""
    tx.execute(
        _DISMISS, {"dismissed": entry_id, "by": by, "why": why, "new_state": QuarantineState.DISMISSED, "now": now}
    )


def change_reasons(tx: Connection, reasons: Mapping[UUID, ReadError], now: datetime) -> None:
    """Store why records are in quarantine now, by id."""
    rows = [
        {"row_id": id, "now": now, "new_field": why.field, "new_reason": why.reason, "new_message": why.message}
        for id, why in reasons.items()
    ]
    if rows:
        tx.execute(_CHANGE_REASON, rows)


def expire_quarantine(tx: Connection, before: datetime, now: datetime, most: int) -> int:
    """Let records in quarantine since before this time leave it as expired, without their payloads; return how many.

    They no longer block their cases, and are applied when the partner sends them again.
    """
    values = {"before": before, "new_state": QuarantineState.EXPIRED, "now": now}
    return run_batch(tx, _EXPIRE, values, most)


def purge_closed_quarantine(tx: Connection, before: datetime, most: int) -> int:
    """Delete what is known of records that left the quarantine before this time, unless dismissed; return how many.

    One that expired is read again when the partner sends it again.
    """
    return run_batch(tx, _PURGE, {"before": before, "first_id": first_id_at(before)}, most)


def count_quarantined(tx: Connection) -> int:
    """Return the number of records in quarantine, of all partners."""
    number: int = tx.execute(_COUNT).scalar_one()
    return number


def count_quarantined_by_partner(tx: Connection) -> dict[System, int]:
    """Return the number of records in quarantine by partner; partners without one are left out."""
    return {System(system): number for system, number in tx.execute(_COUNT_BY_SYSTEM)}


def _columns(system: System, sealed: SealedRecord) -> Columns:
    entry = sealed.entry
    return {
        "id": entry.id,
        "system": system,
        "kind": entry.kind,
        "external_id": entry.external_id,
        "case_id": entry.case_id,
        "version": entry.version,
        "content_hash": entry.content_hash,
        "field": entry.field,
        "reason": entry.reason,
        "message": entry.message,
        "payload": sealed.payload,
        "state": entry.state,
        "since": entry.since,
        "changed_at": entry.since,
        "occurred_at": entry.occurred_at,
        "referral_id": entry.referral_id,
        "revision": entry.revision,
    }


def _entry(row: RowMapping) -> QuarantineEntry:
    return QuarantineEntry(
        id=row["id"],
        kind=row["kind"],
        external_id=row["external_id"],
        case_id=row["case_id"],
        version=row["version"],
        content_hash=row["content_hash"],
        field=row["field"],
        reason=row["reason"],
        message=row["message"],
        state=QuarantineState(row["state"]),
        since=row["since"],
        occurred_at=row["occurred_at"],
        referral_id=row["referral_id"],
        revision=row["revision"],
        decided_by=row["decided_by"],
        decision=row["decision"],
    )
