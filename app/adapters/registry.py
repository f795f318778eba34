"""Which partners are connected, from plain values."""

from dataclasses import dataclass
from typing import Protocol

from app.adapters import allegro, gidso, rmw
from app.domain.codes import System
from app.domain.ports import Clock, PartnerSink, PartnerSource


class Adapter(Protocol):
    """A connected partner: what is read from it, and what is written to it."""

    source: PartnerSource
    sink: PartnerSink

    async def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, repr=False)
class Credentials:
    """Where the partners are and how the hub is known there; an empty address: not connected."""

    allegro_url: str | None = None
    allegro_client_id: str = ""
    allegro_client_secret: str = ""
    gidso_url: str | None = None
    gidso_api_key: str = ""
    rmw_url: str | None = None
    rmw_username: str = ""
    rmw_password: str = ""


def connect_partners(credentials: Credentials, clock: Clock) -> dict[System, Adapter]:
    """Give an adapter for every partner that has an address."""
    adapters: dict[System, Adapter] = {}
    if url := credentials.allegro_url:
        adapters[System.ALLEGRO] = allegro.Adapter(
            url, credentials.allegro_client_id, credentials.allegro_client_secret
        )
    if url := credentials.gidso_url:
        adapters[System.GIDSO] = gidso.Adapter(url, credentials.gidso_api_key, clock)
    if url := credentials.rmw_url:
        adapters[System.RMW] = rmw.Adapter(url, credentials.rmw_username, credentials.rmw_password)
    return adapters
