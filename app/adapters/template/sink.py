"""Writes messages (*berichten*) to the partner."""

from app.adapters.template.client import TemplateClient
from app.adapters.template.mapping import SYSTEM, to_message
from app.domain.errors import PartnerRefused
from app.domain.ports import PartnerMessage, Receipt


class TemplateSink:
    """Writes an event as a message on the team's referral.

    The partner stores a repeated message again. From the second attempt on, the sink therefore looks up first whether
    an earlier attempt arrived: a lost message and a lost answer look the same to the hub.
    """

    system = SYSTEM

    def __init__(self, client: TemplateClient) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Add the message, unless an earlier attempt did.

        Raises:
            PartnerUnreachable: no answer or a temporary one; the outcome may be unknown, try again.
            PartnerRefused: the partner refuses it, or has no place for this event.
        """
        number = message.external_id
        if number is None:
            raise PartnerRefused("the partner makes referrals itself and does not know this one")
        body = to_message(message)
        if message.attempt > 1 and await self._client.has_message(number, str(message.id)):
            return Receipt(number, already_there=True)
        await self._client.add_message(number, body)
        return Receipt(number)
