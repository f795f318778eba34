"""Deliveries from the subscriber's side: what was tried, a test, and what it wants to be sent again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.errors import Conflict, FieldFault, InvalidInput, NotFound
from app.domain.events import ABOUT_CONNECTIONS, Event, EventType
from app.domain.receivers import SubscriptionKey
from app.events.delivery.notices import SUBSCRIPTION_ID, tell
from app.models.delivery.delivery import (
    Attempt,
    Delivery,
    DeliveryState,
    attempts_of,
)
from app.models.delivery.outbox import load_events
from app.models.delivery.redelivery import (
    chain_heads,
    deliver_again,
    deliver_range_again,
    seen_deliveries,
    seen_delivery,
)
from app.operations.services import Services
from app.operations.subscriptions.subscriptions import Subscription, require_active

__all__ = ["DeliveryState", "Told", "page_of_deliveries", "redeliver", "replay", "send_test"]


@dataclass(frozen=True)
class Told:
    """A delivery as its subscriber sees it, with every try.

    Attributes:
        referral_id: None for what is about nobody, such as a test.
        waits_for: the delivery that goes before this one, in their common order; None when nothing does.
    """

    delivery: Delivery
    event_type: EventType
    referral_id: UUID | None
    attempts: tuple[Attempt, ...]
    waits_for: UUID | None


def page_of_deliveries(
    tx: Connection, subscription: Subscription, state: DeliveryState | None, after: UUID | None, limit: int
) -> tuple[list[Told], bool]:
    """Return a page of what a subscription may see, newest event first, and whether there is a next page.

    That is what was tried, and what is about a connection also before.
    """
    found = seen_deliveries(tx, SubscriptionKey(subscription.id), state, after, limit + 1)
    return _told(tx, found[:limit]), len(found) > limit


def send_test(tx: Connection, services: Services, subscription: Subscription, shown_id: UUID) -> Delivery:
    """Send an event that is about nobody to this subscription only, the way every event goes.

    Args:
        tx: the transaction.
        services: clock and ids.
        subscription: the one to be tested.
        shown_id: the id under which its owner knows it; the event's subject.

    Raises:
        TransitionNotAllowed: the subscription is not active.
    """
    require_active(subscription)
    now = services.clock.now()
    facts = {SUBSCRIPTION_ID: str(shown_id)}
    event = Event(services.new_id(now), EventType.SUBSCRIPTION_TEST, subscription.id, now, now, facts)
    (test,) = tell(tx, services, event, [subscription])
    return test


def redeliver(tx: Connection, services: Services, subscription: Subscription, delivery_id: UUID) -> Told:
    """Send one delivery again, to this subscription only, under the same ``webhook-id``.

    What it holds is decided anew: consent that was withdrawn since then counts.

    Raises:
        NotFound: this subscription sees nothing with this id.
        TransitionNotAllowed: the subscription is not active.
        Conflict: it is still under way.
    """
    receiver = SubscriptionKey(subscription.id)
    if seen_delivery(tx, receiver, delivery_id) is None:
        raise NotFound("There is no delivery with this id for this subscription.")
    require_active(subscription)
    given = deliver_again(tx, receiver, delivery_id, services.clock.now())
    if given is None:
        raise Conflict("Only what was delivered or given up can be sent again; this one is under way or withheld.")
    return _told(tx, [given])[0]


def replay(
    tx: Connection, services: Services, subscription: Subscription, since: datetime, until: datetime | None
) -> int:
    """Send again what was delivered or given up in a time range, to this subscription only; returns how many.

    Raises:
        TransitionNotAllowed: the subscription is not active.
        InvalidInput: the range ends before it begins.
    """
    require_active(subscription)
    if until is not None and until < since:
        raise InvalidInput(FieldFault("until", "range", "Give a moment after `since`, or leave it out."))
    return deliver_range_again(tx, SubscriptionKey(subscription.id), since, until, services.clock.now())


def _told(tx: Connection, deliveries: list[Delivery]) -> list[Told]:
    events = load_events(tx, {each.event_id for each in deliveries})
    tries = attempts_of(tx, {each.id for each in deliveries})
    ahead = _ahead(tx, [each for each in deliveries if each.state is DeliveryState.PENDING])
    return [
        Told(
            each,
            events[each.event_id].event.type,
            None if events[each.event_id].event.type in ABOUT_CONNECTIONS else each.referral_id,
            tuple(one for one in tries if one.delivery_id == each.id),
            ahead.get(each.id),
        )
        for each in deliveries
    ]


def _ahead(tx: Connection, pending: list[Delivery]) -> dict[UUID, UUID]:
    """Return the deliveries, all of one receiver, that others wait for, by the one that waits."""
    if not pending:
        return {}
    heads = chain_heads(tx, pending[0].receiver, {each.referral_id for each in pending})
    return {each.id: head for each in pending if (head := heads.get(each.referral_id, each.id)) != each.id}
