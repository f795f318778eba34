"""A partner whose lists come in any order, in parts and again, old states of records too: over real HTTP."""

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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters.allegro import connect_allegro
from app.adapters.common.adapter import Adapter
from app.adapters.engine.puller import Puller
from app.adapters.gidso import connect_gidso
from app.adapters.rmw import connect_rmw
from app.domain.codes import System
from app.operations.intake.apply import PageResult
from app.sandbox.allegro import app as allegro
from app.sandbox.faults.middleware import FAULTS_PATH, Call, Partner
from app.sandbox.faults.plan import FaultOrder
from app.sandbox.faults.profiles import AllegroForm, GidsoForm, RmwForm
from app.sandbox.gidso import app as gidso
from app.sandbox.rmw import app as rmw
from app.sandbox.runtime import App, SettableClock, Store, serving
from tests.support.hub import NOW, InProcessHub

Lists = list[list[int]]
"""What each list gives: places among the records that there are."""


class InterleavingGenerator:
    """Stands before a simulator: keeps each state of a record that it lists, and gives these again as it is told.

    Attributes:
        kept: the states, in the order in which they were first listed.
        hand: what lists give instead of what the partner has now, as places in ``kept``; None: what it has.
    """

    def __init__(self, app: ASGIApp, partner: Partner) -> None:
        self._app, self._partner = app, partner
        self.kept: list[Any] = []
        self.hand: Sequence[int] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = await Request(scope, receive).body()
        start, body = await self._answer(scope, asked)
        call = Call(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), asked)
        if start["status"] == 200 and self._partner.lists(call):
            body = self._dealt(body)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, asked: bytes) -> tuple[Message, bytes]:
        given: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": asked, "more_body": False}

        async def keep(message: Message) -> None:
            given.append(message)

        await self._app(scope, receive, keep)
        return given[0], b"".join(message.get("body", b"") for message in given[1:])

    def _dealt(self, body: bytes) -> bytes:
        if self.hand is not None:
            return self._partner.with_records(body, [self.kept[place] for place in self.hand])
        known = set(map(_text, self.kept))
        self.kept += [record for record in self._partner.records(body) if _text(record) not in known]
        return body


@dataclass(frozen=True)
class World:
    """A simulated partner behind a shuffler, its desk, and what the hub reads it with."""

    hub: InProcessHub
    adapter: Adapter
    shuffler: InterleavingGenerator
    desk: httpx.AsyncClient

    async def look(self) -> None:
        """Have everything listed that the partner has, for the shuffler to keep, and apply none of it."""
        async for _ in self.adapter.source.changes(None):
            pass

    async def pull(self, *lists: Sequence[int] | None) -> PageResult:
        """Pull once for each list, as the worker does; None is a list of what the partner has."""
        puller = Puller(self.hub.db, self.hub.services, self.adapter.source, "test")
        tally = PageResult()
        for each in lists:
            self.shuffler.hand = each
            tally += await puller.pull()
        self.shuffler.hand = None
        return tally

    async def make_faults(self, order: FaultOrder) -> None:
        """Let the simulator itself make faults."""
        (await self.desk.put(FAULTS_PATH, content=order.model_dump_json())).raise_for_status()


@asynccontextmanager
async def shuffled(hub: InProcessHub, system: System) -> AsyncIterator[World]:
    """Return a partner, empty, with nothing connected to it but this hub's adapter."""
    create, form, connect = _PARTNERS[system]
    shuffler = InterleavingGenerator(create(Store(), SettableClock(hub.clock.now())), form)
    async with serving(shuffler) as server, httpx.AsyncClient(base_url=server.url) as desk:
        adapter = connect(server.url)
        try:
            yield World(hub, adapter, shuffler, desk)
        finally:
            await adapter.close()


def lists_of(number: int) -> st.SearchStrategy[Lists]:
    """Return lists in which each of so many records comes at least once, in any order."""
    again = st.lists(st.integers(0, number - 1), max_size=number)
    order = again.flatmap(lambda more: st.permutations([*range(number), *more]))
    return st.tuples(order, st.sets(st.integers(1, 2 * number))).map(lambda drawn: _parts(*drawn))


def _parts(order: Sequence[int], cuts: set[int]) -> Lists:
    places = [0, *sorted(cut for cut in cuts if cut < len(order)), len(order)]
    return [list(order[start:end]) for start, end in pairwise(places)]


def _text(record: Any) -> bytes:
    return etree.tostring(record) if isinstance(record, etree._Element) else json.dumps(record).encode()


def _nothing(*_: object) -> None:
    """Tokens end and records are mended at the simulator itself, not at what stands before it."""


_PARTNERS: Mapping[System, tuple[App, Partner, Callable[[str], Adapter]]] = {
    System.ALLEGRO: (
        allegro.create_app,
        AllegroForm(_nothing, _nothing),
        lambda url: connect_allegro(url, allegro.CLIENT_ID, allegro.CLIENT_SECRET),
    ),
    System.GIDSO: (
        gidso.create_app,
        GidsoForm(_nothing, _nothing),
        lambda url: connect_gidso(url, gidso.API_KEY, SettableClock(NOW)),
    ),
    System.RMW: (rmw.create_app, RmwForm(), lambda url: connect_rmw(url, rmw.USERNAME, rmw.PASSWORD)),
}
