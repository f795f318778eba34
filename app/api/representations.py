"""The smaller things on the wire: history, parties, disclosures, subscriptions, in the reader's own ids."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import Response

from app.api.context import ReadContext
from app.api.responses import json_answer
from app.api.schemas.lists import DisclosureOut, DisclosuresOut, HistoryEntryOut, HistoryOut, PartyOut
from app.domain.receivers import PartnerKey, PollKey, ReceiverKey, SubscriptionKey
from app.domain.values import HistoryEntry, Party
from app.operations.disclosure.disclosures import Disclosure


def history_body(read: ReadContext, entries: Sequence[HistoryEntry]) -> Response:
    """Return a history as an answer; a status that was not disclosed to the reader is absent."""
    return json_answer(200, HistoryOut(items=[_history_entry(read, entry) for entry in entries]))


def _history_entry(read: ReadContext, entry: HistoryEntry) -> HistoryEntryOut:
    shown = HistoryEntryOut.model_validate(replace(entry, id=read.shown_id(entry.id)))
    return shown if entry.to_status else shown.model_copy(update={"to_status": None})


def party_out(read: ReadContext, party: Party) -> PartyOut:
    """Return a party on the wire."""
    return PartyOut.model_validate(replace(party, id=read.shown_id(party.id)))


def disclosures_body(read: ReadContext, disclosures: Sequence[Disclosure]) -> Response:
    """Return disclosures as an answer."""
    return json_answer(200, DisclosuresOut(items=[_disclosure(read, each) for each in disclosures]))


def _disclosure(read: ReadContext, disclosure: Disclosure) -> DisclosureOut:
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
        case SubscriptionKey():
            return "webhook"
