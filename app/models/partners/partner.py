"""The state of pulling each partner: cursor, pause, failures and lease."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    false,
    select,
    update,
)

from app.domain.codes import System
from app.domain.partners import PartnerPullState, QuarantineAlert, QuarantineCause
from app.models.base import JsonDocument, UtcDateTime, insert_row, metadata

LONGEST_ERROR = 500
"""The most characters of the text of an error that are stored."""

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
    # Failed pulls in a row, and the time before which the partner is not called.
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    Column("retry_at", UtcDateTime),
    # Why the last pull failed, in words for operators.
    Column("last_error", String(LONGEST_ERROR)),
    # Whether operators were alerted of the failures: once when they start, once when they end.
    Column("alerted", Boolean, nullable=False, default=False, server_default=false()),
    # The causes of its quarantine that operators were notified of: [{"reason": …, "field": …, "since": …}] or NULL.
    Column("quarantine_alerts", JsonDocument),
)

_ALL = select(partner).order_by(partner.c.system)
_ONE = select(partner).where(partner.c.system == bindparam("system"))
_ONE_LOCKED = _ONE.with_for_update()
_SAVE = update(partner).where(partner.c.system == bindparam("saved_system"))


def find_partner(tx: Connection, system: System) -> PartnerPullState | None:
    """Return the state of a partner, or None when it was never pulled or paused."""
    row = tx.execute(_ONE, {"system": system}).mappings().first()
    return _pull_state(row) if row else None


def lock_partner(tx: Connection, system: System) -> PartnerPullState:
    """Return the state of a partner, made on first use, locked until the end of the transaction."""
    row = tx.execute(_ONE_LOCKED, {"system": system}).mappings().first()
    if row is None:
        insert_row(tx, partner, {"system": system})
        row = tx.execute(_ONE_LOCKED, {"system": system}).mappings().one()
    return _pull_state(row)


def save_partner(tx: Connection, state: PartnerPullState) -> None:
    """Store the state of a partner, which the caller has locked."""
    values = {
        "cursor": state.cursor,
        "paused": state.paused,
        "pause_reason": state.pause_reason,
        "paused_by": state.paused_by,
        "last_success_at": state.last_success_at,
        "failing_since": state.failing_since,
        "failures": state.failures,
        "retry_at": state.retry_at,
        "last_error": state.last_error and state.last_error[:LONGEST_ERROR],
        "alerted": state.alerted,
        "quarantine_alerts": [_alert_document(each) for each in state.quarantine_alerts] or None,
        "lease_holder": state.lease_holder,
        "lease_until": state.lease_until,
    }
    tx.execute(_SAVE, {**values, "saved_system": state.system})


def list_partners(tx: Connection) -> list[PartnerPullState]:
    """Return the state of every partner that was ever pulled or paused."""
    return [_pull_state(row) for row in tx.execute(_ALL).mappings()]


def _pull_state(row: RowMapping) -> PartnerPullState:
    return PartnerPullState(
        system=System(row["system"]),
        cursor=row["cursor"],
        paused=row["paused"],
        pause_reason=row["pause_reason"],
        paused_by=row["paused_by"],
        last_success_at=row["last_success_at"],
        failing_since=row["failing_since"],
        failures=row["failures"],
        retry_at=row["retry_at"],
        last_error=row["last_error"],
        alerted=row["alerted"],
        quarantine_alerts=tuple(_alert(each) for each in row["quarantine_alerts"] or ()),
        lease_holder=row["lease_holder"],
        lease_until=row["lease_until"],
    )


def _alert_document(alert: QuarantineAlert) -> Mapping[str, str]:
    return {"reason": alert.cause.reason, "field": alert.cause.field, "since": alert.since.isoformat()}


def _alert(document: Mapping[str, str]) -> QuarantineAlert:
    cause = QuarantineCause(document["reason"], document["field"])
    return QuarantineAlert(cause, datetime.fromisoformat(document["since"]))
