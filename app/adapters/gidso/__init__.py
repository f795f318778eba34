"""GIDSO: the case system of the social desk, the neighbourhood teams and the youth desk."""

from datetime import datetime

from app.adapters.common.pace import Pace
from app.adapters.gidso.client import Certificate, Client
from app.adapters.gidso.sink import Sink
from app.adapters.gidso.source import Source
from app.domain.codes import System
from app.domain.ports import Clock, PartnerSink, PartnerSource

__all__ = ["Adapter", "Certificate", "Sink", "Source"]


class Adapter:
    """Both directions over one connection.

    Attributes:
        source: reads registrations.
        sink: writes journal lines.
    """

    system = System.GIDSO

    def __init__(  # noqa: PLR0913  # all but the first three are seldom given
        self,
        url: str,
        api_key: str,
        clock: Clock,
        *,
        read_from: datetime | None = None,
        certificate: Certificate | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Build the adapter; nothing is sent yet.

        Args:
            url: the service's address, without ``/odata/v4``.
            api_key: our key at GIDSO.
            clock: tells when a deletion was noticed.
            read_from: registrations made before this aware moment are not read.
            certificate: files for mutual TLS.
            pace: how many calls may leave, both directions together.
        """
        self._client = Client(url, api_key, certificate, pace)
        self.source: PartnerSource = Source(self._client, clock, read_from)
        self.sink: PartnerSink = Sink(self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
