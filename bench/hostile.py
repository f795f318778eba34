"""Callers and partners that mean harm, and what the others wait meanwhile: ``python -m bench.hostile [api|worker]``.

Each input is sent by another process (``bench.hostile_peers``) for a few seconds, while honest callers and deliveries
go on; their slowest hundredth is compared with that of seconds in which the same is sent to, or fetched by, a process
that makes nothing of it: sending takes much of a machine with two cores, and the hub has no part in that.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from uuid import UUID

import aiohttp
import uvloop
from sqlalchemy import text

from app.database import Connection
from app.log import configure_logging
from bench.figures import percentile, show
from bench.hostile_peers import ANSWERS, CALLS, PULL_SECONDS
from bench.installation import empty_database
from tests.support import api_calls
from tests.support.harness import Harness, open_harness
from tests.support.processes import Program, free_port, hub_environment, running
from tests.support.receiver_process import ReceiverClient, running_receiver

CALLERS, CALL_SECONDS, PAUSE_SECONDS = 8, 3.0, 0.02
PER_SECOND, DELIVERY_SECONDS = 25, 3
LARGEST_MEMORY = 300
_CODE = "hostile"


async def measure() -> None:
    """Print what others waited under each input, and as the last line the worst ratios and the memory."""
    configure_logging("ERROR", "console")
    parts = {"api": _measure_api, "worker": _measure_worker}
    for name in sys.argv[1:] or parts:
        found = await parts[name]()
        print(
            f"{name}: p99 of the others under the worst input {max(found.ratios):.2f}x; "
            f"memory {found.memory:.0f} MB (at most {LARGEST_MEMORY})"
        )


class _Found:
    def __init__(self) -> None:
        self.ratios: list[float] = []
        self.memory = 0.0

    def note(self, name: str, waits: Mapping[str, Sequence[float]], program: Program) -> None:
        """Print what the others waited in ms: undisturbed, while it was sent elsewhere, and while the hub had it."""
        usual, elsewhere, p99 = (percentile(waits[each], 0.99) for each in ("usual", "elsewhere", "here"))
        self.ratios.append(p99 / elsewhere)
        self.memory = program.peak_memory()
        show(
            f"  {name}", f"p99 {usual:.0f}, {elsewhere:.0f}, {p99:.0f} ms: {p99 / elsewhere:.2f}x; {self.memory:.0f} MB"
        )


async def _measure_api() -> _Found:
    port, other, found = free_port(), free_port(), _Found()
    base = f"http://127.0.0.1:{port}"
    with empty_database() as url:
        async with open_harness(url) as harness:
            await harness.add_referrer(_CODE)
            token = await harness.token(_CODE, base)
        program = running("app.cli.main", "serve", environment=hub_environment(url, port), url=f"{base}/healthz/live")
        with program as api, running("bench.hostile_peers", "take", str(other)):
            await _call(base, token)
            show("API, undisturbed", f"{api.peak_memory():.0f} MB")
            for name in CALLS:
                waits = {"usual": await _call(base, token)}
                for place, hostile_port in (("elsewhere", other), ("here", port)):
                    with running("bench.hostile_peers", "call", name, str(hostile_port), token):
                        await asyncio.sleep(1)
                        waits[place] = await _call(base, token)
                found.note(name, waits, api)
    return found


async def _call(base: str, token: str) -> list[float]:
    """Return how long honest callers waited, in ms; some keep their connection, and some open one for each request."""
    waits: list[float] = []
    deadline = time.monotonic() + CALL_SECONDS

    async def caller(*, keeps: bool) -> None:
        connector = aiohttp.TCPConnector(force_close=not keeps)
        headers = {"authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(base, connector=connector, headers=headers) as http:
            while time.monotonic() < deadline:
                began = time.monotonic()
                await _refer(http)
                waits.append((time.monotonic() - began) * 1000)
                await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(caller(keeps=number % 2 == 0) for number in range(CALLERS)))
    return waits


async def _refer(http: aiohttp.ClientSession) -> None:
    key = {"idempotency-key": str(time.monotonic_ns())}
    async with http.post("/v1/referrals", json=api_calls.referral(), headers=key) as response:
        if response.status != 201:
            raise RuntimeError(f"an honest caller was answered with {response.status}")
        await response.read()


async def _measure_worker() -> _Found:
    port, found = free_port(), _Found()
    partner = f"http://127.0.0.1:{port}"
    with empty_database() as url:
        async with open_harness(url) as harness, running_receiver() as receiver, aiohttp.ClientSession(partner) as http:
            await harness.subscribe(await harness.add_referrer(_CODE), f"{receiver.url}/ok/0")
            referrals = await harness.refer(_CODE, PER_SECOND)
            peers = running("bench.hostile_peers", "answer", str(port), url=f"{partner}/healthz")
            environment = hub_environment(url) | {
                "TRAJECTHUB_PULL_INTERVAL_SECONDS": str(PULL_SECONDS),
                **{f"TRAJECTHUB_{name}_URL": partner for name in ("ALLEGRO", "GIDSO", "RMW")},
            }
            with peers, running("app.cli.main", "worker", environment=environment) as worker:
                await _deliver(harness, receiver, referrals)
                show("worker, undisturbed", f"{worker.peak_memory():.0f} MB")
                for name in ANSWERS:
                    await _choose(http, "nothing")
                    waits = {"usual": await _deliver(harness, receiver, referrals)}
                    with running("bench.hostile_peers", "fetch", name, str(port)):
                        waits["elsewhere"] = await _deliver(harness, receiver, referrals)
                    await _choose(http, name)
                    waits["here"] = await _deliver(harness, receiver, referrals)
                    found.note(name, waits, worker)
    return found


async def _choose(http: aiohttp.ClientSession, answer: str) -> None:
    async with http.get(f"/choose/{answer.replace(' ', '-')}") as response:
        response.raise_for_status()


async def _deliver(harness: Harness, receiver: ReceiverClient, referrals: Sequence[UUID]) -> list[float]:
    """Return how long deliveries took from their commit, in ms, while the partners are read again and again."""
    await receiver.reset()
    committed: dict[str, float] = {}
    began = time.monotonic()
    for number in range(PER_SECOND * DELIVERY_SECONDS):
        await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
        if number % PER_SECOND == 0:
            await harness.db.write(_forget_failures)
        before = time.time()
        (event,) = await harness.record_events(referrals[number % len(referrals) :], 1)
        committed[str(event.id)] = before
    await receiver.wait_for(len(committed), 20)
    arrivals, _ = await receiver.arrivals()
    return [(one.at - committed[one.id]) * 1000 for one in arrivals if one.id in committed]


def _forget_failures(tx: Connection) -> None:
    tx.execute(text("UPDATE partner SET failures = 0, retry_at = NULL"))


if __name__ == "__main__":
    uvloop.run(measure())
