"""The figures of receivers: each has its own, as long as they are few enough to be labels."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from app.domain.receivers import ReceiverKey
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.delivery import DeliveryState
from app.models.delivery.queue_metrics import QueueMetrics
from app.models.delivery.receiver_health import BreakerState

__all__ = ["MOST_RECEIVERS", "OTHERS", "ReceiverFigures", "by_receiver"]

MOST_RECEIVERS = 1_000
"""The most receivers that have figures of their own."""

OTHERS = "other"
"""The name of all receivers together that have none of their own."""

_Code = TypeVar("_Code", DeliveryState, AttemptOutcome)


@dataclass(frozen=True, kw_only=True)
class ReceiverFigures:
    """The figures of one receiver, or of several together.

    Attributes:
        waiting: deliveries by state, of those that are not finished or were given up.
        given_up_recently: those that were given up within the last hour.
        due_since: when the oldest delivery that is due fell due; None when none is.
        attempts: totals by outcome.
        failing: how many are not sent to as usual, because they failed.
    """

    waiting: Mapping[DeliveryState, int]
    given_up_recently: int
    due_since: datetime | None
    attempts: Mapping[AttemptOutcome, int]
    failing: int


def by_receiver(queues: Mapping[ReceiverKey, QueueMetrics]) -> dict[str, ReceiverFigures]:
    """Return the figures of queues by the key of their receiver: partners and the oldest subscriptions have their own.

    Sorted by key, so that a receiver keeps its own figures when others are added.
    """
    ordered = sorted(queues.items(), key=lambda one: one[0].text)
    figures = {receiver.text: _together([queue]) for receiver, queue in ordered[:MOST_RECEIVERS]}
    if others := [queue for _, queue in ordered[MOST_RECEIVERS:]]:
        figures[OTHERS] = _together(others)
    return figures


def _together(queues: Sequence[QueueMetrics]) -> ReceiverFigures:
    return ReceiverFigures(
        waiting=_sums([queue.waiting for queue in queues]),
        given_up_recently=sum(queue.given_up_recently for queue in queues),
        due_since=min((queue.due_since for queue in queues if queue.due_since), default=None),
        attempts=_sums([queue.attempts for queue in queues]),
        failing=sum(queue.breaker in (BreakerState.OPEN, BreakerState.HALF_OPEN) for queue in queues),
    )


def _sums(counts: Sequence[Mapping[_Code, int]]) -> dict[_Code, int]:
    sums: Counter[_Code] = Counter()
    for each in counts:
        # Unlike the addition of counters, this keeps what is 0.
        sums.update(each)
    return dict(sums)
