"""How a process ends: a signal announces it, work in flight is finished, and it is over in time, whatever hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import structlog

from app.log_output import open_standard_error

__all__ = [
    "CLOSING_SECONDS",
    "StoppedAtStart",
    "Stopping",
    "Terminated",
    "end_process",
    "stop_on_signal",
    "unless_terminated",
]

T = TypeVar("T")

CLOSING_SECONDS = 2.0
"""This much of the time to stop follows the work in flight: leases are released, connections closed."""

log = structlog.get_logger(__name__)


class StoppedAtStart(Exception):
    """The process was stopped while it was starting."""


class Terminated(Exception):
    """The process was asked to end by SIGTERM, and what it did was broken off."""


class Stopping:
    """The end of a process, in two steps.

    First it is *announced*: the process is no longer ready, and its background loops end; requests are still answered,
    until balancers know. When that drain is over the end has *begun*: no request is taken any more, and those in flight
    are finished.

    Args:
        drain_seconds: between the two.
        total_seconds: from the announcement until everything is over, the drain included.
    """

    def __init__(self, *, drain_seconds: float = 0.0, total_seconds: float = 8.0) -> None:
        self.announced, self.begun = asyncio.Event(), asyncio.Event()
        self._drain_seconds = drain_seconds
        self._work_seconds = max(0.0, total_seconds - CLOSING_SECONDS)
        self._ends_at: float | None = None
        self._running: set[asyncio.Timeout] = set()
        self._starting: set[asyncio.Timeout] = set()

    @classmethod
    def on_signals(cls, *, total_seconds: float, drain_seconds: float = 0.0) -> Self:
        """Return the end of this process; call it from the running event loop.

        SIGTERM announces it. SIGINT, by which a person stops it, begins it at once, and so does a second SIGTERM. When
        the time is over the process ends with exit code 1, whatever it is doing.
        """
        stopping = cls(drain_seconds=drain_seconds, total_seconds=total_seconds)

        def end_in_time() -> None:
            reason = f"The process did not stop within {total_seconds:g} seconds, and is ended."
            overdue = threading.Timer(total_seconds, end_process, [reason])
            overdue.daemon = True
            overdue.start()

        def announce() -> None:
            if stopping.announced.is_set():
                stopping.begin()
            else:
                end_in_time()
                stopping.announce()

        def begin() -> None:
            announce()
            stopping.begin()

        _on_signals({signal.SIGTERM: announce, signal.SIGINT: begin})
        return stopping

    def announce(self) -> None:
        """Announce the end; it begins after the drain."""
        loop = asyncio.get_running_loop()
        self._ends_at = loop.time() + self._work_seconds
        self.announced.set()
        for limit in self._starting:
            limit.reschedule(loop.time())
        for limit in self._running:
            limit.reschedule(self._ends_at)
        loop.call_later(self._drain_seconds, self.begun.set)

    def begin(self) -> None:
        """Begin the end without waiting for the drain."""
        if not self.announced.is_set():
            self.announce()
        self.begun.set()

    @property
    def seconds_left(self) -> float:
        """The time that work in flight still has."""
        if self._ends_at is None:
            return self._work_seconds
        return max(0.0, self._ends_at - asyncio.get_running_loop().time())

    @asynccontextmanager
    async def while_starting(self) -> AsyncIterator[None]:
        """Break off the block as soon as the end is announced: nothing is in flight yet.

        Raises:
            StoppedAtStart: it was.
        """
        async with _cancelled_later(self._starting) as limit:
            if self.announced.is_set():
                limit.reschedule(0)
            yield
        if limit.expired():
            raise StoppedAtStart

    @asynccontextmanager
    async def while_running(self) -> AsyncIterator[None]:
        """Break off the block, which ends after the announcement, when the time of work in flight is over."""
        async with _cancelled_later(self._running) as limit:
            if self._ends_at is not None:
                limit.reschedule(self._ends_at)
            yield
        if limit.expired():
            log.warning("stop_broke_off_work")


def stop_on_signal() -> asyncio.Event:
    """Return an event that SIGINT or SIGTERM sets; call it from the running event loop."""
    stop = asyncio.Event()
    _on_signals({signal.SIGINT: stop.set, signal.SIGTERM: stop.set})
    return stop


async def unless_terminated(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` and return its result; SIGTERM cancels it, until it handles the signal itself.

    Raises:
        Terminated: it was cancelled, and has closed what it opened.
    """
    task, is_terminated = asyncio.current_task(), asyncio.Event()

    def terminate() -> None:
        is_terminated.set()
        if task:
            task.cancel()

    # Signals are handled in the main thread only.
    if threading.current_thread() is threading.main_thread():
        _on_signals({signal.SIGTERM: terminate})
    try:
        return await work
    except asyncio.CancelledError:
        if is_terminated.is_set():
            raise Terminated from None
        raise


def end_process(reason: str) -> None:
    """End this process at once with exit code 1, from any thread; the reason is written where the log is."""
    open_standard_error().write(f"{reason}\n")
    os._exit(1)


def _on_signals(handlers: Mapping[signal.Signals, Callable[[], None]]) -> None:
    for number, handle in handlers.items():
        asyncio.get_running_loop().add_signal_handler(number, handle)


@asynccontextmanager
async def _cancelled_later(limits: set[asyncio.Timeout]) -> AsyncIterator[asyncio.Timeout]:
    """Cancel the block when its limit, which is added to ``limits``, is moved to a time that passes."""
    limit = asyncio.timeout(None)
    try:
        async with limit:
            limits.add(limit)
            yield limit
    except TimeoutError:
        if not limit.expired():
            raise
    finally:
        limits.discard(limit)
