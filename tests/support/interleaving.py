"""A partner whose lists contain its records in any order, in parts and repeatedly, including old states of records."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx
from hypothesis import strategies as st
from lxml import etree
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.adapters.allegro import connect_allegro
from app.adapters.common.adapter import Adapter
from app.adapters.engine.puller import Puller
from app.adapters.gidso import connect_gidso
from app.adapters.rmw import connect_rmw
from app.domain.codes import System
from app.operations.intake.apply import PageResult
from app.sandbox.allegro import app as allegro
from app.sandbox.allegro.faults import AllegroFaults
from app.sandbox.faults.middleware import (
    FAULTS_PATH,
    FaultProfile,
    PartnerCall,
    buffered_response,
    receive_body,
    send_with_body,
)
from app.sandbox.faults.plan import FaultSettings
from app.sandbox.gidso import app as gidso
from app.sandbox.gidso.faults import GidsoFaults
from app.sandbox.rmw import app as rmw
from app.sandbox.rmw.faults import RmwFaults
from app.sandbox.runtime import SettableClock, SimulatorFactory, Store, serving
from tests.support.hub import NOW, InProcessHub

Lists = list[list[int]]
"""The contents of consecutive lists, as indexes of records."""


class InterleavingGenerator:
    """ASGI middleware in front of a simulator: stores each state of a record that is listed, and can list them again.

    Attributes:
        states: the states in the order in which they were first listed.
        schedule: the indexes of the states that lists contain; None for what the partner has now.
    """

    def __init__(self, app: ASGIApp, profile: FaultProfile[Any]) -> None:
        self._app, self._profile = app, profile
        self.states: list[Any] = []
        self.schedule: Sequence[int] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        query = scope["query_string"].decode("latin-1")
        call = PartnerCall(method=scope["method"], path=scope["path"], query=query, body=body)
        if not self._profile.is_list(call):
            await self._app(scope, receive_body(body), send)
            return
        start, page = await buffered_response(self._app, scope, body)
        await send_with_body(send, start, self._scheduled(page) if start["status"] == 200 else page)

    def _scheduled(self, page: bytes) -> bytes:
        if self.schedule is not None:
            return self._profile.with_records(page, [self.states[index] for index in self.schedule])
        known = set(map(_serialised, self.states))
        self.states += [record for record in self._profile.records(page) if _serialised(record) not in known]
        return page


@dataclass(frozen=True, kw_only=True)
class InterleavingEnv:
    """A simulated partner behind an interleaving generator, its console, and the hub with its adapter."""

    hub: InProcessHub
    adapter: Adapter
    generator: InterleavingGenerator
    console: httpx.AsyncClient

    async def store_states(self) -> None:
        """List everything that the partner has, so that the generator stores it, and apply nothing."""
        async for _ in self.adapter.source.changes(None):
            pass

    async def pull(self, *lists: Sequence[int] | None) -> PageResult:
        """Pull once for each list, as the worker does; None is a list of what the partner has now."""
        puller = Puller(db=self.hub.db, services=self.hub.services, source=self.adapter.source, holder="test")
        total = PageResult()
        for each in lists:
            self.generator.schedule = each
            total += await puller.pull()
        self.generator.schedule = None
        return total

    async def set_faults(self, settings: FaultSettings) -> None:
        """Let the simulator make faults."""
        (await self.console.put(FAULTS_PATH, content=settings.model_dump_json())).raise_for_status()


@asynccontextmanager
async def interleaved(hub: InProcessHub, system: System) -> AsyncIterator[InterleavingEnv]:
    """Return an empty partner that only this hub's adapter is connected to."""
    create, profile, connect = _PARTNERS[system]
    generator = InterleavingGenerator(create(Store(), SettableClock(hub.clock.now())), profile)
    async with serving(generator) as server, httpx.AsyncClient(base_url=server.url) as console:
        adapter = connect(server.url)
        try:
            yield InterleavingEnv(hub=hub, adapter=adapter, generator=generator, console=console)
        finally:
            await adapter.close()


def lists_of(number: int) -> st.SearchStrategy[Lists]:
    """Return lists that together contain each of this number of records at least once, in any order."""
    repeated = st.lists(st.integers(0, number - 1), max_size=number)
    order = repeated.flatmap(lambda more: st.permutations([*range(number), *more]))
    return st.tuples(order, st.sets(st.integers(1, 2 * number))).map(lambda drawn: _parts(*drawn))


def _parts(order: Sequence[int], cuts: set[int]) -> Lists:
    bounds = [0, *sorted(cut for cut in cuts if cut < len(order)), len(order)]
    return [list(order[start:end]) for start, end in pairwise(bounds)]


def _serialised(record: Any) -> bytes:
    return etree.tostring(record) if isinstance(record, etree._Element) else json.dumps(record).encode()


def _nothing(*_: object) -> None:
    """Do nothing: tokens and records are the simulator's own, behind the generator."""


_PARTNERS: Mapping[System, tuple[SimulatorFactory, FaultProfile[Any], Callable[[str], Adapter]]] = {
    System.ALLEGRO: (
        allegro.create_app,
        AllegroFaults(_nothing, _nothing),
        lambda url: connect_allegro(url, allegro.CLIENT_ID, allegro.CLIENT_SECRET),
    ),
    System.GIDSO: (
        gidso.create_app,
        GidsoFaults(_nothing, _nothing),
        lambda url: connect_gidso(url, gidso.API_KEY, SettableClock(NOW)),
    ),
    System.RMW: (rmw.create_app, RmwFaults(), lambda url: connect_rmw(url, rmw.USERNAME, rmw.PASSWORD)),
}
