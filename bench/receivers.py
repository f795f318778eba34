"""Many receivers on PostgreSQL: ``python -m bench.receivers``.

Measures a claim while few and while ten thousand receivers are owed something, and how fast one, two and four workers
deliver to receivers that take two seconds to answer, so that the workers wait for them and not for the processor.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from uuid import UUID

import uvloop
from sqlalchemy import text

from app.bootstrap import build_relay
from bench.claims import time_claim
from bench.figures import percentile, show
from bench.installation import empty_database, running_worker
from tests.support.harness import Harness, open_harness
from tests.support.receiver_process import ReceiverClient, running_receiver

FEW, MANY = 100, 10_000
CLAIMS, ROOM = 40, 100
WORKERS = (1, 2, 4)
SLOW_RECEIVERS, EVENTS = 400, 20
MAX_WAIT_SECONDS = 120.0


async def measure() -> None:
    """Print the figures, and as the last line the ratios."""
    with empty_database() as url:
        async with open_harness(url) as harness:
            few = await _claim_with(harness, "few", FEW)
            many = await _claim_with(harness, "many", MANY - FEW)
    rates = {workers: await _rate(workers) for workers in WORKERS}
    shares = ", ".join(f"{rates[workers] / rates[1]:.2f} with {workers}" for workers in WORKERS[1:])
    print(f"ratio of a claim with {MANY:,} receivers to one with {FEW}: {many / few:.2f}; workers: {shares}")


async def _claim_with(harness: Harness, code: str, receivers: int) -> float:
    """Owe one event to this number of receivers more. Return the median of a claim in ms."""
    await _subscribe(harness, code, [f"https://{number}.example.nl/{code}" for number in range(receivers)])
    await harness.record_events(await harness.refer(code, 1), 1)
    while await build_relay(harness.db, harness.services).once():
        pass
    await harness.db.write(lambda tx: tx.execute(text("ANALYZE")))
    took = [await time_claim(harness, ROOM) for _ in range(CLAIMS)]
    show(f"claim of {ROOM} with {receivers:,} more receivers", f"p50 {percentile(took, 0.5):.1f} ms")
    return percentile(took, 0.5)


async def _rate(workers: int) -> float:
    """Return the deliveries per second of this number of workers."""
    with empty_database() as url:
        async with open_harness(url) as harness, running_receiver() as receiver:
            await _subscribe(harness, "slow", [f"{receiver.url}/wait/{number}" for number in range(SLOW_RECEIVERS)])
            referrals = await harness.refer("slow", EVENTS)
            with ExitStack() as running:
                for _ in range(workers):
                    running.enter_context(running_worker(url))
                rate = await _burst(harness, receiver, referrals)
    show(f"{workers} workers, {SLOW_RECEIVERS} receivers of two seconds", f"{rate:,.0f}/s")
    return rate


async def _burst(harness: Harness, receiver: ReceiverClient, referrals: list[UUID]) -> float:
    await harness.record_events(referrals, EVENTS)
    began = time.time()
    arrived = await receiver.wait_for(EVENTS * SLOW_RECEIVERS, MAX_WAIT_SECONDS)
    arrivals, _ = await receiver.arrivals()
    return arrived / (arrivals[-1].at - began)


async def _subscribe(harness: Harness, code: str, urls: list[str]) -> None:
    await harness.subscribe(await harness.add_referrer(code), *urls)


if __name__ == "__main__":
    uvloop.run(measure())
