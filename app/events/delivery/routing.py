"""Which receivers an event concerns, before the privacy gate decides what they are sent; pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.domain.codes import REFERRER_SYSTEMS, DisclosureOccasion, OrganisationRole, System
from app.domain.events import (
    ABOUT_TERMS,
    ALSO_TO_ITS_SOURCE,
    ARRIVALS,
    FOR_FINANCE_TEAM,
    OCCASION_OF,
    EventType,
    moment_of,
)
from app.domain.receivers import PartnerKey, ReceiverKey, SubscriptionKey
from app.domain.values import Organisation
from app.models.cases.referral import RoutedReferral
from app.models.delivery.delivery import Delivery, DeliveryState
from app.models.delivery.outbox import StoredEvent
from app.models.delivery.subscription import Subscription, SubscriptionStatus
from app.privacy.gate import Receiver

__all__ = [
    "FINANCE_TEAM",
    "FINANCE_TEAM_KIND",
    "NOTHING_RELEASED",
    "Route",
    "delivery_of",
    "is_for_guidance",
    "kind_of",
    "occasion_of",
    "reader_of",
    "receiver_for",
    "referrer_as_receiver",
    "routes",
    "unmatched_filters",
    "withheld",
]


NOTHING_RELEASED = "nothing-released"
"""Why a delivery is withheld."""

FINANCE_TEAM = PartnerKey(System.ALLEGRO)
"""The receiver that is the finance team by its own system."""

FINANCE_TEAM_KIND = OrganisationRole.FINANCE_TEAM.value
"""The kind of the finance team as the privacy policy names it."""

_FINANCE_TEAM = Receiver(key=System.ALLEGRO.value, kind=FINANCE_TEAM_KIND, inside=True)
_OPERATOR = Receiver(key=OrganisationRole.OPERATOR.value, kind=OrganisationRole.OPERATOR.value, inside=True)


@dataclass(frozen=True)
class Route:
    """A receiver concerned by an event.

    Attributes:
        organisation_id: the organisation that receives it; None for the finance team's own system.
        is_parked: True when the subscription is not active: the delivery is made but waits.
    """

    receiver: ReceiverKey
    organisation_id: UUID | None
    is_parked: bool = False


def routes(
    stored: StoredEvent,
    referral: RoutedReferral,
    subscriptions: Sequence[Subscription],
    of_operators: Sequence[Subscription] = (),
    arrived_at: Organisation | None = None,
) -> Iterator[Route]:
    """Return the receivers that an event concerns.

    Args:
        stored: the event.
        referral: what it is about.
        subscriptions: those of the organisation of :func:`reader_of`.
        of_operators: those of operators; they are sent what is about terms, and only what they name.
        arrived_at: the organisation to which the client is referred onward, where the event is for it.
    """
    event_type, referrer = stored.event.type, referral.referrer
    is_echo = stored.source_system is System.ALLEGRO and event_type not in ALSO_TO_ITS_SOURCE
    if event_type in FOR_FINANCE_TEAM and not is_echo:
        yield Route(FINANCE_TEAM, None)
    if event_type in ABOUT_TERMS:
        named = [each for each in of_operators if event_type in each.event_types]
        yield from _to_subscriptions(event_type, referral, named)
    reader = reader_of(stored, referral)
    if reader is None:
        return
    owner = arrived_at or referrer
    if reader == owner.id and owner.system in REFERRER_SYSTEMS:
        yield Route(PartnerKey(owner.system), reader)
    yield from _to_subscriptions(event_type, referral, subscriptions)


def _to_subscriptions(
    event_type: EventType, referral: RoutedReferral, subscriptions: Sequence[Subscription]
) -> Iterator[Route]:
    for subscription in subscriptions:
        if not unmatched_filters(subscription, event_type, referral):
            is_parked = subscription.status is not SubscriptionStatus.ACTIVE
            yield Route(SubscriptionKey(subscription.id), subscription.organisation_id, is_parked)


def reader_of(stored: StoredEvent, referral: RoutedReferral) -> UUID | None:
    """Return the organisation whose subscriptions are sent an event: the finance team where it is about terms.

    What arrives is for whom the client is referred to. Otherwise it is the referrer, where the event belongs to a
    feedback moment, and else nobody (None).
    """
    if stored.event.type in ABOUT_TERMS:
        # A referrer is sent none, wherever it is stored.
        return stored.organisation_id if stored.organisation_id != referral.referrer.id else None
    if stored.event.type in ARRIVALS:
        return stored.organisation_id
    return referral.referrer.id if OCCASION_OF[stored.event.type] else None


def delivery_of(stored: StoredEvent, route: Route, id: UUID, now: datetime) -> Delivery:
    """Return the new delivery of an event by a route, due now unless it is parked."""
    return Delivery(
        id=id,
        event_id=stored.event.id,
        event_position=stored.position,
        receiver=route.receiver,
        organisation_id=route.organisation_id,
        subject_id=stored.event.subject_id,
        subject_type=stored.event.subject_type,
        created_at=now,
        next_attempt_at=now,
        state=DeliveryState.PARKED if route.is_parked else DeliveryState.PENDING,
    )


def withheld(new: Delivery, now: datetime) -> Delivery:
    """Return a new delivery as it is stored when the privacy gate releases nothing of its event: it is never sent."""
    return replace(new, state=DeliveryState.WITHHELD, finished_at=now, last_error=NOTHING_RELEASED)


def unmatched_filters(subscription: Subscription, event_type: EventType, referral: RoutedReferral) -> list[str]:
    """Return the filters of a subscription that an event does not pass: ``event-type``, ``area``, ``worker``."""
    failed = {
        "event-type": bool(subscription.event_types) and event_type not in subscription.event_types,
        "area": bool(subscription.areas) and referral.area not in subscription.areas,
        "worker": subscription.worker_index is not None and subscription.worker_index != referral.worker_index,
    }
    return [name for name, fails in failed.items() if fails]


def is_for_guidance(receiver: ReceiverKey, event_type: EventType) -> bool:
    """Return whether a receiver of an event is the finance team or an operator, and no referrer."""
    return receiver == FINANCE_TEAM or event_type in ABOUT_TERMS


def receiver_for(
    receiver: ReceiverKey, event_type: EventType, referrer: Organisation, *, is_operator: bool = False
) -> Receiver:
    """Return the receiver of an event as the privacy gate knows it; an operator is sent nothing but terms."""
    if not is_for_guidance(receiver, event_type):
        return referrer_as_receiver(referrer)
    return _OPERATOR if is_operator else _FINANCE_TEAM


def referrer_as_receiver(referrer: Organisation) -> Receiver:
    """Return a referrer as the privacy gate knows it: one receiver, whichever system or subscription it is sent to."""
    return Receiver(key=str(referrer.id), kind=kind_of(referrer), inside=referrer.system in REFERRER_SYSTEMS)


def occasion_of(receiver: ReceiverKey, event_type: EventType) -> DisclosureOccasion:
    """Return the occasion on which a receiver is sent an event.

    Raises:
        ValueError: the event belongs to no feedback moment, is not about terms, and the receiver is not the finance
            team's system.
    """
    if is_for_guidance(receiver, event_type):
        return DisclosureOccasion.HANDLING
    occasion = moment_of(event_type)
    if occasion is None:
        raise ValueError(f"{event_type} is sent to the finance team only")
    return occasion


def kind_of(referrer: Organisation) -> str:
    """Return the kind of a referrer as the privacy policy names it."""
    return referrer.kind or "unknown"
