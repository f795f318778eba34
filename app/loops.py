"""Background loops: they go on after a failed round, and it is known what each of them last did."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

import structlog

from app.domain.errors import Unavailable

__all__ = [
    "Failed",
    "LoopState",
    "attempt",
    "attempt_round",
    "last_completed",
    "loop_states",
    "note_progress",
    "run_forever",
    "wait_after_failures",
]

T = TypeVar("T")

log = structlog.get_logger(__name__)

LONGEST_WAIT_SECONDS = 10.0
"""The longest wait after failed rounds, unless the loop waits longer than that anyhow."""

_MOST_DOUBLINGS = 16


@dataclass(frozen=True)
class Failed:
    """Work that ended with an error."""

    error: Exception


@dataclass(kw_only=True)
class LoopState:
    """What a loop of this process does, and last did.

    Attributes:
        is_working: whether a round is under way.
        steps: of the rounds until now; it grows as long as a round makes progress.
        completed_at: when a round last ended without an error, in seconds since 1970.
        failed_at: when a round last ended with one.
        error: the class of that error.
        reported: the classes of errors that were reported since a round last ended without one.
    """

    name: str
    is_working: bool = False
    steps: int = 0
    completed_at: float | None = None
    failed_at: float | None = None
    error: str | None = None
    reported: set[str] = field(default_factory=set)


_states: dict[str, LoopState] = {}

# The loops whose round this is, the outermost first.
_rounds: ContextVar[tuple[LoopState, ...]] = ContextVar("rounds", default=())


def loop_states() -> Sequence[LoopState]:
    """Return the state of each loop of this process, as it is now; callable from every thread."""
    return [replace(each) for each in list(_states.values())]


def last_completed() -> Mapping[str, float]:
    """Return when each loop of this process last completed a round without an error, in seconds since 1970, by name."""
    return MappingProxyType({each.name: each.completed_at for each in loop_states() if each.completed_at is not None})


def note_progress() -> None:
    """Note that the present round of a loop makes progress, so that one that takes long is not taken for stuck."""
    for each in _rounds.get():
        each.steps += 1


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


async def attempt_round(name: str, work: Awaitable[T], *, passing: tuple[type[Exception], ...] = ()) -> T | Failed:
    """Do one round of the loop of this name; return its result, or the error that it ended with.

    The first of several failed rounds is logged, and the first round after them that does not fail.
    """
    state = _states.setdefault(name, LoopState(name=name))
    with _working(state):
        done = await attempt(work, passing=passing)
    if isinstance(done, Failed):
        _note_failure(state, done.error)
    else:
        _note_completion(state)
    return done


async def run_forever(  # noqa: PLR0913 - each by its name
    name: str,
    work: Callable[[], Awaitable[object]],
    *,
    stop: asyncio.Event,
    interval_seconds: float,
    longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    fatal: tuple[type[Exception], ...] = (),
) -> None:
    """Do rounds of ``work`` until ``stop`` is set; a round that fails does not end the loop.

    Args:
        name: names the loop in the log and in the metrics, for example ``retention`` or ``pull:allegro``.
        work: one round; when it returns True there is more to do, and the next round follows at once.
        stop: ends the loop after the current round, or while it waits.
        interval_seconds: the longest wait between two rounds; after a failed one see :func:`wait_after_failures`.
        longest_wait_seconds: the longest wait after failed rounds, unless the interval is longer.
        fatal: errors that end the loop; they are raised.
    """
    failures = 0
    while not stop.is_set():
        done = await attempt_round(name, work(), passing=fatal)
        failures = failures + 1 if isinstance(done, Failed) else 0
        if done is not True:
            with suppress(TimeoutError):
                wait = wait_after_failures(failures, interval_seconds, longest_wait_seconds)
                await asyncio.wait_for(stop.wait(), wait)


def wait_after_failures(
    failures: int, interval_seconds: float, longest_wait_seconds: float = LONGEST_WAIT_SECONDS
) -> float:
    """Return how long a loop waits after this number of failed rounds in a row: twice as long each time, up to a limit.

    What cannot work now, such as the database during a failover, is left alone and used again soon after it works.
    """
    doubled = interval_seconds * (1 << min(max(failures - 1, 0), _MOST_DOUBLINGS))
    return max(interval_seconds, min(doubled, longest_wait_seconds))


def _note_failure(state: LoopState, error: Exception) -> None:
    # The type only: a message or a trace may hold personal data.
    state.failed_at, state.error = time.time(), type(error).__name__
    # That the database cannot work is reported once for all loops, where it is noticed.
    if state.error not in state.reported and not isinstance(error, Unavailable):
        state.reported.add(state.error)
        log.error("loop_round_failed", loop=state.name, error=state.error)


def _note_completion(state: LoopState) -> None:
    state.completed_at = time.time()
    if state.reported:
        state.reported.clear()
        log.info("loop_recovered", loop=state.name)


@contextmanager
def _working(state: LoopState) -> Iterator[None]:
    before = _rounds.get()
    token = _rounds.set((*before, state))
    state.is_working = True
    note_progress()
    try:
        yield
    finally:
        state.is_working = False
        _rounds.reset(token)
