"""Background loops: they go on after a failed round, and know when they last completed one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import structlog

from app.signals import CommitSignal

__all__ = ["Failed", "attempt", "last_completed", "run_forever"]

T = TypeVar("T")

log = structlog.get_logger(__name__)

_last_completed: dict[str, float] = {}


@dataclass(frozen=True)
class Failed:
    """Work that ended with an error."""

    error: Exception


def last_completed() -> Mapping[str, float]:
    """Return when each loop of this process last completed a round without an error, in seconds since 1970, by name."""
    return MappingProxyType(dict(_last_completed))


async def attempt(work: Awaitable[T], *, passing: tuple[type[Exception], ...] = ()) -> T | Failed:
    """Return the result of ``work``, or the error that it ended with.

    For work whose failure must not stop the work next to it. Errors in ``passing`` are raised.
    """
    try:
        return await work
    except passing:
        raise
    except Exception as error:  # noqa: BLE001 - the caller decides what each error means
        return Failed(error)


async def run_forever(
    name: str,
    work: Callable[[], Awaitable[object]],
    *,
    stop: asyncio.Event,
    interval_seconds: float,
    signal: CommitSignal | None = None,
) -> None:
    """Do rounds of ``work`` until ``stop`` is set; a round that fails is logged and does not end the loop.

    Args:
        name: names the loop in the log and in the metrics, for example ``retention`` or ``pull:allegro``.
        work: one round; when it returns True there is more to do, and the next round follows at once.
        stop: ends the loop after the current round, or while it waits.
        interval_seconds: the longest wait between two rounds, and the wait after a failed one.
        signal: starts the next round earlier.
    """
    while not stop.is_set():
        done = await attempt(work())
        if isinstance(done, Failed):
            # The type only: a message or a trace may hold personal data.
            log.error("loop_round_failed", loop=name, error=type(done.error).__name__)
            # Without the signal, so that a lasting fault does not make a busy loop.
            await _wait(stop, interval_seconds, None)
            continue
        _last_completed[name] = time.time()
        if done is not True:
            await _wait(stop, interval_seconds, signal)


async def _wait(stop: asyncio.Event, seconds: float, signal: CommitSignal | None) -> None:
    waits: set[asyncio.Task[bool]] = {asyncio.create_task(stop.wait())}
    if signal:
        waits.add(asyncio.create_task(signal.wait(seconds)))
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
