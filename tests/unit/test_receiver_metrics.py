"""However many receivers there are, those with labels of their own are few, and nothing of the others is left out."""

from datetime import UTC, datetime
from uuid import UUID

from app.domain.codes import System
from app.domain.receivers import PartnerKey, ReceiverKey, SubscriptionKey
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.delivery import DeliveryState
from app.models.delivery.queue_metrics import QueueMetrics
from app.models.delivery.receiver_health import BreakerState
from app.operations.metrics.receivers import MOST_RECEIVERS, OTHERS, by_receiver

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def queue(number: int, breaker: BreakerState | None) -> QueueMetrics:
    """Return the figures of a receiver that has something waiting since its own minute."""
    return QueueMetrics(
        waiting={DeliveryState.PENDING: number, DeliveryState.DEAD: 0},
        given_up_recently=number,
        due_since=NOON.replace(minute=number),
        attempts={AttemptOutcome.DELIVERED: 2},
        breaker=breaker,
    )


def subscription(number: int) -> ReceiverKey:
    return SubscriptionKey(UUID(int=number))


def test_the_newest_subscriptions_are_counted_together_from_a_number_on() -> None:
    states = (BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED, BreakerState.LIMITED, None)
    queues = {subscription(number): queue(1, None) for number in range(MOST_RECEIVERS - 1)}
    queues[PartnerKey(System.RMW)] = queue(7, BreakerState.OPEN)
    queues |= {subscription(MOST_RECEIVERS + place): queue(place + 2, state) for place, state in enumerate(states)}

    figures = by_receiver(queues)

    others = figures[OTHERS]
    assert len(figures) == MOST_RECEIVERS + 1
    assert (figures["partner:rmw"].waiting[DeliveryState.PENDING], figures["partner:rmw"].failing) == (7, 1)
    assert others.waiting == {DeliveryState.PENDING: 2 + 3 + 4 + 5 + 6, DeliveryState.DEAD: 0}
    assert others.given_up_recently == 2 + 3 + 4 + 5 + 6
    assert others.attempts == {AttemptOutcome.DELIVERED: 10}
    assert (others.due_since, others.failing) == (NOON.replace(minute=2), 2)


def test_few_receivers_have_nothing_in_common() -> None:
    assert list(by_receiver({subscription(1): queue(1, None)})) == [subscription(1).text]
    assert by_receiver({}) == {}
