"""What a unit of work may rely on, on both stores."""

import asyncio
import contextvars
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.util import await_only

from app.database import Connection, Database, DatabaseInUse
from app.database.migrations import upgrade_schema
from app.database_address import Connections
from app.domain.errors import Unavailable
from app.models.base import Id, JsonDocument, UtcDateTime, Writes

ROOT = Path(__file__).parents[2]
CORRELATION = contextvars.ContextVar("correlation", default="")

NOTES = Table(
    "notes",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("written_at", UtcDateTime),
    Column("body", JsonDocument),
)


@pytest.fixture
async def db(empty_database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(empty_database_url)
    await opened.write(NOTES.metadata.create_all)
    yield opened
    await opened.close()


def add(tx: Connection, /, number: int = 1, **values: Any) -> None:
    tx.execute(insert(NOTES).values(id=uuid4(), number=number, **values))


def numbers(tx: Connection) -> list[int]:
    return list(tx.scalars(select(NOTES.c.number).order_by(NOTES.c.number)))


def fail_after_adding(tx: Connection) -> None:
    add(tx)
    raise LookupError("changed my mind")


async def test_write_commits_and_returns_the_result(db: Database) -> None:
    def add_and_count(tx: Connection, first: int, *, second: int) -> int:
        add(tx, first)
        add(tx, second)
        return len(numbers(tx))

    counted = await db.write(add_and_count, 1, second=2)

    assert counted == 2
    assert await db.read(numbers) == [1, 2]


async def test_failed_write_leaves_nothing(db: Database) -> None:
    with pytest.raises(LookupError):
        await db.write(fail_after_adding)

    assert await db.read(numbers) == []


async def test_work_after_a_failed_write_commits(db: Database) -> None:
    with pytest.raises(LookupError):
        await db.write(fail_after_adding)

    await db.write(add, 7)

    assert await db.read(numbers) == [7]


async def test_rolled_back_savepoint_keeps_the_rest_of_the_write(db: Database) -> None:
    def try_twice(tx: Connection) -> None:
        add(tx, 1)
        with pytest.raises(LookupError), tx.begin_nested():
            fail_after_adding(tx)
        with tx.begin_nested():
            add(tx, 3)

    await db.write(try_twice)

    assert await db.read(numbers) == [1, 3]


async def test_failed_write_undoes_its_released_savepoints(db: Database) -> None:
    def release_and_fail(tx: Connection) -> None:
        with tx.begin_nested():
            add(tx, 1)
        raise LookupError("after the savepoint")

    with pytest.raises(LookupError):
        await db.write(release_and_fail)

    assert await db.read(numbers) == []


async def test_one_statement_is_committed_and_wakes_who_waits(db: Database) -> None:
    wake = db.listen()

    await db.write_in_one_statement(add, 7)

    assert await wake.wait(0.01)
    assert await db.read(numbers) == [7]


async def test_one_statement_that_is_refused_leaves_nothing(db: Database) -> None:
    row = {"id": uuid4(), "number": 1}

    with pytest.raises(IntegrityError):
        await db.write_in_one_statement(lambda tx: tx.execute(insert(NOTES).values([row, row])))

    assert await db.read(numbers) == []


async def test_one_statement_is_tried_again_when_another_was_first(db: Database) -> None:
    taken = uuid4()
    await db.write(lambda tx: tx.execute(insert(NOTES).values(id=taken, number=1)))
    chosen = iter([taken, uuid4()])

    await db.write_in_one_statement(lambda tx: tx.execute(insert(NOTES).values(id=next(chosen), number=2)))

    assert await db.read(numbers) == [1, 2]


async def test_what_takes_more_than_one_statement_is_not_written_as_one(db: Database) -> None:
    several, changed = Writes(), Writes()
    several.insert(NOTES, [{"id": uuid4(), "number": number} for number in (1, 2)])
    changed.update(update(NOTES).where(NOTES.c.number == bindparam("old")), [{"old": 1, "number": 2}])

    for each in (several, changed):
        with pytest.raises(ValueError, match="one statement"):
            await db.write_in_one_statement(each.run_in_one_statement, (NOTES, {"id": uuid4(), "number": 0}))

    assert await db.read(numbers) == []


async def test_nothing_is_written_with_a_guard_that_exists(db: Database) -> None:
    guard = NOTES, {"id": uuid4(), "number": 0}
    other = Table("others", MetaData(), Column("id", Id, primary_key=True))
    await db.write(other.create)
    writes = Writes()
    writes.insert(other, [{"id": uuid4()}])

    written = [await db.write_in_one_statement(writes.run_in_one_statement, guard) for _ in range(2)]

    assert written == [True, False]
    assert await db.read(lambda tx: tx.scalar(select(func.count()).select_from(other))) == 1


async def test_read_does_not_see_uncommitted_rows(db: Database) -> None:
    loop = asyncio.get_running_loop()

    def add_and_look_from_outside(tx: Connection) -> list[int]:
        add(tx)
        if db.dialect == "sqlite":  # on the writer's thread, so the loop is free
            return asyncio.run_coroutine_threadsafe(db.read(numbers), loop).result(5)
        return await_only(db.read(numbers))

    seen_before_commit = await db.write(add_and_look_from_outside)

    assert seen_before_commit == []
    assert await db.read(numbers) == [1]


async def test_read_cannot_write_on_sqlite(sqlite_database: Database) -> None:
    with pytest.raises(Unavailable, match="takes no changes"):
        await sqlite_database.read(NOTES.metadata.create_all)


async def test_writers_of_one_row_take_turns(db: Database) -> None:
    def increase(tx: Connection) -> None:
        number = tx.scalar(select(NOTES.c.number).with_for_update())
        assert number is not None
        tx.execute(update(NOTES).values(number=number + 1))

    await db.write(add, 0)
    await asyncio.gather(*(db.write(increase) for _ in range(40)))

    assert await db.read(numbers) == [40]


async def test_moment_with_an_offset_comes_back_as_the_same_moment_in_utc(db: Database) -> None:
    dutch = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=1)))

    await db.write(add, written_at=dutch)
    stored = await db.read(lambda tx: tx.scalar(select(NOTES.c.written_at)))

    assert stored == dutch
    assert stored.isoformat() == "2026-11-23T08:30:00+00:00"


