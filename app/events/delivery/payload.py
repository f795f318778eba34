"""What a delivery contains, decided by the privacy gate at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from app.database import Connection
from app.domain.codes import OrganisationRole, System
from app.domain.events import ABOUT_TERMS, ARRIVALS, Event, SubjectType, moment_of
from app.domain.field_values import has_value
from app.domain.fields import FactValue, Field
from app.domain.identifiers import NewId
from app.domain.ports import Clock, PartnerMessage
from app.domain.receivers import PartnerKey, SubscriptionKey, subscription_id_of, system_of
from app.domain.values import Organisation
from app.events.contract.catalogue import ID_FIELDS, fields_for, only_to_own_system
from app.events.contract.envelope import Message, Origin
from app.events.delivery.context import CaseLookup, EventContext
from app.events.delivery.notices import content_of
from app.events.delivery.routing import NOTHING_RELEASED, is_for_guidance, occasion_of, receiver_for
from app.events.http.credentials import Credentials, keys_of, opened_auth, opened_secrets, opened_url
from app.events.http.webhook import WebhookRequest
from app.models.access.organisation import load_organisations
from app.models.delivery.claim import next_sequences
from app.models.delivery.delivery import Delivery, DeliveryState, DeliveryUpdate
from app.models.delivery.disclosure import Disclosure
from app.models.delivery.lease import BegunAttempt
from app.models.delivery.outbox import load_events
from app.models.delivery.subscription import (
    Content,
    Subscription,
    SubscriptionStatus,
    load_for_sending,
)
from app.privacy.gate import PrivacyGate, Receiver
from app.privacy.json_values import digest_of
from app.privacy.wire import with_addresses
from app.vault import Vault

__all__ = ["Built", "DeliveryBuilder", "Payload", "PreparedDelivery", "build_partner_message", "build_webhook_request"]


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What is sent of an event, the same to every receiver to which the same is released.

    Attributes:
        receiver: as the privacy gate knows it.
        fields: what is sent, by field; part of one ``Released``. Empty when the event is about a connection.
        policy_version: the version of the rules that decided.
        organisation_id: of the organisation that receives it; None when it is the finance team by its own system.
        origin: names the hub.
    """

    event: Event
    receiver: Receiver
    fields: Mapping[Field, FactValue]
    policy_version: str
    organisation_id: UUID | None
    origin: Origin

    @cached_property
    def message(self) -> Message:
        """The event as a CloudEvent, complete but for its sequence number."""
        if self.event.subject_type is not SubjectType.REFERRAL:
            return self.origin.message(self.event, content_of(self.event, self.organisation_id))
        return self.origin.envelope(self.event, self.fields)

    @cached_property
    def digest(self) -> str:
        """The hash of what is sent, computed as the gate hashes what it releases."""
        return digest_of(self.fields)

    def shown(self, fields: Set[Field] | None) -> Payload:
        """Return what a receiver gets of it that shows these fields only; None: all."""
        if fields is None:
            return self
        return replace(self, fields={field: value for field, value in self.fields.items() if field in fields})

    @cached_property
    def disclosed_fields(self) -> tuple[str, ...]:
        """The names of the fields that are disclosed; one without a value discloses nothing."""
        return tuple(field.value for field, value in self.fields.items() if has_value(value))


