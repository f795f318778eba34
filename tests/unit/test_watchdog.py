"""A loop that is stuck is noticed, and nothing else is."""

import asyncio
import time

from app.loops import attempt_round, note_progress
from app.watchdog import StuckFinder, watched

LOOKS = 3


async def look(finder: StuckFinder, number: int = LOOKS) -> str | None:
    """Look this often, and let everything run in between; return what is stuck then."""
    for _ in range(number):
        await asyncio.to_thread(finder.look)
        await asyncio.sleep(0)
    return finder.stuck(LOOKS)


async def test_a_round_without_progress_is_stuck() -> None:
    finder, ends = StuckFinder(asyncio.get_running_loop()), asyncio.Event()
    hanging = asyncio.create_task(attempt_round("hanging", ends.wait()))
    await asyncio.sleep(0)

    assert await look(finder) is None
    assert await look(finder, 1) == "The loop hanging"
    ends.set()
    await hanging
    assert await look(finder, 1) is None


async def test_a_long_round_that_makes_progress_is_not_stuck() -> None:
    finder, ends = StuckFinder(asyncio.get_running_loop()), asyncio.Event()

    async def work() -> None:
        while not ends.is_set():
            note_progress()
            await asyncio.sleep(0)

    working = asyncio.create_task(attempt_round("long", work()))

    assert await look(finder, 10 * LOOKS) is None
    ends.set()
    await working


async def test_a_loop_that_waits_for_its_next_round_is_not_stuck() -> None:
    finder = StuckFinder(asyncio.get_running_loop())
    await attempt_round("resting", asyncio.sleep(0))

    assert await look(finder, 10 * LOOKS) is None


async def test_a_process_in_which_nothing_runs_is_stuck() -> None:
    finder = StuckFinder(asyncio.get_running_loop())

    for _ in range(LOOKS + 1):
        finder.look()

    assert finder.stuck(LOOKS) == "The process"


async def test_the_process_is_ended_with_the_reason_even_when_it_never_waits() -> None:
    reasons: list[str] = []

    async with watched(reasons.append, tick_seconds=0.01, ticks=2):
        deadline = time.monotonic() + 30
        while not reasons and time.monotonic() < deadline:
            time.sleep(0.01)  # noqa: ASYNC251  # blocks the event loop

    assert reasons == ["The process has made no progress for 0.02 seconds; the process is ended."]
