"""Writes messages (*berichten*) to the partner."""

from app.adapters.common.writing import write_once
from app.adapters.template.client import TemplateClient
from app.adapters.template.mapping import SYSTEM, to_message
from app.domain.errors import PartnerRefused
from app.domain.ports import PartnerMessage, Receipt


class TemplateSink:
    """Writes an event as a message on the team's referral.

    The partner stores a repeated message again. From the second attempt on, the sink therefore looks up first whether
    an earlier attempt arrived: a lost message and a lost answer look the same to the hub. A success that is not the
    contract's is looked up too.
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
        already_there = await write_once(
            message.attempt,
            write=lambda: self._client.add_message(number, body),
            is_there=lambda: self._client.has_message(number, str(message.id)),
        )
        return Receipt(number, already_there=already_there)
