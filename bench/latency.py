"""Change accepted → webhook received at 20 a second: ``python -m bench.latency [postgresql|sqlite]``.

The time runs from just before ``POST /v1/referrals`` until the receiver, another process, has the event.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from uuid import uuid4

import aiohttp
import uvloop

from app.database import Database
from app.events.http.signing import new_secret, sign
from bench.figures import percentile, show
from bench.harness import Mailbox, api_over, empty_hub, mailbox, open_stage, worker_over
from bench.reference_service import set_up_unit, store_unit
from tests.support.processes import free_port

PER_SECOND = 20
SECONDS = 15
WARM_UP = 20
_CODE = "latency"
REFERRAL: dict[str, object] = {
    "client": {"givenName": "Jan", "familyName": "Jansen", "birthDate": "1988-04-12", "phone": "+31 10 123 45 67"},
    "area": "Noord",
    "worker": {"name": "A. de Vries"},
}

Publish = Callable[[], Awaitable[str]]


async def measure(store: str) -> None:
    """Print the figures, and last the ratio of the medians to the bare way: three inserts, commit, post."""
    port = free_port()
    async with mailbox() as box:
        with ExitStack() as stack:
            url, bare_url = stack.enter_context(empty_hub(store)), stack.enter_context(empty_hub(store))
            token = await _prepare(url, box, f"http://127.0.0.1:{port}")
            own = ["--with-worker"] if store == "sqlite" else []
            stack.enter_context(api_over(url, port, *own))
            if not own:
                stack.enter_context(worker_over(url))
            headers = {"authorization": f"Bearer {token}"}
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as http:
                ours = await _shown(f"hub on {store}", box, partial(_refer, http))
            bare = await _bare(bare_url, store, box)
    print(f"ratio to the bare way: {ours[0] / bare[0]:.1f} at the median, {ours[1] / bare[1]:.1f} at p99")


async def _prepare(url: str, box: Mailbox, public_url: str) -> str:
    async with open_stage(url) as stage:
        organisation_id = await stage.add_referrer(_CODE)
        await stage.subscribe(organisation_id, f"{box.url}/ok/latency")
        return await stage.token(_CODE, public_url)


async def _bare(url: str, store: str, box: Mailbox) -> tuple[float, float]:
    db, body, key = Database.open(url), await box.ask("body"), (new_secret(),)
    await db.write(set_up_unit)
    try:
        async with aiohttp.ClientSession() as http:
            return await _shown(f"bare on {store}", box, partial(_insert_and_post, db, http, body, key, box.url))
    finally:
        await db.close()


async def _shown(what: str, box: Mailbox, publish: Publish) -> tuple[float, float]:
    waits = await _waits(box, publish)
    median, worst = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    sent = PER_SECOND * SECONDS
    show(f"{what}, {PER_SECOND}/s, {len(waits)} of {sent} arrived", f"p50 {median:.1f} ms, p99 {worst:.1f} ms")
    return median, worst


async def _waits(box: Mailbox, publish: Publish) -> list[float]:
    """Return the seconds from just before each publication until its arrival."""
    await asyncio.gather(*(publish() for _ in range(WARM_UP)))
    await box.wait_for(WARM_UP, 10)
    await box.forget()
    published = await _publish_steadily(publish)
    await box.wait_for(len(published), 10)
    arrivals, _ = await box.arrivals()
    return [one.at - published[one.subject] for one in arrivals if one.subject in published]


async def _publish_steadily(publish: Publish) -> dict[str, float]:
    """Return the moments just before publication, by the subject of the event."""
    moments: dict[str, float] = {}

    async def stamped() -> None:
        before = time.time()
        moments[await publish()] = before

    began = time.monotonic()
    async with asyncio.TaskGroup() as publications:
        for number in range(PER_SECOND * SECONDS):
            await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
            publications.create_task(stamped())
    return moments


async def _refer(http: aiohttp.ClientSession) -> str:
    async with http.post("/v1/referrals", json=REFERRAL, headers={"idempotency-key": str(uuid4())}) as answer:
        if answer.status != 201:
            raise RuntimeError(f"a referral was answered with {answer.status}: {await answer.text()}")
        return str((await answer.json())["id"])


async def _insert_and_post(
    db: Database, http: aiohttp.ClientSession, body: bytes, key: tuple[str, ...], url: str
) -> str:
    """Store three rows and post a signed event about them; no worker between."""
    id = str(await db.write(store_unit, REFERRAL))
    event = body.replace(_subject(body), id.encode(), 1)
    headers = {"webhook-id": id, "webhook-signature": sign(key, id, int(time.time()), event)}
    async with http.post(f"{url}/ok/bare", data=event, headers=headers) as answer:
        await answer.read()
    return id


def _subject(body: bytes) -> bytes:
    return body.split(b'"subject":')[1].split(b'"')[1]


if __name__ == "__main__":
    uvloop.run(measure(sys.argv[1] if len(sys.argv) > 1 else "postgresql"))
