"""A reconciliation needs the memory of a page, however much a partner has, and leaves nothing behind."""

import gc
import tracemalloc
from collections.abc import AsyncIterator

from sqlalchemy import func, select
from typing_extensions import override

from app.database import Connection
from app.domain.codes import System
from app.domain.ports import Page, PartnerRecord
from app.models.partners.compared import ComparedRecord, Finding, compared_record, save_compared
from app.models.partners.record import save_records
from app.operations.intake.records import applied_record, content_hash
from app.operations.partners.jobs import find_job
from tests.support.hub import NOW, InProcessHub
from tests.support.job_env import job_puller, new_job
from tests.support.scripted_source import ScriptedSource

PAGE = 250
FEW, MANY = 500, 2_500
BYTES_PER_RECORD = 150
"""What is kept of each record in memory would be several times as much."""


class LongFeed(ScriptedSource):
    """A partner with many records that say nothing to the hub; it makes them page by page."""

    def __init__(self, number: int) -> None:
        super().__init__(system=System.ALLEGRO)
        self.number = number

    @override
    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        for start in range(0, self.number, PAGE):
            yield Page(tuple(_record(each) for each in range(start, start + PAGE)), None)


def _record(number: int) -> PartnerRecord:
    key = f"M-{number:06d}"
    return PartnerRecord(
        kind="mutatie", external_id=key, case_id=f"A{number:06d}", version="1", payload={"id": key}, occurred_at=NOW
    )


def apply_all(tx: Connection, number: int) -> None:
    """Remember the records as applied."""
    records = [_record(each) for each in range(number)]
    save_records(tx, [applied_record(each, System.ALLEGRO, content_hash(each), None, NOW) for each in records])


async def peak_of(hub: InProcessHub, number: int) -> int:
    """Return the most memory that a reconciliation of this number of records takes, in bytes."""
    await hub.db.write(apply_all, number)
    puller = job_puller(hub, LongFeed(number))
    await puller.round()
    job_id = await new_job(hub, System.ALLEGRO, "reconcile")
    gc.collect()
    tracemalloc.start()
    try:
        await puller.do_jobs()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    report = (await hub.db.read(find_job, System.ALLEGRO, job_id)).report
    assert report is not None
    assert (report["compared"], report["missing"]["count"], report["deleted"]["count"]) == (number, 0, 0)
    return peak


async def test_a_reconciliation_of_many_records_needs_no_more_memory_than_of_few(hub: InProcessHub) -> None:
    # What is loaded at the first use stays.
    await peak_of(hub, PAGE)
    few, many = await peak_of(hub, FEW), await peak_of(hub, MANY)

    assert many - few < BYTES_PER_RECORD * (MANY - FEW)


async def test_what_a_reconciliation_found_is_deleted_also_of_one_that_was_broken_off(hub: InProcessHub) -> None:
    left = ComparedRecord(key=("mutatie", "M-1"), case_id="A1", finding=Finding.MISSING, place=1)
    await hub.db.write(save_compared, System.ALLEGRO, [left])

    await peak_of(hub, PAGE)

    count = select(func.count()).select_from(compared_record)
    assert await hub.db.read(lambda tx: tx.execute(count).scalar_one()) == 0
