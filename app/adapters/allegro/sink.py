"""Writes referrals and messages to Allegro."""

from collections.abc import Mapping
from uuid import UUID

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.outgoing import message_body, referral_body, shown_by_message, shown_by_referral
from app.adapters.common.answers import UnclearAnswer
from app.adapters.common.writing import write_once
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, Receipt

_REFERRAL_EVENTS = frozenset({EventType.REFERRAL_RECEIVED, EventType.REFERRAL_AMENDED})


class AllegroSink:
    """Writes to Allegro: a referral by PUT, everything else as a message with the delivery's id.

    From the second attempt on it first looks up what Allegro stored, so that an attempt whose answer was lost is not
    repeated; and after a success that is not the contract's, because that may come from a server in between.
    """

    system = System.ALLEGRO

    def __init__(self, client: AllegroClient) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Store the referral or the message at Allegro.

        Raises:
            PartnerUnreachable: no answer or a temporary one; the outcome may be unknown, try again.
            PartnerRefused: Allegro refuses it, or has no place for this type of event.
        """
        if message.event_type in _REFERRAL_EVENTS:
            return await self._put(message)
        body = message_body(message)
        already_there = await write_once(
            message.attempt,
            write=lambda: self._client.post_message(message.referral_id, body),
            is_there=lambda: self._client.has_message(message.referral_id, message.id),
        )
        shown = shown_by_message(message.event_type)
        return Receipt(message.external_id, already_there=already_there, shown=shown)

    async def _put(self, message: PartnerMessage) -> Receipt:
        body, shown = referral_body(message.fields), shown_by_referral()
        if message.attempt > 1 and (number := await self._file_with(message.referral_id, body)):
            return Receipt(number, already_there=True, shown=shown)
        try:
            return Receipt(await self._client.put_referral(message.referral_id, body), shown=shown)
        except UnclearAnswer:
            number = await self._file_with(message.referral_id, body)
            if number is None:
                raise
            return Receipt(number, shown=shown)

    async def _file_with(self, referral_id: UUID, body: Mapping[str, object]) -> str | None:
        """Return the number of the referral's file when Allegro stores it with these contents."""
        stored = await self._client.find_referral(referral_id)
        return stored.file_number if stored and stored.contents == body else None
