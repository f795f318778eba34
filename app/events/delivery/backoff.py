"""When a failed delivery is tried again, and when the hub stops trying."""

from collections.abc import Callable
from datetime import timedelta

__all__ = [
    "LONGEST_LIMITING",
    "LONGEST_WAIT",
    "MAX_ATTEMPTS",
    "RATE_LIMIT_WAIT",
    "SCHEDULE",
    "asked_wait",
    "wait_after",
    "with_jitter",
]

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The waits after the first, second, … failed attempt: 75 hours and 35 minutes in all.

Source: the example schedule of the Standard Webhooks specification 1.0.0; the hub promises at least 72 hours.
"""

MAX_ATTEMPTS = len(SCHEDULE) + 1
"""After this number of failed attempts a delivery is dead."""

LONGEST_WAIT = timedelta(days=30)
"""The hub waits no longer than this, even if a receiver asks for more."""

RATE_LIMIT_WAIT = timedelta(seconds=1)
"""The wait after an answer 429 that asks for none."""

LONGEST_LIMITING = sum(SCHEDULE, timedelta())
"""For this long a receiver may answer 429 without using up attempts."""

_JITTER = 0.2


def with_jitter(wait: timedelta, random: Callable[[], float]) -> timedelta:
    """Return a wait that is up to a fifth longer, so that what failed together does not come back at once."""
    return wait * (1 + _JITTER * random())


def asked_wait(retry_after_seconds: float | None) -> timedelta:
    """Return the wait that a receiver asked for, no longer than the hub waits; zero when it asked for none."""
    return timedelta(seconds=min(retry_after_seconds or 0, LONGEST_WAIT.total_seconds()))


def wait_after(
    failures: int, random: Callable[[], float], retry_after_seconds: float | None = None
) -> timedelta | None:
    """Return the wait until the next attempt, or None when the hub stops trying.

    Each wait has jitter; it is never shorter than in the schedule, and never shorter than what the receiver asked for.

    Args:
        failures: failed attempts so far, at least 1.
        random: returns numbers from 0 up to 1.
        retry_after_seconds: the wait that the receiver asked for, if it did.
    """
    if failures >= MAX_ATTEMPTS:
        return None
    return max(with_jitter(SCHEDULE[failures - 1], random), asked_wait(retry_after_seconds))
