"""The smallest whole adapter, to copy for a partner of your own: a JSON service with an ordered feed.

It belongs to no existing system. ``docs/how-to/connecting-a-partner.md`` tells what to change, and in which order.
Contract: ``openapi/partners/template.yaml``.
"""

from app.adapters.common.pace import Pace
from app.adapters.template.client import Client
from app.adapters.template.mapping import SYSTEM, TABLES, Tables
from app.adapters.template.sink import Sink
from app.adapters.template.source import Source
from app.domain.ports import PartnerSink, PartnerSource

__all__ = ["Adapter"]


class Adapter:
    """Both directions over one connection.

    Attributes:
        source: reads referrals (*aanmeldingen*) and their withdrawal.
        sink: writes messages (*berichten*).
    """

    system = SYSTEM

    def __init__(self, url: str, token: str, tables: Tables = TABLES, pace: Pace | None = None) -> None:
        """Build the adapter; nothing is sent yet.

        Args:
            url: the service's address, without a path.
            token: the hub's bearer token there; send it over https only.
            tables: what the partner's codes mean.
            pace: how many calls may leave, both directions together.
        """
        self._client = Client(url, token, pace)
        self.source: PartnerSource = Source(self._client, tables)
        self.sink: PartnerSink = Sink(self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
