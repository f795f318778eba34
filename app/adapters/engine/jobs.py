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
from app.operations.intake.apply import Tally, apply_page
from app.operations.intake.quarantine import retry_quarantined
from app.operations.intake.reconciliation import (
    Sweep,
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
from app.operations.partners.lease import Turn, TurnLost
from app.operations.partners.state import QUARANTINE_ID, SINCE, Job, finish_job, has_jobs, next_job
from app.operations.services import Tools

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
    tools: Tools
    source: PartnerSource
    turn: Turn
    cases: Callable[[], AsyncIterator[Collection[str]]] | None = None

    async def work(self) -> None:
        """Do all jobs that wait.

        Raises:
            TurnLost: another process took the turn, or the partner was paused; the job is begun again later.
        """
        while await self.db.read(has_jobs, self.turn.system):
            if job := await self.db.write(next_job, self.tools, self.turn):
                await self._do(job)

    async def _do(self, job: Job) -> None:
        failed, about = False, {"partner": job.system.value, "kind": job.kind, "dry_run": job.dry_run}
        try:
            report = await self._report(job)
        except (TurnLost, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001 - a job that can never be done must not come back at each round
            # The text of an error that is not the partner's may hold what was sent.
            told = str(error) if isinstance(error, PartnerError | HubError) else type(error).__name__
            failed, report = True, {"error": told}
        await self.db.write(finish_job, self.tools, job, report, failed=failed)
        log.info("partner_job_failed" if failed else "partner_job_done", **about)

    async def _report(self, job: Job) -> Mapping[str, Any]:
        if job.kind == "reconcile":
            return await self._reconcile(dry_run=job.dry_run)
        if job.kind == "backfill":
            return await self._backfill(job)
        named = (job.report or {}).get(QUARANTINE_ID)
        work = partial(retry_quarantined, tools=self.tools, source=self.source, ids=[UUID(named)] if named else None)
        return account_of(await self._write(work, dry_run=job.dry_run))

    async def _reconcile(self, *, dry_run: bool) -> Mapping[str, Any]:
        sweep = await self._sweep()
        work = partial(heal_page, tools=self.tools, turn=self.turn, mapping_version=self.source.mapping_version)
        healed = await self._apply([partial(work, found=part) for part in _parts(sweep.to_heal())], dry_run=dry_run)
        for links in _parts(sweep.extra if self.cases else []):
            again = partial(tell_again, tools=self.tools, system=self.turn.system, links=links)
            sweep.told_again += await self._write(again, dry_run=dry_run)
        return sweep.report(healed)

    async def _sweep(self) -> Sweep:
        """Read everything that the partner has and everything that the hub remembers of it."""
        sweep = Sweep()
        async for page in self.source.changes(None):
            findings = await self.db.write_quietly(compare_page, self.tools, self.turn, page.records)
            sweep.note(page.records, findings)
        after = ("", "")
        while stored := await self.db.read(page_of_stored, self.turn.system, after, PAGE_SIZE):
            sweep.note_stored(self.source, stored, self.tools)
            after = stored[-1].key
        await self._find_extra(sweep)
        return sweep

    async def _find_extra(self, sweep: Sweep) -> None:
        cases, after = await self._all_cases(sweep), ""
        while links := await self.db.read(page_of_links, self.turn.system, after, PAGE_SIZE):
            lost = [link for link in links if link.case_id not in cases]
            owed = await self.db.read(still_owed, self.turn.system, lost) if lost else set()
            sweep.extra += [link for link in lost if link.referral_id not in owed]
            after = links[-1].case_id

    async def _all_cases(self, sweep: Sweep) -> set[str]:
        if self.cases is None:
            return sweep.cases
        return {case_id async for page in self.cases() for case_id in page}

    async def _backfill(self, job: Job) -> Mapping[str, Any]:
        since = datetime.fromisoformat(job.report[SINCE]) if job.report else None
        quiet = replace(self.tools, quiet=True)
        work = partial(
            apply_page, tools=quiet, turn=self.turn, mapping_version=self.source.mapping_version, kind="backfill"
        )
        pages = (_part_since(page, since) async for page in self.source.changes(None))
        if job.dry_run:
            return await self._rehearse([page async for page in pages], work)
        tally = Tally()
        async for page in pages:
            tally += await self.db.write(partial(work, page=page))
        return account_of(tally)

    async def _rehearse(self, pages: Sequence[Page], work: Callable[..., Tally]) -> Mapping[str, Any]:
        """Give the account of a backfill that is taken back, with the records that it is about."""
        sweep = Sweep()
        for page in pages:
            sweep.note(page.records, await self.db.write_quietly(compare_page, self.tools, self.turn, page.records))

        def applied(tx: Connection) -> tuple[Tally, list[str]]:
            tally = sum((work(tx, page=page) for page in pages), Tally())
            return tally, [key for page in pages for key in refused(tx, self.turn.system, page.records)]

        tally, keys = await self._write(applied, dry_run=True)
        return {**account_of(tally), **sweep.newly(), "refused": listed(list(dict.fromkeys(keys)))}

    async def _apply(self, works: Sequence[Callable[[Connection], Tally]], *, dry_run: bool) -> Tally:
        """Apply pages: each in a transaction of its own, or all in one that is taken back."""
        if dry_run:
            return await self._write(lambda tx: sum((work(tx) for work in works), Tally()), dry_run=True)
        tally = Tally()
        for work in works:
            tally += await self.db.write(work)
        return tally

    async def _write(self, work: Callable[[Connection], T], *, dry_run: bool) -> T:
        return await (self.db.write_quietly(rehearsed, work) if dry_run else self.db.write(work))


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + PAGE_SIZE] for start in range(0, len(items), PAGE_SIZE))


def _part_since(page: Page, since: datetime | None) -> Page:
    """Give a page without its cursor, and without what happened before a moment."""
    records = tuple(record for record in page.records if since is None or record.occurred_at >= since)
    return replace(page, records=records, cursor=None)
