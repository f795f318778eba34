"""Allegro, the system of the credit bank and the finance team (``openapi/partners/allegro.yaml``)."""

from ssl import SSLContext
from typing import ClassVar

from typing_extensions import override

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.register import AllegroRegister
from app.adapters.allegro.sink import AllegroSink
from app.adapters.allegro.source import AllegroSource
from app.adapters.common.adapter import Adapter
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.pace import Pace
from app.adapters.common.settings import NOT_SET, Credential, PartnerSettings
from app.domain.codes import System
from app.domain.ports import Clock

__all__ = ["AllegroSettings", "connect_allegro"]


class AllegroSettings(PartnerSettings):
    """The settings of Allegro."""

    system: ClassVar[System] = System.ALLEGRO

    client_id: Credential = NOT_SET
    """The hub's client id at Allegro's token endpoint."""

    client_secret: Credential = NOT_SET
    """The secret that belongs to the client id."""

    @override
    def connect(self, url: str, clock: Clock, pace: Pace | None) -> Adapter:
        client_id, client_secret = self.client_id.get_secret_value(), self.client_secret.get_secret_value()
        return connect_allegro(url, client_id, client_secret, pace, self.tls(), self.answer_bytes)


def connect_allegro(  # noqa: PLR0913  # the last ones are seldom set
    url: str,
    client_id: str,
    client_secret: str,
    pace: Pace | None = None,
    tls: SSLContext | None = None,
    list_bytes: int = MOST_BYTES,
) -> Adapter:
    """Return Allegro's source and sink over one connection pool; nothing is sent yet.

    Args:
        url: Allegro's address, without a path.
        client_id: the hub's client id at Allegro's token endpoint.
        client_secret: the secret that belongs to it.
        pace: how many calls may leave, both directions together; None: no limit.
        tls: whom to trust and what to present; None: the system's authorities, and no certificate.
        list_bytes: the most bytes of a list that is read.
    """
    client = AllegroClient(url, client_id, client_secret, pace, tls, list_bytes)
    source = AllegroSource(client)
    return Adapter(
        system=System.ALLEGRO,
        source=source,
        sink=AllegroSink(client),
        close=client.close,
        list_cases=source.list_cases,
        register=AllegroRegister(client),
    )
