"""Every unit of work has a time in which it ends, and what a client waits for has less; on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.calls import OpenCalls
from app.database import Connection, Database
from app.database_address import Connections
from app.domain.details import Detail
from app.domain.errors import Unavailable
from tests.support.patience import PATIENCE

SHORT = 0.2


@pytest.fixture
async def db(empty_database_url: str) -> AsyncIterator[Database]:
    """Return a database in which requests have a short time, on each store in turn."""
    opened = Database.open(empty_database_url, Connections(request_seconds=SHORT))
    await opened.write(lambda tx: tx.execute(text("CREATE TABLE mark (number integer)")))
    yield opened
    await opened.close()


def one_endless_statement(tx: Connection) -> None:
    if tx.dialect.name == "sqlite":
        tx.execute(text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"))
    else:
        tx.execute(text("SELECT pg_sleep(600)"))


def statements_without_end(tx: Connection) -> None:
    while True:
        tx.execute(text("SELECT 1"))


def mark_and_go_on(tx: Connection) -> None:
    tx.execute(text("INSERT INTO mark VALUES (1)"))
    one_endless_statement(tx)


def marks(tx: Connection) -> list[int]:
    return list(tx.scalars(text("SELECT number FROM mark")))


async def test_work_of_a_request_that_takes_too_long_is_broken_off_undone_and_named_in_the_log(db: Database) -> None:
    await db.read(marks)
    with capture_logs() as lines, OpenCalls().answering():
        for run, work in (
            (db.read, one_endless_statement),
            (db.read, statements_without_end),
            (db.write, mark_and_go_on),
        ):
            async with asyncio.timeout(PATIENCE):
                with pytest.raises(Unavailable) as caught:
                    await run(work)
            assert caught.value.said in (Detail.DATABASE_TOO_SLOW(), Detail.DATABASE_BROKE_OFF())
            assert await db.read(marks) == []

    assert [(line["event"], line["work"]) for line in lines] == [
        ("database_work_broken_off", "one_endless_statement"),
        ("database_work_broken_off", "statements_without_end"),
        ("database_work_broken_off", "mark_and_go_on"),
    ]


async def test_work_for_which_no_client_waits_has_more_time(db: Database) -> None:
    longer = asyncio.create_task(db.read(one_endless_statement))

    done, _ = await asyncio.wait({longer}, timeout=SHORT * 3)

    assert not done
    longer.cancel()
    await asyncio.wait({longer})


async def test_that_time_is_limited_too(empty_database_url: str) -> None:
    db = Database.open(empty_database_url, Connections(work_seconds=SHORT))

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(Unavailable):
            await db.read(one_endless_statement)

    await db.close()
