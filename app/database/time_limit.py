"""The time that work may take on SQLite, whose statements nobody outside ends: they ask whether it is over."""

from __future__ import annotations

import time
from contextvars import ContextVar
from types import TracebackType

__all__ = ["TimeLimit", "present_limit"]


class TimeLimit:
    """How long the work in a block may take, from the making of this.

    Args:
        seconds: until it is over.
    """

    def __init__(self, seconds: float) -> None:
        self._over_at = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the work has to end."""
        return time.monotonic() >= self._over_at

    def end(self) -> None:
        """Have the work end now; callable from every thread."""
        self._over_at = 0.0

    def check(self) -> None:
        """Check that the next statement may begin.

        Raises:
            TimeoutError: the time is over.
        """
        if self.is_over:
            raise TimeoutError("The work took too long.")

    def __enter__(self) -> None:
        self._before = _present.set(self)

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        _present.reset(self._before)


_present: ContextVar[TimeLimit | None] = ContextVar("time_limit", default=None)


def present_limit() -> TimeLimit | None:
    """Return the limit of the work in this thread; None outside of work."""
    return _present.get()