@dataclass(frozen=True, kw_only=True)
class WebhookTarget:
    """A subscription as a place to send to; its secrets are opened when the first request is built.

    Attributes:
        now: when the batch is built; a previous secret that has expired by then does not sign.
    """

    subscription: Subscription
    vault: Vault = field(repr=False)
    now: datetime

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The secrets and keys that sign.

        Raises:
            SealBroken: they were sealed with another key.
        """
        return opened_secrets(self.vault, self.subscription, self.now) + keys_of(self.vault, self.subscription)

    @cached_property
    def url(self) -> str:
        """The address to send to.

        Raises:
            SealBroken: it was sealed with another key.
        """
        return opened_url(self.vault, self.subscription)

    @cached_property
    def auth(self) -> Credentials | None:
        """How the hub authenticates in addition to the signature.

        Raises:
            SealBroken: it was sealed with another key.
        """
        return opened_auth(self.vault, self.subscription)


@dataclass(frozen=True, kw_only=True)
class PreparedDelivery:
    """A delivery that may be sent now, with what it contains.

    Attributes:
        delivery: with its number in the chain for this receiver, and with this attempt counted.
        target: None unless the receiver is a subscription.
        partner_id: the partner's own id of the case, None when it does not know the case yet.
        owner: the code of the organisation that receives it; None when that is not known.
    """

    delivery: Delivery
    begun: BegunAttempt
    payload: Payload
    target: WebhookTarget | None
    partner_id: str | None
    owner: str | None

    @property
    def body(self) -> bytes:
        """The event as a CloudEvent for this receiver, in JSON."""
        return self.payload.message.numbered(self.begun.sequence)


@dataclass(frozen=True)
class Built:
    """A batch of deliveries: those that may be sent, and what becomes of the others."""

    prepared: Sequence[PreparedDelivery]
    obstacles: Sequence[DeliveryUpdate]


@dataclass(frozen=True, kw_only=True)
class _BatchContext:
    """Everything that a batch of deliveries is built from, and the payloads that were built so far."""

    now: datetime
    events: Mapping[UUID, Event]
    cases: Mapping[UUID, EventContext]
    targets: Mapping[UUID, WebhookTarget]
    partner_ids: Mapping[System, Mapping[UUID, str]]
    owners: Mapping[UUID, Organisation]
    payloads: dict[tuple[UUID, Receiver, bool, bool], Payload | None] = field(default_factory=dict)

    def target_of(self, delivery: Delivery) -> WebhookTarget | None:
        subscription_id = subscription_id_of(delivery.receiver)
        return self.targets.get(subscription_id) if subscription_id else None

    def owner_of(self, delivery: Delivery) -> Organisation | None:
        return self.owners.get(delivery.organisation_id) if delivery.organisation_id else None

    def partner_id_of(self, delivery: Delivery) -> str | None:
        system = system_of(delivery.receiver)
        return self.partner_ids[system].get(delivery.subject_id) if system else None


@dataclass(frozen=True, kw_only=True)
class DeliveryBuilder:
    """Builds what deliveries contain, and the record of what they disclosed.

    Attributes:
        origin: names the hub in the events that it sends.
    """

    clock: Clock
    new_id: NewId
    cases: CaseLookup
    vault: Vault
    gate: PrivacyGate
    origin: Origin

    def build(self, tx: Connection, deliveries: Sequence[Delivery]) -> Built:
        """Build and number the deliveries that may be sent.

        Args:
            tx: the transaction that stores them with their numbers.
            deliveries: at most one of a chain.
        """
        if not deliveries:
            return Built((), ())
        context = self._context(tx, deliveries, self.clock.now())
        payloads, obstacles = self._payloads(deliveries, context)
        sequences = next_sequences(tx, [each for each, _ in payloads])
        prepared = [
            PreparedDelivery(
                delivery=replace(each, sequence=sequences[each.id]),
                begun=BegunAttempt(each.attempts, sequences[each.id]),
                payload=payload,
                target=context.target_of(each),
                partner_id=context.partner_id_of(each),
                owner=owner.code if (owner := context.owner_of(each)) else None,
            )
            for each, payload in payloads
        ]
        return Built(prepared, obstacles)

    def sendable(self, tx: Connection, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Return those of these deliveries that would be sent now; nothing is numbered or stored."""
        if not deliveries:
            return []
        payloads, _ = self._payloads(deliveries, self._context(tx, deliveries, self.clock.now()))
        return [each for each, _ in payloads]

    def disclosure(
        self, prepared: PreparedDelivery, disclosed_at: datetime, shown: Set[Field] | None = None
    ) -> Disclosure:
        """Return the record of what a delivery disclosed; it contains names of fields and a hash, no values.

        Args:
            prepared: what was sent.
            disclosed_at: when it arrived.
            shown: the fields that its receiver shows, because a partner has no place for some; None: all.
        """
        delivery, payload = prepared.delivery, prepared.payload.shown(shown)
        return Disclosure(
            id=self.new_id(disclosed_at),
            delivery_id=delivery.id,
            organisation_id=delivery.organisation_id,
            referrer_kind=payload.receiver.kind,
            referral_id=delivery.subject_id,
            moment=moment_of(payload.event.type),
            event_type=payload.event.type,
            receiver=delivery.receiver,
            policy_version=payload.policy_version,
            fields=payload.disclosed_fields,
            digest=payload.digest,
            disclosed_at=disclosed_at,
        )

    def _context(self, tx: Connection, taken: Sequence[Delivery], now: datetime) -> _BatchContext:
        stored = load_events(tx, {each.event_id for each in taken})
        events = {event_id: each.event for event_id, each in stored.items()}
        subscription_ids = {id for each in taken if (id := subscription_id_of(each.receiver))}
        subscriptions = load_for_sending(tx, subscription_ids) if subscription_ids else {}
        systems = {system for each in taken if (system := system_of(each.receiver))}
        referral_ids = {each.subject_id for each in taken}
        cases = self._cases(tx, taken, events)
        return _BatchContext(
            now=now,
            events=events,
            cases=cases,
            owners=_owners(tx, taken, cases),
            targets={
                id: WebhookTarget(subscription=found, vault=self.vault, now=now) for id, found in subscriptions.items()
            },
            partner_ids={system: self.cases.partner_ids(tx, system, referral_ids) for system in systems},
        )

    def _cases(
        self, tx: Connection, taken: Sequence[Delivery], events: Mapping[UUID, Event]
    ) -> Mapping[UUID, EventContext]:
        """Return the contexts of events; sealed data is opened only for those that go to no referrer."""
        handled = {
            each.event_id
            for each in taken
            for type in [events[each.event_id].type]
            if type in ARRIVALS or is_for_guidance(each.receiver, type)
        }
        with_client = [event for event_id, event in events.items() if event_id in handled]
        others = [
            event
            for event_id, event in events.items()
            if event_id not in handled and event.subject_type is SubjectType.REFERRAL
        ]
        return {
            **(self.cases.load_contexts(tx, with_client, with_client=True) if with_client else {}),
            **(self.cases.load_contexts(tx, others, with_client=False) if others else {}),
        }

    def _payloads(
        self, deliveries: Sequence[Delivery], context: _BatchContext
    ) -> tuple[list[tuple[Delivery, Payload]], list[DeliveryUpdate]]:
        """Return the deliveries that may be sent with their payloads, and what becomes of the others."""
        payloads, obstacles = [], []
        for each in deliveries:
            built = self._built(each, context)
            if isinstance(built, Payload):
                payloads.append((each, built))
            else:
                obstacles.append(built)
        return payloads, obstacles

    def _built(self, delivery: Delivery, context: _BatchContext) -> Payload | DeliveryUpdate:
        """Return the payload of a delivery, or what becomes of it because it may not be sent, or not now."""
        now = context.now
        event, target = context.events[delivery.event_id], context.target_of(delivery)
        if event.subject_type is not SubjectType.REFERRAL:
            return _not_served(delivery, target, now) or self._connection_payload(event, delivery)
        case = context.cases.get(event.id)
        if case is None:
            return _ended(delivery, DeliveryState.WITHHELD, now, "no-record")
        if obstacle := _obstacle(delivery, target, event, case, now):
            return obstacle
        is_thin = target is not None and target.subscription.content is Content.THIN
        owner = context.owner_of(delivery)
        is_operator = owner is not None and owner.role is OrganisationRole.OPERATOR
        of = owner if owner and event.type in ARRIVALS else case.referrer
        receiver = receiver_for(delivery.receiver, event.type, of, is_operator=is_operator)
        # To the gate all receivers of a referrer are one, and are sent the same, so it is released once.
        # Only their systems are sent what the sides of a case write to each other, and who arrives.
        kept_back = frozenset() if isinstance(delivery.receiver, PartnerKey) else only_to_own_system(event.type)
        key = event.id, receiver, is_thin, bool(kept_back)
        if key not in context.payloads:
            context.payloads[key] = self._payload(event, delivery, receiver, case, is_thin, kept_back)
        return context.payloads[key] or _ended(delivery, DeliveryState.WITHHELD, now, NOTHING_RELEASED)

    def _payload(  # noqa: PLR0913  # what decides what is sent
        self,
        event: Event,
        delivery: Delivery,
        receiver: Receiver,
        case: EventContext,
        is_thin: bool,
        kept_back: frozenset[Field],
    ) -> Payload | None:
        occasion = occasion_of(delivery.receiver, event.type)
        wanted = fields_for(event.type, occasion) - kept_back
        if case.disclosed is not None:
            # What was not disclosed when it was recorded is not disclosed afterwards, whatever was agreed since.
            wanted &= case.disclosed
        # Offered is what may be sent and what the rules ask about; deciding on the rest would be in vain.
        asked = wanted | self.gate.policy.asks
        offered = {field: value for field, value in case.facts.items() if field in asked}
        released = self.gate.release(receiver, occasion, offered)
        if is_thin:
            wanted &= ID_FIELDS
        fields = {field: value for field, value in released.fields.items() if field in wanted}
        if Field.REFERRAL_ID not in fields:
            return None
        return Payload(
            event=event,
            receiver=receiver,
            fields=with_addresses(fields, f"{self.origin.public_url}/v1"),
            policy_version=released.policy_version,
            organisation_id=delivery.organisation_id,
            origin=self.origin,
        )

    def _connection_payload(self, event: Event, delivery: Delivery) -> Payload:
        # It is about no person: there is nothing for the gate to release, and nothing is disclosed.
        return Payload(
            event=event,
            receiver=Receiver(str(delivery.organisation_id), "unknown", inside=False),
            fields={},
            policy_version=self.gate.policy.version,
            organisation_id=delivery.organisation_id,
            origin=self.origin,
        )


