"""What would be sent to a subscription about a referral, and why not more; nothing is stored or sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from app.database import Connection
from app.domain.codes import DisclosureOccasion
from app.domain.errors import FieldFault, InvalidInput, ReferralNotFound
from app.domain.events import ABOUT_CONNECTIONS, OCCASION_OF, EventType
from app.domain.fields import Field, FieldValues
from app.domain.input_rules import InputRule
from app.events.contract.catalogue import ID_FIELDS, fields_for
from app.events.delivery.routing import referrer_as_receiver, unmatched_filters
from app.models.cases.referral import RoutedReferral, worker_index_of
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import known_values, visible_case
from app.operations.services import Services
from app.operations.subscriptions.lookup import SubscriptionRef, visible_subscription
from app.operations.subscriptions.subscriptions import (
    Content,
    Subscription,
    SubscriptionStatus,
)
from app.privacy.decision import Decision
from app.privacy.gate import Receiver

__all__ = ["Preview", "PreviewRequest", "event_type_faults", "preview", "preview_for"]


@dataclass(frozen=True)
class PreviewRequest:
    """Which event to preview."""

    referral_id: UUID
    event_type: EventType


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would be sent.

    Attributes:
        moment: the feedback moment to which the event belongs (*terugkoppelmoment*).
        blockers: why nothing would be sent now, as codes: a filter that does not match, the status of the
            subscription, or ``nothing-released``; empty when the event would be sent.
        decisions: on every field that such an event may contain; names and reasons, no values.
    """

    moment: DisclosureOccasion
    policy_version: str
    blockers: tuple[str, ...]
    decisions: tuple[Decision, ...]


def preview(
    tx: Connection, services: Services, caller_scope: CallerScope, ref: SubscriptionRef, request: PreviewRequest
) -> Preview:
    """Return what an event would contain now for a subscription of the caller.

    Raises:
        InvalidInput: the type is not about a referral, or is never sent to a referrer.
        SubscriptionNotFound: the caller has no such subscription.
        ReferralNotFound: its organisation has no such referral.
    """
    return preview_for(tx, services, caller_scope, visible_subscription(tx, ref), request)


def preview_for(
    tx: Connection, services: Services, caller_scope: CallerScope, subscription: Subscription, request: PreviewRequest
) -> Preview:
    """Return what an event would contain now for this subscription.

    The decision uses only fields that the subscriber may already read: a rule that depends on another field counts as
    not fulfilled, because its outcome would disclose that field.

    Raises:
        InvalidInput: the type is not about a referral, or is never sent to a referrer.
        ReferralNotFound: the subscription's organisation has no such referral.
    """
    moment = _moment_of(request.event_type)
    referral, facts = _referral(tx, services, caller_scope, subscription, request.referral_id)
    receiver = referrer_as_receiver(referral.referrer)
    wanted = fields_for(request.event_type, moment)
    readable = _readable(services, receiver, facts)
    offered = {field: readable.get(field) for field in wanted | services.policy.asks}
    released = services.gate.explain(receiver, moment, offered)
    decisions = tuple(_as_sent(subscription, each) for each in released.decisions if each.field in wanted)
    unmatched = unmatched_filters(subscription, request.event_type, referral)
    return Preview(
        moment=moment,
        policy_version=released.policy_version,
        blockers=(*unmatched, *_blockers(subscription, decisions)),
        decisions=decisions,
    )


def event_type_faults(event_type: EventType) -> Iterator[FieldFault]:
    """Return why an event of this type cannot be previewed."""
    if event_type in ABOUT_CONNECTIONS:
        message = "About a connection, so nothing is decided; give a type of event that is about a referral."
        yield FieldFault("eventType", InputRule.ABOUT_A_REFERRAL, message)
    elif OCCASION_OF[event_type] is None:
        yield FieldFault("eventType", InputRule.TOLD_TO_REFERRERS, "Never sent to a referrer; give another type.")


def _moment_of(event_type: EventType) -> DisclosureOccasion:
    moment = OCCASION_OF[event_type]
    if moment is None:
        raise InvalidInput(*event_type_faults(event_type))
    return moment


def _referral(
    tx: Connection, services: Services, caller_scope: CallerScope, subscription: Subscription, referral_id: UUID
) -> tuple[RoutedReferral, FieldValues]:
    case = visible_case(tx, services, caller_scope, referral_id)
    if case.referral.organisation.id != subscription.organisation_id:
        raise ReferralNotFound()
    worker_index = worker_index_of(services.vault, case.contents.worker.email)
    return RoutedReferral(case.referral.organisation, case.referral.area, worker_index), known_values(services, case)


def _readable(services: Services, receiver: Receiver, facts: FieldValues) -> Mapping[Field, object]:
    read = services.gate.release(receiver, DisclosureOccasion.READING, facts)
    return {field: facts[field] for field in read.fields}


def _as_sent(subscription: Subscription, decision: Decision) -> Decision:
    if subscription.content is Content.THIN and decision.effect is not None and decision.field not in ID_FIELDS:
        return replace(decision, effect=None, reason="thin")
    return decision


def _blockers(subscription: Subscription, decisions: tuple[Decision, ...]) -> list[str]:
    found = []
    if subscription.status is not SubscriptionStatus.ACTIVE:
        found.append(subscription.status.value)
    if not any(each.field is Field.REFERRAL_ID and each.effect for each in decisions):
        found.append("nothing-released")
    return found
