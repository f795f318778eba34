"""Whose turn it is to pull a partner, and how the partner does.

One process pulls a partner at a time, by a lease that each page renews. Failures, waits and whether people were told
stand beside the lease, so that they outlive a restart and count for all processes together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.database import Connection
from app.domain.codes import System
from app.models.partners.partner import ensure_partner, find_partner, update_partner
from app.operations.notices import announce_partner
from app.operations.partners.pull_policy import PullPolicy
from app.operations.services import Services


@dataclass(frozen=True)
class PartnerLease:
    """A process's turn to pull a partner; one process pulls a partner at a time."""

    system: System
    holder: str
    lease_seconds: float = 60.0


@dataclass(frozen=True)
class PartnerPullState:
    """How a partner stands when a round begins.

    Attributes:
        cursor: the place from which to read on; None is the beginning.
        failures: pulls that failed on end, since ``failing_since``.
        retry_at: until when it is left alone.
        alerted: whether people were told of the trouble.
    """

    cursor: str | None
    last_success_at: datetime | None
    failures: int
    failing_since: datetime | None
    retry_at: datetime | None
    alerted: bool

    @property
    def in_trouble(self) -> bool:
        """Return whether the last pull failed."""
        return self.failures > 0 or self.alerted


@dataclass(frozen=True)
class Failure:
    """A pull that failed.

    Attributes:
        manners: how the partner is treated.
        random: gives numbers from 0 up to 1, for the jitter of the wait.
        asked_seconds: the wait that the partner asked for, if it did.
        not_before: the moment before which it is not asked again in any case.
    """

    pull_policy: PullPolicy
    random: Callable[[], float]
    not_before: datetime
    asked_seconds: float | None = None


@dataclass(frozen=True)
class Trouble:
    """What came of noting a failure: how many on end, until when the partner is left alone, whether people hear now."""

    failures: int
    retry_at: datetime
    alarming: bool


class LeaseLost(Exception):
    """Another process pulls this partner now, or it is paused."""


def standing_in_turn(tx: Connection, lease: PartnerLease) -> PartnerPullState | None:
    """Return how the partner stands when this process already has its turn; None when it has not."""
    row = find_partner(tx, lease.system)
    return _standing(row) if _is_in_turn(row, lease) else None


def acquire_lease(tx: Connection, services: Services, lease: PartnerLease) -> PartnerPullState:
    """Take the turn and give how the partner stands.

    Raises:
        TurnLost: the partner is paused, or another process has the turn.
    """
    row, now = ensure_partner(tx, lease.system), services.clock.now()
    taken = row.lease_holder not in (None, lease.holder) and row.lease_until and row.lease_until > now
    if row.paused or taken:
        raise LeaseLost
    update_partner(tx, lease.system, lease_of(lease, now))
    return _standing(row)


def require_lease(tx: Connection, lease: PartnerLease) -> None:
    """See that the turn is still this process's, and keep it so until the end of the transaction.

    Raises:
        TurnLost: another process took the turn, or the partner was paused.
    """
    if not _is_in_turn(ensure_partner(tx, lease.system), lease):
        raise LeaseLost


def renew_lease(tx: Connection, services: Services, lease: PartnerLease) -> None:
    """Renew the turn in the middle of long work; raises TurnLost as ``require_lease`` does."""
    require_lease(tx, lease)
    update_partner(tx, lease.system, lease_of(lease, services.clock.now()))


def release_lease(tx: Connection, lease: PartnerLease) -> None:
    """Leave the turn to whoever comes next, who else would wait for its end; nothing when it is not this process's."""
    if _is_in_turn(ensure_partner(tx, lease.system), lease):
        update_partner(tx, lease.system, {"lease_holder": None})


def lease_of(lease: PartnerLease, now: datetime) -> dict[str, Any]:
    """Return the columns that renew a turn."""
    return {"lease_holder": lease.holder, "lease_until": now + timedelta(seconds=lease.lease_seconds)}


def note_failure(tx: Connection, services: Services, lease: PartnerLease, failure: Failure) -> Trouble:
    """Note a pull that failed: the partner is left alone for a while, and people hear when it goes on.

    Raises:
        TurnLost: the failure is no longer this process's to tell.
    """
    require_lease(tx, lease)
    row, now = ensure_partner(tx, lease.system), services.clock.now()
    failures = row.failures + 1
    wait = failure.pull_policy.wait_after(failures, failure.random, failure.asked_seconds)
    retry_at = max(now + wait, failure.not_before)
    noted = {"failures": failures, "failing_since": row.failing_since or now, "retry_at": retry_at}
    update_partner(tx, lease.system, noted)
    return Trouble(failures, retry_at, raise_alarm(tx, services, lease, failure.pull_policy))


def raise_alarm(tx: Connection, services: Services, lease: PartnerLease, pull_policy: PullPolicy) -> bool:
    """Tell people that a partner is in trouble, once for each trouble; True when they are told now."""
    row = ensure_partner(tx, lease.system)
    alarming = pull_policy.is_alarming(row.failures, row.failing_since, services.clock.now())
    if row.alerted or not alarming or not _is_in_turn(row, lease):
        return False
    update_partner(tx, lease.system, {"alerted": True})
    announce_partner(tx, services, lease.system, failing=True)
    return True


def note_recovery(tx: Connection, services: Services, lease: PartnerLease) -> bool:
    """Note that the partner gives its changes again; True when people heard of the trouble and now of its end."""
    row = ensure_partner(tx, lease.system)
    if not _is_in_turn(row, lease):
        return False
    well = {"failures": 0, "failing_since": None, "retry_at": None, "alerted": False}
    update_partner(tx, lease.system, well)
    if row.alerted:
        announce_partner(tx, services, lease.system, failing=False)
    told: bool = row.alerted
    return told


def _is_in_turn(row: Any, lease: PartnerLease) -> bool:
    return row is not None and not row.paused and row.lease_holder == lease.holder


def _standing(row: Any) -> PartnerPullState:
    return PartnerPullState(
        row.cursor, row.last_success_at, row.failures, row.failing_since, row.retry_at, bool(row.alerted)
    )
