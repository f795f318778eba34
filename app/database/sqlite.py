"""The store on SQLite: one file, for one process."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from typing_extensions import override

from app.database.failures import StoreError, drop_connections_on_trouble, translated_failures
from app.database.store import Dialect, Store, Work, engine_options

P = ParamSpec("P")
T = TypeVar("T")

READER_THREADS = 2


class DatabaseInUse(RuntimeError):
    """Another process, or another part of this one, has the SQLite file open."""


class Sqlite(Store):
    """One writer and two readers, so that SQLite's own locks are never waited for."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._lock = _lock_for_one_process(path)
        self._writer_engine = _sqlite_engine(path, "BEGIN IMMEDIATE", ["foreign_keys=ON"])
        self._reader_engine = _sqlite_engine(path, "BEGIN", ["query_only=ON"])
        self._writer_thread = ThreadPoolExecutor(1, "writer")
        self._reader_threads = ThreadPoolExecutor(READER_THREADS, "reader")
        try:
            # Switches a new file to WAL before a reader opens it.
            self._writer_engine.connect().close()
        except StoreError:
            self._close()
            raise

    @override
    async def write(self, work: Work[T]) -> T:
        with translated_failures():
            return await _on(self._writer_thread, _transaction, self._writer_engine, work)

    @override
    async def write_in_one_statement(self, work: Work[T]) -> T:
        return await self.write(work)

    @override
    async def read(self, work: Work[T]) -> T:
        with translated_failures():
            return await _on(self._reader_threads, _transaction, self._reader_engine, work)

    @override
    def publish(self) -> None:
        """There is no other process."""

    @override
    def listen(self, notify: Callable[[], None]) -> None:
        """There is no other process."""

    @override
    async def close(self) -> None:
        await asyncio.to_thread(self._close)

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


async def _on(threads: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    # The context is copied, so that log lines and records carry the caller's correlation id.
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, lambda: context.run(function, *args, **kwargs))


def _transaction(engine: Engine, work: Work[T]) -> T:
    with engine.begin() as tx:
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
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "invalidate")
    def end_transaction(connection: sqlite3.Connection, _record: object, _error: object) -> None:
        # Closing does not end the transaction, and with it its locks, while an error still refers to a statement of it.
        with suppress(sqlite3.Error):
            connection.rollback()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _lock_for_one_process(path: Path) -> int:
    """Lock ``path`` for one process: a second writer costs waits of a second, and can corrupt SQLite before 3.51.3."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise DatabaseInUse(
            f"{path} is open in another process. SQLite serves exactly one: stop the other, or use PostgreSQL "
            "(TRAJECTHUB_DATABASE_URL=postgresql://…)."
        ) from error
    return lock
