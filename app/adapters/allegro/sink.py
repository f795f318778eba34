"""Writes to Allegro what the referrers said and did."""

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.outgoing import message_body, referral_body
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, Receipt

_REFERRAL_EVENTS = frozenset({EventType.REFERRAL_RECEIVED, EventType.REFERRAL_AMENDED})


class AllegroSink:
    """Tells Allegro: referrals are put (replacing is harmless), everything else is a message with the delivery's id."""

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
            number = await self._client.put_referral(message.referral_id, referral_body(message.fields))
            return Receipt(external_id=number)
        body = message_body(message)
        if message.attempt > 1 and await self._client.has_message(message.referral_id, message.id):
            return Receipt(message.external_id, already_there=True)
        await self._client.post_message(message.referral_id, body)
        return Receipt(message.external_id)
