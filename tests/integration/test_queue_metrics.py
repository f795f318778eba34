"""The figures of queues are right on each store, and counting stops at a number."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from app.database import Database
from app.domain.codes import System
from app.domain.events import SubjectType
from app.domain.identifiers import MonotonicIds
from app.domain.receivers import PartnerKey, ReceiverKey, SubscriptionKey
from app.models.delivery.delivery import Delivery, DeliveryState, insert_deliveries
from app.models.delivery.lease import BegunAttempt, Lease, insert_leases
from app.models.delivery.queue_metrics import queue_metrics
from app.models.delivery.receiver_health import make_due
from app.models.delivery.subscription import insert_subscription
from app.vault import Vault
from tests.support.hub import KEY, NOW, InProcessHub
from tests.support.subscriptions import sealed_subscription

MINUTE = timedelta(minutes=1)
RMW, GIDSO = PartnerKey(System.RMW), PartnerKey(System.GIDSO)

ids = MonotonicIds()


def owed(
    receiver: ReceiverKey, state: DeliveryState = DeliveryState.PENDING, at: datetime = NOW, attempts: int = 0
) -> Delivery:
    """Return a delivery that is due, or was given up, at a moment."""
    return Delivery(
        id=ids(NOW),
        event_id=ids(NOW),
        event_position=1,
        receiver=receiver,
        organisation_id=None,
        subject_id=ids(NOW),
        subject_type=SubjectType.REFERRAL,
        created_at=NOW,
        next_attempt_at=at,
        attempts=attempts,
        state=state,
        finished_at=at if state is DeliveryState.DEAD else None,
    )


async def store(db: Database, deliveries: Iterable[Delivery]) -> None:
    """Store deliveries, whose receivers are looked at."""
    some = list(deliveries)
    await db.write(insert_deliveries, some)
    await db.write(make_due, {each.receiver for each in some}, NOW)


async def test_what_waits_is_counted_by_state_and_the_oldest_due_is_found(hub: InProcessHub) -> None:
    waiting = [owed(RMW, at=NOW - 2 * MINUTE), owed(RMW, at=NOW - 3 * MINUTE, attempts=1), owed(RMW, at=NOW + MINUTE)]
    under_way = owed(RMW, at=NOW - 9 * MINUTE, attempts=1)
    given_up = [owed(GIDSO, DeliveryState.DEAD, NOW - ago) for ago in (MINUTE, 59 * MINUTE, 61 * MINUTE)]
    await store(hub.db, [*waiting, under_way, *given_up, owed(GIDSO, DeliveryState.PARKED)])
    lease = Lease(id=ids(NOW), receiver=RMW, until=NOW + MINUTE, attempts={under_way.id: BegunAttempt(2, 1)})
    await hub.db.write(insert_leases, [lease])

    found = await hub.db.read(queue_metrics, NOW, 100)

    assert found[RMW].waiting == {
        DeliveryState.PENDING: 3,
        DeliveryState.SENDING: 1,
        DeliveryState.PARKED: 0,
        DeliveryState.DEAD: 0,
    }
    assert (found[RMW].due_since, found[RMW].given_up_recently) == (NOW - 3 * MINUTE, 0)
    assert (found[GIDSO].waiting[DeliveryState.DEAD], found[GIDSO].waiting[DeliveryState.PARKED]) == (3, 1)
    assert (found[GIDSO].due_since, found[GIDSO].given_up_recently) == (None, 2)


async def test_a_subscription_that_was_never_sent_anything_has_figures(hub: InProcessHub) -> None:
    subscriber = sealed_subscription(
        Vault(KEY), "secret", id=ids(NOW), organisation_id=UUID(int=1), url="https://r.nl", at=NOW
    )
    receiver = SubscriptionKey(subscriber.id)
    await hub.db.write(insert_subscription, subscriber)
    await hub.db.write(insert_deliveries, [owed(receiver, DeliveryState.PARKED)])

    found = await hub.db.read(queue_metrics, NOW, 100)

    assert (found[receiver].waiting[DeliveryState.PARKED], found[receiver].breaker) == (1, None)


async def test_counting_stops_and_what_is_left_of_a_share_goes_to_those_that_have_more(hub: InProcessHub) -> None:
    await store(hub.db, [*(owed(RMW) for _ in range(9)), *(owed(GIDSO) for _ in range(2))])

    counts = []
    for most in (100, 6, 2, 1):
        found = await hub.db.read(queue_metrics, NOW, most)
        counts.append((found[RMW].waiting[DeliveryState.PENDING], found[GIDSO].waiting[DeliveryState.PENDING]))

    # A share of 3 leaves RMW with more than that; of 1, both.
    assert counts == [(9, 2), (6, 2), (1, 1), (1, 1)]
