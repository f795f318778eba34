"""Deliveries a second at 1, 5 and 20 subscribers on PostgreSQL: ``python -m bench.deliveries``.

A burst of events is committed while the worker idles; the time runs from that commit until the last one arrived.
"""

from __future__ import annotations

import time

import uvloop

from bench.baseline import bare_posts_per_second
from bench.figures import show
from bench.harness import Mailbox, Stage, empty_hub, mailbox, open_stage, worker_over

EVENTS_AT = {1: 2000, 5: 1200, 20: 800}
REFERRALS = 250
LONGEST_SECONDS = 60.0
BARE_SECONDS = 3.0


async def measure() -> None:
    """Print the figures, and last the ratio to the bare sender."""
    with empty_hub() as url:
        async with open_stage(url) as stage, mailbox() as box:
            with worker_over(url):
                await _burst(stage, box, 2, 200)
                rates = {subscribers: await _shown(stage, box, subscribers) for subscribers in EVENTS_AT}
            body = await box.ask("body")
            bare = await bare_posts_per_second([f"{box.url}/ok/{n}" for n in range(20)], body, BARE_SECONDS)
            show("bare: one aiohttp sender, signed, no database", f"{bare:,.0f}/s")
    shares = ", ".join(f"{rate / bare:.3f} at {subscribers}" for subscribers, rate in rates.items())
    print(f"ratio to the bare sender: {shares}")


async def _shown(stage: Stage, box: Mailbox, subscribers: int) -> float:
    rate, reuse = await _burst(stage, box, subscribers, EVENTS_AT[subscribers])
    show(
        f"{subscribers} subscribers, {EVENTS_AT[subscribers]} events",
        f"{rate:,.0f}/s, {reuse:.1%} on a kept connection",
    )
    return rate


async def _burst(stage: Stage, box: Mailbox, subscribers: int, events: int) -> tuple[float, float]:
    """Return the deliveries a second, and the share that went over a connection used before."""
    code = f"burst-{subscribers}"
    organisation_id = await stage.add_referrer(code)
    referrals = await stage.refer(code, REFERRALS)
    await stage.subscribe(organisation_id, *(f"{box.url}/ok/{code}-{n}" for n in range(subscribers)))
    await box.forget()
    await stage.happen(referrals, events)
    began = time.time()
    arrived = await box.wait_for(events * subscribers, LONGEST_SECONDS)
    arrivals, connections = await box.arrivals()
    return arrived / (arrivals[-1].at - began), 1 - connections / arrived


if __name__ == "__main__":
    uvloop.run(measure())
