"""The door to Allegro, the system of the credit bank and the finance team (``openapi/partners/allegro.yaml``)."""

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.sink import AllegroSink
from app.adapters.allegro.source import AllegroSource
from app.domain.codes import System
from app.domain.ports import PartnerSink, PartnerSource


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
    """

    system = System.ALLEGRO

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self._client = AllegroClient(url, client_id, client_secret)
        self.source: PartnerSource = AllegroSource(self._client)
        self.sink: PartnerSink = AllegroSink(self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
