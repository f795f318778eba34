"""The pull loop, the same for every partner: read a page, apply it, go on from where it ended.

A partner that is in trouble is left alone for longer and longer, by itself: the others are pulled on time.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from app.database import Database
from app.domain.errors import CursorExpired, PartnerError, Unavailable
from app.domain.ports import Page, PartnerSource
from app.loops import Failed, attempt, run_forever
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.quarantine import has_free_cases, retry_free
from app.operations.partners.lease import (
    Failure,
    LeaseLost,
    PartnerLease,
    PartnerPullState,
    acquire_lease,
    note_failure,
    note_recovery,
    raise_alarm,
    release_lease,
    standing_in_turn,
)
from app.operations.partners.pull_policy import FailureBudget, PullPolicy
from app.operations.partners.state import request_nightly
from app.operations.services import Services

log = structlog.get_logger(__name__)


async def _nothing() -> None:
    """There are no jobs."""


@dataclass(frozen=True)
class Puller:
    """Pulls one partner.

    Attributes:
        holder: name of this process; a partner is pulled by one process at a time.
        manners: how the partner is treated.
        jobs: does what operators asked for; called at each round, while the turn is this process's.
        random: gives numbers from 0 up to 1, for the jitter of waits.
    """

    db: Database
    services: Services
    source: PartnerSource
    holder: str
    pull_policy: PullPolicy = field(default_factory=PullPolicy)
    jobs: Callable[[], Awaitable[None]] = _nothing
    random: Callable[[], float] = random.random
    _budget: FailureBudget = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with the whole budget of failures."""
        object.__setattr__(self, "_budget", FailureBudget(self.pull_policy.failures_an_hour))

    async def pull(self) -> PageResult:
        """Read and apply all changes since the last pull; returns the account of them.

        Raises:
            PartnerError: the partner gives no answer or refuses; what came before is applied.
        """
        try:
            return await self._pull_from((await self._standing()).cursor)
        except LeaseLost:
            return PageResult()

    async def run(self, stop: asyncio.Event, interval_seconds: float) -> None:
        """Make a round at each interval until told to stop; then leave the turn to whoever comes next."""
        await run_forever(f"pull:{self.source.system}", self.round, stop=stop, interval_seconds=interval_seconds)
        # When it cannot be left, it ends by itself within a minute.
        with contextlib.suppress(Unavailable):
            await self.db.write_quietly(release_lease, self._turn)

    async def round(self) -> None:
        """Do the jobs that wait and pull once, unless the partner is paused, in maintenance or to be left alone."""
        now = self.services.clock.now()
        if self.pull_policy.in_maintenance(now):
            return
        with contextlib.suppress(LeaseLost):
            standing = await self._standing()
            if standing.retry_at is None or standing.retry_at <= now:
                await self._work(standing)
            elif not standing.alerted and self.pull_policy.is_alarming(standing.failures, standing.failing_since, now):
                await self._alarm(standing)

    async def _work(self, standing: PartnerPullState) -> None:
        tally = await attempt(self._do_jobs_and_pull(standing), passing=(LeaseLost, Unavailable))
        if isinstance(tally, Failed):
            await self._note_failure(tally.error)
            return
        if standing.in_trouble and await self.db.write(note_recovery, self.services, self._turn):
            log.info("partner_pull_recovered", partner=self.source.system)
        if tally.quarantined:
            log.warning("partner_records_quarantined", partner=self.source.system, records=tally.quarantined)

    async def _do_jobs_and_pull(self, standing: PartnerPullState) -> PageResult:
        await self._ask_nightly(standing)
        await self.jobs()
        return await self._pull_from(standing.cursor)

    async def _note_failure(self, error: Exception) -> None:
        # The text of an error of ours may hold what was sent.
        reason = str(error) if isinstance(error, PartnerError) else type(error).__name__
        asked = getattr(error, "retry_after_seconds", None)
        not_before = self._budget.spend(self.services.clock.now())
        failure = Failure(self.pull_policy, self.random, not_before, asked)
        trouble = await self.db.write(note_failure, self.services, self._turn, failure)
        retry_at = trouble.retry_at.isoformat()
        log.info("partner_pull_failed", partner=self.source.system, reason=reason, retry_at=retry_at)
        if trouble.alarming:
            self._log_alarm(trouble.failures)

    async def _alarm(self, standing: PartnerPullState) -> None:
        if await self.db.write(raise_alarm, self.services, self._turn, self.pull_policy):
            self._log_alarm(standing.failures)

    def _log_alarm(self, failures: int) -> None:
        log.warning("partner_pull_failing", partner=self.source.system, failures=failures)

    async def _ask_nightly(self, standing: PartnerPullState) -> None:
        due, last = self.pull_policy.last_night(self.services.clock.now()), standing.last_success_at
        # A partner that was never pulled has nothing to compare; one that was pulled since had its turn.
        if due and last and last < due:
            await self.db.write(request_nightly, self.services, self.source.system, due)

    async def _standing(self) -> PartnerPullState:
        # Read first: a turn that is already ours needs no transaction.
        standing = await self.db.read(standing_in_turn, self._turn)
        return standing if standing else await self.db.write(acquire_lease, self.services, self._turn)

    async def _pull_from(self, cursor: str | None) -> PageResult:
        try:
            tally = await self._apply_all(self.source.changes(cursor))
        except CursorExpired:
            log.info("partner_cursor_expired", partner=self.source.system)
            tally = await self._apply_all(self.source.changes(None))
        # What waits in quarantine for something that left it does not come again by itself.
        if await self.db.read(has_free_cases, self.source.system):
            await self.db.write(retry_free, self.services, self.source)
        return tally

    async def _apply_all(self, pages: AsyncIterator[Page]) -> PageResult:
        tally = PageResult()
        async for page in pages:
            tally += await self.db.write(apply_page, self.services, self._turn, self.source.mapping_version, page)
        return tally

    @property
    def _turn(self) -> PartnerLease:
        return PartnerLease(self.source.system, self.holder)
