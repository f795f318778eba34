"""The queue of each receiver in figures: what waits, since when, and how attempts ended.

Counting stops at a number, so that figures cost the same however much is owed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    select,
)

from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models.base import ReceiverText, UtcDateTime
from app.models.bulk import BulkQuery, GivenRow, Parameters, bulk_query, is_any_of
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.delivery import NEVER_TRIED, TRIED_BEFORE, DeliveryState, delivery, in_state
from app.models.delivery.lease import Lease, all_leases, attempts_under_way
from app.models.delivery.receiver_health import BreakerState, endpoint
from app.models.delivery.subscription import subscription

__all__ = ["RECENTLY", "QueueMetrics", "queue_metrics"]

RECENTLY = timedelta(hours=1)
"""What was given up is counted apart for this long."""


@dataclass(frozen=True, kw_only=True)
class QueueMetrics:
    """The figures of one receiver.

    Attributes:
        waiting: deliveries by state, of those that are not finished or were given up.
        given_up_recently: those that were given up within the last hour.
        due_since: when the oldest delivery that is due fell due; None when none is.
        attempts: totals by outcome.
        breaker: None when it was never sent to.
    """

    waiting: Mapping[DeliveryState, int]
    given_up_recently: int
    due_since: datetime | None
    attempts: Mapping[AttemptOutcome, int]
    breaker: BreakerState | None


def queue_metrics(tx: Connection, now: datetime, most: int) -> dict[ReceiverKey, QueueMetrics]:
    """Return the figures of every subscription, and of every other receiver that was ever owed something.

    Of the deliveries of a receiver in one state at most ``most`` are counted, of those of all receivers about twice as
    many.
    """
    known = {row["receiver"]: row for row in tx.execute(select(endpoint)).mappings()}
    subscribers = {SubscriptionKey(id) for id in tx.scalars(select(subscription.c.id))}
    receivers = sorted(known.keys() | subscribers, key=lambda one: one.text)
    waiting = _waiting(tx, receivers, leases := all_leases(tx), most)
    given_up = _counted(tx, _GIVEN_UP, receivers, most, {"since": now - RECENTLY})
    due = _due(tx, receivers, now, attempts_under_way(leases).keys())
    return {
        receiver: QueueMetrics(
            waiting={state: waiting[receiver, state] for state in _UNFINISHED},
            given_up_recently=given_up[receiver],
            due_since=due.get(receiver),
            attempts={outcome: row[outcome] if (row := known.get(receiver)) else 0 for outcome in AttemptOutcome},
            breaker=BreakerState(known[receiver]["state"]) if receiver in known else None,
        )
        for receiver in receivers
    }


def _waiting(
    tx: Connection, receivers: Collection[ReceiverKey], leases: Iterable[Lease], most: int
) -> Counter[tuple[ReceiverKey, DeliveryState]]:
    """Return the number of deliveries by receiver and state; of those that are pending some are under way."""
    waiting: Counter[tuple[ReceiverKey, DeliveryState]] = Counter()
    for state, counting in _COUNTING.items():
        counts = _counted(tx, counting, receivers, most)
        waiting.update({(receiver, state): number for receiver, number in counts.items()})
    for lease in leases:
        waiting[lease.receiver, DeliveryState.SENDING] += len(lease.attempts)
        waiting[lease.receiver, DeliveryState.PENDING] -= len(lease.attempts)
    return waiting


def _counted(
    tx: Connection,
    counting: BulkQuery,
    receivers: Collection[ReceiverKey],
    most: int,
    same: Mapping[str, object] = MappingProxyType({}),
) -> Counter[ReceiverKey]:
    """Return how many deliveries of each receiver a query finds.

    Each receiver has an equal share of what is counted; those that have more share as much again.
    """

    def up_to(limit: int, some: Iterable[ReceiverKey]) -> Counter[ReceiverKey]:
        rows: list[GivenRow] = [{"receiver": receiver.text, "most": limit} for receiver in some]
        return Counter({row["receiver"]: row["number"] for row in counting.run(tx, rows, same)})

    share = most // max(len(receivers), 1) or 1
    counts = up_to(share, receivers)
    many = [receiver for receiver, number in counts.items() if number == share]
    if many and (more := most // len(many)) > share:
        counts |= up_to(more, many)
    return counts


def _due(
    tx: Connection, receivers: Iterable[ReceiverKey], now: datetime, under_way: Collection[object]
) -> dict[ReceiverKey, datetime]:
    """Return when the oldest due delivery of each receiver fell due; those with none are left out."""
    rows: list[GivenRow] = [{"receiver": receiver.text} for receiver in receivers]
    due: dict[ReceiverKey, datetime] = {}
    for oldest in _OLDEST_DUE:
        for row in oldest.run(tx, rows, {"now": now, "under_way": under_way}):
            due[row["receiver"]] = min(row["since"], due.get(row["receiver"], row["since"]))
    return due


def _counting(order: ColumnElement[object], *conditions: ColumnElement[bool]) -> BulkQuery:
    """Return the query for how many deliveries of a receiver meet conditions; counting stops at ``most``.

    They are read in the order of an index, because PostgreSQL would look through the table for so few.
    """

    def query(of: Parameters) -> Select[Any]:
        is_counted = (delivery.c.receiver == of["receiver"], *conditions)
        # The parameters are those of the query around it.
        counted = select(delivery.c.receiver).where(*is_counted).order_by(order).limit(of["most"])
        found = counted.correlate_except(delivery).subquery()
        return select(found.c.receiver, func.count().label("number")).group_by(found.c.receiver)

    return bulk_query({"receiver": ReceiverText(), "most": Integer()}, query)


def _oldest_due(condition: ColumnElement[bool]) -> BulkQuery:
    """Return the query for the oldest due delivery of a receiver with this condition: one probe of its index."""

    def query(of: Parameters) -> Select[Any]:
        return (
            select(delivery.c.receiver, delivery.c.next_attempt_at.label("since"))
            .where(
                delivery.c.receiver == of["receiver"],
                condition,
                delivery.c.next_attempt_at <= bindparam("now", type_=UtcDateTime),
                ~is_any_of(delivery.c.id, "under_way"),
            )
            .order_by(delivery.c.next_attempt_at)
            .limit(literal_column("1", Integer))
        )

    return bulk_query({"receiver": ReceiverText()}, query)


_UNFINISHED = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.PARKED, DeliveryState.DEAD)

# One query for each state, so that each is counted in its own partial index whatever the number of finished rows.
_COUNTING = {
    DeliveryState.PENDING: _counting(delivery.c.subject_id, in_state(DeliveryState.PENDING)),
    DeliveryState.PARKED: _counting(delivery.c.event_position, in_state(DeliveryState.PARKED)),
    DeliveryState.DEAD: _counting(delivery.c.finished_at, in_state(DeliveryState.DEAD)),
}
_GIVEN_UP = _counting(
    delivery.c.finished_at,
    in_state(DeliveryState.DEAD),
    delivery.c.finished_at >= bindparam("since", type_=UtcDateTime),
)
_OLDEST_DUE = (_oldest_due(NEVER_TRIED), _oldest_due(TRIED_BEFORE))
