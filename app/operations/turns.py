"""Whose turn it is to pull a partner: one process at a time, by a lease that each page renews."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.database import Connection
from app.domain.codes import System
from app.models.partner import ensure_partner, find_partner, update_partner
from app.operations.tools import Tools


@dataclass(frozen=True)
class Turn:
    """A process's turn to pull a partner; one process pulls a partner at a time."""

    system: System
    holder: str
    lease_seconds: float = 60.0


class TurnLost(Exception):
    """Another process pulls this partner now."""


def cursor_in_turn(tx: Connection, turn: Turn) -> tuple[bool, str | None]:
    """Tell whether this process already has its turn, and from where it reads on."""
    row = find_partner(tx, turn.system)
    if row is None or row.paused or row.lease_holder != turn.holder:
        return False, None
    return True, row.cursor


def take_turn(tx: Connection, tools: Tools, turn: Turn) -> str | None:
    """Take the turn and give the place from which to read on.

    Raises:
        TurnLost: the partner is paused, or another process has the turn.
    """
    row, now = ensure_partner(tx, turn.system), tools.clock.now()
    taken = row.lease_holder not in (None, turn.holder) and row.lease_until and row.lease_until > now
    if row.paused or taken:
        raise TurnLost
    update_partner(tx, turn.system, lease_of(turn, now))
    cursor: str | None = row.cursor
    return cursor


def require_turn(tx: Connection, turn: Turn) -> None:
    """See that the turn is still this process's, and keep it so until the end of the transaction.

    Raises:
        TurnLost: another process took the turn, or the partner was paused.
    """
    row = ensure_partner(tx, turn.system)
    if row.paused or row.lease_holder != turn.holder:
        raise TurnLost


def lease_of(turn: Turn, now: datetime) -> dict[str, Any]:
    """Give the columns that renew a turn."""
    return {"lease_holder": turn.holder, "lease_until": now + timedelta(seconds=turn.lease_seconds)}


def note_failure(tx: Connection, tools: Tools, system: System) -> bool:
    """Note that a partner gives no answer; True when this is the first failure in a row."""
    first = ensure_partner(tx, system).failing_since is None
    if first:
        update_partner(tx, system, {"failing_since": tools.clock.now()})
    return first
