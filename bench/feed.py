"""The first poll of an organisation on PostgreSQL: ``python -m bench.feed``.

Measures it with ten thousand and with three million events of other organisations in the outbox.
"""

from __future__ import annotations

import time
from dataclasses import replace

import uvloop
from sqlalchemy import func, insert, literal, select, text

from app.bootstrap import build_delivery_builder
from app.database import Connection
from app.events.contract.envelope import Origin
from app.models.delivery.outbox import event
from app.operations.access.organisations import read_organisation
from app.operations.subscriptions.feed import EventFeed
from bench.figures import percentile, show
from bench.installation import empty_database
from tests.support.harness import Harness, open_harness

FEW, MANY = 10_000, 3_000_000
POLLS = 30
_BATCH = 10_000
_ORIGIN = Origin("00000000000000000000", "trajecthub", "https://hub.example.nl")


async def measure() -> None:
    """Print the figures, and as the last line the ratio."""
    with empty_database() as url:
        async with open_harness(url) as harness:
            few = await _poll_with(harness, "few", FEW)
            many = await _poll_with(harness, "many", MANY - FEW)
    print(f"ratio of a first poll with {MANY:,} events to one with {FEW:,}: {many / few:.2f}")


async def _poll_with(harness: Harness, code: str, events: int) -> float:
    """Add events of another organisation. Return the median of a poll of one that never polled, in ms."""
    owner = await harness.add_referrer(code)
    referrals = await harness.refer(code, 1)
    (original,) = await harness.record_events(referrals, 1)

    def copy(tx: Connection, number: int) -> None:
        given = {"id": func.gen_random_uuid(), "organisation_id": literal(owner, event.c.organisation_id.type)}
        columns = [column for column in event.c if column is not event.c.position]
        values = [given.get(column.name, column) for column in columns]
        times = func.generate_series(1, number).table_valued("number")
        rows = select(*values).select_from(event.join(times, text("true"))).where(event.c.id == original.id)
        tx.execute(insert(event).from_select([column.name for column in columns], rows))

    for _ in range(events // _BATCH):
        await harness.db.write(copy, _BATCH)
    await harness.db.write(lambda tx: tx.execute(text("ANALYZE event")))
    poller = await harness.db.read(read_organisation, code)
    newcomer = replace(poller, id=harness.services.new_id(harness.services.clock.now()))
    feed = EventFeed(harness.services, build_delivery_builder(harness.services, _ORIGIN), newcomer)
    took = []
    for _ in range(POLLS):
        began = time.perf_counter()
        await harness.db.read(feed.has_work, 0)
        took.append((time.perf_counter() - began) * 1000)
    show(f"first poll with {events:,} more events of others", f"p50 {percentile(took, 0.5):.1f} ms")
    return percentile(took, 0.5)


if __name__ == "__main__":
    uvloop.run(measure())
