"""A million rows waiting on PostgreSQL: what a claim costs, and what the worker holds; ``python -m bench.backlog``.

The same subscribers and chains with ten thousand rows and with a million; the claim is the engine's own, undone after
it was timed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import Executable, Insert, func, insert, literal, select, text

from app.database import Connection
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models.delivery.claim import due_deliveries, take
from app.models.delivery.delivery import DeliveryState, delivery
from app.models.delivery.outbox import event, take_unrelayed
from app.models.delivery.subscription import subscriptions_of
from bench.figures import percentile, show
from bench.harness import Mailbox, Stage, empty_hub, mailbox, open_stage, worker_over

SUBSCRIBERS = 20
REFERRALS = 1000
FEW, MANY = 500, 50_000
"""Events waiting; each is owed to every subscriber."""

CAP, LIMIT = 25, 500
CLAIMS = 40
DELIVERING_SECONDS = 15.0
_CODE = "backlog"
_BATCH = 5000


class _Undo(Exception):
    """Ends a transaction of which nothing is to be kept."""


async def measure() -> None:
    """Print the figures, and last the ratio of a claim with a million rows to one with ten thousand."""
    with empty_hub() as url:
        async with open_stage(url) as stage, mailbox() as box:
            organisation_id = await stage.add_referrer(_CODE)
            await stage.subscribe(organisation_id, *(f"{box.url}/ok/{number}" for number in range(SUBSCRIBERS)))
            referrals = await stage.refer(_CODE, REFERRALS)
            few = await _claim_with(stage, organisation_id, referrals, FEW)
            many = await _claim_with(stage, organisation_id, referrals, MANY - FEW)
            await _deliver(url, box)
    print(f"ratio of a claim with a million rows waiting to one with ten thousand: {many / few:.2f}")


async def _claim_with(stage: Stage, organisation_id: UUID, referrals: Sequence[UUID], events: int) -> float:
    """Add what waits, and give the median of a claim in ms."""
    await _add(stage, organisation_id, referrals, events)
    took = [await _claim(stage) for _ in range(CLAIMS)]
    waiting = await stage.db.read(lambda tx: tx.scalar(select(func.count()).select_from(delivery)))
    claim = percentile(took, 0.5)
    show(
        f"claim of {CAP * SUBSCRIBERS} with {waiting:,} waiting",
        f"p50 {claim:.1f}, p99 {percentile(took, 0.99):.1f} ms",
    )
    return claim


async def _add(stage: Stage, organisation_id: UUID, referrals: Sequence[UUID], number: int) -> None:
    ids: list[UUID] = []
    while len(ids) < number:
        made = await stage.happen(referrals, min(_BATCH, number - len(ids)))
        ids += [one.id for one in made]
        await stage.db.write(take_unrelayed, len(made), stage.services.clock.now())
    for subscription in await stage.db.read(subscriptions_of, [organisation_id]):
        owed = _owed(stage, organisation_id, SubscriptionKey(subscription.id))
        await stage.db.write(_execute, owed)
    await stage.db.write(_execute, text("ANALYZE"))


def _execute(tx: Connection, statement: Executable) -> None:
    tx.execute(statement)


def _owed(stage: Stage, organisation_id: UUID, receiver: ReceiverKey) -> Insert:
    """Return the statement that owes a receiver every event that it is not owed yet."""
    now = stage.services.clock.now()
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


async def _claim(stage: Stage) -> float:
    """Return the ms that choosing and taking cost; what was taken is given back."""
    took = 0.0

    def work(tx: Connection) -> None:
        nonlocal took
        now, began = stage.services.clock.now(), time.perf_counter()
        due = due_deliveries(tx, now, lambda *_: CAP, LIMIT)
        take(tx, due, now, now + timedelta(seconds=90), stage.services.new_id(now))
        took = (time.perf_counter() - began) * 1000
        raise _Undo

    with suppress(_Undo):
        await stage.db.write(work)
    return took


async def _deliver(url: str, box: Mailbox) -> None:
    await box.forget()
    with worker_over(url) as worker:
        await box.wait_for(1, 30)
        await box.wait_for(10**9, DELIVERING_SECONDS)
        memory = worker.peak_memory()
    arrivals, _ = await box.arrivals()
    rate = (len(arrivals) - 1) / (arrivals[-1].at - arrivals[0].at)
    show("worker with that backlog", f"{rate:,.0f}/s, {memory:.0f} MB at most")


if __name__ == "__main__":
    uvloop.run(measure())
