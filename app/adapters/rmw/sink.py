"""Writes to RMW: the status of a referral code, and at the end of a case the closing of the activity tab."""

from typing import Final

from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.mapping import ENDINGS, to_status_update
from app.adapters.rmw.schemas import RegistrationState
from app.domain.codes import System
from app.domain.ports import PartnerMessage, Receipt

_NOTHING_WRITTEN: Final = RegistrationState(references=frozenset(), tab_closed=False)


class RmwSink:
    """Writes to RMW. RMW stores a repeated line again, so the second attempt first looks up what the first one left."""

    system = System.RMW

    def __init__(self, client: RmwClient) -> None:
        self._client = client

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Update the status of the registration's referral code and close its tab when the case ended.

        Raises:
            PartnerUnreachable: no answer or a temporary one; the outcome may be unknown, try again.
            PartnerRefused: RMW refuses it, or has no place for this message.
        """
        update = to_status_update(message)
        state = await self._state(update.registration_number, message.attempt)
        is_there = update.reference in state.references
        if not is_there:
            await self._client.add_status(update)
        closes = message.event_type in ENDINGS and not state.tab_closed
        if closes:
            await self._client.close_tab(update.registration_number, update.on, update.reference)
        return Receipt(update.registration_number, already_there=is_there and not closes)

    async def _state(self, number: str, attempt: int) -> RegistrationState:
        if attempt == 1:
            return _NOTHING_WRITTEN
        return await self._client.registration_state(number)
