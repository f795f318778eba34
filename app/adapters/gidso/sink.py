"""Writes journal lines (*journaalregels*) into GIDSO."""

from app.adapters.common.writing import write_once
from app.adapters.gidso.arrivals import reference_of, to_arrival
from app.adapters.gidso.client import GidsoClient
from app.adapters.gidso.journal import SHOWN, to_line
from app.domain.codes import System
from app.domain.errors import PartnerRefused
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, Receipt


class GidsoSink:
    """Writes a message as a line in the journal of the team's registration.

    GIDSO appends a repeated line a second time. From the second attempt on, the line is therefore looked up first, by
    its reference; and after a success that is not the contract's.
    """

    system = System.GIDSO

    def __init__(self, client: GidsoClient) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Append the line, unless an earlier attempt did; a client who is referred onward is registered.

        Raises:
            PartnerUnreachable: no answer or a temporary one; the outcome may be unknown, try again.
            PartnerRefused: GIDSO refuses it, or the message belongs in no journal.
        """
        if message.event_type is EventType.REFERRAL_ARRIVED:
            return Receipt(await self._client.put_arrival(reference_of(message), to_arrival(message)))
        case_id = message.external_id
        if case_id is None:
            raise PartnerRefused("GIDSO does not know this referral; it has no journal to write in")
        line = to_line(message)
        already_there = await write_once(
            message.attempt,
            write=lambda: self._client.append_line(case_id, line),
            is_there=lambda: self._client.has_line(case_id, str(line["Kenmerk"])),
        )
        return Receipt(case_id, already_there=already_there, shown=SHOWN)
