"""A receiver that is up again: what it is owed is sent now, and what was given up is sent again (*herstel*)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import structlog

from app.database import Connection
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.events.delivery.payload import DeliveryBuilder
from app.models.delivery.delivery import Delivery
from app.models.delivery.receiver_health import reset_breaker
from app.models.delivery.redelivery import make_waiting_due, requeue_given_up, waiting_of
from app.operations.notices import announce_resumed
from app.operations.services import Services
from app.operations.subscriptions.lookup import SubscriptionRef, lock_visible_subscription, require_active
from app.operations.subscriptions.subscriptions import SubscriptionView, resume

MOST_COUNTED = 1_000
"""The most deliveries that are counted: what each may disclose is decided for it."""

_MOST_EXAMINED = 10 * MOST_COUNTED

log = structlog.get_logger()


@dataclass(frozen=True)
class Owed:
    """What a subscription is sent now.

    Attributes:
        deliveries: how many; only those that may be disclosed, because of others even the number says something.
        more: whether there are more than were counted.
        since: when the oldest of them became owed; None when there is none.
    """

    deliveries: int
    more: bool
    since: datetime | None


@dataclass(frozen=True)
class Resumption:
    """A subscription that is active again, and what it is sent by that."""

    view: SubscriptionView
    owed: Owed


def retry_now(tx: Connection, services: Services, builder: DeliveryBuilder, ref: SubscriptionRef) -> Owed:
    """Send what waits for a subscription now, at full speed, because its receiver is up again.

    The schedule of tries begins anew.

    Raises:
        SubscriptionNotFound: there is none with this id, or it belongs to another organisation.
        TransitionNotAllowed: it is not active.
    """
    return owed_to(tx, builder, _restart(tx, services, ref))


def recover(
    tx: Connection, services: Services, builder: DeliveryBuilder, ref: SubscriptionRef, since: datetime
) -> Owed:
    """Send what was given up for a subscription from a moment on again, and what waits now.

    Raises:
        SubscriptionNotFound: there is none with this id, or it belongs to another organisation.
        TransitionNotAllowed: it is not active.
    """
    receiver = _restart(tx, services, ref)
    requeue_given_up(tx, receiver, since, services.clock.now())
    return owed_to(tx, builder, receiver)


def resume_and_count(tx: Connection, services: Services, builder: DeliveryBuilder, ref: SubscriptionRef) -> Resumption:
    """Resume a subscription; return also what it is sent by that.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
        TransitionNotAllowed: it is not paused or disabled.
    """
    view = resume(tx, services, ref)
    return Resumption(view, owed_to(tx, builder, SubscriptionKey(view.subscription.id)))


def owed_to(tx: Connection, builder: DeliveryBuilder, receiver: ReceiverKey) -> Owed:
    """Return what a receiver is sent now, as far as it may be disclosed."""
    found = list(islice(_owed(tx, builder, receiver), MOST_COUNTED + 1))
    counted = found[:MOST_COUNTED]
    since = min((each.created_at for each in counted), default=None)
    return Owed(len(counted), len(found) > MOST_COUNTED, since)


def _owed(tx: Connection, builder: DeliveryBuilder, receiver: ReceiverKey) -> Iterator[Delivery]:
    """Return what waits for a receiver and may be disclosed; no more than a part of what waits is examined."""
    position = 0
    for _ in range(_MOST_EXAMINED // MOST_COUNTED):
        waiting = waiting_of(tx, receiver, position, MOST_COUNTED)
        yield from _sendable(tx, builder, waiting)
        if len(waiting) < MOST_COUNTED:
            return
        position = waiting[-1].event_position


def _restart(tx: Connection, services: Services, ref: SubscriptionRef) -> ReceiverKey:
    """Close the breaker of an active subscription and make due what waits; return its key."""
    subscription = lock_visible_subscription(tx, ref)
    require_active(subscription)
    receiver = SubscriptionKey(subscription.id)
    now = services.clock.now()
    reset_breaker(tx, receiver, now)
    make_waiting_due(tx, receiver, now)
    announce_resumed(tx, services, subscription)
    return receiver


def _sendable(tx: Connection, builder: DeliveryBuilder, pending: list[Delivery]) -> list[Delivery]:
    try:
        return builder.sendable(tx, pending)
    except Exception as error:  # noqa: BLE001 - one that cannot be built must not keep the others from being sent
        log.error("delivery_build_failed", error=type(error).__name__)  # noqa: TRY400 - the trace may hold what is sent
        return [each for each in pending if each.sequence is not None]
