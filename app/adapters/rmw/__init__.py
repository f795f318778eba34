"""RMW, the registration system of work & income and its teams: SOAP, a list without a change feed.

Contract: ``openapi/partners/rmw.wsdl`` and ``rmw.xsd``.
"""

from ssl import SSLContext
from typing import ClassVar

from typing_extensions import override

from app.adapters.common.adapter import Adapter
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.pace import Pace
from app.adapters.common.settings import NOT_SET, Credential, PartnerSettings
from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.sink import RmwSink
from app.adapters.rmw.source import RmwSource
from app.domain.codes import System
from app.domain.ports import Clock

__all__ = ["RmwSettings", "connect_rmw"]

REFERRAL_CODE = "SHV"
"""RMW's code (*registratiecode*) of the referrals that concern the hub."""


class RmwSettings(PartnerSettings):
    """The settings of RMW."""

    system: ClassVar[System] = System.RMW

    username: Credential = NOT_SET
    """The hub's user name at RMW."""

    password: Credential = NOT_SET
    """The password that belongs to the user name."""

    @override
    def connect(self, url: str, clock: Clock, pace: Pace | None) -> Adapter:
        username, password = self.username.get_secret_value(), self.password.get_secret_value()
        return connect_rmw(url, username, password, pace, self.tls(), self.answer_bytes)


def connect_rmw(  # noqa: PLR0913  # the last ones are seldom set
    url: str,
    username: str,
    password: str,
    pace: Pace | None = None,
    tls: SSLContext | None = None,
    list_bytes: int = MOST_BYTES,
) -> Adapter:
    """Return RMW's source and sink over one connection pool; nothing is sent yet.

    Args:
        url: RMW's address, without the path of the service.
        username: of the UsernameToken.
        password: of the UsernameToken; send it over https only.
        pace: how many calls may leave, both directions together; None: no limit.
        tls: whom to trust and what to present; None: the system's authorities, and no certificate.
        list_bytes: the most bytes of a list that is read.
    """
    client = RmwClient(url, username, password, pace, tls, list_bytes)
    return Adapter(system=System.RMW, source=RmwSource(client, REFERRAL_CODE), sink=RmwSink(client), close=client.close)
