"""Deliveries per second for 1, 5 and 20 subscribers on PostgreSQL: ``python -m bench.deliveries``.

A burst of events is committed while the worker is idle; the time runs from that commit until the last event arrived.
"""

from __future__ import annotations

import time

import uvloop

from bench.baseline import baseline_posts_per_second
from bench.figures import show
from bench.installation import empty_database, running_worker
from tests.support.harness import Harness, open_harness
from tests.support.receiver_process import ReceiverClient, running_receiver

EVENTS_AT = {1: 2000, 5: 1200, 20: 800}
REFERRALS = 250
MAX_WAIT_SECONDS = 60.0
BASELINE_SECONDS = 3.0


async def measure() -> None:
    """Print the figures, and as the last line the ratios to the baseline."""
    with empty_database() as url:
        async with open_harness(url) as harness, running_receiver() as receiver:
            with running_worker(url):
                await _burst(harness, receiver, 2, 200)
                rates = {subscribers: await _measured(harness, receiver, subscribers) for subscribers in EVENTS_AT}
            body = await receiver.get("body")
            urls = [f"{receiver.url}/ok/{n}" for n in range(20)]
            baseline = await baseline_posts_per_second(urls, body, BASELINE_SECONDS)
            show("baseline: one aiohttp sender, signed, no database", f"{baseline:,.0f}/s")
    shares = ", ".join(f"{rate / baseline:.3f} at {subscribers}" for subscribers, rate in rates.items())
    print(f"ratio to the baseline: {shares}")


async def _measured(harness: Harness, receiver: ReceiverClient, subscribers: int) -> float:
    rate, reuse = await _burst(harness, receiver, subscribers, EVENTS_AT[subscribers])
    show(
        f"{subscribers} subscribers, {EVENTS_AT[subscribers]} events",
        f"{rate:,.0f}/s, {reuse:.1%} on a reused connection",
    )
    return rate


async def _burst(harness: Harness, receiver: ReceiverClient, subscribers: int, events: int) -> tuple[float, float]:
    """Return the deliveries per second, and the share that was sent on a reused connection."""
    code = f"burst-{subscribers}"
    organisation_id = await harness.add_referrer(code)
    referrals = await harness.refer(code, REFERRALS)
    await harness.subscribe(organisation_id, *(f"{receiver.url}/ok/{code}-{n}" for n in range(subscribers)))
    await receiver.reset()
    await harness.record_events(referrals, events)
    began = time.time()
    arrived = await receiver.wait_for(events * subscribers, MAX_WAIT_SECONDS)
    arrivals, connections = await receiver.arrivals()
    return arrived / (arrivals[-1].at - began), 1 - connections / arrived


if __name__ == "__main__":
    uvloop.run(measure())
