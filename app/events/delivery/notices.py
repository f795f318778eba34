"""Notices about connections: a subscription or a partner system fails, recovers, or was disabled.

They are about no person, so the privacy gate has nothing to decide. The start of a failure and its end are published
once each, in the transaction of the change: nothing is published about a change that was not made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from app.database import Connection
from app.domain.codes import OrganisationRole, System
from app.domain.events import Event, EventType, NewEvent
from app.domain.fields import FactValue
from app.domain.identifiers import NewId
from app.domain.partners import QuarantineCause
from app.domain.ports import Clock
from app.domain.receivers import ReceiverKey, SubscriptionKey, subscription_id_of, system_of
from app.events.contract.envelope import MessageContent
from app.events.delivery.routing import Route, delivery_of
from app.models.access.organisation import load_organisations
from app.models.delivery.delivery import Delivery, insert_deliveries
from app.models.delivery.notices import candidates, last_notice, notified_since
from app.models.delivery.outbox import append_events
from app.models.delivery.receiver_health import Breaker, failing_receivers
from app.models.delivery.subscription import Subscription, SubscriptionStatus, load_subscriptions
from app.privacy.gate import PrivacyGate
from app.privacy.json_values import to_json_value

__all__ = [
    "FEED",
    "READING",
    "SENDING",
    "SUBSCRIPTION_ID",
    "Notice",
    "NoticeServices",
    "content_of",
    "enqueue",
    "partner_notice",
    "publish_breaker_changes",
    "publish_notice",
    "publish_subscription_notice",
    "quarantine_notice",
]

READING, SENDING, FEED = "reading", "sending", "feed"
"""What fails of the connection with a partner system; of its feed, that the numbers jump or went back."""

_QUARANTINE = "quarantine"

SUBSCRIPTION_ID = "subscription.id"
"""The fact of an event about a subscription that is the id under which its owner knows it."""

# Operators know it by the hub's own id.
_HUB_ID, _OWNER = "subscription.hub_id", "subscription.owner"
_SYSTEM, _SINCE, _REASON = "partner.system", "since", "reason"
_CAUSE, _FIELD = "quarantine.reason", "quarantine.field"

_END_OF = {
    EventType.SUBSCRIPTION_FAILING: EventType.SUBSCRIPTION_RECOVERED,
    EventType.SUBSCRIPTION_DISABLED: EventType.SUBSCRIPTION_RECOVERED,
    EventType.PARTNER_FAILING: EventType.PARTNER_RECOVERED,
}

_MAY_FOLLOW: Mapping[EventType, Collection[EventType | None]] = {
    EventType.SUBSCRIPTION_FAILING: (None, EventType.SUBSCRIPTION_RECOVERED),
    EventType.SUBSCRIPTION_DISABLED: (None, EventType.SUBSCRIPTION_RECOVERED, EventType.SUBSCRIPTION_FAILING),
    EventType.SUBSCRIPTION_RECOVERED: (EventType.SUBSCRIPTION_FAILING, EventType.SUBSCRIPTION_DISABLED),
    EventType.PARTNER_FAILING: (None, EventType.PARTNER_RECOVERED),
    EventType.PARTNER_RECOVERED: (EventType.PARTNER_FAILING,),
}
"""Which notice of the same connection may come before (None: none at all); after any other it would be no news."""


class NoticeServices(Protocol):
    """What publishing a notice needs; the services of operations and the delivery builder both have it."""

    @property
    def clock(self) -> Clock:
        """Returns the time."""
        ...

    @property
    def new_id(self) -> NewId:
        """Makes ids."""
        ...

    @property
    def gate(self) -> PrivacyGate:
        """Has the receivers' own ids."""
        ...


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What is published about one connection.

    Attributes:
        owner_id: the organisation whose subscription it is about; None when it is about a partner.
    """

    type: EventType
    subject_id: UUID
    facts: Mapping[str, FactValue]
    owner_id: UUID | None = None


def publish_subscription_notice(
    tx: Connection,
    services: NoticeServices,
    event_type: EventType,
    subscription: Subscription,
    reason: str | None = None,
) -> None:
    """Publish a change in the state of a subscription, to its owner's other subscriptions and to operators.

    Args:
        tx: the transaction of the change, in which the subscription or its breaker is locked.
        services: clock, ids and the privacy gate.
        event_type: one of ``SUBSCRIPTION_NOTICES``; the same is not published twice in a row.
        subscription: as it is now.
        reason: a code.
    """
    hub_id, owner_id = subscription.id, subscription.organisation_id
    owner = load_organisations(tx, [owner_id]).get(owner_id)
    own_id = hub_id if owner and owner.is_inside else services.gate.pseudonyms.of(str(owner_id), hub_id)
    since = subscription.failing_since if event_type is EventType.SUBSCRIPTION_FAILING else None
    facts = {
        SUBSCRIPTION_ID: str(own_id),
        _HUB_ID: str(hub_id),
        _OWNER: str(owner_id),
        **_circumstances(since, reason),
    }
    publish_notice(tx, services, Notice(type=event_type, subject_id=hub_id, facts=facts, owner_id=owner_id))


def partner_notice(event_type: EventType, system: System, direction: str, since: datetime | None = None) -> Notice:
    """Return the notice about the connection with a partner system, for operators.

    Args:
        event_type: one of ``PARTNER_NOTICES``.
        system: the partner.
        direction: ``READING``, ``SENDING`` or ``FEED``; each of them fails and recovers on its own.
        since: when it began to fail.
    """
    subject_id = uuid5(NAMESPACE_URL, f"urn:trajecthub:partners:{system.value}:{direction}")
    facts = {_SYSTEM: system.value, **_circumstances(since, direction)}
    return Notice(type=event_type, subject_id=subject_id, facts=facts)


def quarantine_notice(system: System, cause: QuarantineCause, since: datetime | None) -> Notice:
    """Return the notice that records of a partner are in quarantine for a cause; ``since`` None: that it is over."""
    place = f"urn:trajecthub:partners:{system.value}:{_QUARANTINE}:{cause.reason}:{cause.field}"
    facts = {_SYSTEM: system.value, _CAUSE: cause.reason, _FIELD: cause.field, **_circumstances(since, _QUARANTINE)}
    event_type = EventType.PARTNER_FAILING if since else EventType.PARTNER_RECOVERED
    return Notice(type=event_type, subject_id=uuid5(NAMESPACE_URL, place), facts=facts)


def publish_notice(tx: Connection, services: NoticeServices, notice: Notice) -> None:
    """Publish a notice to the subscriptions that want it, if it is news; the same is not published twice in a row.

    Args:
        tx: the transaction of the change, in which the subject of the notice or its breaker is locked.
        services: clock, ids and the privacy gate.
        notice: what is published.
    """
    if last_notice(tx, notice.subject_id) not in _MAY_FOLLOW[notice.type]:
        return
    now = services.clock.now()
    # Stored even if nobody wants it: it is the connection's history, and what may be published next depends on it.
    event = Event(
        id=services.new_id(now),
        type=notice.type,
        subject_id=notice.subject_id,
        occurred_at=now,
        recorded_at=now,
        facts=notice.facts,
    )
    enqueue(tx, services, event, _recipients(tx, notice))


def publish_breaker_changes(
    tx: Connection,
    services: NoticeServices,
    changed: Collection[Breaker],
    disabled: Collection[UUID],
    reasons: Mapping[ReceiverKey, str],
) -> None:
    """Publish which subscriptions were disabled and which breakers opened or closed in a round of deliveries.

    Args:
        tx: the transaction of the round.
        services: clock, ids and the privacy gate.
        changed: breakers as they are now.
        disabled: subscriptions whose receiver answered 410.
        reasons: by receiver, the error class of its last failed attempt.
    """
    named = {each: id for each in changed if (id := subscription_id_of(each.receiver))}
    subscriptions = load_subscriptions(tx, {*named.values(), *disabled}) if named or disabled else {}
    for id in sorted(disabled & subscriptions.keys()):
        publish_subscription_notice(tx, services, EventType.SUBSCRIPTION_DISABLED, subscriptions[id], "gone")
    for each in sorted(changed, key=lambda one: one.receiver.text):
        if system := system_of(each.receiver):
            event_type = EventType.PARTNER_RECOVERED if each.is_closed else EventType.PARTNER_FAILING
            publish_notice(tx, services, partner_notice(event_type, system, SENDING))
        elif found := subscriptions.get(named[each]):
            _publish_subscription_change(tx, services, each, found, reasons)


def enqueue(
    tx: Connection, services: NoticeServices, event: Event, recipients: Sequence[Subscription]
) -> list[Delivery]:
    """Store an event about a connection with its deliveries to these subscriptions; return the deliveries.

    The event is quiet, because the relay routes by referrer; here the recipients are known.
    """
    (stored,) = append_events(tx, [NewEvent(event, System.API, quiet=True)])
    now = event.recorded_at
    deliveries = [
        delivery_of(stored, Route(SubscriptionKey(each.id), each.organisation_id), services.new_id(now), now)
        for each in recipients
    ]
    insert_deliveries(tx, deliveries)
    return deliveries


def content_of(event: Event, organisation_id: UUID | None) -> MessageContent:
    """Return the content of an event about a connection, for an organisation."""
    facts, happened = event.facts, {"occurredAt": to_json_value(event.occurred_at)}
    stated = {name: facts[name] for name in (_SINCE, _REASON) if name in facts} | happened
    if system := facts.get(_SYSTEM):
        cause = {"quarantine": {"reason": facts[_CAUSE], "field": facts[_FIELD]}} if _CAUSE in facts else {}
        return MessageContent(str(system), "partners", {"partner": {"system": system}, **cause, **stated})
    is_owner = facts.get(_OWNER, str(organisation_id)) == str(organisation_id)
    own_id = str(facts[SUBSCRIPTION_ID if is_owner else _HUB_ID])
    is_test = event.type is EventType.SUBSCRIPTION_TEST
    data = happened if is_test else {"subscription": {"id": own_id}, **stated}
    return MessageContent(own_id, f"subscriptions/{own_id}", data)


def _recipients(tx: Connection, notice: Notice) -> list[Subscription]:
    """Return the subscriptions that receive a notice.

    Failures go to subscriptions that do not fail themselves, so that outages do not cascade; recoveries go to those
    that received the failure.
    """
    wanting = [
        (subscription, role)
        for subscription, role in candidates(tx, notice.owner_id)
        if subscription.id != notice.subject_id and _wants(subscription, role, notice.type)
    ]
    if not wanting:
        return []
    if notice.type in _END_OF:
        restrained = failing_receivers(tx)
        return [each for each, _ in wanting if SubscriptionKey(each.id) not in restrained]
    notified = notified_since(tx, notice.subject_id, notice.type)
    starts = [start for start, end in _END_OF.items() if end is notice.type]
    return [
        each
        for each, role in wanting
        if SubscriptionKey(each.id) in notified or not any(_wants(each, role, start) for start in starts)
    ]


def _wants(subscription: Subscription, role: OrganisationRole, event_type: EventType) -> bool:
    # A referrer that asks for all types asks for those about its referrals; new types are not added unasked.
    is_for_all = role is OrganisationRole.OPERATOR and not subscription.event_types
    return is_for_all or event_type in subscription.event_types


def _publish_subscription_change(
    tx: Connection, services: NoticeServices, changed: Breaker, found: Subscription, reasons: Mapping[ReceiverKey, str]
) -> None:
    # Attempts that were under way when it was disabled change nothing: only its owner makes it active again.
    if found.status is SubscriptionStatus.DISABLED:
        return
    if changed.is_closed:
        publish_subscription_notice(tx, services, EventType.SUBSCRIPTION_RECOVERED, found)
    else:
        reason = reasons.get(changed.receiver)
        publish_subscription_notice(tx, services, EventType.SUBSCRIPTION_FAILING, found, reason)


def _circumstances(since: datetime | None, reason: str | None) -> dict[str, FactValue]:
    stated = {_SINCE: to_json_value(since) if since else None, _REASON: reason}
    return {name: value for name, value in stated.items() if value is not None}
