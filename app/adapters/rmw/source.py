"""Reads RMW's list of registrations as the engine's pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.mapping import MAPPING_VERSION, changed_at, to_facts
from app.adapters.rmw.schemas import ListedRegistration
from app.domain.codes import System
from app.domain.errors import PartnerUnreachable, PartnerUnreadable
from app.domain.ports import Page, PartnerRecord, Unread

PAGE_SIZE: Final = 500
"""The most that RMW lists at once."""

_KIND: Final = "aanmelding"
_UNKNOWN_MOMENT: Final = datetime.fromtimestamp(0, UTC)


class RmwSource:
    """Gives all registrations with a referral code at each pull: RMW cannot say what changed.

    The engine finds the changes by the contents of the payloads; there is no place to read on from,
    so every page's cursor is None.
    """

    system = System.RMW
    mapping_version = MAPPING_VERSION

    def __init__(self, client: RmwClient, referral_code: str) -> None:
        self._client, self._referral_code = client, referral_code

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:  # no cursor exists
        """Give every registration, page by page.

        Raises:
            PartnerUnreachable: no answer, maintenance, or a list that does not move on.
            PartnerRefused: RMW does not accept the hub's account or the referral code.
        """
        position: int | None = 1
        while position is not None:
            part = await self._client.list_registrations(self._referral_code, position, PAGE_SIZE)
            if part.next_position is not None and part.next_position <= position:
                raise PartnerUnreachable("RMW gave a list that does not move on")
            yield Page(tuple(_record(r, position + i) for i, r in enumerate(part.registrations)), None)
            position = part.next_position


def _record(registration: ListedRegistration, position: int) -> PartnerRecord:
    number = registration.contents.get("aanmeldnummer")
    # Without a number the place in the list, which only grows, is what tells the record from others.
    case_id = number if isinstance(number, str) else f"positie-{position}"
    try:
        facts, occurred_at, unread = to_facts(registration), changed_at(registration), None
    except PartnerUnreadable as error:
        facts, occurred_at = (), _UNKNOWN_MOMENT
        unread = Unread(error.field, error.reason, str(error))
    return PartnerRecord(
        kind=_KIND,
        external_id=case_id,
        case_id=case_id,
        version=registration.number,
        payload=registration.contents,
        occurred_at=occurred_at,
        facts=facts,
        unread=unread,
    )
