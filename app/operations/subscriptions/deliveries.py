"""Deliveries as their subscriber sees them: what was attempted, a test, redelivery and replay (*afleveringen*)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.details import Detail
from app.domain.errors import Conflict, FieldFault, NotFound, refuse
from app.domain.events import Event, EventType, SubjectType
from app.domain.input_rules import InputRule
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.events.delivery.notices import SUBSCRIPTION_ID, enqueue
from app.models.delivery.attempt import Attempt, attempts_of
from app.models.delivery.delivery import Delivery, DeliveryState
from app.models.delivery.outbox import load_events
from app.models.delivery.redelivery import (
    chain_heads,
    deliver_again,
    deliver_range_again,
    seen_deliveries,
    seen_delivery,
)
from app.operations.services import Services
from app.operations.subscriptions.lookup import (
    SubscriptionRef,
    lock_own_subscription,
    require_active,
    visible_subscription,
)

__all__ = [
    "Delivery",
    "DeliveryQuery",
    "DeliveryState",
    "DeliveryWithAttempts",
    "page_of",
    "page_of_deliveries",
    "range_faults",
    "redeliver",
    "replay",
    "send_test",
    "with_attempts",
]


@dataclass(frozen=True)
class DeliveryQuery:
    """Which deliveries to list.

    Attributes:
        state: only those in this state; None is all.
        after: the last delivery of the previous page; None for the first page.
        limit: the most deliveries on a page.
    """

    state: DeliveryState | None
    after: UUID | None
    limit: int


@dataclass(frozen=True, kw_only=True)
class DeliveryWithAttempts:
    """A delivery as its subscriber, or an operator, sees it.

    Attributes:
        referral_id: None for an event without a referral, such as a test.
        waits_for: the delivery that must end before this one, because they are about the same; None when none must.
    """

    delivery: Delivery
    event_type: EventType
    referral_id: UUID | None
    attempts: tuple[Attempt, ...]
    waits_for: UUID | None


def page_of_deliveries(
    tx: Connection, ref: SubscriptionRef, query: DeliveryQuery
) -> tuple[list[DeliveryWithAttempts], bool]:
    """Return a page of what a subscription may see, newest event first, and whether there is a next page.

    That is every delivery that was attempted, and those about a connection also before.

    Raises:
        SubscriptionNotFound: the caller has none with this id.
    """
    return page_of(tx, SubscriptionKey(visible_subscription(tx, ref).id), query)


def page_of(tx: Connection, receiver: ReceiverKey, query: DeliveryQuery) -> tuple[list[DeliveryWithAttempts], bool]:
    """Return a page of what may be seen of a receiver's deliveries, newest first, and whether there is a next page."""
    found = seen_deliveries(tx, receiver, query.state, query.after, query.limit + 1)
    return with_attempts(tx, found[: query.limit]), len(found) > query.limit


def range_faults(since: datetime | None, until: datetime | None) -> Iterator[FieldFault]:
    """Return the fault of a range of moments that ends before it begins; None leaves an end open."""
    if since is not None and until is not None and until < since:
        yield FieldFault("until", InputRule.RANGE, "Give a moment after `from`, or leave it out.")


def send_test(tx: Connection, services: Services, ref: SubscriptionRef, shown_id: UUID) -> Delivery:
    """Send an event without a referral to this subscription only, the way every event is sent.

    Args:
        tx: the transaction.
        services: clock and ids.
        ref: the subscription to test.
        shown_id: the id under which its owner knows it; the event's subject.

    Raises:
        SubscriptionNotFound: the caller has none with this id.
        TransitionNotAllowed: it is not active.
    """
    subscription = lock_own_subscription(tx, ref)
    require_active(subscription)
    now = services.clock.now()
    facts = {SUBSCRIPTION_ID: str(shown_id)}
    event = Event(
        id=services.new_id(now),
        type=EventType.SUBSCRIPTION_TEST,
        subject_id=subscription.id,
        occurred_at=now,
        recorded_at=now,
        facts=facts,
    )
    (test,) = enqueue(tx, services, event, [subscription])
    return test


def redeliver(tx: Connection, services: Services, ref: SubscriptionRef, delivery_id: UUID) -> DeliveryWithAttempts:
    """Send one delivery again, to this subscription only, under the same ``webhook-id``.

    Its content is decided anew: consent that was withdrawn since then counts.

    Raises:
        SubscriptionNotFound: the caller has none with this id.
        NotFound: the subscription sees no delivery with this id.
        TransitionNotAllowed: the subscription is not active.
        Conflict: the delivery is pending or withheld.
    """
    subscription = lock_own_subscription(tx, ref)
    receiver = SubscriptionKey(subscription.id)
    if seen_delivery(tx, receiver, delivery_id) is None:
        raise NotFound(Detail.NO_DELIVERY())
    require_active(subscription)
    redelivered = deliver_again(tx, receiver, delivery_id, services.clock.now())
    if redelivered is None:
        raise Conflict(Detail.DELIVERY_NOT_ENDED())
    return with_attempts(tx, [redelivered])[0]


def replay(tx: Connection, services: Services, ref: SubscriptionRef, since: datetime, until: datetime | None) -> int:
    """Send again what was delivered or given up in a time range, to this subscription only; return the number.

    Raises:
        SubscriptionNotFound: the caller has none with this id.
        TransitionNotAllowed: it is not active.
        InvalidInput: the range ends before it begins.
    """
    subscription = lock_own_subscription(tx, ref)
    require_active(subscription)
    refuse(range_faults(since, until))
    return deliver_range_again(tx, SubscriptionKey(subscription.id), since, until, services.clock.now())


def with_attempts(tx: Connection, deliveries: list[Delivery]) -> list[DeliveryWithAttempts]:
    """Return deliveries of one receiver with their events, their attempts and what they wait for."""
    events = load_events(tx, {each.event_id for each in deliveries})
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    for each in attempts_of(tx, {each.id for each in deliveries}):
        attempts[each.delivery_id].append(each)
    heads = _heads(tx, [each for each in deliveries if each.state is DeliveryState.PENDING])
    return [
        DeliveryWithAttempts(
            delivery=each,
            event_type=events[each.event_id].event.type,
            referral_id=each.subject_id if each.subject_type is SubjectType.REFERRAL else None,
            attempts=tuple(attempts[each.id]),
            waits_for=heads.get(each.id),
        )
        for each in deliveries
    ]


def _heads(tx: Connection, pending: list[Delivery]) -> dict[UUID, UUID]:
    """Return the delivery that each of these, all of one receiver, waits for, where it waits for one."""
    if not pending:
        return {}
    heads = chain_heads(tx, pending[0].receiver, {each.subject_id for each in pending})
    return {each.id: head for each in pending if (head := heads.get(each.subject_id, each.id)) != each.id}
