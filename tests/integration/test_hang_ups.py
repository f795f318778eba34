"""Nothing is done for callers that hung up, over real connections: reads end, writes are made wholly or not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.util import await_only
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.api.http.abandoned import AbandonedCalls
from app.database import Connection, Database
from app.database_address import Connections
from app.sandbox.runtime import Server
from tests.support.patience import PATIENCE
from tests.support.postgres import server_process
from tests.support.postgres_proxy import postgres_proxy

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PLACES = 2
"""Reads that each of the stores does at a time here."""

MARKS = Table("marks", MetaData(), Column("number", Integer, primary_key=True))


@pytest.fixture
async def db(empty_database_url: str) -> AsyncIterator[Database]:
    """Return a database that does little at a time, on each store in turn."""
    opened = Database.open(empty_database_url, Connections(pool_size=PLACES, client_share=1.0))
    await opened.write(MARKS.metadata.create_all)
    yield opened
    await opened.close()


class Application:
    """Answers with what ``work`` returns."""

    def __init__(self, work: Callable[[], Awaitable[object]]) -> None:
        self.work = work
        self.answered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        result = await self.work()
        self.answered += 1
        await PlainTextResponse(str(result))(scope, receive, send)


@asynccontextmanager
async def serving(app: Application) -> AsyncIterator[Server]:
    """Serve an application as the hub is served."""
    server = Server(AbandonedCalls(app))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def ask(server: Server) -> asyncio.StreamWriter:
    """Send a request; close what is returned to hang up."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(GET)
    return writer


class Held:
    """Work that says when it has begun, and ends when it may."""

    def __init__(self) -> None:
        self.begun, self._released = asyncio.Event(), asyncio.Event()
        self._released_in_thread = threading.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self, tx: Connection, number: int) -> None:
        tx.execute(insert(MARKS).values(number=number))
        self._loop.call_soon_threadsafe(self.begun.set)
        if tx.dialect.name == "sqlite":
            self._released_in_thread.wait(PATIENCE)
        else:
            await_only(self._released.wait())

    def release(self) -> None:
        self._released.set()
        self._released_in_thread.set()


def endless(tx: Connection) -> object:
    """Read for longer than any test lasts."""
    if tx.dialect.name == "sqlite":
        return tx.scalar(text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"))
    return tx.scalar(text("SELECT pg_sleep(600)"))


def marks(tx: Connection) -> list[int]:
    return list(tx.scalars(select(MARKS.c.number).order_by(MARKS.c.number)))


async def test_a_read_ends_when_its_caller_hangs_up_and_its_place_is_free(db: Database) -> None:
    app = Application(lambda: db.read(endless))
    async with serving(app) as server:
        # More than there are places: some of them wait for one.
        for _ in range(3 * PLACES):
            (await ask(server)).close()
        asking = [await ask(server) for _ in range(3 * PLACES)]
        for each in asking:
            each.close()

        async with asyncio.timeout(PATIENCE):
            found = await db.read(marks)

    assert (found, app.answered) == ([], 0)


def is_asleep(tx: Connection) -> bool:
    asleep = "state = 'active' AND query LIKE 'SELECT pg_sleep%' AND datname = current_database()"
    return bool(tx.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {asleep}")))


async def until_asleep(db: Database, expected: bool) -> None:
    async with asyncio.timeout(PATIENCE):
        while await db.read(is_asleep) is not expected:  # noqa: ASYNC110  # another process knows
            await asyncio.sleep(0.01)


async def test_postgresql_cancels_the_statement_and_its_connection_is_used_again(postgres_url: str) -> None:
    db, other = Database.open(postgres_url, Connections(pool_size=1)), Database.open(postgres_url)
    before = await db.read(server_process)

    async with serving(Application(lambda: db.read(endless))) as server:
        asking = await ask(server)
        await until_asleep(other, True)

        asking.close()

        await until_asleep(other, False)
    assert [await db.read(server_process) for _ in range(3)] == [before] * 3
    assert await db.write(server_process) == before
    await db.close()
    await other.close()


async def test_whoever_is_next_does_not_wait_for_a_statement_whose_cancelling_failed(postgres_url: str) -> None:
    # As many as there are requests to cancel: then the connection is closed.
    for lost in (1, 4):
        async with postgres_proxy(postgres_url) as proxy:
            db, other = Database.open(proxy.url, Connections(pool_size=1)), Database.open(postgres_url)
            await db.read(server_process)
            async with serving(Application(lambda db=db: db.read(endless))) as server:  # type: ignore[misc]
                asking = await ask(server)
                await until_asleep(other, True)
                proxy.lost_cancels = lost

                asking.close()

                await asyncio.wait_for(db.read(server_process), PATIENCE)
                assert await other.read(is_asleep) is (lost == 4)
            await db.close()
            await other.close()


async def test_a_write_that_has_begun_is_finished_and_wakes_who_waits(db: Database) -> None:
    held = Held()
    signal = db.listen()
    app = Application(lambda: db.write(held, 1))
    async with serving(app) as server:
        asking = await ask(server)
        await asyncio.wait_for(held.begun.wait(), PATIENCE)
        asking.close()
        await asyncio.sleep(0.05)

        held.release()
        woken = await signal.wait(PATIENCE)

    assert (woken, await db.read(marks), app.answered) == (True, [1], 0)


async def test_a_write_that_waits_for_its_turn_is_given_up(empty_database_url: str) -> None:
    db = Database.open(empty_database_url, Connections(pool_size=1))
    await db.write(MARKS.metadata.create_all)
    held, numbers, ended = Held(), iter((1, 2)), asyncio.Event()

    async def write_next() -> None:
        number = next(numbers)
        try:
            await db.write(held, number)
        finally:
            if number == 2:
                ended.set()

    async with serving(Application(write_next)) as server:
        first = await ask(server)
        await asyncio.wait_for(held.begun.wait(), PATIENCE)
        second = await ask(server)
        await asyncio.sleep(0.05)
        second.close()
        await asyncio.wait_for(ended.wait(), PATIENCE)

        held.release()
        await asyncio.wait_for(db.write(lambda tx: tx.execute(insert(MARKS).values(number=3))), PATIENCE)
        first.close()

    assert await db.read(marks) == [1, 3]
    await db.close()
