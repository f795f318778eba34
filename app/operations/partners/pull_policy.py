"""The rules for calling one partner: how often, when not, how long to wait after a failure, and when to alert.

Pure rules over data; every partner has its own.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from app.domain.local_time import AMSTERDAM

MAX_RETRY_AFTER = timedelta(days=1)
"""The longest wait that a partner can ask for (*Retry-After*); a longer one counts as this."""

_JITTER = 0.2
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class MaintenanceWindow:
    """A daily time, by the city's clock, at which a partner is in maintenance (*onderhoud*).

    From ``start`` up to, not including, ``end``; it may pass midnight. Two equal times are an empty window.
    """

    start: time
    end: time

    def contains(self, moment: datetime) -> bool:
        """Return whether an aware time is in the window."""
        local = moment.astimezone(AMSTERDAM).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, kw_only=True)
class PullPolicy:
    """The rules for one partner.

    Attributes:
        requests_per_second: the most calls, pulls and deliveries together; None is unlimited.
        initial_wait: after the first failed pull; doubled after each further one.
        max_wait: the longest wait, unless the partner asks for more.
        max_failures_per_hour: after this many failed pulls within an hour the partner is not called until it is over.
        alert_failures: operators are alerted after this many failed pulls in a row.
        alert_after: operators are alerted of failures that last this long.
        maintenance: when the partner is not called, and nobody is alerted.
        reconcile_at: time of the nightly reconciliation, by the city's clock; None is never.
    """

    requests_per_second: float | None = None
    initial_wait: timedelta = timedelta(seconds=10)
    max_wait: timedelta = timedelta(minutes=10)
    max_failures_per_hour: int = 20
    alert_failures: int = 5
    alert_after: timedelta = timedelta(minutes=10)
    maintenance: tuple[MaintenanceWindow, ...] = ()
    reconcile_at: time | None = None

    def in_maintenance(self, now: datetime) -> bool:
        """Return whether the partner is in maintenance now."""
        return any(window.contains(now) for window in self.maintenance)

    def backoff(
        self, failures: int, random: Callable[[], float], retry_after_seconds: float | None = None
    ) -> timedelta:
        """Return the wait after this many failed pulls in a row, at least 1.

        ``initial_wait * 2 ** (failures - 1)``, at most ``max_wait``, plus up to a fifth of jitter, so that many
        processes do not come back at the same time; never shorter than what the partner asked for.
        """
        doubled: timedelta = self.initial_wait * 2 ** min(failures - 1, 16)
        wait: timedelta = min(doubled, self.max_wait) * (1 + _JITTER * random())
        # Compared as seconds: a timedelta cannot hold every number that a partner may state.
        return max(wait, timedelta(seconds=min(retry_after_seconds or 0, MAX_RETRY_AFTER.total_seconds())))

    def should_alert(self, failures: int, failing_since: datetime | None, now: datetime) -> bool:
        """Return whether operators should be alerted of these failures."""
        if failing_since is None:
            return False
        return failures >= self.alert_failures or now - failing_since >= self.alert_after

    def last_reconciliation_due(self, now: datetime) -> datetime | None:
        """Return the latest time, at most ``now``, at which a nightly reconciliation was due; None when never."""
        if self.reconcile_at is None:
            return None
        local = now.astimezone(AMSTERDAM)
        due = datetime.combine(local.date(), self.reconcile_at, AMSTERDAM)
        return due if due <= local else datetime.combine(due.date() - timedelta(days=1), self.reconcile_at, AMSTERDAM)


@dataclass
class FailureBudget:
    """The failed pulls of a partner that one process may still have within an hour."""

    max_per_hour: int
    _spent: deque[datetime] = field(default_factory=deque)

    def spend(self, now: datetime) -> datetime:
        """Count a failed pull and return the earliest time of the next one."""
        self._spent.append(now)
        while now - self._spent[0] >= _HOUR:
            self._spent.popleft()
        return self._spent[0] + _HOUR if len(self._spent) >= self.max_per_hour else now
