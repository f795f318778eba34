"""Notices about connections: a subscription or a partner system fails, recovers, or was disabled.

They are about no person, so the privacy gate has nothing to decide. Told is the start of trouble and its end, each
once, in the transaction of the change: nothing is told of a change that was not made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from app.database import Connection
from app.domain.codes import OrganisationRole, System
from app.domain.events import Event, EventType, FactValue, NewEvent
from app.domain.identifiers import NewId
from app.domain.ports import Clock
from app.domain.receivers import ReceiverKey, SubscriptionKey, subscription_id_of, system_of
from app.events.contract.envelope import About
from app.models.access.organisation import load_organisations
from app.models.delivery.delivery import Delivery, insert_deliveries
from app.models.delivery.notices import last_notice, told_since, who_may_want
from app.models.delivery.outbox import append_events, load_events
from app.models.delivery.receiver_health import BreakerState, Endpoint, restrained_endpoints
from app.models.delivery.subscription import Subscription, SubscriptionStatus, load_subscriptions
from app.privacy.gate import PrivacyGate

__all__ = [
    "READING",
    "SENDING",
    "SUBSCRIPTION_ID",
    "Means",
    "Notice",
    "about",
    "about_partner",
    "announce",
    "announce_subscription",
    "publish_breaker_changes",
    "tell",
]

READING, SENDING = "reading", "sending"
"""Which way the connection with a partner system fails."""

SUBSCRIPTION_ID = "subscription.id"
"""In the facts of an event about a subscription: the id under which its owner knows it."""

# Operators know it by the hub's own id.
_HUB_ID, _OWNER = "subscription.hub_id", "subscription.owner"
_SYSTEM, _SINCE, _REASON = "partner.system", "since", "reason"

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
"""What may have been told last of the same connection (None: nothing); after anything else it would be no news."""


class Means(Protocol):
    """What it takes to tell; the tools of operations and the packing table both have it."""

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        ...

    @property
    def new_id(self) -> NewId:
        """Makes ids."""
        ...

    @property
    def gate(self) -> PrivacyGate:
        """Holds the receivers' own ids."""
        ...


@dataclass(frozen=True)
class Notice:
    """What is told of one connection.

    Attributes:
        owner_id: the organisation whose subscription it is about; None when it is about a partner.
    """

    type: EventType
    subject_id: UUID
    facts: Mapping[str, FactValue]
    owner_id: UUID | None = None


def announce_subscription(
    tx: Connection, means: Means, event_type: EventType, subscription: Subscription, reason: str | None = None
) -> None:
    """Tell how a subscription does: its owner's other subscriptions, and operators'.

    Args:
        tx: the transaction of the change, which holds the lock of the subscription or of its breaker.
        means: clock, ids and the privacy gate.
        event_type: one of ``SUBSCRIPTION_NOTICES``; what was told already is not told again.
        subscription: as it stands now.
        reason: a code.
    """
    hub_id, owner_id = subscription.id, subscription.organisation_id
    owner = load_organisations(tx, [owner_id]).get(owner_id)
    since = subscription.failing_since if event_type is EventType.SUBSCRIPTION_FAILING else None
    facts = {
        SUBSCRIPTION_ID: str(hub_id if owner and owner.is_inside else means.gate.pseudonyms.of(str(owner_id), hub_id)),
        _HUB_ID: str(hub_id),
        _OWNER: str(owner_id),
        **_circumstances(since, reason),
    }
    announce(tx, means, Notice(event_type, hub_id, facts, owner_id))


def about_partner(event_type: EventType, system: System, way: str, since: datetime | None = None) -> Notice:
    """Return the notice of how the connection with a partner system does, for operators.

    Args:
        event_type: one of ``PARTNER_NOTICES``.
        system: the partner.
        way: ``READING`` or ``SENDING``; the two fail and recover each by itself.
        since: since when it fails.
    """
    subject_id = uuid5(NAMESPACE_URL, f"urn:trajecthub:partners:{system.value}:{way}")
    return Notice(event_type, subject_id, {_SYSTEM: system.value, **_circumstances(since, way)})


def announce(tx: Connection, means: Means, notice: Notice) -> None:
    """Tell what is news of a connection to whoever wants to know; what was told last is not told again.

    Args:
        tx: the transaction of the change, which holds the lock of what the notice is about, or of its breaker.
        means: clock, ids and the privacy gate.
        notice: what is told.
    """
    if last_notice(tx, notice.subject_id) not in _MAY_FOLLOW[notice.type]:
        return
    now = means.clock.now()
    # Stored also when nobody wants it: it is the connection's history, and what may be told next depends on it.
    event = Event(
        id=means.new_id(now),
        type=notice.type,
        subject_id=notice.subject_id,
        occurred_at=now,
        recorded_at=now,
        facts=notice.facts,
    )
    tell(tx, means, event, _receivers(tx, notice))


