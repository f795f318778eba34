"""Writes to RMW: the status of a referral code, and at the end of a case the closing of the activity tab."""

from app.adapters.common.writing import write_once
from app.adapters.rmw.arrivals import to_arrival
from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.mapping import ENDINGS, to_status_update
from app.adapters.rmw.remarks import shown
from app.adapters.rmw.requests import shown_in_request
from app.adapters.rmw.schemas import StatusUpdate
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, Receipt


class RmwSink:
    """Writes to RMW. RMW stores a repeated line again, so the second attempt first looks up what the first one left.

    After a success that is not the contract's, what was written is looked up too.
    """

    system = System.RMW

    def __init__(self, client: RmwClient) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Update the status of the registration's referral code and close its tab when the case ended.

        A client who is referred onward is registered.

        Raises:
            PartnerUnreachable: no answer or a temporary one; the outcome may be unknown, try again.
            PartnerRefused: RMW refuses it, or has no place for this message.
        """
        if message.event_type is EventType.REFERRAL_ARRIVED:
            return Receipt(await self._client.register_arrival(to_arrival(message)))
        update = to_status_update(message)
        was_there = await write_once(
            message.attempt, write=lambda: self._client.add_status(update), is_there=lambda: self._has_line(update)
        )
        if message.event_type in ENDINGS:
            was_closed = await write_once(
                message.attempt, write=lambda: self._close_tab(update), is_there=lambda: self._is_tab_closed(update)
            )
            was_there = was_there and was_closed
        return Receipt(
            update.registration_number, already_there=was_there, shown=shown(message.fields) | shown_in_request(message)
        )

    async def _has_line(self, update: StatusUpdate) -> bool:
        return update.reference in (await self._client.registration_state(update.registration_number)).references

    async def _close_tab(self, update: StatusUpdate) -> None:
        await self._client.close_tab(update.registration_number, update.on, update.reference)

    async def _is_tab_closed(self, update: StatusUpdate) -> bool:
        return (await self._client.registration_state(update.registration_number)).tab_closed
