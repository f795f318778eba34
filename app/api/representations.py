"""The smaller things on the wire: history, parties, disclosures, subscriptions, in the reader's own ids."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from fastapi import Response

from app.api.context import ReadContext
from app.api.responses import json_answer
from app.api.schemas.deliveries import AttemptOut, DeliveriesIn, DeliveryOut
from app.api.schemas.lists import DisclosureOut, HistoryEntryOut, HistoryOut, PartyOut
from app.domain.receivers import PartnerKey, PollKey, ReaderKey, ReceiverKey, SubscriptionKey
from app.domain.values import HistoryEntry, Party
from app.operations.disclosure.disclosures import Disclosure
from app.operations.subscriptions.deliveries import DeliveryQuery, DeliveryState, DeliveryWithAttempts

ShownDelivery = TypeVar("ShownDelivery", bound=DeliveryOut)


def history_body(read: ReadContext, entries: Sequence[HistoryEntry]) -> Response:
    """Return a history as an answer; a status that was not disclosed to the reader is absent."""
    return json_answer(200, HistoryOut(items=[_history_entry(read, entry) for entry in entries]))


def _history_entry(read: ReadContext, entry: HistoryEntry) -> HistoryEntryOut:
    shown = HistoryEntryOut.model_validate(replace(entry, id=read.shown_id(entry.id)))
    return shown if entry.to_status else shown.model_copy(update={"to_status": None})


def party_out(read: ReadContext, party: Party) -> PartyOut:
    """Return a party on the wire."""
    return PartyOut.model_validate(replace(party, id=read.shown_id(party.id)))


def delivery_query(page: DeliveriesIn, after: UUID | None) -> DeliveryQuery:
    """Return what a page of deliveries asks for; ``after`` is the hub's id of the delivery before it."""
    state = DeliveryState(page.state) if page.state else None
    return DeliveryQuery(state=state, after=after, limit=page.limit)


def delivery_out(
    model: type[ShownDelivery], found: DeliveryWithAttempts, shown_id: Callable[[UUID], UUID]
) -> ShownDelivery:
    """Return a delivery on the wire.

    Args:
        model: its schema.
        found: the delivery.
        shown_id: returns the reader's own id of a record.
    """
    delivery = found.delivery
    return model(
        id=shown_id(delivery.id),
        event_id=delivery.event_id,
        event_type=found.event_type,
        referral_id=shown_id(found.referral_id) if found.referral_id else None,
        sequence=delivery.sequence,
        state=delivery.state,
        last_error=delivery.last_error,
        next_attempt_at=delivery.next_attempt_at if delivery.state is DeliveryState.PENDING else None,
        waits_for=shown_id(found.waits_for) if found.waits_for else None,
        created_at=delivery.created_at,
        finished_at=delivery.finished_at,
        redelivered_at=delivery.redelivered_at,
        attempts=[AttemptOut.model_validate(each) for each in found.attempts],
    )


def disclosure_out(read: ReadContext, disclosure: Disclosure) -> DisclosureOut:
    """Return a disclosure on the wire."""
    return DisclosureOut(
        id=read.shown_id(disclosure.id),
        receiver=_receiver(disclosure.receiver),
        event_type=disclosure.event_type,
        moment=disclosure.moment,
        fields=list(disclosure.fields),
        policy_version=disclosure.policy_version,
        digest=disclosure.digest,
        disclosed_at=disclosure.disclosed_at,
    )


def _receiver(key: ReceiverKey) -> str:
    match key:
        case PartnerKey(system):
            return system.value
        case PollKey():
            return "polling"
        case ReaderKey():
            return "reading"
        case SubscriptionKey():
            return "webhook"
