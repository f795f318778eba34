"""Polls that wait: any number of them costs one look at the database at a time, and none has a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from app.bootstrap import build_delivery_builder, origin_of
from app.database import Database
from app.database_address import Connections
from app.domain.errors import TooManyRequests, Unavailable
from app.operations.access.organisations import read_organisation
from app.operations.subscriptions.feed import EventFeed, EventPage, PollRequest
from app.operations.subscriptions.waiting_polls import WaitingPolls
from app.settings import Settings
from tests.support.hub import CONFIRM, COURT, DOCK, InProcessHub, refused
from tests.support.patience import PATIENCE
from tests.support.statements import sent_statements

MANY = 500
LOOKS = 3


class Polls:
    """The polls of organisations at one process."""

    def __init__(self, hub: InProcessHub) -> None:
        self.hub = hub
        self.waiting = WaitingPolls(hub.db, MANY, MANY)
        self.stop = asyncio.Event()
        self._builder = build_delivery_builder(hub.services, origin_of(Settings(mode="sandbox")))

    async def feed(self, code: str) -> EventFeed:
        owner = await self.hub.db.read(read_organisation, code)
        return EventFeed(self.hub.services, self._builder, owner)

    async def poll(self, code: str, *, seconds: float = 30, after: int = 0) -> asyncio.Task[EventPage]:
        """Begin to poll."""
        request = PollRequest(after=after, limit=100, wait_seconds=seconds, client=code)
        return asyncio.create_task((await self.feed(code)).poll(self.hub.db, self.waiting, request, self.stop))

    async def all_wait(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.waiting.number < number:  # noqa: ASYNC110  # nobody else has to know
                await asyncio.sleep(0.01)

    async def looks(self, number: int) -> None:
        """Wait until so many looks more have begun."""
        until = self.waiting.looks + number
        async with asyncio.timeout(PATIENCE):
            while self.waiting.looks < until:  # noqa: ASYNC110  # nobody else has to know
                await asyncio.sleep(0.01)


@pytest.fixture
async def polls(database_url: str) -> AsyncIterator[Polls]:
    """Return the polls of a process that has one connection, on each store in turn."""
    db = Database.open(database_url, Connections(pool_size=1, pool_wait_seconds=30))
    hub = InProcessHub(db)
    await hub.set_up()
    yield Polls(hub)
    await db.close()


async def test_hundreds_of_polls_are_looked_for_at_once_and_woken_by_what_is_theirs(polls: Polls) -> None:
    ours = [await polls.poll(DOCK.code) for _ in range(5)]
    others = [await polls.poll(COURT.code) for _ in range(MANY - 5)]
    await polls.all_wait(MANY)
    # What was committed until now is known then.
    await polls.looks(1)

    with sent_statements() as sent:
        await polls.looks(LOOKS)
    await polls.hub.refer(CONFIRM)
    async with asyncio.timeout(PATIENCE):
        found = await asyncio.gather(*ours)

    # One for each organisation or less, and one begins each transaction of SQLite.
    assert len(sent) <= (LOOKS + 1) * 3
    assert {len(page.events) for page in found} == {2}
    assert not any(each.done() for each in others)
    polls.stop.set()
    async with asyncio.timeout(PATIENCE):
        assert {len(page.events) for page in await asyncio.gather(*others)} == {0}


async def test_what_is_committed_while_a_poll_begins_to_wait_is_not_missed(polls: Polls) -> None:
    await (await polls.poll(DOCK.code, seconds=0))
    first = await polls.poll(DOCK.code)
    await polls.all_wait(1)
    asking = [await polls.poll(DOCK.code, seconds=30) for _ in range(20)]

    await polls.hub.refer()

    async with asyncio.timeout(PATIENCE):
        assert {len(page.events) for page in await asyncio.gather(first, *asking)} == {1}


async def test_a_poll_that_another_was_faster_than_gets_the_same_events(polls: Polls) -> None:
    await polls.hub.refer()
    page = await (await polls.poll(DOCK.code, seconds=0))

    again = await (await polls.poll(DOCK.code, after=page.last_number - 1))

    assert (len(page.events), again.last_number) == (1, page.last_number)


async def test_a_wait_that_is_over_returns_nothing_and_ends_the_looking(polls: Polls) -> None:
    page = await (await polls.poll(DOCK.code, seconds=0.05))
    before = polls.waiting.looks

    await asyncio.sleep(1.2)

    assert (page.events, polls.waiting.number) == ((), 0)
    assert polls.waiting.looks <= before + 1


async def test_more_polls_than_may_wait_are_refused(polls: Polls) -> None:
    polls.waiting = WaitingPolls(polls.hub.db, most=3, most_of_client=2)
    waiting = [await polls.poll(DOCK.code) for _ in range(2)] + [await polls.poll(COURT.code)]
    await polls.all_wait(3)

    async with refused(polls.hub, TooManyRequests):
        await (await polls.poll(DOCK.code))
    async with refused(polls.hub, Unavailable):
        await (await polls.poll(COURT.code))
    at_once = await (await polls.poll(DOCK.code, seconds=0))
    waiting[0].cancel()
    with suppress(asyncio.CancelledError):
        await waiting[0]
    again = await polls.poll(DOCK.code)
    await polls.all_wait(3)

    assert at_once.events == ()
    polls.stop.set()
    await asyncio.wait([*waiting, again], timeout=PATIENCE)
