"""The queue of each receiver in figures: what waits, since when, and how attempts ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal_column, select, union_all

from app.domain.receivers import ReceiverKey
from app.models.base import UtcDateTime
from app.models.bulk import is_any_of
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.delivery import DeliveryState, delivery, in_state
from app.models.delivery.lease import Lease, all_leases, attempts_under_way
from app.models.delivery.receiver_health import BreakerState, endpoint

__all__ = ["QueueMetrics", "queue_metrics"]


@dataclass(frozen=True, kw_only=True)
class QueueMetrics:
    """The figures of one receiver.

    Attributes:
        waiting: deliveries by state, of those that are not finished or were given up.
        due_since: when the oldest delivery that is due fell due; None when none is.
        attempts: totals by outcome.
        breaker: None when it was never sent to.
    """

    waiting: Mapping[DeliveryState, int]
    due_since: datetime | None
    attempts: Mapping[AttemptOutcome, int]
    breaker: BreakerState | None


def queue_metrics(tx: Connection, now: datetime) -> dict[ReceiverKey, QueueMetrics]:
    """Return the figures of every receiver that is owed something or was ever sent something."""
    waiting = _waiting(tx, leases := all_leases(tx))
    under_way = attempts_under_way(leases).keys()
    due = {row.receiver: row.since for row in tx.execute(_DUE, {"now": now, "under_way": under_way})}
    known = {row["receiver"]: row for row in tx.execute(select(endpoint)).mappings()}
    return {
        receiver: QueueMetrics(
            waiting={state: waiting[receiver, state] for state in _UNFINISHED},
            due_since=due.get(receiver),
            attempts={outcome: row[outcome] if (row := known.get(receiver)) else 0 for outcome in AttemptOutcome},
            breaker=BreakerState(known[receiver]["state"]) if receiver in known else None,
        )
        for receiver in sorted(known.keys() | {receiver for receiver, _ in waiting}, key=lambda one: one.text)
    }


def _waiting(tx: Connection, leases: Iterable[Lease]) -> Counter[tuple[ReceiverKey, DeliveryState]]:
    """Return the number of deliveries by receiver and state; of those that are pending some are under way."""
    waiting = Counter({(row.receiver, DeliveryState(row.state)): row.number for row in tx.execute(_WAITING)})
    for lease in leases:
        waiting[lease.receiver, DeliveryState.SENDING] += len(lease.attempts)
        waiting[lease.receiver, DeliveryState.PENDING] -= len(lease.attempts)
    return waiting


_UNFINISHED = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.PARKED, DeliveryState.DEAD)
_STORED = (DeliveryState.PENDING, DeliveryState.PARKED, DeliveryState.DEAD)

# One query for each state, so that each is counted in its own partial index whatever the number of finished rows.
_WAITING = union_all(
    *(
        select(delivery.c.receiver, literal_column(f"'{state.value}'").label("state"), func.count().label("number"))
        .where(in_state(state))
        .group_by(delivery.c.receiver)
        for state in _STORED
    )
)

_DUE = (
    select(delivery.c.receiver, func.min(delivery.c.next_attempt_at).label("since"))
    .where(
        in_state(DeliveryState.PENDING),
        delivery.c.next_attempt_at <= bindparam("now", type_=UtcDateTime),
        ~is_any_of(delivery.c.id, "under_way"),
    )
    .group_by(delivery.c.receiver)
)
