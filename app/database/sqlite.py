"""The store on SQLite: one file, for one process."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from typing_extensions import override

from app.calls import writing
from app.database.failures import StoreError, drop_connections_on_trouble, translated_failures
from app.database.store import Dialect, Store, Work, engine_options, work_seconds
from app.database.time_limit import TimeLimit, present_limit
from app.database.turns import Turns
from app.database_address import Connections
from app.private_files import open_file

T = TypeVar("T")

READER_THREADS = 2

# About a tenth of a millisecond.
_STEPS_BETWEEN_CHECKS = 10_000


class DatabaseInUse(RuntimeError):
    """Another process, or another part of this one, has the SQLite file open."""


class Sqlite(Store):
    """One writer and two readers, so that SQLite's own locks are never waited for."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, connections: Connections) -> None:
        self._connections = connections
        self._lock = _lock_for_one_process(path)
        self._writer_engine = _sqlite_engine(path, "BEGIN IMMEDIATE", ["foreign_keys=ON"])
        self._reader_engine = _sqlite_engine(path, "BEGIN", ["query_only=ON"])
        self._writer_thread = ThreadPoolExecutor(1, "writer")
        self._reader_threads = ThreadPoolExecutor(READER_THREADS, "reader")
        self._writing, self._reading = (
            Turns(places, connections.client_share, connections.work_seconds) for places in (1, READER_THREADS)
        )
        try:
            # Switches a new file to WAL before a reader opens it.
            self._writer_engine.connect().close()
        except StoreError:
            self._close()
            raise

    @override
    async def write(self, work: Work[T]) -> T:
        with translated_failures():
            async with self._writing.turn():
                with writing():
                    return await self._run(self._writer_thread, self._writer_engine, work, self._limit())

    @override
    async def write_in_one_statement(self, work: Work[T]) -> T:
        return await self.write(work)

    @override
    async def read(self, work: Work[T]) -> T:
        with translated_failures():
            async with self._reading.turn():
                limit = self._limit()
                try:
                    return await self._run(self._reader_threads, self._reader_engine, work, limit)
                except asyncio.CancelledError:
                    # Nobody waits for the result, and others for the thread.
                    limit.end()
                    raise

    @override
    async def erase_deleted(self) -> None:
        # What was deleted is overwritten in the file, and the log of writes still has what was written before.
        with translated_failures():
            async with self._writing.turn():
                await asyncio.get_running_loop().run_in_executor(self._writer_thread, _empty_log, self._writer_engine)

    @override
    def publish(self) -> None:
        """There is no other process."""

    @override
    def listen(self, notify: Callable[[], None]) -> None:
        """There is no other process."""

    @override
    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _limit(self) -> TimeLimit:
        return TimeLimit(work_seconds(self._connections))

    async def _run(self, threads: ThreadPoolExecutor, engine: Engine, work: Work[T], limit: TimeLimit) -> T:
        # The context is copied, so that log lines and records carry the caller's correlation id.
        context = copy_context()
        transaction = partial(context.run, _transaction, engine, work, limit)
        return await asyncio.get_running_loop().run_in_executor(threads, transaction)

    def _close(self) -> None:
        # The writer is closed last: the last connection that closes moves the WAL into the file.
        self._reader_threads.shutdown()
        self._reader_engine.dispose()
        self._writer_thread.shutdown()
        self._writer_engine.dispose()
        os.close(self._lock)


def run_on_sqlite(path: Path, work: Work[T]) -> T:
    """Run ``work``, which handles transactions itself, on a connection of its own."""
    lock = _lock_for_one_process(path)
    # Foreign keys are off: rebuilding a table, Alembic's way to alter one here, would cascade into its children.
    engine = _sqlite_engine(path, "BEGIN IMMEDIATE", ["foreign_keys=OFF"])
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()
        os.close(lock)


def compact_sqlite(path: Path) -> None:
    """Write the file anew, so that nothing is left in it of what was ever deleted."""
    lock = _lock_for_one_process(path)
    engine = _sqlite_engine(path, "BEGIN IMMEDIATE", [])
    try:
        with _driver_connection(engine) as connection:
            connection.execute("VACUUM").close()
    finally:
        engine.dispose()
        os.close(lock)


def _empty_log(engine: Engine) -> None:
    with _driver_connection(engine) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def _driver_connection(engine: Engine) -> Iterator[sqlite3.Connection]:
    """Return a connection outside any transaction."""
    pooled = engine.raw_connection()
    try:
        connection = pooled.driver_connection
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - it is the driver of every engine here
        yield connection
    finally:
        pooled.close()


def _transaction(engine: Engine, work: Work[T], limit: TimeLimit) -> T:
    # The limit is that of the work: what follows it, commit or rollback, is finished.
    with engine.begin() as tx, limit:
        return work(tx)


def _sqlite_engine(path: Path, begin: str, pragmas: list[str]) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"check_same_thread": False},
        **engine_options(),
    )
    drop_connections_on_trouble(engine)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver would begin transactions by its own rules and break savepoints; see `begin_transaction`.
        connection.isolation_level = None
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.set_progress_handler(_is_over, _STEPS_BETWEEN_CHECKS)

    @event.listens_for(engine, "before_cursor_execute")
    def begin_nothing_after_the_limit(*_of_statement: object) -> None:
        if limit := present_limit():
            limit.check()

    @event.listens_for(engine, "invalidate")
    def end_transaction(connection: sqlite3.Connection, _record: object, _error: object) -> None:
        # Closing does not end the transaction, and with it its locks, while an error still refers to a statement of it.
        with suppress(sqlite3.Error):
            connection.rollback()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _is_over() -> bool:
    """Return whether SQLite is to interrupt the present statement."""
    limit = present_limit()
    return limit is not None and limit.is_over


def _lock_for_one_process(path: Path) -> int:
    """Lock ``path`` for one process: a second writer costs waits of a second, and can corrupt SQLite before 3.51.3."""
    lock = open_file(f"{path}.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise DatabaseInUse(
            f"{path} is open in another process. SQLite serves exactly one: stop the other, or use PostgreSQL "
            "(TRAJECTHUB_DATABASE_URL=postgresql://…)."
        ) from error
    # SQLite would make a file that everybody may read; its log and its index get the permissions of the file.
    os.close(open_file(str(path)))
    return lock
