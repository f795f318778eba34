"""How the hub behaves towards one partner: how often it asks, when it does not, and when people hear of trouble.

Pure rules over data; the engine keeps to them, and every partner has its own.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from app.domain.local_time import AMSTERDAM

LONGEST_ASKED_WAIT = timedelta(days=1)
"""A partner that asks for a longer wait (*Retry-After*) is asked again after this long all the same."""

_JITTER = 0.2
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class MaintenanceWindow:
    """A time of each day, by the city's clock, at which a partner is in maintenance (*onderhoud*).

    From ``start`` up to, not including, ``end``; it may pass midnight. Two equal times are no time at all.
    """

    start: time
    end: time

    def holds(self, moment: datetime) -> bool:
        """Return whether an aware moment falls in the window."""
        local = moment.astimezone(AMSTERDAM).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True)
class PullPolicy:
    """How one partner is treated.

    Attributes:
        requests_per_second: calls to it, pulls and deliveries together; None: as many as there are.
        first_wait: after the first failed pull; doubled with each one that follows on it.
        longest_wait: the wait grows no longer than this, unless the partner asks for more.
        failures_an_hour: after so many failed pulls within an hour it is left alone until the hour is past.
        alert_failures: so many failed pulls on end are trouble that people hear of.
        alert_after: so is a failure that lasts this long.
        maintenance: when it is not asked at all, and nobody is alarmed.
        reconcile_at: the time of day, by the city's clock, of the nightly comparison; None: none.
    """

    requests_per_second: float | None = None
    first_wait: timedelta = timedelta(seconds=10)
    longest_wait: timedelta = timedelta(minutes=10)
    failures_an_hour: int = 20
    alert_failures: int = 5
    alert_after: timedelta = timedelta(minutes=10)
    maintenance: tuple[MaintenanceWindow, ...] = ()
    reconcile_at: time | None = None

    def in_maintenance(self, now: datetime) -> bool:
        """Return whether the partner is in maintenance now."""
        return any(window.holds(now) for window in self.maintenance)

    def wait_after(self, failures: int, random: Callable[[], float], asked_seconds: float | None = None) -> timedelta:
        """Return the wait after this many failed pulls on end, at least 1.

        Up to a fifth longer than the rule, so that many hubs or partners do not come back at once; never shorter,
        and never shorter than what the partner asked for.
        """
        doubled: timedelta = self.first_wait * 2 ** min(failures - 1, 16)
        asked = min(timedelta(seconds=asked_seconds or 0), LONGEST_ASKED_WAIT)
        waited: timedelta = min(doubled, self.longest_wait) * (1 + _JITTER * random())
        return max(waited, asked)

    def is_alarming(self, failures: int, failing_since: datetime | None, now: datetime) -> bool:
        """Return whether people should hear of these failures."""
        if failing_since is None:
            return False
        return failures >= self.alert_failures or now - failing_since >= self.alert_after

    def last_night(self, now: datetime) -> datetime | None:
        """Return the latest moment at which a nightly comparison was due; None when there is none."""
        if self.reconcile_at is None:
            return None
        local = now.astimezone(AMSTERDAM)
        due = datetime.combine(local.date(), self.reconcile_at, AMSTERDAM)
        return due if due <= local else datetime.combine(due.date() - timedelta(days=1), self.reconcile_at, AMSTERDAM)


@dataclass
class FailureBudget:
    """What is left of a partner's failed pulls within an hour; each process counts its own.

    Args:
        an_hour: how many failed pulls there may be.
    """

    an_hour: int
    _spent: deque[datetime] = field(default_factory=deque)

    def spend(self, now: datetime) -> datetime:
        """Count a failed pull and give the earliest moment at which another may follow."""
        self._spent.append(now)
        while now - self._spent[0] >= _HOUR:
            self._spent.popleft()
        return self._spent[0] + _HOUR if len(self._spent) >= self.an_hour else now
