"""Ends a process in which a loop, or everything, is stuck, so that whoever watches the process starts it again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.loops import loop_states
from app.stopping import end_process

__all__ = ["TICKS", "TICK_SECONDS", "StuckFinder", "watched"]

TICK_SECONDS = 5.0
TICKS = 60
"""A round without progress for this many ticks, five minutes, is stuck: no call and no transaction takes that long."""


class StuckFinder:
    """Finds what makes no progress from one look to the next.

    Looks are counted instead of seconds, because a process that is suspended is not stuck.

    Args:
        loop: runs everything in this process.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._has_answered = True
        self._looks_unanswered = 0
        self._steps: dict[str, int] = {}
        self._looks_without_step: dict[str, int] = {}

    def look(self) -> None:
        """Look once more; call it from another thread."""
        self._looks_unanswered = 0 if self._has_answered else self._looks_unanswered + 1
        self._has_answered = False
        self._loop.call_soon_threadsafe(self._answer)
        for state in loop_states():
            is_same = state.is_working and self._steps.get(state.name) == state.steps
            self._looks_without_step[state.name] = self._looks_without_step.get(state.name, 0) + 1 if is_same else 0
            self._steps[state.name] = state.steps

    def stuck(self, looks: int) -> str | None:
        """Return what has made no progress for this many looks; None when everything has."""
        if self._looks_unanswered >= looks:
            return "The process"
        return next((f"The loop {name}" for name, number in self._looks_without_step.items() if number >= looks), None)

    def _answer(self) -> None:
        self._has_answered = True


@asynccontextmanager
async def watched(
    end: Callable[[str], None] = end_process, *, tick_seconds: float = TICK_SECONDS, ticks: int = TICKS
) -> AsyncIterator[None]:
    """Look after the loops of this process during the block, from a thread; when one is stuck, end the process.

    Args:
        end: ends it, and reports the reason.
        tick_seconds: between two looks.
        ticks: what makes no progress for this many is stuck.
    """
    finder, is_over = StuckFinder(asyncio.get_running_loop()), threading.Event()

    def watch() -> None:
        while not is_over.wait(tick_seconds):
            finder.look()
            if what := finder.stuck(ticks):
                end(f"{what} has made no progress for {tick_seconds * ticks:g} seconds; the process is ended.")
                return

    thread = threading.Thread(target=watch, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
