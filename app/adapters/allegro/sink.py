"""Writes to Allegro what the referrers said and did."""

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.outgoing import message_body, referral_body
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, Receipt

_REFERRAL_EVENTS = frozenset({EventType.REFERRAL_RECEIVED, EventType.REFERRAL_AMENDED})


class AllegroSink:
    """Tells Allegro: referrals are put, everything else is a message with the delivery's id.

    From the second try on it looks first at what Allegro holds, so that an earlier try that arrived counts, however
    often answers get lost.
    """

    system = System.ALLEGRO

    def __init__(self, client: AllegroClient) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Store the referral or the message at Allegro.

        Raises:
            PartnerUnreachable: no or a temporary answer; the outcome may be unknown, try again.
            PartnerRefused: Allegro says no, or has no place for this type of event.
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
        held = await self._client.find_referral(message.referral_id) if message.attempt > 1 else None
        if held and held.contents == body:
            return Receipt(held.file_number, already_there=True)
        return Receipt(await self._client.put_referral(message.referral_id, body))
