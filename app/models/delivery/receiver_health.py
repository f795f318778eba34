"""The health of each receiver: the totals of its attempts, and its circuit breaker.

A receiver has a row from its first attempt on. :mod:`app.events.delivery.breaker` has the rules of the breaker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Connection, Integer, RowMapping, String, Table, bindparam, select, update

from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime, metadata
from app.models.bulk import Value, bulk_update, bulk_upsert
from app.models.delivery.attempt import AttemptOutcome

__all__ = [
    "IS_RESTRAINED",
    "Breaker",
    "BreakerState",
    "breaker_columns",
    "breaker_in",
    "count_attempts",
    "end_wait",
    "endpoint",
    "failing_receivers",
    "reset_breaker",
    "save_breakers",
]


class BreakerState(StrEnum):
    """Whether a receiver is sent to as usual, less, not at all, or a little to find out whether it is up again.

    ``limited``: it is up, and asked for fewer requests.
    """

    CLOSED = "closed"
    LIMITED = "limited"
    OPEN = "open"
    HALF_OPEN = "ramping"


endpoint = Table(
    "endpoint",
    metadata,
    Column("receiver", ReceiverText, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("openings", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),
    Column("retry_at", UtcDateTime),
    *(Column(outcome.value, BigInteger, nullable=False) for outcome in AttemptOutcome),
)


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """The circuit breaker of a receiver.

    Attributes:
        failures: failed attempts since the last success.
        openings: how often it was opened since it was last closed; the waits grow with it.
        allowed: how many deliveries may be in flight while limited or half-open.
        retry_at: while open, when one delivery is sent to find out whether the receiver is up again; while limited,
            when it is sent to again; otherwise None.
    """

    receiver: ReceiverKey
    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    openings: int = 0
    allowed: int = 0
    retry_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the receiver is taken to be up: sent to as usual, or less because it asked for that."""
        return self.state in (BreakerState.CLOSED, BreakerState.LIMITED)


def count_attempts(
    tx: Connection, counts: Mapping[ReceiverKey, Mapping[AttemptOutcome, int]]
) -> dict[ReceiverKey, Breaker]:
    """Add to the totals of receivers, and return their breakers, which are locked until the end of the transaction.

    Args:
        tx: the unit of work.
        counts: attempts by receiver and outcome.
    """
    # In one order everywhere, so that two workers never wait for each other.
    rows = [
        {
            **_columns(Breaker(receiver=receiver)),
            **{outcome: counts[receiver].get(outcome, 0) for outcome in AttemptOutcome},
        }
        for receiver in sorted(counts, key=lambda one: one.text)
    ]
    return {row["receiver"]: _breaker(row) for row in _COUNT.run(tx, rows)}


def save_breakers(tx: Connection, changed: Collection[Breaker]) -> None:
    """Store the state of breakers."""
    _SAVE.run(tx, [_columns(each) for each in changed])


def reset_breaker(tx: Connection, receiver: ReceiverKey) -> None:
    """Close the breaker of a receiver, because its owner says that it is up."""
    save_breakers(tx, [Breaker(receiver=receiver)])


def end_wait(tx: Connection, receiver: ReceiverKey, now: datetime) -> None:
    """Let one delivery be sent now to find out whether a receiver is up again; its breaker stays open until then."""
    tx.execute(_END_WAIT, {"waiting": receiver, "now": now})


def failing_receivers(tx: Connection) -> dict[ReceiverKey, Breaker]:
    """Return the breakers of receivers that are not taken to be up, by receiver."""
    breakers = [_breaker(row) for row in tx.execute(_RESTRAINED).mappings()]
    return {each.receiver: each for each in breakers if not each.is_closed}


def breaker_in(row: RowMapping) -> Breaker | None:
    """Return the breaker in a row with ``receiver`` and ``breaker_columns``; None when these were joined to nothing."""
    return _breaker(row) if row["state"] else None


def _columns(of: Breaker) -> dict[str, Value]:
    return {
        "receiver": of.receiver.text,
        "state": str(of.state),
        "failures": of.failures,
        "openings": of.openings,
        "allowed": of.allowed,
        "retry_at": of.retry_at,
    }


def _breaker(row: RowMapping) -> Breaker:
    return Breaker(
        receiver=row["receiver"],
        state=BreakerState(row["state"]),
        failures=row["failures"],
        openings=row["openings"],
        allowed=row["allowed"],
        retry_at=row["retry_at"],
    )


_BREAKER = ("state", "failures", "openings", "allowed", "retry_at")

_COUNT = bulk_upsert(
    endpoint,
    ("receiver",),
    lambda excluded: {outcome.value: endpoint.c[outcome] + excluded[outcome] for outcome in AttemptOutcome},
)

_SAVE = bulk_update(endpoint, ("receiver",), _BREAKER)

_END_WAIT = (
    update(endpoint)
    .where(endpoint.c.receiver == bindparam("waiting", type_=ReceiverText), endpoint.c.state == BreakerState.OPEN.value)
    .values(retry_at=bindparam("now", type_=UtcDateTime))
)

IS_RESTRAINED = endpoint.c.state != BreakerState.CLOSED.value
"""The condition that a receiver is not sent to as usual."""

breaker_columns = tuple(endpoint.c[name] for name in _BREAKER)
"""The columns that :func:`breaker_in` reads, next to ``receiver``."""

_RESTRAINED = select(endpoint).where(IS_RESTRAINED)
