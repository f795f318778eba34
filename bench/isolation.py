"""One hanging and one failing subscriber among twenty, and their effect on the others: ``python -m bench.isolation``.

Each run has its own hub: a burst, for the throughput, and then a steady stream, for the latencies.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import uvloop

from bench.figures import percentile, show
from bench.installation import empty_database, running_worker
from tests.support.harness import Harness, open_harness
from tests.support.receiver_process import ReceiverClient, running_receiver

HEALTHY = 18
REFERRALS = 200
BURST = 400
PER_SECOND = 10
STEADY_SECONDS = 12
MAX_WAIT_SECONDS = 60.0
ROUNDS = 2
ALONE, WITH_OTHERS = "eighteen alone", "with one hanging and one failing"
_CODE = "isolation"


@dataclass(frozen=True)
class _Run:
    """The results of the healthy eighteen.

    Attributes:
        throughput: deliveries per second of the burst.
        p99: 99th percentile of the latencies of the stream, in seconds.
        arrived: the number of deliveries of the stream.
    """

    throughput: float
    p99: float
    arrived: int


async def measure() -> None:
    """Print the figures of alternating runs, and as the last line the ratios of their means."""
    async with running_receiver() as receiver:
        runs = [
            (await _run(receiver, ALONE, []), await _run(receiver, WITH_OTHERS, ["hang", "fail"]))
            for _ in range(ROUNDS)
        ]
    alone, with_others = zip(*runs, strict=True)
    throughput = sum(one.throughput for one in with_others) / sum(one.throughput for one in alone)
    p99 = sum(one.p99 for one in with_others) / sum(one.p99 for one in alone)
    print(f"ratio to the run without the two: throughput {throughput:.0%}, p99 {p99:.2f}x")


async def _run(receiver: ReceiverClient, label: str, faults: Sequence[str]) -> _Run:
    with empty_database() as url:
        async with open_harness(url) as harness:
            referrals = await _set_up(harness, receiver, faults)
            with running_worker(url):
                await _warm_up(harness, receiver, referrals)
                throughput = await _burst(harness, receiver, referrals)
                latencies = await _steady(harness, receiver, referrals)
    run = _Run(throughput, percentile(latencies, 0.99), len(latencies))
    expected = HEALTHY * PER_SECOND * STEADY_SECONDS
    show(f"{label}: burst of {BURST} events", f"{run.throughput:,.0f}/s to the healthy")
    median = percentile(latencies, 0.5) * 1000
    show(f"  then {PER_SECOND} events/s: {run.arrived} of {expected}", f"p50 {median:.0f}, p99 {run.p99 * 1000:.0f} ms")
    return run


async def _set_up(harness: Harness, receiver: ReceiverClient, faults: Sequence[str]) -> list[UUID]:
    organisation_id = await harness.add_referrer(_CODE)
    healthy = [f"{receiver.url}/ok/{number}" for number in range(HEALTHY)]
    await harness.subscribe(organisation_id, *healthy, *(f"{receiver.url}/{fault}/0" for fault in faults))
    return await harness.refer(_CODE, REFERRALS)


async def _warm_up(harness: Harness, receiver: ReceiverClient, referrals: Sequence[UUID]) -> None:
    await receiver.reset()
    await harness.record_events(referrals, 10)
    await receiver.wait_for(HEALTHY * 10, MAX_WAIT_SECONDS)
    await receiver.reset()


async def _burst(harness: Harness, receiver: ReceiverClient, referrals: Sequence[UUID]) -> float:
    await harness.record_events(referrals, BURST)
    began = time.time()
    arrived = await receiver.wait_for(HEALTHY * BURST, MAX_WAIT_SECONDS)
    arrivals, _ = await receiver.arrivals()
    await receiver.reset()
    return arrived / (arrivals[-1].at - began)


async def _steady(harness: Harness, receiver: ReceiverClient, referrals: Sequence[UUID]) -> list[float]:
    """Return the seconds from just before each commit until each arrival."""
    committed: dict[str, float] = {}
    began = time.monotonic()
    for number in range(PER_SECOND * STEADY_SECONDS):
        await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
        before = time.time()
        (event,) = await harness.record_events(referrals[number % REFERRALS :], 1)
        committed[str(event.id)] = before
    await receiver.wait_for(HEALTHY * len(committed), 20)
    arrivals, _ = await receiver.arrivals()
    return [one.at - committed[one.id] for one in arrivals if one.id in committed]


if __name__ == "__main__":
    uvloop.run(measure())
