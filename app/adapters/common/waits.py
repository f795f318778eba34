"""The waits that partners ask for, bounded: whatever a partner states, the hub asks again within a day."""

from email.utils import parsedate_to_datetime

from app.operations.partners.pull_policy import MAX_RETRY_AFTER

_LONGEST = MAX_RETRY_AFTER.total_seconds()
_MOST_DIGITS = 9


def wait_in_seconds(stated: str) -> float | None:
    """Return a wait that a partner states in whole seconds, at most a day; None when it is no such number."""
    if not (stated.isascii() and stated.isdigit()):
        return None
    digits = stated.lstrip("0") or "0"
    return _LONGEST if len(digits) > _MOST_DIGITS else min(float(digits), _LONGEST)


def wait_until(stated: str, answered_at: str) -> float | None:
    """Return a wait that a partner states as a date, at most a day and at least 0; None when it is no date.

    Args:
        stated: the date of *Retry-After*.
        answered_at: the *Date* of the same answer. Both are by the partner's clock, which may differ from the hub's.
    """
    try:
        wait = parsedate_to_datetime(stated) - parsedate_to_datetime(answered_at)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, wait.total_seconds()), _LONGEST)
