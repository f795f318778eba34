"""GIDSO, the case system of the social desk, the neighbourhood teams and the youth desk.

Contract: ``openapi/partners/gidso.yaml``.
"""

from datetime import date, datetime
from ssl import SSLContext
from typing import ClassVar

from typing_extensions import override

from app.adapters.common.adapter import Adapter
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.pace import Pace
from app.adapters.common.settings import NOT_SET, Credential, PartnerSettings
from app.adapters.gidso.client import GidsoClient
from app.adapters.gidso.sink import GidsoSink
from app.adapters.gidso.source import GidsoSource
from app.domain.codes import System
from app.domain.local_time import midnight
from app.domain.ports import Clock

__all__ = ["GidsoSettings", "connect_gidso"]


class GidsoSettings(PartnerSettings):
    """The settings of GIDSO."""

    system: ClassVar[System] = System.GIDSO

    api_key: Credential = NOT_SET
    """The hub's API key at GIDSO."""

    read_from: date | None = None
    """Day before which registrations are not read; set it before the first pull, and do not change it."""

    @override
    def connect(self, url: str, clock: Clock, pace: Pace | None) -> Adapter:
        read_from = midnight(self.read_from) if self.read_from else None
        api_key = self.api_key.get_secret_value()
        return connect_gidso(
            url, api_key, clock, read_from=read_from, pace=pace, tls=self.tls(), list_bytes=self.answer_bytes
        )


def connect_gidso(  # noqa: PLR0913  # all but the first three are seldom set
    url: str,
    api_key: str,
    clock: Clock,
    *,
    read_from: datetime | None = None,
    pace: Pace | None = None,
    tls: SSLContext | None = None,
    list_bytes: int = MOST_BYTES,
) -> Adapter:
    """Return GIDSO's source and sink over one connection pool; nothing is sent yet.

    Args:
        url: the service's address, without ``/odata/v4``.
        api_key: the hub's API key at GIDSO.
        clock: states when a deletion is noticed.
        read_from: registrations made before this aware moment are not read; None reads all.
        pace: how many calls may leave, both directions together; None: no limit.
        tls: whom to trust and what to present; None: the system's authorities, and no certificate.
        list_bytes: the most bytes of a list that is read.
    """
    client = GidsoClient(url, api_key, pace, tls, list_bytes)
    return Adapter(
        system=System.GIDSO, source=GidsoSource(client, clock, read_from), sink=GidsoSink(client), close=client.close
    )
