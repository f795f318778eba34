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
    bindparam,
    case,
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


_WHAT_IS_NOT_SEALED = [column for column in quarantine.c if column.name != "payload"]
_OF_CASES = (
    select(*_WHAT_IS_NOT_SEALED)
    .where(
        quarantine.c.system == bindparam("system"),
        quarantine.c.case_id.in_(bindparam("case_ids", expanding=True)),
        quarantine.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(quarantine.c.id)
)
_OPEN_OF_CASES = (
    select(quarantine)
    .where(
        quarantine.c.system == bindparam("system"),
        quarantine.c.case_id.in_(bindparam("case_ids", expanding=True)),
        quarantine.c.state == "open",
    )
    .order_by(quarantine.c.id)
)
_OPEN_CASES = (
    select(quarantine.c.case_id)
    .where(quarantine.c.system == bindparam("system"), quarantine.c.state == "open")
    .group_by(quarantine.c.case_id)
    .order_by(func.min(quarantine.c.since), quarantine.c.case_id)
)
_FREE_CASES = (
    select(quarantine.c.case_id)
    .where(quarantine.c.system == bindparam("system"), quarantine.c.state == "open")
    .group_by(quarantine.c.case_id)
    .having(func.count() == func.count(case((quarantine.c.reason == bindparam("waits"), 1))))
    .order_by(quarantine.c.case_id)
)
_BY_IDS = select(*_WHAT_IS_NOT_SEALED).where(
    quarantine.c.system == bindparam("system"), quarantine.c.id.in_(bindparam("ids", expanding=True))
)
# What leaves the quarantine loses its payload.
_CLOSE = update(quarantine).values(payload=None)
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


def put_in_quarantine(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep records that could not be applied."""
    if rows:
        tx.execute(insert(quarantine), [dict(row) for row in rows])


def quarantine_of_cases(
    tx: Connection, system: System, case_ids: Collection[str], states: Collection[str]
) -> list[Row[Any]]:
    """Return the quarantine of these cases in these states without its payloads, oldest first."""
    return list(tx.execute(_OF_CASES, {"system": system, "case_ids": list(case_ids), "states": list(states)}))


def open_quarantine(tx: Connection, system: System, case_ids: Collection[str]) -> list[Row[Any]]:
    """Return the open quarantine of these cases with its sealed payloads, oldest first."""
    return list(tx.execute(_OPEN_OF_CASES, {"system": system, "case_ids": list(case_ids)}))


def cases_in_quarantine(tx: Connection, system: System) -> list[str]:
    """Return the cases of which something is held, the longest held first."""
    return [row.case_id for row in tx.execute(_OPEN_CASES, {"system": system})]


def free_cases(tx: Connection, system: System, waits: str) -> list[str]:
    """Return the cases of which all that is held is held for this one reason: that it waits for what is gone by now."""
    return [row.case_id for row in tx.execute(_FREE_CASES, {"system": system, "waits": waits})]


def quarantine_rows(tx: Connection, system: System, ids: Collection[UUID]) -> list[Row[Any]]:
    """Return these rows without their payloads, whatever their state."""
    return list(tx.execute(_BY_IDS, {"system": system, "ids": list(ids)}))


def list_quarantine(tx: Connection, system: System, state: str, after: UUID | None, limit: int) -> list[Row[Any]]:
    """Return a page of the quarantine, oldest first."""
    condition = and_(quarantine.c.system == system, quarantine.c.state == state)
    query = select(quarantine).where(condition).order_by(quarantine.c.id).limit(limit)
    return list(tx.execute(query.where(quarantine.c.id > after) if after else query))


def close_quarantine(tx: Connection, ids: Collection[UUID], state: str, now: datetime, **decision: str) -> None:
    """Let records leave the quarantine; what leaves it loses its payload."""
    statement = _CLOSE.where(quarantine.c.id.in_(ids)).values(state=state, changed_at=now, **decision)
    tx.execute(statement)


def change_reasons(tx: Connection, reasons: Mapping[UUID, Mapping[str, str]], now: datetime) -> None:
    """Say anew why records are held: field, reason and message by id."""
    rows = [
        {"row_id": row_id, "now": now, **{f"new_{name}": value for name, value in why.items()}}
        for row_id, why in reasons.items()
    ]
    if rows:
        tx.execute(_CHANGE_REASON, rows)


def expire_quarantine(tx: Connection, before: datetime, now: datetime) -> int:
    """Let what is held since before this moment leave the quarantine as expired; returns how many."""
    old = and_(quarantine.c.state == "open", quarantine.c.since < before)
    return tx.execute(_CLOSE.where(old).values(state="expired", changed_at=now)).rowcount


def count_quarantined(tx: Connection) -> int:
    """Return the number of records in quarantine, of all partners."""
    number: int = tx.execute(select(func.count()).where(quarantine.c.state == "open")).scalar_one()
    return number


def count_quarantined_of(tx: Connection) -> dict[str, int]:
    """Return the number of records in quarantine by partner."""
    query = select(quarantine.c.system, func.count()).where(quarantine.c.state == "open")
    return {row[0]: row[1] for row in tx.execute(query.group_by(quarantine.c.system))}
