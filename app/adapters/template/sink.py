"""Writes to the partner: one message (*bericht*) for each thing that it is told."""

from app.adapters.template.client import Client
from app.adapters.template.mapping import SYSTEM, to_message
from app.domain.errors import PartnerRefused
from app.domain.ports import PartnerMessage, Receipt


class Sink:
    """Tells the team by a message on its referral.

    The partner stores a repeated message a second time. From the second try on, the sink therefore looks first
    whether an earlier try arrived: "sent, answer lost" and "never sent" look the same from here.
    """

    system = SYSTEM

    def __init__(self, client: Client) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Add the message, unless an earlier try already did.

        Raises:
            PartnerUnreachable: no or a temporary answer; the outcome may be unknown, try again.
            PartnerRefused: the partner says no, or has no place for this event.
        """
        number = message.external_id
        if number is None:
            raise PartnerRefused("the partner makes referrals itself and does not know this one")
        body = to_message(message)
        if message.attempt > 1 and await self._client.has_message(number, str(message.id)):
            return Receipt(number, already_there=True)
        await self._client.add_message(number, body)
        return Receipt(number)
