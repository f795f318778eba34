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

SILENT_SECONDS = 2.0
"""A store that worked for somebody within this time is not silent: what it did not do in time takes long."""

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
        self._worked_at = -SILENT_SECONDS
        self._is_of_writing = False

    def note_failure(self, error: Unavailable, work: str) -> None:
        """Note that the store could not do work, and report it: an outage once, work that took too long each time.

        Args:
            error: what the caller of the work gets.
            work: the name of its function.
        """
        trouble = trouble_of(error.__cause__) if error.__cause__ else None
        if trouble is Trouble.CONTENDED or (trouble is Trouble.NO_ANSWER and self._worked_lately()):
            log.warning("database_work_broken_off", work=work, cause=kind_of(error))
            return
        if trouble is None:
            return
        self._last_at = self._timer()
        self._is_of_writing |= trouble in _OF_WRITING
        if self._began_at is None:
            self._began_at = self._last_at
            log.warning("database_unavailable", trouble=trouble.value, cause=kind_of(error))

    def note_success(self, *, wrote: bool) -> None:
        """Note that the store worked, and report the end of the outage that this shows."""
        now = self._worked_at = self._timer()
        if self._began_at is None or (self._is_of_writing and not wrote):
            return
        if now - self._last_at >= QUIET_SECONDS:
            log.info("database_available", seconds=round(now - self._began_at))
            self._began_at, self._is_of_writing = None, False

    def _worked_lately(self) -> bool:
        return self._timer() - self._worked_at < SILENT_SECONDS
