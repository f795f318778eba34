"""Which partners are connected, from plain values."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from app.adapters import allegro, gidso, rmw
from app.adapters.common.pace import Pace
from app.domain.codes import System
from app.domain.ports import Clock, PartnerSink, PartnerSource
from app.operations.manners import Manners


class Adapter(Protocol):
    """A connected partner: what is read from it, and what is written to it."""

    source: PartnerSource
    sink: PartnerSink

    async def close(self) -> None:
        """Close the connections."""
        ...


Cases = Callable[[], AsyncIterator[Collection[str]]]
"""Gives the numbers of all cases that a partner has, page by page."""


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


def connect_partners(
    credentials: Credentials, clock: Clock, manners: Mapping[System, Manners] = MappingProxyType({})
) -> dict[System, Adapter]:
    """Give an adapter for every partner that has an address; it makes no more calls than its manners allow."""

    def pace(system: System) -> Pace | None:
        per_second = manners.get(system, Manners()).requests_per_second
        return Pace(per_second) if per_second else None

    adapters: dict[System, Adapter] = {}
    if url := credentials.allegro_url:
        adapters[System.ALLEGRO] = allegro.Adapter(
            url, credentials.allegro_client_id, credentials.allegro_client_secret, pace(System.ALLEGRO)
        )
    if url := credentials.gidso_url:
        adapters[System.GIDSO] = gidso.Adapter(url, credentials.gidso_api_key, clock, pace=pace(System.GIDSO))
    if url := credentials.rmw_url:
        username, password = credentials.rmw_username, credentials.rmw_password
        adapters[System.RMW] = rmw.Adapter(url, username, password, pace=pace(System.RMW))
    return adapters


def cases_of(adapter: Adapter) -> Cases | None:
    """Give how to list all cases of a partner that also has cases without any record; None for the others."""
    return adapter.cases if isinstance(adapter, allegro.Adapter) else None
