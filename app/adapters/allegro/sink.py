"""Writes referrals and messages to Allegro."""

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.outgoing import message_body, referral_body
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, Receipt

_REFERRAL_EVENTS = frozenset({EventType.REFERRAL_RECEIVED, EventType.REFERRAL_AMENDED})


class AllegroSink:
    """Writes to Allegro: a referral by PUT, everything else as a message with the delivery's id.

    From the second attempt on it first looks up what Allegro stored, so that an attempt whose answer was lost is not
    repeated.
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
        if message.attempt > 1 and await self._client.has_message(message.referral_id, message.id):
            return Receipt(message.external_id, already_there=True)
        await self._client.post_message(message.referral_id, body)
        return Receipt(message.external_id)

    async def _put(self, message: PartnerMessage) -> Receipt:
        body = referral_body(message.fields)
        stored = await self._client.find_referral(message.referral_id) if message.attempt > 1 else None
        if stored and stored.contents == body:
            return Receipt(stored.file_number, already_there=True)
        return Receipt(await self._client.put_referral(message.referral_id, body))
