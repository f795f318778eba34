"""A million pending deliveries on PostgreSQL: ``python -m bench.backlog``.

Measures a claim of deliveries and the figures for Prometheus with ten thousand and with a million pending rows, for the
same subscribers and referrals, and the worker's peak memory. The claim is that of the delivery engine, rolled back
after it was timed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import Executable, Insert, func, insert, literal, select, text

from app.database import Connection
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models.delivery.delivery import DeliveryState, delivery
from app.models.delivery.outbox import event, take_unrelayed
from app.models.delivery.receiver_health import make_due
from app.models.delivery.subscription import subscriptions_of
from app.operations.metrics.figures import read_figures
from bench.claims import time_claim
from bench.figures import percentile, show
from bench.installation import empty_database, running_worker
from tests.support.harness import Harness, open_harness
from tests.support.receiver_process import ReceiverClient, running_receiver

SUBSCRIBERS = 20
REFERRALS = 1000
FEW, MANY = 500, 50_000
"""Pending events; each has a delivery for every subscriber."""

CAP, LIMIT = 25, 500
CLAIMS, READINGS = 40, 20
DELIVERING_SECONDS = 15.0
_CODE = "backlog"
_BATCH = 5000


@dataclass(frozen=True)
class Medians:
    """The durations of a claim and of a reading of the figures, in ms."""

    claim: float
    figures: float


async def measure() -> None:
    """Print the figures, and as the last lines the ratios of a million rows to ten thousand."""
    with empty_database() as url:
        async with open_harness(url) as harness, running_receiver() as receiver:
            organisation_id = await harness.add_referrer(_CODE)
            await harness.subscribe(organisation_id, *(f"{receiver.url}/ok/{number}" for number in range(SUBSCRIBERS)))
            referrals = await harness.refer(_CODE, REFERRALS)
            few = await _with_more(harness, organisation_id, referrals, FEW)
            many = await _with_more(harness, organisation_id, referrals, MANY - FEW)
            await _deliver(url, receiver)
    print(
        f"ratio of the figures with a million pending rows to those with ten thousand: {many.figures / few.figures:.2f}"
    )
    print(f"ratio of a claim with a million pending rows to one with ten thousand: {many.claim / few.claim:.2f}")


async def _with_more(harness: Harness, organisation_id: UUID, referrals: Sequence[UUID], events: int) -> Medians:
    """Add pending deliveries. Return how long a claim and the figures take with them."""
    await _add(harness, organisation_id, referrals, events)
    took = [await time_claim(harness, LIMIT) for _ in range(CLAIMS)]
    pending = await harness.db.read(lambda tx: tx.scalar(select(func.count()).select_from(delivery)))
    show(f"claim of {CAP * SUBSCRIBERS} with {pending:,} pending", _durations(took))
    read = [await _time_figures(harness) for _ in range(READINGS)]
    show(f"figures with {pending:,} pending", _durations(read))
    return Medians(percentile(took, 0.5), percentile(read, 0.5))


async def _time_figures(harness: Harness) -> float:
    """Return the duration of a reading of the figures for Prometheus in ms."""
    began = time.perf_counter()
    await harness.db.read(read_figures, harness.services.clock.now())
    return (time.perf_counter() - began) * 1000


def _durations(took: Sequence[float]) -> str:
    return f"p50 {percentile(took, 0.5):.1f}, p99 {percentile(took, 0.99):.1f} ms"


async def _add(harness: Harness, organisation_id: UUID, referrals: Sequence[UUID], number: int) -> None:
    ids: list[UUID] = []
    while len(ids) < number:
        made = await harness.record_events(referrals, min(_BATCH, number - len(ids)))
        ids += [each.id for each in made]
        await harness.db.write(take_unrelayed, len(made), harness.services.clock.now())
    for subscription in await harness.db.read(subscriptions_of, [organisation_id]):
        receiver = SubscriptionKey(subscription.id)
        await harness.db.write(_execute, _missing_deliveries(harness, organisation_id, receiver))
        await harness.db.write(make_due, [receiver], harness.services.clock.now())
    await harness.db.write(_execute, text("ANALYZE"))


def _execute(tx: Connection, statement: Executable) -> None:
    tx.execute(statement)


def _missing_deliveries(harness: Harness, organisation_id: UUID, receiver: ReceiverKey) -> Insert:
    """Return the statement that adds the missing deliveries of all events to a receiver."""
    now = harness.services.clock.now()
    row: dict[str, Any] = {
        "id": func.gen_random_uuid(),
        "event_position": event.c.position,
        "event_id": event.c.id,
        "receiver": literal(receiver, delivery.c.receiver.type),
        "organisation_id": literal(organisation_id, delivery.c.organisation_id.type),
        "subject_id": event.c.subject_id,
        "state": literal(DeliveryState.PENDING.value),
        "attempts": literal(0),
        "next_attempt_at": literal(now, delivery.c.next_attempt_at.type),
        "outcome_unknown": literal(False),
        "created_at": literal(now, delivery.c.created_at.type),
    }
    known = select(delivery.c.event_id).where(delivery.c.receiver == receiver)
    missing = select(*row.values()).select_from(event).where(~event.c.quiet, event.c.id.not_in(known))
    return insert(delivery).from_select(list(row), missing)


async def _deliver(url: str, receiver: ReceiverClient) -> None:
    await receiver.reset()
    with running_worker(url) as worker:
        await receiver.wait_for(1, 30)
        await receiver.wait_for(10**9, DELIVERING_SECONDS)
        memory = worker.peak_memory()
    arrivals, _ = await receiver.arrivals()
    rate = (len(arrivals) - 1) / (arrivals[-1].at - arrivals[0].at)
    show("worker with this backlog", f"{rate:,.0f}/s, {memory:.0f} MB peak memory")


if __name__ == "__main__":
    uvloop.run(measure())