async def test_moments_sort_by_time_whatever_their_offset(db: Database) -> None:
    late = datetime(2026, 11, 23, 8, 30, 0, 1, tzinfo=UTC)
    early = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    await db.write(add, written_at=late)
    await db.write(add, written_at=early)

    in_order = await db.read(lambda tx: tx.scalars(select(NOTES.c.written_at).order_by(NOTES.c.written_at)).all())
    before_late = await db.read(
        lambda tx: tx.scalar(select(func.count()).select_from(NOTES).where(NOTES.c.written_at < late))
    )

    assert in_order == [early, late]
    assert before_late == 1


async def test_moment_without_a_time_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 11, 23, 9, 30)  # noqa: DTZ001 # the subject of this test

    with pytest.raises(StatementError, match="no time zone"):
        await db.write(add, written_at=naive)


async def test_json_document_comes_back_equal_and_none_is_null(db: Database) -> None:
    body = {"naam": "Zoë", "bedragen": [1, 2.5], "leeg": None}
    await db.write(add, 1, body=body)
    await db.write(add, 2, body=None)

    bodies = await db.read(lambda tx: tx.scalars(select(NOTES.c.body).order_by(NOTES.c.number)).all())
    nulls = await db.read(lambda tx: tx.scalars(select(NOTES.c.number).where(NOTES.c.body.is_(None))).all())

    assert bodies == [body, None]
    assert nulls == [2]


async def test_wake_rings_after_a_commit(db: Database) -> None:
    wake = db.listen()
    waiting = asyncio.create_task(wake.wait(5))

    await db.write(add)

    assert await waiting
    assert not await wake.wait(0.01)


