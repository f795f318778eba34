import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from app.loops import Failed, attempt, last_completed, run_forever
from app.signals import CommitSignal

LONG_SECONDS = 60.0


def rounds(stop: asyncio.Event, *results: object) -> Callable[[], Awaitable[object]]:
    """Return work that returns or raises one of these results in each round, and stops the loop with the last one."""
    left = list(results)

    async def work() -> object:
        result = left.pop(0)
        if not left:
            stop.set()
        if isinstance(result, Exception):
            raise result
        return result

    return work


async def refused() -> NoReturn:
    raise PermissionError("holds a name")


async def test_a_loop_goes_on_after_a_failed_round_and_logs_only_the_type_of_its_error() -> None:
    stop = asyncio.Event()
    work = rounds(stop, ValueError("Jansen"), None)

    with capture_logs() as lines:
        await run_forever("failing", work, stop=stop, interval_seconds=0)

    assert lines == [{"event": "loop_round_failed", "loop": "failing", "error": "ValueError", "log_level": "error"}]


async def test_only_a_round_without_an_error_counts_as_completed() -> None:
    failing, completing, began = asyncio.Event(), asyncio.Event(), time.time()

    await run_forever("never-completed", rounds(failing, ValueError(), ValueError()), stop=failing, interval_seconds=0)
    await run_forever("completed", rounds(completing, None), stop=completing, interval_seconds=0)

    assert "never-completed" not in last_completed()
    assert began <= last_completed()["completed"] <= time.time()


async def test_a_round_with_more_to_do_is_followed_by_the_next_one_at_once() -> None:
    stop = asyncio.Event()

    async with asyncio.timeout(5):
        await run_forever("busy", rounds(stop, True, True, None), stop=stop, interval_seconds=LONG_SECONDS)


async def test_a_stopped_loop_ends_while_it_waits() -> None:
    stop, worked = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        worked.set()

    loop = asyncio.create_task(run_forever("waiting", work, stop=stop, interval_seconds=LONG_SECONDS))
    await worked.wait()
    stop.set()

    await asyncio.wait_for(loop, 5)


async def test_a_signal_starts_the_next_round_but_not_after_a_failed_one() -> None:
    stop, signal, results = asyncio.Event(), CommitSignal(lambda: None), [None, None, ValueError()]
    worked: asyncio.Queue[int] = asyncio.Queue()

    async def work() -> None:
        worked.put_nowait(len(results))
        if result := results.pop(0):
            raise result

    loop = asyncio.create_task(run_forever("signalled", work, stop=stop, interval_seconds=LONG_SECONDS, signal=signal))
    for left in (3, 2, 1):
        assert await asyncio.wait_for(worked.get(), 5) == left
        signal.notify()
    await asyncio.sleep(0.05)
    stop.set()

    await asyncio.wait_for(loop, 5)
    assert worked.empty()


async def test_an_attempt_returns_the_result_or_the_error_and_raises_what_it_lets_pass() -> None:
    failed = await attempt(refused())

    assert await attempt(asyncio.sleep(0, "result")) == "result"
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, PermissionError)
    with pytest.raises(PermissionError):
        await attempt(refused(), passing=(OSError,))
