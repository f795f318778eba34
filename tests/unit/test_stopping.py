"""The end of a process: announced, begun after the drain, and over in time."""

import asyncio

import pytest

from app.stopping import CLOSING_SECONDS, StoppedAtStart, Stopping
from tests.support.patience import PATIENCE

LONG = 60.0


async def test_the_end_begins_after_the_drain() -> None:
    stopping = Stopping(drain_seconds=0.01, total_seconds=LONG)

    stopping.announce()

    assert (stopping.announced.is_set(), stopping.begun.is_set()) == (True, False)
    await asyncio.wait_for(stopping.begun.wait(), PATIENCE)


async def test_a_person_does_not_wait_for_the_drain() -> None:
    stopping = Stopping(drain_seconds=LONG, total_seconds=2 * LONG)

    stopping.begin()

    assert (stopping.announced.is_set(), stopping.begun.is_set()) == (True, True)


async def test_the_drain_takes_from_the_time_of_work_in_flight() -> None:
    stopping = Stopping(drain_seconds=0.1, total_seconds=LONG)
    before = stopping.seconds_left

    stopping.announce()
    await stopping.begun.wait()

    assert before == LONG - CLOSING_SECONDS
    assert stopping.seconds_left <= before - 0.1


async def test_work_that_hangs_is_broken_off_and_cleans_up() -> None:
    stopping, cleaned_up = Stopping(total_seconds=CLOSING_SECONDS), False

    async with asyncio.timeout(PATIENCE), stopping.while_running():
        stopping.announce()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned_up = True

    assert cleaned_up


async def test_work_that_ends_in_time_is_not_broken_off() -> None:
    stopping = Stopping(total_seconds=LONG)
    stopping.announce()

    async with stopping.while_running():
        await asyncio.sleep(0)
        done = True

    assert done


async def test_a_timeout_of_the_work_itself_is_raised() -> None:
    with pytest.raises(TimeoutError):
        async with Stopping().while_running():
            raise TimeoutError


@pytest.mark.parametrize("is_announced_before", [True, False])
async def test_a_process_that_starts_is_stopped_at_once(is_announced_before: bool) -> None:
    stopping = Stopping(drain_seconds=LONG, total_seconds=2 * LONG)
    if is_announced_before:
        stopping.announce()
    else:
        asyncio.get_running_loop().call_soon(stopping.announce)

    with pytest.raises(StoppedAtStart):
        async with asyncio.timeout(PATIENCE), stopping.while_starting():
            await asyncio.Event().wait()