def publish_breaker_changes(
    tx: Connection,
    means: Means,
    turned: Collection[Endpoint],
    gone: Collection[UUID],
    reasons: Mapping[ReceiverKey, str],
) -> None:
    """Tell of the subscriptions that were disabled and the breakers that opened or closed in a round of deliveries.

    Args:
        tx: the transaction in which they did.
        means: clock, ids and the privacy gate.
        turned: breakers as they stand now.
        gone: subscriptions whose address answered 410.
        reasons: by receiver, the kind of error of its last failed try.
    """
    named = {each: id for each in turned if (id := subscription_id_of(each.receiver))}
    subscriptions = load_subscriptions(tx, {*named.values(), *gone}) if named or gone else {}
    for id in sorted(gone & subscriptions.keys()):
        announce_subscription(tx, means, EventType.SUBSCRIPTION_DISABLED, subscriptions[id], "gone")
    for each in sorted(turned, key=lambda one: one.receiver.text):
        if system := system_of(each.receiver):
            event_type = EventType.PARTNER_FAILING if _fails(each) else EventType.PARTNER_RECOVERED
            announce(tx, means, about_partner(event_type, system, SENDING))
        elif found := subscriptions.get(named[each]):
            _announce_subscription_turn(tx, means, each, found, reasons)


def tell(tx: Connection, means: Means, event: Event, receivers: Sequence[Subscription]) -> list[Delivery]:
    """Store an event about a connection and owe it to these subscriptions; returns what they are owed.

    Quiet, because the relay asks which referrer is concerned; here the receivers are known.
    """
    append_events(tx, [NewEvent(event, System.API, quiet=True)])
    position = load_events(tx, [event.id])[event.id].position
    owed = [
        Delivery(
            id=means.new_id(event.recorded_at),
            event_id=event.id,
            event_position=position,
            receiver=SubscriptionKey(each.id),
            organisation_id=each.organisation_id,
            subject_id=event.subject_id,
            subject_type=event.subject_type,
            created_at=event.recorded_at,
            next_attempt_at=event.recorded_at,
        )
        for each in receivers
    ]
    insert_deliveries(tx, owed)
    return owed


def about(event: Event, organisation_id: UUID | None) -> About:
    """Return what an event about a connection says to an organisation."""
    facts, happened = event.facts, {"occurredAt": _moment(event.occurred_at)}
    said = {name: facts[name] for name in (_SINCE, _REASON) if name in facts} | happened
    if system := facts.get(_SYSTEM):
        return About(str(system), "partners", {"partner": {"system": system}, **said})
    is_owner = facts.get(_OWNER, str(organisation_id)) == str(organisation_id)
    shown = str(facts[SUBSCRIPTION_ID if is_owner else _HUB_ID])
    is_test = event.type is EventType.SUBSCRIPTION_TEST
    return About(shown, f"subscriptions/{shown}", happened if is_test else {"subscription": {"id": shown}, **said})


def _receivers(tx: Connection, notice: Notice) -> list[Subscription]:
    """Return who is told: of a start who is well itself, so that no outage cascades; of an end who heard the start."""
    wanting = [
        (subscription, role)
        for subscription, role in who_may_want(tx, notice.owner_id)
        if subscription.id != notice.subject_id and _wants(subscription, role, notice.type)
    ]
    if not wanting:
        return []
    if notice.type in _END_OF:
        restrained = restrained_endpoints(tx)
        return [each for each, _ in wanting if SubscriptionKey(each.id) not in restrained]
    heard = told_since(tx, notice.subject_id, notice.type)
    starts = [start for start, end in _END_OF.items() if end is notice.type]
    return [
        each
        for each, role in wanting
        if SubscriptionKey(each.id) in heard or not any(_wants(each, role, start) for start in starts)
    ]


def _wants(subscription: Subscription, role: OrganisationRole, event_type: EventType) -> bool:
    # Who referred and asks for all types asks for those about its referrals: it does not get new ones unasked.
    is_for_all = role is OrganisationRole.OPERATOR and not subscription.event_types
    return is_for_all or event_type in subscription.event_types


def _announce_subscription_turn(
    tx: Connection, means: Means, turned: Endpoint, found: Subscription, reasons: Mapping[ReceiverKey, str]
) -> None:
    # Tries that were under way when it was disabled change nothing: only its owner makes it active again.
    if found.status is SubscriptionStatus.DISABLED:
        return
    if _fails(turned):
        announce_subscription(tx, means, EventType.SUBSCRIPTION_FAILING, found, reasons.get(turned.receiver))
    else:
        announce_subscription(tx, means, EventType.SUBSCRIPTION_RECOVERED, found)


def _fails(endpoint: Endpoint) -> bool:
    return endpoint.state is not BreakerState.CLOSED


def _circumstances(since: datetime | None, reason: str | None) -> dict[str, FactValue]:
    given = {_SINCE: _moment(since) if since else None, _REASON: reason}
    return {name: value for name, value in given.items() if value is not None}


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
