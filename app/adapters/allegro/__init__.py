"""The door to Allegro, the system of the credit bank and the finance team (``openapi/partners/allegro.yaml``)."""

from collections.abc import AsyncIterator, Collection

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.sink import AllegroSink
from app.adapters.allegro.source import AllegroSource
from app.adapters.common.pace import Pace
from app.domain.codes import System
from app.domain.ports import PartnerSink, PartnerSource

_PAGE_SIZE = 500


class Adapter:
    """Allegro's source and sink over one connection pool.

    Attributes:
        system: ``System.ALLEGRO``.
        source: reads the change feed.
        sink: writes referrals and messages.

    Args:
        url: where Allegro answers, without a path.
        client_id: the hub's name at Allegro's token endpoint.
        client_secret: the secret that belongs to it.
        pace: how many calls may leave, both directions together.
    """

    system = System.ALLEGRO

    def __init__(self, url: str, client_id: str, client_secret: str, pace: Pace | None = None) -> None:
        self._client = AllegroClient(url, client_id, client_secret, pace)
        self.source: PartnerSource = AllegroSource(self._client)
        self.sink: PartnerSink = AllegroSink(self._client)

    async def cases(self) -> AsyncIterator[Collection[str]]:
        """Return the numbers of all files (*dossiernummers*) page by page; a file may be without any change yet.

        Raises:
            PartnerUnreachable: no answer.
        """
        last = ""
        while listed := await self._client.referrals(last, _PAGE_SIZE):
            yield [each.file_number for each in listed]
            last = listed[-1].file_number

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
