"""RMW: the registration system of work & income and its teams (SOAP, a list without a change feed).

Contract: ``openapi/partners/rmw.wsdl`` and ``rmw.xsd``.
"""

from app.adapters.common.pace import Pace
from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.sink import RmwSink
from app.adapters.rmw.source import RmwSource
from app.domain.codes import System
from app.domain.ports import PartnerSink, PartnerSource


class Adapter:
    """Both doors to RMW over one client."""

    system = System.RMW

    def __init__(
        self, url: str, username: str, password: str, referral_code: str = "SHV", pace: Pace | None = None
    ) -> None:
        """Open nothing yet; the first message does.

        Args:
            url: address of RMW without the path of the service.
            username: of the UsernameToken.
            password: of the UsernameToken; send it over https only.
            referral_code: RMW's code (*registratiecode*) of the referrals that concern the hub.
            pace: how many calls may leave, both directions together.
        """
        self._client = RmwClient(url, username, password, pace)
        self.source: PartnerSource = RmwSource(self._client, referral_code)
        self.sink: PartnerSink = RmwSink(self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


__all__ = ["Adapter"]
