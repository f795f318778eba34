"""Packing: what a delivery holds, decided by the privacy gate at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.events import ABOUT_CONNECTIONS, OCCASION_OF, Event, FactValue
from app.domain.fields import Field
from app.domain.identifiers import NewId
from app.domain.ports import Clock, PartnerMessage
from app.domain.receivers import subscription_id_of, system_of
from app.events.contract.catalogue import ID_FIELDS, fields_for
from app.events.contract.envelope import Origin
from app.events.delivery.context import Case, CaseLookup
from app.events.delivery.notices import about
from app.events.delivery.routing import occasion_of, receiver_for
from app.events.http.credentials import keys_of, opened_auth
from app.events.http.webhook import WebhookRequest
from app.models.delivery.claim import number
from app.models.delivery.delivery import Delivery, DeliveryState, Settlement, settle
from app.models.delivery.disclosure import Disclosure
from app.models.delivery.outbox import load_events
from app.models.delivery.subscription import (
    Content,
    Subscription,
    SubscriptionStatus,
    load_subscriptions,
    secret_context,
)
from app.privacy.gate import PrivacyGate, Receiver
from app.privacy.json_values import digest_of
from app.vault import Vault

__all__ = ["DeliveryBuilder", "PreparedDelivery", "message_of"]


@dataclass(frozen=True)
class PreparedDelivery:
    """A delivery with what the gate released for it.

    Attributes:
        fields: what is sent, by field; part of one ``Released``.
        subscription: None when the receiver is a partner's system.
        partner_id: the partner's own id of the case, None when it does not know the case yet.
    """

    delivery: Delivery
    event: Event
    receiver: Receiver
    fields: Mapping[Field, FactValue]
    policy_version: str
    subscription: Subscription | None = None
    partner_id: str | None = None


DeliveredHook = Callable[[Connection, Sequence[PreparedDelivery], datetime], None]


def _forget(_tx: Connection, _parcels: Sequence[PreparedDelivery], _now: datetime) -> None:
    """Remember nothing."""


@dataclass(frozen=True)
class _Shelf:
    """Everything that a batch of deliveries is packed from."""

    events: Mapping[UUID, Event]
    cases: Mapping[UUID, Case]
    subscriptions: Mapping[UUID, Subscription]
    partner_ids: Mapping[System, Mapping[UUID, str]]

    def subscription_of(self, delivery: Delivery) -> Subscription | None:
        subscription_id = subscription_id_of(delivery.receiver)
        return self.subscriptions.get(subscription_id) if subscription_id else None

    def partner_id_of(self, delivery: Delivery) -> str | None:
        system = system_of(delivery.receiver)
        return self.partner_ids[system].get(delivery.subject_id) if system else None


@dataclass(frozen=True)
class DeliveryBuilder:
    """Packs deliveries, and tells what was disclosed by them.

    Attributes:
        origin: names the hub in the events that it sends.
        remember: is told what arrived, and when.
    """

    clock: Clock
    new_id: NewId
    cases: CaseLookup
    vault: Vault
    gate: PrivacyGate
    origin: Origin
    remember: DeliveredHook = _forget

    def pack(self, tx: Connection, taken: Sequence[Delivery]) -> list[PreparedDelivery]:
        """Pack what may leave and number it; what may not, or not now, is settled at once and left out."""
        if not taken:
            return []
        now = self.clock.now()
        shelf = self._shelf(tx, taken)
        packed = [self._parcel(delivery, shelf, now) for delivery in taken]
        settle(tx, [one for one in packed if isinstance(one, Settlement)])
        prepared_deliveries = {one.delivery.id: one for one in packed if isinstance(one, PreparedDelivery)}
        numbered = number(tx, [one.delivery for one in prepared_deliveries.values()])
        return [replace(prepared_deliveries[delivery.id], delivery=delivery) for delivery in numbered]

    def letter(self, prepared: PreparedDelivery) -> WebhookRequest:
        """Return a parcel for a subscription as a webhook's letter."""
        subscription, sequence = prepared.subscription, prepared.delivery.sequence
        # Narrows the types: every parcel is numbered, and its engine sends letters to subscriptions only.
        assert subscription is not None and sequence is not None  # noqa: S101, PT018
        event = prepared.event
        body = (
            self.origin.message(event, about(event, prepared.delivery.organisation_id), sequence)
            if event.type in ABOUT_CONNECTIONS
            else self.origin.envelope(event, prepared.fields, sequence)
        )
        again = prepared.delivery.redelivered_at is not None
        keys, auth = self._keys(subscription), opened_auth(self.vault, subscription)
        return WebhookRequest(subscription.url, str(event.id), body, keys, auth, again=again)

    def disclosure(self, prepared: PreparedDelivery, disclosed_at: datetime) -> Disclosure:
        """Return the record of what a parcel told; it holds names of fields and a hash, no values."""
        moment = OCCASION_OF[prepared.event.type]
        return Disclosure(
            id=self.new_id(disclosed_at),
            delivery_id=prepared.delivery.id,
            organisation_id=prepared.delivery.organisation_id,
            referrer_kind=prepared.receiver.kind,
            referral_id=prepared.delivery.subject_id,
            moment=moment.value if moment else None,
            event_type=prepared.event.type.value,
            receiver=prepared.delivery.receiver,
            policy_version=prepared.policy_version,
            fields=tuple(field.value for field in prepared.fields),
            digest=digest_of(prepared.fields),
            disclosed_at=disclosed_at,
        )

    def _shelf(self, tx: Connection, taken: Sequence[Delivery]) -> _Shelf:
        stored = load_events(tx, {delivery.event_id for delivery in taken})
        events = {event_id: one.event for event_id, one in stored.items()}
        subscription_ids = {wanted for delivery in taken if (wanted := subscription_id_of(delivery.receiver))}
        systems = {system for delivery in taken if (system := system_of(delivery.receiver))}
        referral_ids = {delivery.subject_id for delivery in taken}
        return _Shelf(
            events,
            self._cases(tx, taken, events),
            load_subscriptions(tx, subscription_ids) if subscription_ids else {},
            {system: self.cases.partner_ids(tx, system, referral_ids) for system in systems},
        )

    def _cases(self, tx: Connection, taken: Sequence[Delivery], events: Mapping[UUID, Event]) -> Mapping[UUID, Case]:
        """Return the cases of events; sealed data is opened only for those that go to the finance team's system."""
        handled = {one.event_id for one in taken if system_of(one.receiver) is System.ALLEGRO}
        in_full = [event for event_id, event in events.items() if event_id in handled]
        others = [event for event_id, event in events.items() if event_id not in handled]
        return {
            **(self.cases.about(tx, in_full, in_full=True) if in_full else {}),
            **(self.cases.about(tx, others, in_full=False) if others else {}),
        }

    def _parcel(self, delivery: Delivery, shelf: _Shelf, now: datetime) -> PreparedDelivery | Settlement:
        if shelf.events[delivery.event_id].type in ABOUT_CONNECTIONS:
            return self._about_nobody(delivery, shelf, now)
        case = shelf.cases.get(delivery.event_id)
        if case is None:
            return _ended(delivery, DeliveryState.WITHHELD, now, "no-record")
        subscription = shelf.subscription_of(delivery)
        if subscription_id_of(delivery.receiver) and (obstacle := _obstacle(delivery, subscription, case, now)):
            return obstacle
        event = shelf.events[delivery.event_id]
        receiver = receiver_for(delivery.receiver, case.referrer)
        occasion = occasion_of(delivery.receiver, event.type)
        wanted = fields_for(event.type, occasion)
        # Offered is what may be sent, and what the rules ask about; the rest would only be decided on in vain.
        asked = wanted | self.gate.policy.asks
        offered = {field: value for field, value in case.facts.items() if field in asked}
        released = self.gate.release(receiver, occasion, offered)
        if subscription and subscription.content is Content.THIN:
            wanted &= ID_FIELDS
        fields = {field: value for field, value in released.fields.items() if field in wanted}
        if Field.REFERRAL_ID not in fields:
            return _ended(delivery, DeliveryState.WITHHELD, now, "nothing-released")
        partner_id = shelf.partner_id_of(delivery)
        return PreparedDelivery(delivery, event, receiver, fields, released.policy_version, subscription, partner_id)

    def _about_nobody(self, delivery: Delivery, shelf: _Shelf, now: datetime) -> PreparedDelivery | Settlement:
        subscription = shelf.subscription_of(delivery)
        if obstacle := _not_served(delivery, subscription, now):
            return obstacle
        # It tells of nobody, so there is nothing for the gate to release and nothing is disclosed.
        nobody = Receiver(str(delivery.organisation_id), "unknown", inside=False)
        event = shelf.events[delivery.event_id]
        return PreparedDelivery(delivery, event, nobody, {}, self.gate.policy.version, subscription)

    def _keys(self, subscription: Subscription) -> tuple[str, ...]:
        sealed = [subscription.secret_sealed]
        expires_at = subscription.previous_secret_expires_at
        if subscription.previous_secret_sealed and expires_at and expires_at > self.clock.now():
            sealed.append(subscription.previous_secret_sealed)
        context = secret_context(subscription.id)
        secrets = tuple(self.vault.open(secret, context).decode() for secret in sealed)
        return secrets + keys_of(self.vault, subscription)


