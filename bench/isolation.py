"""One hanging and one failing subscriber among twenty: what the other eighteen notice; ``python -m bench.isolation``.

Each run has a hub of its own: a burst, for the throughput, and then a steady stream, for the waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import uvloop

from bench.figures import percentile, show
from bench.harness import Mailbox, Stage, empty_hub, mailbox, open_stage, worker_over

HEALTHY = 18
REFERRALS = 200
BURST = 400
PER_SECOND = 10
STEADY_SECONDS = 12
LONGEST_SECONDS = 60.0
ROUNDS = 2
ALONE, BESIDE = "eighteen alone", "beside one hanging and one failing"
_CODE = "isolation"


@dataclass(frozen=True)
class _Run:
    """What the eighteen noticed: deliveries a second of a burst, the 99th percentile of the waits in seconds."""

    throughput: float
    worst: float
    arrived: int


async def measure() -> None:
    """Print the figures of runs in turn, and last the ratios of their means."""
    async with mailbox() as box:
        runs = [(await _run(box, ALONE, []), await _run(box, BESIDE, ["hang", "fail"])) for _ in range(ROUNDS)]
    alone, beside = zip(*runs, strict=True)
    throughput = sum(one.throughput for one in beside) / sum(one.throughput for one in alone)
    worst = sum(one.worst for one in beside) / sum(one.worst for one in alone)
    print(f"ratio to the run without the two: throughput {throughput:.0%}, p99 {worst:.2f}x")


async def _run(box: Mailbox, what: str, ill: Sequence[str]) -> _Run:
    with empty_hub() as url:
        async with open_stage(url) as stage:
            referrals = await _furnish(stage, box, ill)
            with worker_over(url):
                await _warm_up(stage, box, referrals)
                throughput = await _burst(stage, box, referrals)
                waits = await _steady(stage, box, referrals)
    run = _Run(throughput, percentile(waits, 0.99), len(waits))
    wanted = HEALTHY * PER_SECOND * STEADY_SECONDS
    show(f"{what}: burst of {BURST} events", f"{run.throughput:,.0f}/s to the healthy")
    median = percentile(waits, 0.5) * 1000
    show(f"  then {PER_SECOND} events/s: {run.arrived} of {wanted}", f"p50 {median:.0f}, p99 {run.worst * 1000:.0f} ms")
    return run


async def _furnish(stage: Stage, box: Mailbox, ill: Sequence[str]) -> list[UUID]:
    organisation_id = await stage.add_referrer(_CODE)
    healthy = [f"{box.url}/ok/{number}" for number in range(HEALTHY)]
    await stage.subscribe(organisation_id, *healthy, *(f"{box.url}/{manner}/0" for manner in ill))
    return await stage.refer(_CODE, REFERRALS)


async def _warm_up(stage: Stage, box: Mailbox, referrals: Sequence[UUID]) -> None:
    await box.forget()
    await stage.happen(referrals, 10)
    await box.wait_for(HEALTHY * 10, LONGEST_SECONDS)
    await box.forget()


async def _burst(stage: Stage, box: Mailbox, referrals: Sequence[UUID]) -> float:
    await stage.happen(referrals, BURST)
    began = time.time()
    arrived = await box.wait_for(HEALTHY * BURST, LONGEST_SECONDS)
    arrivals, _ = await box.arrivals()
    await box.forget()
    return arrived / (arrivals[-1].at - began)


async def _steady(stage: Stage, box: Mailbox, referrals: Sequence[UUID]) -> list[float]:
    """Return the seconds from just before each commit until each arrival."""
    committed: dict[str, float] = {}
    began = time.monotonic()
    for number in range(PER_SECOND * STEADY_SECONDS):
        await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
        before = time.time()
        (event,) = await stage.happen(referrals[number % REFERRALS :], 1)
        committed[str(event.id)] = before
    await box.wait_for(HEALTHY * len(committed), 20)
    arrivals, _ = await box.arrivals()
    return [one.at - committed[one.id] for one in arrivals if one.id in committed]


if __name__ == "__main__":
    uvloop.run(measure())
