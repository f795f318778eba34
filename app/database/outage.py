"""Reports in the log when a store cannot work any more, and when it works again: each of them once."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from app.database.failures import Trouble, kind_of, trouble_of
from app.domain.errors import Unavailable
from app.loops import LONGEST_WAIT_SECONDS

__all__ = ["QUIET_SECONDS", "Outage"]

QUIET_SECONDS = LONGEST_WAIT_SECONDS + 5.0
"""How long a store has to work before an outage is over: longer than whoever met it waits before trying again."""

# Reading is possible nevertheless.
_OF_WRITING = (Trouble.READ_ONLY, Trouble.NO_ROOM)

log = structlog.get_logger(__name__)


class Outage:
    """What one process notices of the trouble of its store.

    Args:
        timer: returns seconds that only grow.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._began_at: float | None = None
        self._last_at = 0.0
        self._is_of_writing = False

    def note_failure(self, error: Unavailable) -> None:
        """Note that the store could not work, and report it unless that was done; contention is no outage."""
        trouble = trouble_of(error.__cause__) if error.__cause__ else None
        if trouble is None or trouble is Trouble.CONTENDED:
            return
        self._last_at = self._timer()
        self._is_of_writing |= trouble in _OF_WRITING
        if self._began_at is None:
            self._began_at = self._last_at
            log.warning("database_unavailable", trouble=trouble.value, cause=kind_of(error))

    def note_success(self, *, wrote: bool) -> None:
        """Note that the store worked, and report the end of the outage that this shows."""
        if self._began_at is None or (self._is_of_writing and not wrote):
            return
        now = self._timer()
        if now - self._last_at >= QUIET_SECONDS:
            log.info("database_available", seconds=round(now - self._began_at))
            self._began_at, self._is_of_writing = None, False
