"""Latency from an accepted change to the received webhook, at 20/s: ``python -m bench.latency [postgresql|sqlite]``.

The time runs from just before ``POST /v1/referrals`` until the receiver, another process, has the event.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import aiohttp
import uvloop

from app.database import Database
from app.events.http.signing import new_secret, sign
from bench.figures import percentile, show
from bench.installation import empty_database, running_api, running_worker
from bench.reference_service import create_tables, store_referral
from tests.support import api_calls
from tests.support.harness import open_harness
from tests.support.processes import free_port
from tests.support.receiver_process import ReceiverClient, running_receiver

PER_SECOND = 20
SECONDS = 15
WARM_UP = 20
_CODE = "latency"

Publish = Callable[[], Awaitable[str]]
"""Makes one change. Returns the subject of its event."""


@dataclass(frozen=True)
class _Latency:
    """Latencies in ms."""

    median: float
    p99: float


async def measure(store: str) -> None:
    """Print the figures, and as the last line the ratios to the baseline: three inserts, commit and post."""
    port = free_port()
    async with running_receiver() as receiver:
        with ExitStack() as stack:
            url, baseline_url = stack.enter_context(empty_database(store)), stack.enter_context(empty_database(store))
            token = await _prepare(url, receiver, f"http://127.0.0.1:{port}")
            options = ["--with-worker"] if store == "sqlite" else []
            stack.enter_context(running_api(url, port, *options))
            if not options:
                stack.enter_context(running_worker(url))
            headers = {"authorization": f"Bearer {token}"}
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as http:
                hub = await _measured(f"hub on {store}", receiver, partial(_refer, http))
            baseline = await _baseline(baseline_url, store, receiver)
    print(
        f"ratio to the baseline: {hub.median / baseline.median:.1f} at the median, {hub.p99 / baseline.p99:.1f} at p99"
    )


async def _prepare(url: str, receiver: ReceiverClient, public_url: str) -> str:
    async with open_harness(url) as harness:
        organisation_id = await harness.add_referrer(_CODE)
        await harness.subscribe(organisation_id, f"{receiver.url}/ok/latency")
        return await harness.token(_CODE, public_url)


async def _baseline(url: str, store: str, receiver: ReceiverClient) -> _Latency:
    db, body, key = Database.open(url), await receiver.get("body"), (new_secret(),)
    await db.write(create_tables)
    try:
        async with aiohttp.ClientSession() as http:
            publish = partial(_insert_and_post, db, http, body, key, receiver.url)
            return await _measured(f"baseline on {store}", receiver, publish)
    finally:
        await db.close()


async def _measured(label: str, receiver: ReceiverClient, publish: Publish) -> _Latency:
    seconds = await _latencies(receiver, publish)
    latency = _Latency(percentile(seconds, 0.5) * 1000, percentile(seconds, 0.99) * 1000)
    arrived = f"{len(seconds)} of {PER_SECOND * SECONDS} arrived"
    show(f"{label}, {PER_SECOND}/s, {arrived}", f"p50 {latency.median:.1f} ms, p99 {latency.p99:.1f} ms")
    return latency


async def _latencies(receiver: ReceiverClient, publish: Publish) -> list[float]:
    """Return the seconds from just before each publication until its arrival."""
    await asyncio.gather(*(publish() for _ in range(WARM_UP)))
    await receiver.wait_for(WARM_UP, 10)
    await receiver.reset()
    published = await _publish_steadily(publish)
    await receiver.wait_for(len(published), 10)
    arrivals, _ = await receiver.arrivals()
    return [each.at - published[each.subject] for each in arrivals if each.subject in published]


async def _publish_steadily(publish: Publish) -> dict[str, float]:
    """Return the time just before each publication, by the subject of the event."""
    times: dict[str, float] = {}

    async def publish_one() -> None:
        before = time.time()
        times[await publish()] = before

    began = time.monotonic()
    async with asyncio.TaskGroup() as publications:
        for number in range(PER_SECOND * SECONDS):
            await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
            publications.create_task(publish_one())
    return times


async def _refer(http: aiohttp.ClientSession) -> str:
    async with http.post(
        "/v1/referrals", json=api_calls.referral(), headers={"idempotency-key": str(uuid4())}
    ) as response:
        if response.status != 201:
            raise RuntimeError(f"a referral was answered with {response.status}: {await response.text()}")
        return str((await response.json())["id"])


async def _insert_and_post(
    db: Database, http: aiohttp.ClientSession, body: bytes, key: tuple[str, ...], url: str
) -> str:
    """Store three rows and post a signed event about them. Return the id of the referral."""
    id = str(await db.write(store_referral, api_calls.referral()))
    event = body.replace(_subject(body), id.encode(), 1)
    headers = {"webhook-id": id, "webhook-signature": sign(key, id, int(time.time()), event)}
    async with http.post(f"{url}/ok/baseline", data=event, headers=headers) as response:
        await response.read()
    return id


def _subject(body: bytes) -> bytes:
    return body.split(b'"subject":')[1].split(b'"')[1]


if __name__ == "__main__":
    uvloop.run(measure(sys.argv[1] if len(sys.argv) > 1 else "postgresql"))
