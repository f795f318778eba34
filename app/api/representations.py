"""The smaller things on the wire: history, parties, disclosures, subscriptions, in the reader's own ids."""

from collections.abc import Sequence

from fastapi import Response

from app.api.context import ReadContext
from app.api.responses import json_answer
from app.api.schemas.lists import DisclosureOut, DisclosuresOut, HistoryEntryOut, HistoryOut, PartyOut
from app.domain.receivers import PartnerKey, PollKey, ReceiverKey, SubscriptionKey
from app.domain.values import HistoryEntry, Party
from app.operations.disclosure.disclosures import Disclosure


def history_body(read: ReadContext, entries: Sequence[HistoryEntry]) -> Response:
    """Return a history as an answer; a status that the reader was not told is absent."""
    items = [
        HistoryEntryOut.model_validate(
            {**vars(entry), "id": read.shown_id(entry.id), "to_status": entry.to_status or None}, by_name=True
        )
        for entry in entries
    ]
    return json_answer(200, HistoryOut(items=items))


def party_out(read: ReadContext, party: Party) -> PartyOut:
    """Return a party on the wire."""
    return PartyOut.model_validate({**vars(party), "id": read.shown_id(party.id)}, by_name=True)


def disclosures_body(read: ReadContext, told: Sequence[Disclosure]) -> Response:
    """Return disclosures as an answer."""
    items = [
        DisclosureOut.model_validate(
            {**vars(each), "id": read.shown_id(each.id), "receiver": _receiver(each.receiver)}, by_name=True
        )
        for each in told
    ]
    return json_answer(200, DisclosuresOut(items=items))


def _receiver(key: ReceiverKey) -> str:
    match key:
        case PartnerKey(system):
            return system.value
        case PollKey():
            return "polling"
        case SubscriptionKey():
            return "webhook"
