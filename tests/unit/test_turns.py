"""Clients get their turn with the database one after another, and none has more than its share."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.calls import OpenCalls
from app.database.turns import Turns
from app.domain.errors import TooManyRequests
from tests.support.patience import PATIENCE


class Work:
    """What clients do: each holds its place until it may go on."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.began: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.may_end: dict[str, asyncio.Event] = {}
        self.connections: dict[str, OpenCalls] = {}

    async def begin(self, *names: str) -> None:
        """Let clients begin, each named by its first letter, as far as they get."""
        for name in names:
            self.may_end[name], self.connections[name] = asyncio.Event(), OpenCalls()
            self.tasks[name] = asyncio.create_task(self._work(name))
            await self.settle()

    async def end(self, *names: str) -> None:
        """Let work end."""
        for name in names:
            self.may_end[name].set()
            await self.settle()

    async def _work(self, name: str) -> None:
        with self.connections[name].answering() as call:
            call.client = None if name.startswith("-") else name[0]
            async with self.turns.turn():
                self.began.append(name)
                await self.may_end[name].wait()

    async def settle(self) -> None:
        """Let everything happen that can."""
        for _ in range(10):
            await asyncio.sleep(0)

    async def finish(self) -> None:
        for each in self.may_end.values():
            each.set()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


@pytest.fixture
def work_in() -> Callable[..., Work]:
    return lambda places, share=0.5, wait=PATIENCE: Work(Turns(places, share, wait))


async def test_a_client_has_its_share_and_others_the_rest(work_in: Callable[..., Work]) -> None:
    work = work_in(4)

    await work.begin("a1", "a2", "a3", "b1", "b2")

    assert work.began == ["a1", "a2", "b1", "b2"]
    await work.finish()


async def test_clients_that_wait_get_their_turn_one_after_another(work_in: Callable[..., Work]) -> None:
    work = work_in(2, share=1.0)

    await work.begin("a1", "a2", "a3", "a4", "a5", "b1", "c1", "-1")
    await work.end("a1", "a2", "a3", "b1", "c1", "-1")

    assert work.began == ["a1", "a2", "a3", "b1", "c1", "-1", "a4", "a5"]
    await work.finish()


async def test_a_single_place_is_shared_too(work_in: Callable[..., Work]) -> None:
    work = work_in(1)

    await work.begin("a1", "a2", "a3", "b1")
    await work.end("a1", "a2", "b1", "a3")

    assert work.began == ["a1", "a2", "b1", "a3"]
    await work.finish()


async def test_what_no_known_client_waits_for_has_no_share(work_in: Callable[..., Work]) -> None:
    work = work_in(4)

    await work.begin("-1", "-2", "-3", "-4", "a1")
    await work.end("-1")

    assert work.began == ["-1", "-2", "-3", "-4", "a1"]
    await work.finish()


async def test_a_caller_that_hangs_up_leaves_the_queue(work_in: Callable[..., Work]) -> None:
    work = work_in(1)
    await work.begin("a1", "a2", "b1", "a3")

    work.connections["a2"].hang_up()
    work.connections["a1"].hang_up()
    await work.settle()

    assert work.began == ["a1", "a3"]
    await work.end("a3")
    assert work.began == ["a1", "a3", "b1"]
    await work.finish()
    assert [name for name, each in work.tasks.items() if each.cancelled()] == ["a1", "a2"]


async def test_a_place_that_comes_as_its_caller_hangs_up_goes_to_the_next(work_in: Callable[..., Work]) -> None:
    work = work_in(1)
    await work.begin("a1", "b1", "c1")

    work.may_end["a1"].set()
    # One round: the place is given to b, whose task did not run since.
    await asyncio.sleep(0)
    work.connections["b1"].hang_up()
    await work.settle()

    assert work.began == ["a1", "c1"]
    await work.finish()


async def test_who_waits_too_long_reads_whether_the_client_or_the_hub_is_busy(work_in: Callable[..., Work]) -> None:
    work = work_in(2, wait=0.01)

    await work.begin("a1", "a2", "b1", "c1")
    async with asyncio.timeout(PATIENCE):
        for name, error in (("a2", TooManyRequests), ("c1", PoolTimeout)):
            with pytest.raises(error):
                await work.tasks[name]

    await work.finish()
    await work.begin("d1")
    assert work.began[-1] == "d1"
    await work.finish()
