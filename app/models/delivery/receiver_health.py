"""How each receiver has done: the totals of its tries, and its circuit breaker.

A receiver has a row from its first try on. What the columns of the breaker mean is in
:mod:`app.events.delivery.breaker`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Row, String, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime, metadata

__all__ = [
    "IS_RESTRAINED",
    "OUTCOMES",
    "BreakerState",
    "Endpoint",
    "breaker_columns",
    "breaker_in",
    "count_tries",
    "reset_breaker",
    "restrained_endpoints",
    "save_breakers",
]

OUTCOMES = ("delivered", "failed", "refused", "gone")


class BreakerState(StrEnum):
    """Whether a receiver is sent to as usual, not at all, or a little to see whether it is up again."""

    CLOSED = "closed"
    OPEN = "open"
    RAMPING = "ramping"


endpoint = Table(
    "endpoint",
    metadata,
    Column("receiver", ReceiverText, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("openings", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),
    Column("retry_at", UtcDateTime),
    *(Column(outcome, BigInteger, nullable=False) for outcome in OUTCOMES),
)


@dataclass(frozen=True)
class Endpoint:
    """A receiver's breaker.

    Attributes:
        failures: failed tries since the last success.
        openings: how often it was opened since it was last closed; the waits grow with it.
        allowed: how many may be in flight while ramping.
        retry_at: when one is sent to see whether the receiver is up again; None while not open.
    """

    receiver: ReceiverKey
    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    openings: int = 0
    allowed: int = 0
    retry_at: datetime | None = None


def count_tries(tx: Connection, counts: Mapping[ReceiverKey, Mapping[str, int]]) -> dict[ReceiverKey, Endpoint]:
    """Add to the totals of receivers, and give their breakers, which nobody else changes until the end of the work.

    Args:
        tx: the unit of work.
        counts: tries by receiver and outcome.
    """
    # In one order everywhere, so that two workers never wait for each other.
    rows = [_new_row(receiver, counts[receiver]) for receiver in sorted(counts, key=lambda one: one.text)]
    return {row.receiver: _endpoint(row) for row in tx.execute(_ADD[tx.dialect.name], rows)} if rows else {}


def save_breakers(tx: Connection, changed: Collection[Endpoint]) -> None:
    """Write how breakers stand now."""
    if changed:
        tx.execute(_SAVE, [_breaker_row(one) for one in changed])


def reset_breaker(tx: Connection, receiver: ReceiverKey) -> None:
    """Send to a receiver as usual again: its owner says that it is up."""
    save_breakers(tx, [Endpoint(receiver)])


def restrained_endpoints(tx: Connection) -> dict[ReceiverKey, Endpoint]:
    """Return the receivers that are not sent to as usual."""
    return {row.receiver: _endpoint(row) for row in tx.execute(_RESTRAINED)}


def breaker_in(row: Row[Any]) -> Endpoint | None:
    """Read the breaker from a row with a receiver and ``breaker_columns``; None when these were joined to nothing."""
    return _endpoint(row) if row.state else None


def _new_row(receiver: ReceiverKey, counted: Mapping[str, int]) -> dict[str, object]:
    return {
        "receiver": receiver,
        **_breaker_values(Endpoint(receiver)),
        **{outcome: counted.get(outcome, 0) for outcome in OUTCOMES},
    }


def _breaker_values(of: Endpoint) -> dict[str, object]:
    return {
        "state": of.state.value,
        "failures": of.failures,
        "openings": of.openings,
        "allowed": of.allowed,
        "retry_at": of.retry_at,
    }


def _breaker_row(of: Endpoint) -> dict[str, object]:
    return {"saved_receiver": of.receiver, **{f"saved_{name}": value for name, value in _breaker_values(of).items()}}


def _endpoint(row: Row[Any]) -> Endpoint:
    state = BreakerState(row.state)
    return Endpoint(row.receiver, state, row.failures, row.openings, row.allowed, row.retry_at)


_BREAKER = ("state", "failures", "openings", "allowed", "retry_at")


def _add(first: postgresql.Insert | sqlite.Insert) -> ReturningInsert[Any]:
    sums = {outcome: endpoint.c[outcome] + first.excluded[outcome] for outcome in OUTCOMES}
    return first.on_conflict_do_update(index_elements=["receiver"], set_=sums).returning(*endpoint.c)


_ADD = {"postgresql": _add(postgresql.insert(endpoint)), "sqlite": _add(sqlite.insert(endpoint))}

_SAVE = (
    update(endpoint)
    .where(endpoint.c.receiver == bindparam("saved_receiver"))
    .values({name: bindparam(f"saved_{name}") for name in _BREAKER})
)

IS_RESTRAINED = endpoint.c.state != BreakerState.CLOSED.value
"""The condition that a receiver is not sent to as usual."""

breaker_columns = tuple(endpoint.c[name] for name in _BREAKER)
"""How the breaker of a receiver stands."""

_RESTRAINED = select(endpoint).where(IS_RESTRAINED)
