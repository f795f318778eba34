"""The pull loop, the same for every partner: read a page, apply it, go on from its cursor.

A partner that does not answer is called less and less often; the others are pulled on time.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from app.database import Database
from app.domain.errors import CursorExpired, FeedWentBack, PartnerError, PartnerUnreachable, Unavailable
from app.domain.partners import PartnerPullState
from app.domain.ports import Page, PartnerSource
from app.loops import Failed, attempt, run_forever
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.quarantine import has_unblocked_cases, retry_unblocked
from app.operations.intake.quarantine_alerts import alert_of_quarantine, quarantine_changed
from app.operations.partners.jobs import request_nightly_reconciliation
from app.operations.partners.lease import (
    LeaseLost,
    PartnerLease,
    PullFailure,
    acquire_lease,
    announce_feed,
    leased_state,
    raise_alert,
    record_failure,
    record_recovery,
    release_lease,
)
from app.operations.partners.pull_policy import FailureBudget, PullPolicy
from app.operations.services import Services

log = structlog.get_logger(__name__)


async def _no_jobs() -> None:
    """Do nothing."""


@dataclass(kw_only=True)
class Puller:
    """Pulls one partner.

    Attributes:
        holder: name of this process; one process pulls a partner at a time.
        pull_policy: the rules for this partner.
        do_jobs: does the jobs that operators requested; called in each round, while this process has the lease.
        random: returns numbers from 0 up to 1, for the jitter of waits.
    """

    db: Database
    services: Services
    source: PartnerSource
    holder: str
    pull_policy: PullPolicy = field(default_factory=PullPolicy)
    do_jobs: Callable[[], Awaitable[None]] = _no_jobs
    random: Callable[[], float] = random.random
    _budget: FailureBudget = field(init=False, repr=False)
    _feed_fails: bool | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start with the whole budget of failures."""
        self._budget = FailureBudget(self.pull_policy.max_failures_per_hour)
        self._feed_fails = None

    @property
    def lease(self) -> PartnerLease:
        """This process's lease on the partner."""
        return PartnerLease(self.source.system, self.holder)

    async def run(self, stop: asyncio.Event, interval_seconds: float) -> None:
        """Do a round at each interval until ``stop`` is set; then, or when this is cancelled, release the lease."""
        try:
            await run_forever(f"pull:{self.source.system}", self.round, stop=stop, interval_seconds=interval_seconds)
        finally:
            # If it cannot be released, it expires within a minute.
            with suppress(Unavailable):
                await self.db.write_without_notifying(release_lease, self.lease)

    async def round(self) -> None:
        """Do the waiting jobs and pull once, unless the partner is paused, in maintenance or backing off."""
        now = self.services.clock.now()
        if self.pull_policy.in_maintenance(now):
            return
        with suppress(LeaseLost):
            state = await self._leased_state()
            if state.retry_at is None or state.retry_at <= now:
                await self._work(state)
                await self._alert_of_quarantine()
            elif not state.alerted and self.pull_policy.should_alert(state.failures, state.failing_since, now):
                await self._raise_alert(state)

    async def pull(self) -> PageResult:
        """Read and apply all changes since the last pull; return what came of them.

        Raises:
            PartnerError: the partner does not answer or refuses; what came before is applied.
        """
        try:
            return await self._pull_from((await self._leased_state()).cursor)
        except LeaseLost:
            return PageResult()

    async def _work(self, state: PartnerPullState) -> None:
        pulled = await attempt(self._do_jobs_and_pull(state), passing=(LeaseLost, Unavailable))
        if isinstance(pulled, Failed):
            await self._record_failure(pulled.error)
            return
        if state.is_failing and await self.db.write(record_recovery, self.services, self.lease):
            log.info("partner_alert_cleared", partner=self.source.system)
        if pulled.quarantined:
            log.warning("partner_records_quarantined", partner=self.source.system, records=pulled.quarantined)

    async def _do_jobs_and_pull(self, state: PartnerPullState) -> PageResult:
        await self._request_nightly_reconciliation(state)
        await self.do_jobs()
        # A job that read everything moved the cursor.
        return await self._pull_from((await self._leased_state()).cursor)

    async def _request_nightly_reconciliation(self, state: PartnerPullState) -> None:
        due, last = self.pull_policy.last_reconciliation_due(self.services.clock.now()), state.last_success_at
        # A partner that was never pulled has nothing to compare; one pulled since then was compared.
        if due and last and last < due:
            await self.db.write(request_nightly_reconciliation, self.services, self.source.system, due)

    async def _leased_state(self) -> PartnerPullState:
        # Read first: a lease that this process has already needs no transaction.
        state = await self.db.read(leased_state, self.lease)
        return state if state else await self.db.write(acquire_lease, self.services, self.lease)

    async def _pull_from(self, cursor: str | None) -> PageResult:
        try:
            result = await self._apply_all(self.source.changes(cursor))
        except CursorExpired as error:
            if isinstance(error, FeedWentBack):
                await self._note_feed(fails=True)
            log.info("partner_cursor_expired", partner=self.source.system)
            result = await self._apply_all(self.source.changes(None))
        # A record that waits for one that left the quarantine is not sent again by the partner.
        if await self.db.read(has_unblocked_cases, self.source.system):
            await self.db.write(retry_unblocked, self.services, self.source)
        return result

    async def _apply_all(self, pages: AsyncIterator[Page]) -> PageResult:
        result, jumps = PageResult(), False
        async for page in pages:
            result += await self.db.write(apply_page, self.services, self.lease, self.source.mapping_version, page)
            jumps |= page.jumps
        await self._note_feed(fails=jumps)
        return result

    async def _note_feed(self, *, fails: bool) -> None:
        """Alert operators once when the numbers of the feed begin to jump or went back, and once when that is over."""
        if fails == self._feed_fails:
            return
        await self.db.write(announce_feed, self.services, self.lease, failing=fails)
        self._feed_fails = fails
        if fails:
            log.warning("partner_feed_out_of_order", partner=self.source.system)

    async def _alert_of_quarantine(self) -> None:
        """Alert operators once of each cause for which records are in quarantine, and once when it is over."""
        if not await self.db.read(quarantine_changed, self.source.system):
            return
        changes = await self.db.write(alert_of_quarantine, self.services, self.lease)
        partner = self.source.system.value
        for alert in changes.begun:
            log.warning("partner_quarantine_began", partner=partner, reason=alert.cause.reason, field=alert.cause.field)
        for cause in changes.ended:
            log.info("partner_quarantine_ended", partner=partner, reason=cause.reason, field=cause.field)

    async def _record_failure(self, error: Exception) -> None:
        # The text of an error of the hub may hold what was sent.
        reason = str(error) if isinstance(error, PartnerError) else type(error).__name__
        failure = PullFailure(
            pull_policy=self.pull_policy,
            random=self.random,
            not_before=self._budget.spend(self.services.clock.now()),
            retry_after_seconds=error.retry_after_seconds if isinstance(error, PartnerUnreachable) else None,
            reason=reason,
        )
        backoff = await self.db.write(record_failure, self.services, self.lease, failure)
        retry_at = backoff.retry_at.isoformat()
        log.info("partner_pull_failed", partner=self.source.system, reason=reason, retry_at=retry_at)
        if backoff.alert_raised:
            self._log_alert(backoff.failures, reason)

    async def _raise_alert(self, state: PartnerPullState) -> None:
        if await self.db.write(raise_alert, self.services, self.lease, self.pull_policy):
            self._log_alert(state.failures, state.last_error)

    def _log_alert(self, failures: int, reason: str | None) -> None:
        log.warning("partner_alert_raised", partner=self.source.system, failures=failures, reason=reason)
