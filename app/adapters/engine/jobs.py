"""Does the jobs that operators requested for a partner: reconcile, backfill, retry the quarantine, and link cases.

A dry run executes the same code in a transaction that is rolled back, so its report is what the job would do.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from app.adapters.common.adapter import CaseListing
from app.adapters.engine.comparison import PAGE_SIZE, Comparison
from app.adapters.engine.linking import CaseLinker, RegistrationsOnly
from app.database import Connection, Database
from app.domain.errors import HubError, PartnerError, Unavailable
from app.domain.partners import Job, JobKind, QuarantineEntry, RunKind
from app.domain.ports import CaseRegister, Page, PartnerSource
from app.loops import Failed, attempt
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.comparison import Difference, Finding, Findings, extra_links, result_counts
from app.operations.intake.quarantine import retry_quarantined
from app.operations.intake.reconciliation import (
    dry_run,
    refused_counts,
    rejected_records,
    repair_page,
    resend_cases,
)
from app.operations.partners.jobs import finish_job, has_jobs, start_next_job
from app.operations.partners.lease import LeaseLost, PartnerLease, move_cursor
from app.operations.services import Services

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class JobRunner:
    """Does the jobs of one partner, one after the other, in the process that has its lease.

    Attributes:
        list_cases: lists all cases of a partner in which the hub makes cases, including cases without any record; the
            hub makes them again by sending everything about them again. None when only the partner's own people make
            cases, and its records name all of them.
    """

    db: Database
    services: Services
    source: PartnerSource
    lease: PartnerLease
    list_cases: CaseListing | None = None
    register: CaseRegister | None = None

    async def run(self) -> None:
        """Do all waiting jobs, the oldest first.

        Raises:
            LeaseLost: another process took the lease, or the partner was paused; the job is started again later.
        """
        while await self.db.read(has_jobs, self.lease.system):
            if job := await self.db.write(start_next_job, self.services, self.lease):
                await self._do(job)

    async def _do(self, job: Job) -> None:
        about = {"partner": job.system.value, "kind": job.kind.value, "dry_run": job.dry_run}
        # A job that can never be done must not be started again in each round.
        result = await attempt(self._result(job), passing=(LeaseLost, Unavailable))
        if isinstance(result, Failed):
            reason = {"error": _reason(result.error)}
            await self.db.write(finish_job, self.services, job, reason, failed=True)
            log.warning("partner_job_failed", **about)
        else:
            await self.db.write(finish_job, self.services, job, result)
            log.info("partner_job_completed", **about)

    async def _result(self, job: Job) -> Mapping[str, object]:
        match job.kind:
            case JobKind.RECONCILE:
                return await self._reconcile(is_dry_run=job.dry_run)
            case JobKind.BACKFILL:
                return await self._backfill(job)
            case JobKind.RETRY:
                return await self._retry(job)
            case JobKind.LINK:
                return await self._link(job)

    async def _link(self, job: Job) -> Mapping[str, object]:
        linker = CaseLinker(
            db=self.db,
            services=self.services,
            source=self.source,
            register=self.register or RegistrationsOnly(self.source),
            lease=self.lease,
        )
        return await linker.run(job)

    async def _retry(self, job: Job) -> Mapping[str, object]:
        ids = [job.quarantine_id] if job.quarantine_id else None
        work = partial(retry_quarantined, services=self.services, source=self.source, ids=ids)
        return result_counts(await self._write(work, is_dry_run=job.dry_run))

    async def _reconcile(self, *, is_dry_run: bool) -> Mapping[str, object]:
        comparison = self._comparison()
        await comparison.clear()
        number, cursor = await comparison.read(self.source.changes(None))
        stored = await comparison.read_stored()
        await comparison.find_extra(self.list_cases)
        found = await comparison.findings()
        withholds = found.withhold_deletions(stored)
        repaired = await self._repair(comparison, found, is_dry_run=is_dry_run, withholds=withholds)
        resent = await self._resend(is_dry_run=is_dry_run) if self.list_cases else 0
        # Withheld deletions come once more with what lies after the present cursor.
        if not is_dry_run and not withholds:
            await self._move_cursor(cursor)
        await comparison.clear()
        return {
            "compared": number,
            **found.counts(Finding.MISSING, Finding.DIFFERENT, Finding.DELETED),
            str(Finding.EXTRA): found.extra_counts(resent),
            "deletionsHeldBack": withholds,
            "healed": result_counts(repaired),
        }

    def _comparison(self) -> Comparison:
        return Comparison(db=self.db, services=self.services, source=self.source, lease=self.lease)

    async def _repair(
        self, comparison: Comparison, found: Findings, *, is_dry_run: bool, withholds: bool
    ) -> PageResult:
        """Apply what differs, page by page; a dry run applies all of it in one transaction that is rolled back."""
        repair = partial(
            repair_page, services=self.services, lease=self.lease, mapping_version=self.source.mapping_version
        )
        result, works = PageResult(), list[Callable[[Connection], PageResult]]()
        async for differences in _to_repair(comparison, found, withholds=withholds):
            work = partial(repair, found=differences)
            if is_dry_run:
                works.append(work)
            else:
                result += await self.db.write(work)
        if works:
            return await self._write(lambda tx: sum((work(tx) for work in works), PageResult()), is_dry_run=True)
        return result

    async def _resend(self, *, is_dry_run: bool) -> int:
        """Send everything about the cases that the partner lacks again; return of how many."""
        resent, after, last = 0, -1, 0
        while last != after:
            after = last
            links, last = await self.db.read(extra_links, self.lease.system, after, PAGE_SIZE)
            resend = partial(resend_cases, services=self.services, system=self.lease.system, links=links)
            resent += await self._write(resend, is_dry_run=is_dry_run) if links else 0
        return resent

    async def _move_cursor(self, cursor: str | None) -> None:
        """Let the next pull read on after what was read here: a cursor that jumped or fell back is right again."""
        if cursor is not None:
            await self.db.write_without_notifying(move_cursor, self.services, self.lease, cursor)

    async def _backfill(self, job: Job) -> Mapping[str, object]:
        apply = partial(
            apply_page,
            services=replace(self.services, quiet=True),
            lease=self.lease,
            mapping_version=self.source.mapping_version,
            kind=RunKind.BACKFILL,
        )
        pages = self.source.changes(None)
        if job.dry_run:
            return await self._dry_run_backfill([_since(page, job.since) async for page in pages], apply)
        result, cursor = PageResult(), None
        async for page in pages:
            result += await self.db.write(partial(apply, page=_since(page, job.since)))
            cursor = page.cursor or cursor
        if job.since is None:
            await self._move_cursor(cursor)
        return result_counts(result)

    async def _dry_run_backfill(self, pages: Sequence[Page], apply: Callable[..., PageResult]) -> Mapping[str, object]:
        """Return the report of a backfill that is rolled back, with the records that it would change or reject."""
        comparison = self._comparison()
        await comparison.clear()
        for page in pages:
            await comparison.add(page)
        found = await comparison.findings()
        await comparison.clear()

        def work(tx: Connection) -> tuple[PageResult, list[QuarantineEntry]]:
            result = sum((apply(tx, page=page) for page in pages), PageResult())
            return result, [each for page in pages for each in rejected_records(tx, self.lease.system, page.records)]

        result, rejected = await self._write(work, is_dry_run=True)
        differing = found.counts(Finding.MISSING, Finding.DIFFERENT)
        return {**result_counts(result), **differing, "refused": refused_counts(rejected)}

    async def _write(self, work: Callable[[Connection], T], *, is_dry_run: bool) -> T:
        return await (self.db.write_without_notifying(dry_run, work) if is_dry_run else self.db.write(work))


def _reason(error: Exception) -> str:
    # The text of an error that is not ours may hold what was sent.
    return str(error) if isinstance(error, PartnerError | HubError) else type(error).__name__


async def _to_repair(comparison: Comparison, found: Findings, *, withholds: bool) -> AsyncIterator[list[Difference]]:
    # Read once more only when something is to be applied.
    if found.numbers[Finding.MISSING] or found.numbers[Finding.DIFFERENT]:
        async for differences in comparison.differing():
            yield differences
    if not withholds:
        async for differences in comparison.removed():
            yield differences


def _since(page: Page, since: datetime | None) -> Page:
    """Return a page without its cursor, and without what happened before a time."""
    records = tuple(record for record in page.records if since is None or record.occurred_at >= since)
    return replace(page, records=records, cursor=None)