async def test_wake_remembers_a_commit_from_before_the_wait(db: Database) -> None:
    wake = db.listen()
    await db.write(add)
    await db.write(add)

    assert await wake.wait(0.01)
    assert not await wake.wait(0.01)


async def test_wake_stays_silent_after_a_rollback_and_after_a_read(db: Database) -> None:
    wake = db.listen()
    with pytest.raises(LookupError):
        await db.write(fail_after_adding)
    await db.read(numbers)

    assert not await wake.wait(0.01)


async def test_every_listener_is_woken(db: Database) -> None:
    wakes = [db.listen(), db.listen()]

    await db.write(add)

    assert [await wake.wait(0.01) for wake in wakes] == [True, True]


async def test_work_sees_the_context_of_its_caller(db: Database) -> None:
    CORRELATION.set("abc")

    seen = [await db.write(lambda _tx: CORRELATION.get()), await db.read(lambda _tx: CORRELATION.get())]

    assert seen == ["abc", "abc"]


async def test_second_process_is_refused_on_sqlite(sqlite_database: Database, sqlite_url: str) -> None:
    program = f"from app.database import Database; Database.open({sqlite_url!r})"

    second = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert second.returncode != 0
    assert "DatabaseInUse" in second.stderr
    assert "hub.db is open in another process" in second.stderr


async def test_migration_beside_an_open_sqlite_database_is_refused(sqlite_database: Database, sqlite_url: str) -> None:
    with pytest.raises(DatabaseInUse):
        upgrade_schema(sqlite_url)


async def test_sqlite_file_can_be_opened_again_after_close(sqlite_url: str) -> None:
    for _ in range(2):
        opened = Database.open(sqlite_url)
        await opened.close()


async def test_sqlite_commits_survive_a_power_cut(sqlite_database: Database) -> None:
    def settings(tx: Connection) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    full = 2

    assert await sqlite_database.write(settings) == ["wal", full, 1]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_sqlite_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        Database.open(url)


def test_other_stores_are_refused() -> None:
    with pytest.raises(ValueError, match="names no kind of database"):
        Database.open("mysql://localhost/hub")


async def test_unreachable_postgresql_is_unavailable(tmp_path: Path) -> None:
    db = Database.open(f"postgresql://nobody@/hub?host={tmp_path}")

    with pytest.raises(Unavailable):
        await db.read(numbers)

    await db.close()


async def test_connection_lost_during_work_is_unavailable_and_the_next_work_succeeds(postgres_url: str) -> None:
    db = Database.open(postgres_url)

    with pytest.raises(Unavailable):
        await db.write(lambda tx: tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")))
    answer = await db.read(lambda tx: tx.scalar(text("SELECT 1")))

    assert answer == 1
    await db.close()


async def test_the_hub_ends_a_unit_of_work_before_the_server_ends_a_statement(postgres_url: str) -> None:
    # A commit that the server ends while it waits for a synchronous standby is reported as done.
    db = Database.open(postgres_url)

    seconds = await db.read(
        lambda tx: tx.scalar(text("SELECT extract(epoch FROM current_setting('statement_timeout')::interval)"))
    )

    assert seconds > Connections().work_seconds
    await db.close()


async def test_exhausted_pool_is_unavailable(postgres_url: str) -> None:
    db = Database.open(postgres_url, Connections(pool_size=1, pool_wait_seconds=0.05))
    connected, released = asyncio.Event(), asyncio.Event()

    def hold(_: Connection) -> None:
        connected.set()
        await_only(released.wait())

    holding = asyncio.create_task(db.write(hold))
    await connected.wait()
    with pytest.raises(Unavailable):
        await db.read(lambda tx: tx.scalar(text("SELECT 1")))

    released.set()
    await holding
    await db.close()


async def test_error_message_hides_the_values_of_the_statement(db: Database) -> None:
    def add_twice(tx: Connection) -> None:
        secret = uuid4()
        for _ in range(2):
            tx.execute(insert(NOTES).values(id=secret, number=999999990))

    with pytest.raises(IntegrityError) as caught:
        await db.write(add_twice)

    assert "999999990" not in str(caught.value)
