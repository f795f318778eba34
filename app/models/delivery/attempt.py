"""Attempts: every time that a delivery was sent, when and with what outcome."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, String, Table, column, select, table

from app.models.base import Id, UtcDateTime, metadata
from app.models.bulk import GivenRow, bulk_insert, is_any_of

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("status_code", Integer),
    Column("error_class", String(60)),
)


# A receiver may have a delivery sent again as often as it likes.
MOST_ATTEMPTS = 50
"""The most attempts of one delivery that are returned."""


class AttemptOutcome(StrEnum):
    """How an attempt ended.

    ``failed``: to be tried again; ``refused``: never accepted, however often it is sent; ``gone``: the receiver wants
    no more events.
    """

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt; holds nothing of what was sent or answered.

    Attributes:
        number: of the delivery's attempts, from 1.
        error_class: a short code of what went wrong; None when it succeeded.
    """

    delivery_id: UUID
    number: int
    started_at: datetime
    duration_ms: int
    outcome: AttemptOutcome
    status_code: int | None = None
    error_class: str | None = None


def insert_attempts(tx: Connection, attempts: Sequence[Attempt]) -> None:
    """Store attempts."""
    _INSERT.run(tx, [_columns(each) for each in attempts])


def attempts_of(tx: Connection, delivery_ids: Collection[UUID]) -> list[Attempt]:
    """Return the newest attempts of deliveries, ``MOST_ATTEMPTS`` of each, in order of delivery and number."""
    return [
        Attempt(
            delivery_id=row.delivery_id,
            number=row.number,
            started_at=row.started_at,
            duration_ms=row.duration_ms,
            outcome=AttemptOutcome(row.outcome),
            status_code=row.status_code,
            error_class=row.error_class,
        )
        for row in tx.execute(_OF_DELIVERIES, {"ids": delivery_ids})
    ]


_INSERT = bulk_insert(attempt, *attempt.c.keys())
# Its module imports this one.
_DELIVERY = table("delivery", column("id", Id), column("attempts", Integer))
_OF_DELIVERIES = (
    select(attempt)
    .join_from(attempt, _DELIVERY, _DELIVERY.c.id == attempt.c.delivery_id)
    .where(is_any_of(_DELIVERY.c.id, "ids"), attempt.c.number > _DELIVERY.c.attempts - MOST_ATTEMPTS)
    .order_by(attempt.c.delivery_id, attempt.c.number)
)


def _columns(of: Attempt) -> GivenRow:
    return {
        "delivery_id": of.delivery_id,
        "number": of.number,
        "started_at": of.started_at,
        "duration_ms": of.duration_ms,
        "outcome": str(of.outcome),
        "status_code": of.status_code,
        "error_class": of.error_class,
    }
