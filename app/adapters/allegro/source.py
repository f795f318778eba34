"""Reads Allegro's change feed."""

from collections.abc import AsyncIterator

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.mapping import MAPPING_VERSION, read_change, sequence_of
from app.domain.codes import System
from app.domain.ports import Page

PAGE_SIZE = 500
OVERLAP = 100
"""Sequence numbers read again at each pull. Allegro hands out a number when a counsellor starts to
register and shows the change when they are done, so a lower number can appear after a higher one was read."""


class AllegroSource:
    """The changes at Allegro, as facts. The cursor is the highest sequence number read, as text."""

    system = System.ALLEGRO
    mapping_version = MAPPING_VERSION

    def __init__(self, client: AllegroClient) -> None:
        self._client = client

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Give the changes since the cursor and the overlap before it, page by page.

        Raises:
            PartnerUnreachable: no answer; try again later from the same cursor.
            PartnerRefused: Allegro does not take the question.
        """
        highest = int(cursor or 0)
        after = max(0, highest - OVERLAP)
        while changes := await self._client.changes(after, PAGE_SIZE):
            read_to = max(sequence_of(change) for change in changes)
            highest = max(highest, read_to)
            yield Page(tuple(read_change(change) for change in changes), str(highest))
            if len(changes) < PAGE_SIZE or read_to <= after:
                return
            after = read_to
