"""Does what operators asked to be done with a partner: compare and heal, read everything again, read quarantine again.

A dry run is the same code in a transaction that is taken back, so its report is what would have come of it.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog

from app.database import Connection, Database
from app.domain.errors import HubError, PartnerError, Unavailable
from app.domain.ports import Page, PartnerSource
from app.loops import Failed, attempt
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.quarantine import retry_quarantined
from app.operations.intake.reconciliation import (
    Reconciliation,
    account_of,
    compare_page,
    heal_page,
    listed,
    page_of_links,
    page_of_stored,
    refused,
    rehearsed,
    still_owed,
    tell_again,
)
from app.operations.partners.lease import LeaseLost, PartnerLease
from app.operations.partners.state import QUARANTINE_ID, SINCE, Job, finish_job, has_jobs, next_job
from app.operations.services import Services

log = structlog.get_logger(__name__)

T = TypeVar("T")

PAGE_SIZE = 500
"""So many rows of the hub's record are read at once, and so many records healed in one transaction."""


@dataclass(frozen=True)
class Jobs:
    """The jobs of one partner, done one after the other by the process that has its turn.

    Attributes:
        cases: for a partner in which the hub makes the cases, also such without any record, and makes them again by
            telling of them again; None when its records tell of all its cases, and only its own people make them.
    """

    db: Database
    services: Services
    source: PartnerSource
    lease: PartnerLease
    cases: Callable[[], AsyncIterator[Collection[str]]] | None = None

    async def work(self) -> None:
        """Do all jobs that wait.

        Raises:
            TurnLost: another process took the turn, or the partner was paused; the job is begun again later.
        """
        while await self.db.read(has_jobs, self.lease.system):
            if job := await self.db.write(next_job, self.services, self.lease):
                await self._do(job)

    async def _do(self, job: Job) -> None:
        # A job that can never be done must not come back at each round.
        report = await attempt(self._report(job), passing=(LeaseLost, Unavailable))
        failed = isinstance(report, Failed)
        if isinstance(report, Failed):
            report = {"error": _reason(report.error)}
        await self.db.write(finish_job, self.services, job, report, failed=failed)
        about = {"partner": job.system.value, "kind": job.kind, "dry_run": job.dry_run}
        log.info("partner_job_failed" if failed else "partner_job_done", **about)

    async def _report(self, job: Job) -> Mapping[str, Any]:
        if job.kind == "reconcile":
            return await self._reconcile(dry_run=job.dry_run)
        if job.kind == "backfill":
            return await self._backfill(job)
        named = (job.report or {}).get(QUARANTINE_ID)
        work = partial(
            retry_quarantined, services=self.services, source=self.source, ids=[UUID(named)] if named else None
        )
        return account_of(await self._write(work, dry_run=job.dry_run))

    async def _reconcile(self, *, dry_run: bool) -> Mapping[str, Any]:
        sweep = await self._sweep()
        work = partial(heal_page, services=self.services, lease=self.lease, mapping_version=self.source.mapping_version)
        healed = await self._apply([partial(work, found=part) for part in _parts(sweep.to_heal())], dry_run=dry_run)
        for links in _parts(sweep.extra if self.cases else []):
            again = partial(tell_again, services=self.services, system=self.lease.system, links=links)
            sweep.told_again += await self._write(again, dry_run=dry_run)
        return sweep.report(healed)

    async def _sweep(self) -> Reconciliation:
        """Read everything that the partner has and everything that the hub remembers of it."""
        sweep = Reconciliation()
        async for page in self.source.changes(None):
            findings = await self.db.write_quietly(compare_page, self.services, self.lease, page.records)
            sweep.note(page.records, findings)
        after = ("", "")
        while stored := await self.db.read(page_of_stored, self.lease.system, after, PAGE_SIZE):
            sweep.note_stored(self.source, stored, self.services)
            after = stored[-1].key
        await self._find_extra(sweep)
        return sweep

    async def _find_extra(self, sweep: Reconciliation) -> None:
        cases, after = await self._all_cases(sweep), ""
        while links := await self.db.read(page_of_links, self.lease.system, after, PAGE_SIZE):
            lost = [link for link in links if link.case_id not in cases]
            owed = await self.db.read(still_owed, self.lease.system, lost) if lost else set()
            sweep.extra += [link for link in lost if link.referral_id not in owed]
            after = links[-1].case_id

    async def _all_cases(self, sweep: Reconciliation) -> set[str]:
        if self.cases is None:
            return sweep.cases
        return {case_id async for page in self.cases() for case_id in page}

    async def _backfill(self, job: Job) -> Mapping[str, Any]:
        since = datetime.fromisoformat(job.report[SINCE]) if job.report else None
        quiet = replace(self.services, quiet=True)
        work = partial(
            apply_page, services=quiet, lease=self.lease, mapping_version=self.source.mapping_version, kind="backfill"
        )
        pages = (_part_since(page, since) async for page in self.source.changes(None))
        if job.dry_run:
            return await self._rehearse([page async for page in pages], work)
        tally = PageResult()
        async for page in pages:
            tally += await self.db.write(partial(work, page=page))
        return account_of(tally)

    async def _rehearse(self, pages: Sequence[Page], work: Callable[..., PageResult]) -> Mapping[str, Any]:
        """Return the account of a backfill that is taken back, with the records that it is about."""
        sweep = Reconciliation()
        for page in pages:
            sweep.note(page.records, await self.db.write_quietly(compare_page, self.services, self.lease, page.records))

        def applied(tx: Connection) -> tuple[PageResult, list[str]]:
            tally = sum((work(tx, page=page) for page in pages), PageResult())
            return tally, [key for page in pages for key in refused(tx, self.lease.system, page.records)]

        tally, keys = await self._write(applied, dry_run=True)
        return {**account_of(tally), **sweep.newly(), "refused": listed(list(dict.fromkeys(keys)))}

    async def _apply(self, works: Sequence[Callable[[Connection], PageResult]], *, dry_run: bool) -> PageResult:
        """Apply pages: each in a transaction of its own, or all in one that is taken back."""
        if dry_run:
            return await self._write(lambda tx: sum((work(tx) for work in works), PageResult()), dry_run=True)
        tally = PageResult()
        for work in works:
            tally += await self.db.write(work)
        return tally

    async def _write(self, work: Callable[[Connection], T], *, dry_run: bool) -> T:
        return await (self.db.write_quietly(rehearsed, work) if dry_run else self.db.write(work))


def _reason(error: Exception) -> str:
    # The text of an error that is not ours may hold what was sent.
    return str(error) if isinstance(error, PartnerError | HubError) else type(error).__name__


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + PAGE_SIZE] for start in range(0, len(items), PAGE_SIZE))


def _part_since(page: Page, since: datetime | None) -> Page:
    """Return a page without its cursor, and without what happened before a moment."""
    records = tuple(record for record in page.records if since is None or record.occurred_at >= since)
    return replace(page, records=records, cursor=None)