def message_of(prepared: PreparedDelivery) -> PartnerMessage:
    """Return a parcel as a message to a partner's system; its id is the same at each try."""
    delivery, event = prepared.delivery, prepared.event
    return PartnerMessage(
        id=delivery.id,
        event_type=event.type,
        moment=OCCASION_OF[event.type],
        referral_id=event.subject_id,
        external_id=prepared.partner_id,
        occurred_at=event.occurred_at,
        fields={field.value: value for field, value in prepared.fields.items()},
        attempt=delivery.attempts,
    )


def _obstacle(delivery: Delivery, subscription: Subscription | None, case: Case, now: datetime) -> Settlement | None:
    if subscription and subscription.organisation_id != case.referrer.id:
        return _ended(delivery, DeliveryState.WITHHELD, now, "other-organisation")
    return _not_served(delivery, subscription, now)


def _not_served(delivery: Delivery, subscription: Subscription | None, now: datetime) -> Settlement | None:
    if subscription is None:
        return _ended(delivery, DeliveryState.DEAD, now, "no-subscription")
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return Settlement(delivery, DeliveryState.PARKED, now, last_error=subscription.status.value)
    return None


def _ended(delivery: Delivery, state: DeliveryState, now: datetime, why: str) -> Settlement:
    return Settlement(delivery, state, now, finished_at=now, last_error=why)