def _owners(tx: Connection, taken: Sequence[Delivery], cases: Mapping[UUID, EventContext]) -> dict[UUID, Organisation]:
    """Return the organisations that receive deliveries; most are known by their cases."""
    known = {case.referrer.id: case.referrer for case in cases.values()}
    unknown = {each.organisation_id for each in taken if each.organisation_id} - known.keys()
    return known | load_organisations(tx, unknown) if unknown else known


def build_webhook_request(prepared: PreparedDelivery) -> WebhookRequest:
    """Return the request that delivers an event to a subscription.

    Raises:
        SealBroken: the subscription's secrets were sealed with another key.
    """
    target = prepared.target
    # Narrows the type: the engine sends requests to subscriptions only.
    assert target is not None  # noqa: S101
    return WebhookRequest(
        url=target.url,
        owner=prepared.owner,
        message_id=str(prepared.payload.event.id),
        body=prepared.body,
        keys=target.keys,
        auth=target.auth,
        is_redelivery=prepared.delivery.redelivered_at is not None,
    )


def build_partner_message(prepared: PreparedDelivery) -> PartnerMessage:
    """Return the message that delivers an event to a partner's system; its id is the same at each attempt."""
    delivery, event = prepared.delivery, prepared.payload.event
    return PartnerMessage(
        id=delivery.id,
        event_type=event.type,
        moment=moment_of(event.type),
        referral_id=event.subject_id,
        # What arrives is new there, also where the partner knows the referral.
        external_id=None if event.type in ARRIVALS else prepared.partner_id,
        occurred_at=event.occurred_at,
        fields={field.value: value for field, value in prepared.payload.fields.items()},
        attempt=delivery.attempts,
        organisation_code=prepared.owner,
    )


def _obstacle(
    delivery: Delivery, target: WebhookTarget | None, event: Event, case: EventContext, now: datetime
) -> DeliveryUpdate | None:
    if not isinstance(delivery.receiver, SubscriptionKey):
        return None
    is_referrers = target is not None and target.subscription.organisation_id == case.referrer.id
    if target and is_referrers == (event.type in ABOUT_TERMS | ARRIVALS):
        return _ended(delivery, DeliveryState.WITHHELD, now, "other-organisation")
    return _not_served(delivery, target, now)


def _not_served(delivery: Delivery, target: WebhookTarget | None, now: datetime) -> DeliveryUpdate | None:
    if target is None:
        return _ended(delivery, DeliveryState.DEAD, now, "no-subscription")
    status = target.subscription.status
    if status is not SubscriptionStatus.ACTIVE:
        return DeliveryUpdate(delivery=delivery, state=DeliveryState.PARKED, next_attempt_at=now, last_error=status)
    return None


def _ended(delivery: Delivery, state: DeliveryState, now: datetime, why: str) -> DeliveryUpdate:
    return DeliveryUpdate(delivery=delivery, state=state, next_attempt_at=now, finished_at=now, last_error=why)
