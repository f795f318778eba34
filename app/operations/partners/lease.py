"""The lease on a partner, and the state of pulling it.

One process pulls a partner at a time, under a lease that each page renews. Failures, waits and alerts are stored with
the lease, so that they outlive a restart and count for all processes together.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.database import Connection
from app.domain.codes import System
from app.domain.partners import PartnerPullState
from app.models.partners.partner import find_partner, lock_partner, save_partner
from app.operations.notices import FEED, announce_partner
from app.operations.partners.pull_policy import PullPolicy
from app.operations.services import Services


@dataclass(frozen=True)
class PartnerLease:
    """A process's lease on a partner; one process pulls a partner at a time."""

    system: System
    holder: str
    lease_seconds: float = 60.0


@dataclass(frozen=True, kw_only=True)
class PullFailure:
    """A pull that failed.

    Attributes:
        pull_policy: the rules for this partner.
        random: returns numbers from 0 up to 1, for the jitter of the wait.
        not_before: the earliest time of the next pull, by the budget of failures.
        retry_after_seconds: the wait that the partner asked for, if it did.
        reason: what went wrong, in words for operators, without personal data.
    """

    pull_policy: PullPolicy
    random: Callable[[], float]
    not_before: datetime
    retry_after_seconds: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Backoff:
    """What follows from a failed pull.

    Attributes:
        failures: failed pulls in a row.
        retry_at: the partner is not called before this time.
        alert_raised: whether operators are alerted now.
    """

    failures: int
    retry_at: datetime
    alert_raised: bool


class LeaseLost(Exception):
    """Another process pulls this partner now, or it is paused."""


def leased_state(tx: Connection, lease: PartnerLease) -> PartnerPullState | None:
    """Return the state of a partner when this process already has the lease, else None."""
    state = find_partner(tx, lease.system)
    return state if state and _is_held(state, lease) else None


def acquire_lease(tx: Connection, services: Services, lease: PartnerLease) -> PartnerPullState:
    """Take or renew the lease and return the state of the partner.

    Raises:
        LeaseLost: the partner is paused, or another process has the lease.
    """
    state, now = lock_partner(tx, lease.system), services.clock.now()
    is_taken = state.lease_holder not in (None, lease.holder) and state.lease_until and state.lease_until > now
    if state.paused or is_taken:
        raise LeaseLost
    save_partner(tx, _renewed(state, lease, now))
    return state


def require_lease(tx: Connection, lease: PartnerLease) -> PartnerPullState:
    """Return the state of the partner, locked, so that this process keeps the lease until the end of the transaction.

    Raises:
        LeaseLost: another process took the lease, or the partner was paused.
    """
    state = lock_partner(tx, lease.system)
    if not _is_held(state, lease):
        raise LeaseLost
    return state


def renew_lease(tx: Connection, services: Services, lease: PartnerLease) -> None:
    """Renew the lease in the middle of long work; raises LeaseLost as ``require_lease`` does."""
    save_partner(tx, _renewed(require_lease(tx, lease), lease, services.clock.now()))


def release_lease(tx: Connection, lease: PartnerLease) -> None:
    """Release the lease, so that another process need not wait for its end; without the lease do nothing."""
    state = lock_partner(tx, lease.system)
    if _is_held(state, lease):
        save_partner(tx, replace(state, lease_holder=None))


def record_page(
    tx: Connection, services: Services, lease: PartnerLease, state: PartnerPullState, cursor: str | None
) -> None:
    """Store that a page was applied: its cursor, unless it has none, and the time; the lease is renewed.

    Args:
        tx: the transaction in which the page was applied.
        services: for the clock.
        lease: of this process.
        state: from ``require_lease`` in the same transaction.
        cursor: the place to read on from after the page.
    """
    now = services.clock.now()
    read = replace(state, cursor=state.cursor if cursor is None else cursor, last_success_at=now, failing_since=None)
    save_partner(tx, _renewed(read, lease, now))


def move_cursor(tx: Connection, services: Services, lease: PartnerLease, cursor: str) -> None:
    """Let the next pull read on from a place, after everything before it was compared or applied.

    Raises:
        LeaseLost: as ``require_lease`` does.
    """
    state = replace(require_lease(tx, lease), cursor=cursor)
    save_partner(tx, _renewed(state, lease, services.clock.now()))


def announce_feed(tx: Connection, services: Services, lease: PartnerLease, failing: bool) -> None:
    """Notify operators that a partner's feed jumps or went back, or is in order again; the same is sent once.

    Raises:
        LeaseLost: as ``require_lease`` does.
    """
    require_lease(tx, lease)
    announce_partner(tx, services, lease.system, failing=failing, direction=FEED)


def record_failure(tx: Connection, services: Services, lease: PartnerLease, failure: PullFailure) -> Backoff:
    """Store that a pull failed: the partner is not called for a while, and operators are alerted when it lasts.

    Raises:
        LeaseLost: the lease is no longer this process's.
    """
    state, now = require_lease(tx, lease), services.clock.now()
    failures = state.failures + 1
    wait = failure.pull_policy.backoff(failures, failure.random, failure.retry_after_seconds)
    retry_at = max(now + wait, failure.not_before)
    failing = replace(state, failures=failures, failing_since=state.failing_since or now, retry_at=retry_at)
    save_partner(tx, replace(failing, last_error=failure.reason))
    return Backoff(failures, retry_at, raise_alert(tx, services, lease, failure.pull_policy))


def raise_alert(tx: Connection, services: Services, lease: PartnerLease, pull_policy: PullPolicy) -> bool:
    """Alert operators of a partner that keeps failing, once until it recovers; return whether they are alerted now."""
    state = lock_partner(tx, lease.system)
    is_due = pull_policy.should_alert(state.failures, state.failing_since, services.clock.now())
    if state.alerted or not is_due or not _is_held(state, lease):
        return False
    save_partner(tx, replace(state, alerted=True))
    announce_partner(tx, services, lease.system, failing=True)
    return True


def record_recovery(tx: Connection, services: Services, lease: PartnerLease) -> bool:
    """Store that the partner answers again; return whether operators, who were alerted, are notified of it."""
    state = lock_partner(tx, lease.system)
    if not _is_held(state, lease):
        return False
    save_partner(tx, replace(state, failures=0, failing_since=None, retry_at=None, last_error=None, alerted=False))
    if state.alerted:
        announce_partner(tx, services, lease.system, failing=False)
    return state.alerted


def _is_held(state: PartnerPullState, lease: PartnerLease) -> bool:
    return not state.paused and state.lease_holder == lease.holder


def _renewed(state: PartnerPullState, lease: PartnerLease, now: datetime) -> PartnerPullState:
    return replace(state, lease_holder=lease.holder, lease_until=now + timedelta(seconds=lease.lease_seconds))
