import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from app.domain.details import Detail
from app.domain.errors import Unavailable
from app.loops import (
    Failed,
    LoopState,
    attempt,
    attempt_round,
    last_completed,
    loop_states,
    note_progress,
    run_forever,
    wait_after_failures,
)
from tests.support.patience import PATIENCE

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


def state_of(name: str) -> LoopState:
    """Return the state of a loop."""
    return next(each for each in loop_states() if each.name == name)


async def refused() -> NoReturn:
    raise PermissionError("holds a name")


async def test_a_loop_goes_on_after_failed_rounds_and_reports_once_that_it_fails_and_that_it_recovered() -> None:
    stop = asyncio.Event()
    work = rounds(
        stop, ValueError("Jansen"), ValueError("Jansen"), KeyError("Jansen"), ValueError("Jansen"), None, None
    )

    with capture_logs() as lines:
        await run_forever("failing", work, stop=stop, interval_seconds=0)

    assert lines == [
        {"event": "loop_round_failed", "loop": "failing", "error": "ValueError", "log_level": "error"},
        {"event": "loop_round_failed", "loop": "failing", "error": "KeyError", "log_level": "error"},
        {"event": "loop_recovered", "loop": "failing", "log_level": "info"},
    ]


async def test_a_loop_leaves_it_to_the_database_to_report_that_it_cannot_work() -> None:
    stop = asyncio.Event()

    with capture_logs() as lines:
        await run_forever(
            "waiting", rounds(stop, Unavailable(Detail.DATABASE_AWAY()), None), stop=stop, interval_seconds=0
        )

    assert lines == []


async def test_only_a_round_without_an_error_counts_as_completed() -> None:
    failing, completing, began = asyncio.Event(), asyncio.Event(), time.time()

    await run_forever("never-completed", rounds(failing, ValueError(), ValueError()), stop=failing, interval_seconds=0)
    await run_forever("completed", rounds(completing, None), stop=completing, interval_seconds=0)

    assert "never-completed" not in last_completed()
    assert began <= last_completed()["completed"] <= time.time()


async def test_a_round_with_more_to_do_is_followed_by_the_next_one_at_once() -> None:
    stop = asyncio.Event()

    async with asyncio.timeout(PATIENCE):
        await run_forever("busy", rounds(stop, True, True, None), stop=stop, interval_seconds=LONG_SECONDS)


async def test_a_stopped_loop_ends_while_it_waits() -> None:
    stop, worked = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        worked.set()

    loop = asyncio.create_task(run_forever("waiting", work, stop=stop, interval_seconds=LONG_SECONDS))
    await worked.wait()
    stop.set()

    await asyncio.wait_for(loop, PATIENCE)


async def test_it_is_known_what_each_loop_last_did() -> None:
    stop = asyncio.Event()

    async def completed() -> None:
        stop.set()

    await run_forever("did", rounds(stop, None, PermissionError("Jansen")), stop=stop, interval_seconds=0)
    after_failure = state_of("did")
    stop.clear()
    await run_forever("did", completed, stop=stop, interval_seconds=0)
    after_success = state_of("did")

    assert (after_failure.error, after_success.error) == ("PermissionError", "PermissionError")
    assert after_failure.completed_at
    assert after_failure.failed_at
    assert after_success.completed_at
    assert after_failure.completed_at <= after_failure.failed_at <= after_success.completed_at
    assert after_success.failed_at == after_failure.failed_at


async def test_progress_is_noted_for_the_round_and_for_the_one_around_it_only() -> None:
    async def inner() -> None:
        note_progress()

    async def outer() -> None:
        await attempt_round("inner", inner())

    await attempt_round("other", asyncio.sleep(0))
    other = state_of("other").steps
    await attempt_round("outer", outer())
    note_progress()

    assert (state_of("inner").steps, state_of("outer").steps, state_of("other").steps) == (2, 3, other)
    assert not any(state_of(name).is_working for name in ("inner", "outer", "other"))


async def test_an_error_that_is_fatal_ends_the_loop() -> None:
    with pytest.raises(LookupError):
        await run_forever(
            "fatal",
            rounds(asyncio.Event(), LookupError()),
            stop=asyncio.Event(),
            interval_seconds=0,
            fatal=(LookupError,),
        )


async def test_an_attempt_returns_the_result_or_the_error_and_raises_what_it_lets_pass() -> None:
    failed = await attempt(refused())

    assert await attempt(asyncio.sleep(0, "result")) == "result"
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, PermissionError)
    with pytest.raises(PermissionError):
        await attempt(refused(), passing=(OSError,))


def test_after_failed_rounds_a_loop_waits_longer_each_time_but_never_long() -> None:
    assert [wait_after_failures(failures, 1) for failures in (0, 1, 2, 3, 4, 5, 10**6)] == [1, 1, 2, 4, 8, 10, 10]
    assert {wait_after_failures(failures, 3600) for failures in (0, 1, 10**6)} == {3600}
