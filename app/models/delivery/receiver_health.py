"""Each receiver: the totals of its attempts, its circuit breaker, and when its deliveries are looked at next.

A receiver has a row from its first delivery on. :mod:`app.events.delivery.breaker` has the rules of the breaker.

Whoever makes deliveries of a receiver due, takes them or records how they ended locks its row first, so that two
workers never take the same delivery and no delivery is left without a moment at which it is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    String,
    Table,
    bindparam,
    case,
    or_,
    select,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime, metadata
from app.models.bulk import Value, bulk_update, bulk_upsert, is_any_of
from app.models.delivery.attempt import AttemptOutcome

__all__ = [
    "Breaker",
    "BreakerState",
    "count_attempts",
    "due_receivers",
    "end_wait",
    "endpoint",
    "failing_receivers",
    "lock_receivers",
    "look_at_receivers",
    "make_due",
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
    Column("due_at", UtcDateTime, index=True),
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


def make_due(tx: Connection, receivers: Iterable[ReceiverKey], now: datetime) -> None:
    """Have the deliveries of receivers looked at now; their rows are locked until the end of the transaction."""
    _MAKE_DUE.run(tx, [_new_row(each, now, {}) for each in _in_order(receivers)])


def lock_receivers(tx: Connection, receivers: Iterable[ReceiverKey]) -> None:
    """Lock the rows of receivers until the end of the transaction."""
    tx.execute(_LOCK, {"receivers": set(receivers)})


def due_receivers(tx: Connection, now: datetime, limit: int, unserved: Collection[ReceiverKey]) -> list[Breaker]:
    """Return the receivers whose deliveries are to be looked at now, with their breakers, and lock their rows.

    The longest waiting come first; those that another transaction has locked, and ``unserved``, are left out.
    """
    values = {"now": now, "limit": limit, "unserved": unserved}
    return [_breaker(row) for row in tx.execute(_DUE, values).mappings()]


def look_at_receivers(tx: Connection, moments: Mapping[ReceiverKey, datetime | None]) -> None:
    """Store when receivers, whose rows are locked, are looked at next; None: when something happens."""
    _LOOK_AT.run(tx, [{"receiver": receiver.text, "due_at": moment} for receiver, moment in moments.items()])


def count_attempts(
    tx: Connection, counts: Mapping[ReceiverKey, Mapping[AttemptOutcome, int]], now: datetime
) -> dict[ReceiverKey, Breaker]:
    """Add to the totals of receivers, have them looked at now, and return their breakers; their rows are locked.

    Args:
        tx: the unit of work.
        counts: attempts by receiver and outcome.
        now: an attempt that ended makes room, and lets the rest of its chain go.
    """
    rows = [_new_row(receiver, now, counts[receiver]) for receiver in _in_order(counts)]
    return {row["receiver"]: _breaker(row) for row in _COUNT.run(tx, rows)}


def save_breakers(tx: Connection, changed: Collection[Breaker]) -> None:
    """Store the state of breakers."""
    _SAVE.run(tx, [_columns(each) for each in changed])


def reset_breaker(tx: Connection, receiver: ReceiverKey, now: datetime) -> None:
    """Close the breaker of a receiver, because its owner says that it is up."""
    make_due(tx, [receiver], now)
    save_breakers(tx, [Breaker(receiver=receiver)])


def end_wait(tx: Connection, receiver: ReceiverKey, now: datetime) -> None:
    """Let one delivery be sent now to find out whether a receiver is up again; its breaker stays open until then."""
    make_due(tx, [receiver], now)
    tx.execute(_END_WAIT, {"waiting": receiver, "now": now})


def failing_receivers(tx: Connection) -> dict[ReceiverKey, Breaker]:
    """Return the breakers of receivers that are not taken to be up, by receiver."""
    breakers = [_breaker(row) for row in tx.execute(_RESTRAINED).mappings()]
    return {each.receiver: each for each in breakers if not each.is_closed}


def _columns(of: Breaker) -> dict[str, Value]:
    return {
        "receiver": of.receiver.text,
        "state": str(of.state),
        "failures": of.failures,
        "openings": of.openings,
        "allowed": of.allowed,
        "retry_at": of.retry_at,
    }


def _new_row(receiver: ReceiverKey, due_at: datetime, counts: Mapping[AttemptOutcome, int]) -> dict[str, Value]:
    return {
        **_columns(Breaker(receiver=receiver)),
        "due_at": due_at,
        **{outcome: counts.get(outcome, 0) for outcome in AttemptOutcome},
    }


def _in_order(receivers: Iterable[ReceiverKey]) -> list[ReceiverKey]:
    # In one order everywhere, so that two transactions never wait for each other.
    return sorted(set(receivers), key=lambda each: each.text)


def _breaker(row: RowMapping) -> Breaker:
    return Breaker(
        receiver=row["receiver"],
        state=BreakerState(row["state"]),
        failures=row["failures"],
        openings=row["openings"],
        allowed=row["allowed"],
        retry_at=row["retry_at"],
    )


def _earlier(added: ReadOnlyColumnCollection[str, KeyedColumnElement[datetime]]) -> ColumnElement[datetime]:
    later = or_(endpoint.c.due_at.is_(None), endpoint.c.due_at > added.due_at)
    return case((later, added.due_at), else_=endpoint.c.due_at)


_BREAKER = ("state", "failures", "openings", "allowed", "retry_at")

_MAKE_DUE = bulk_upsert(endpoint, ("receiver",), lambda added: {"due_at": _earlier(added)})

_COUNT = bulk_upsert(
    endpoint,
    ("receiver",),
    lambda added: {
        "due_at": _earlier(added),
        **{outcome.value: endpoint.c[outcome] + added[outcome] for outcome in AttemptOutcome},
    },
)

_LOCK = (
    select(endpoint.c.receiver)
    .where(is_any_of(endpoint.c.receiver, "receivers"))
    .order_by(endpoint.c.receiver)
    .with_for_update()
)

_DUE = (
    select(endpoint)
    .where(endpoint.c.due_at <= bindparam("now", type_=UtcDateTime), ~is_any_of(endpoint.c.receiver, "unserved"))
    .order_by(endpoint.c.due_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)

_LOOK_AT = bulk_update(endpoint, ("receiver",), ("due_at",))

_SAVE = bulk_update(endpoint, ("receiver",), _BREAKER)

_END_WAIT = (
    update(endpoint)
    .where(endpoint.c.receiver == bindparam("waiting", type_=ReceiverText), endpoint.c.state == BreakerState.OPEN.value)
    .values(retry_at=bindparam("now", type_=UtcDateTime))
)

_RESTRAINED = select(endpoint).where(endpoint.c.state != BreakerState.CLOSED.value)
