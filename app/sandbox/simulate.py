"""Runs the partner simulators: all in one process, or one alone for an integration tester."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.codes import System
from app.sandbox.allegro import app as allegro
from app.sandbox.console import CLOCK_PATH, PartnerConsole
from app.sandbox.fake_data import fill
from app.sandbox.faults.plan import play_order
from app.sandbox.gidso import app as gidso
from app.sandbox.rmw import app as rmw
from app.sandbox.runtime import App, Server, SettableClock, Store

SIMULATORS: Mapping[System, App] = {
    System.ALLEGRO: allegro.create_app,
    System.GIDSO: gidso.create_app,
    System.RMW: rmw.create_app,
}


@dataclass(frozen=True)
class Stock:
    """With what simulators begin.

    Attributes:
        seed: the invented cases are drawn from it.
        records: how many invented cases there are.
        faults: seed of the faults that they make; None: they make none.
    """

    seed: int = 1
    records: int = 0
    faults: int | None = None

    async def put(self, urls: Mapping[System, str]) -> None:
        """Fill the simulators at these addresses, and put the faults in force."""
        if self.records:
            await fill(urls, self.seed, self.records)
        if self.faults is not None:
            desks = PartnerConsole(urls)
            await desks.set_faults(play_order(self.faults))
            await desks.close()


async def run_simulators(
    ports: Mapping[System, int], folder: Path | None, stop: asyncio.Event, stock: Stock = Stock()
) -> None:
    """Run simulators until told to stop; prints their addresses as one line of JSON when they answer.

    Args:
        ports: the port of each simulator that is wanted; 0 lets the system choose.
        folder: where they keep their records; None: in memory only.
        stop: set when they are to stop.
        stock: with what they begin.
    """
    stores = {system: Store(folder / f"{system}.jsonl" if folder else None) for system in ports}
    servers = {system: Server(simulator(system, stores[system]), port) for system, port in ports.items()}
    for server in servers.values():
        await server.start()
    urls = {system: server.url for system, server in servers.items()}
    await stock.put(urls)
    addresses = json.dumps(urls)
    print(addresses, flush=True)  # noqa: T201  # whoever started the process reads it
    await stop.wait()
    for server in servers.values():
        await server.stop()
    for store in stores.values():
        store.close()


def simulator(system: System, store: Store) -> ASGIApp:
    """Return a simulator whose clock ``POST /_sandbox/clock`` sets, for replays in simulated time."""
    clock = SettableClock()
    app = SIMULATORS[system](store, clock)

    async def with_clock(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == CLOCK_PATH and scope["method"] == "POST":
            message = await receive()
            now = json.loads(message["body"])["now"]
            clock.set(datetime.fromisoformat(now) if now else None)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return with_clock
