"""Which partners are connected, from plain values."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from app.adapters import allegro, gidso, rmw
from app.adapters.common.pace import Pace
from app.domain.codes import System
from app.domain.ports import Clock, PartnerSink, PartnerSource
from app.operations.partners.pull_policy import PullPolicy


class Adapter(Protocol):
    """A connected partner: what is read from it, and what is written to it."""

    source: PartnerSource
    sink: PartnerSink

    async def close(self) -> None:
        """Close the connections."""
        ...


CaseLookup = Callable[[], AsyncIterator[Collection[str]]]
"""Gives the numbers of all cases that a partner has, page by page."""


@dataclass(frozen=True, repr=False)
class Access:
    """Where a partner is, and how the hub is known there: credentials by their name in the settings."""

    url: str
    credentials: Mapping[str, str]


_Connect = Callable[[Access, Clock, Pace | None], Adapter]

_CONNECT: Mapping[System, _Connect] = {
    System.ALLEGRO: lambda to, _, pace: allegro.Adapter(
        to.url, to.credentials["client_id"], to.credentials["client_secret"], pace
    ),
    System.GIDSO: lambda to, clock, pace: gidso.Adapter(to.url, to.credentials["api_key"], clock, pace=pace),
    System.RMW: lambda to, _, pace: rmw.Adapter(
        to.url, to.credentials["username"], to.credentials["password"], pace=pace
    ),
}


def connect_partners(
    access: Mapping[System, Access], clock: Clock, pull_policy: Mapping[System, PullPolicy] = MappingProxyType({})
) -> dict[System, Adapter]:
    """Return an adapter for every partner that can be reached; it makes no more calls than its manners allow."""

    def pace(system: System) -> Pace | None:
        per_second = pull_policy.get(system, PullPolicy()).requests_per_second
        return Pace(per_second) if per_second else None

    return {system: _CONNECT[system](to, clock, pace(system)) for system, to in access.items()}


def cases_of(adapter: Adapter) -> CaseLookup | None:
    """Return how to list all cases of a partner that also has cases without any record; None for the others."""
    return adapter.cases if isinstance(adapter, allegro.Adapter) else None
