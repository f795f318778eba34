"""Runs partner simulators: all in one process, or one for an integration tester."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.codes import System
from app.sandbox.allegro import app as allegro
from app.sandbox.console import CLOCK_PATH, MARK_PATH, REWIND_PATH, PartnerConsole
from app.sandbox.fake_data import register_fake_cases
from app.sandbox.faults.plan import demo_faults
from app.sandbox.gidso import app as gidso
from app.sandbox.loopback import refusal_of
from app.sandbox.rmw import app as rmw
from app.sandbox.runtime import Server, SettableClock, SimulatorFactory, Store

SIMULATORS: Final[Mapping[System, SimulatorFactory]] = {
    System.ALLEGRO: allegro.create_app,
    System.GIDSO: gidso.create_app,
    System.RMW: rmw.create_app,
}

_INTERNAL: Final = "/_"
"""The prefix of the paths for consoles, faults, clocks and stored data."""


@dataclass(frozen=True, kw_only=True)
class InitialData:
    """The data and faults with which simulators start.

    Attributes:
        seed: the seed of the fictitious cases.
        records: the number of fictitious cases.
        faults: the seed of the faults; None for no faults.
        before_hub: whether Allegro's files were made by hand, as before there was a hub.
    """

    seed: int = 1
    records: int = 0
    faults: int | None = None
    before_hub: bool = False

    async def seed_simulators(self, urls: Mapping[System, str]) -> None:
        """Register the cases at the simulators with these URLs, and apply the faults."""
        if self.records:
            await register_fake_cases(urls, self.seed, self.records, before_hub=self.before_hub)
        if self.faults is not None:
            partner_console = PartnerConsole(urls)
            await partner_console.set_faults(demo_faults(self.faults))
            await partner_console.close()


async def run_simulators(
    ports: Mapping[System, int], folder: Path | None, stop: asyncio.Event, initial: InitialData
) -> None:
    """Run simulators until ``stop`` is set; print their URLs as one line of JSON when they are ready.

    Args:
        ports: the port of each simulator to run; 0 for any free port.
        folder: the folder of their data; None for memory only.
        stop: set to end the simulators.
        initial: the data and faults to start with.
    """
    stores = {system: Store(folder / f"{system}.jsonl" if folder else None) for system in ports}
    servers = {system: Server(simulator(system, stores[system]), port) for system, port in ports.items()}
    for server in servers.values():
        await server.start()
    urls = {system: server.url for system, server in servers.items()}
    await initial.seed_simulators(urls)
    print(json.dumps(urls), flush=True)  # noqa: T201  # the parent process reads it
    await stop.wait()
    for server in servers.values():
        await server.stop()
    for store in stores.values():
        store.close()


def simulator(system: System, store: Store) -> ASGIApp:
    """Return a simulator whose clock is set by ``POST /_sandbox/clock`` and whose data can be put back as they were."""
    return _Controlled(SIMULATORS[system], store)


class _Controlled:
    """A simulator with endpoints for whoever runs it, which belong to no screen and no contract.

    What has no credentials of its own, because it is below ``/_``, is for programs of this machine only.
    """

    def __init__(self, factory: SimulatorFactory, store: Store) -> None:
        self._factory, self._store, self._clock = factory, store, SettableClock()
        self._app = factory(store, self._clock)
        self._actions = {CLOCK_PATH: self._set_clock, MARK_PATH: self._mark, REWIND_PATH: self._rewind}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what is asked of the simulator itself, or let it answer."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.startswith(_INTERNAL) and (refusal := refusal_of(Request(scope))):
            await PlainTextResponse(refusal, 403)(scope, receive, send)
            return
        action = self._actions.get(path) if path and scope["method"] == "POST" else None
        if action is None:
            await self._app(scope, receive, send)
            return
        await action(Request(scope, receive))
        await Response(status_code=204)(scope, receive, send)

    async def _set_clock(self, request: Request) -> None:
        asked = await request.json()
        self._clock.ahead = timedelta(seconds=asked.get("aheadSeconds", 0))
        self._clock.set(datetime.fromisoformat(asked["now"]) if asked.get("now") else None)

    async def _mark(self, _: Request) -> None:
        self._store.mark()

    async def _rewind(self, _: Request) -> None:
        self._store.rewind()
        self._clock.ahead = timedelta()
        self._clock.set(None)
        # What it remembers outside the store, such as tokens and faults, begins anew.
        self._app = self._factory(self._store, self._clock)
