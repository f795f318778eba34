"""Signals that something was committed, in this process or in another over the same PostgreSQL database.

They only shorten waits: whoever waits also looks at regular intervals, so a signal that is missed loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class CommitSignal:
    """Is set by each commit, until somebody has waited for it or taken it.

    Args:
        on_wait: called whenever somebody waits, from the event loop.
    """

    def __init__(self, on_wait: Callable[[], None]) -> None:
        self._on_wait = on_wait
        self._set = asyncio.Event()

    def notify(self) -> None:
        """Wake whoever waits, or let the next wait return at once. Call from the event loop."""
        self._set.set()

    def take(self) -> bool:
        """Return whether there was a commit since the last wait or take; does not wait."""
        was_set = self._set.is_set()
        self._set.clear()
        return was_set

    async def wait(self, timeout_seconds: float) -> bool:
        """Return True as soon as there was a commit since the last wait or take, False after the timeout."""
        self._on_wait()
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._set.wait()
        except TimeoutError:
            return False
        self._set.clear()
        return True
