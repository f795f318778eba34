"""The one place that opens, commits and rolls back transactions, on SQLite and on PostgreSQL.

A unit of work is a plain function of a :class:`Connection`; ``await db.write(function, …)`` runs it in one
transaction. On PostgreSQL it runs on asyncpg, on SQLite in one hop on the only writing thread.
"""

from __future__ import annotations

import asyncio
import fcntl
import inspect
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, Self, TypeVar
from weakref import WeakSet

import alembic.command
import alembic.config
import asyncpg
from alembic.script import ScriptDirectory
from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.domain.errors import Unavailable
from app.signals import CommitSignal, PostgresNotifier

__all__ = [
    "Connection",
    "Database",
    "DatabaseInUse",
    "DatabaseUrlInvalid",
    "Dialect",
    "StoreError",
    "is_refused_value",
    "newest_schema",
    "upgrade_schema",
    "with_own_connection",
]

Dialect = Literal["sqlite", "postgresql"]
P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[[Connection], T]

READER_THREADS = 2
POOL_RECYCLE_SECONDS = 1800
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 5.0

# The server ends a statement sooner. This is for a connection that went silent, as when the network is cut or the
# server is suspended: work on it would otherwise wait for as long as the kernel does, a quarter of an hour.
WORK_SECONDS = 30.0

# A lost network is noticed within 25 seconds, also by a connection that only listens: unconfirmed data is given up
# after 15, and an idle connection is asked after 10, and then every 5, whether it is still there.
TCP_OPTIONS = {"TCP_USER_TIMEOUT": 15_000, "TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}

# A statement or an idle transaction that lasts longer is a bug: it would hold locks and keep dead rows of the outbox,
# which makes every claim slower.
SERVER_SETTINGS = {
    "application_name": "trajecthub",
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
    "statement_timeout": "15s",
    "timezone": "UTC",
}

# Lock not available, deadlock, statement cancelled, too many connections, server stopping or starting: the work
# was rolled back and may be tried again.
TRY_AGAIN_STATES = {"40P01", "53300", "55P03", "57014", "57P01", "57P02", "57P03"}


StoreError = DBAPIError
"""The error that the store raises; see ``is_refused_value``."""


# SQLSTATE classes of PostgreSQL's appendix A: data exception, integrity constraint violation.
_REFUSED_VALUE_CLASSES = ("22", "23")


def is_refused_value(error: StoreError) -> bool:
    """Return whether the store refused a value: too long, malformed, or in conflict with another."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, DataError | IntegrityError) or state[:2] in _REFUSED_VALUE_CLASSES


class DatabaseInUse(RuntimeError):
    """Another process, or another part of this one, has the SQLite file open."""


class DatabaseUrlInvalid(ValueError):
    """The URL names no store that the hub can use; the message never repeats it, because it may hold a password."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"TRAJECTHUB_DATABASE_URL: {fault}")


class Database:
    """An open store that runs units of work."""

    def __init__(self, store: _Store) -> None:
        """Use :meth:`open` instead."""
        self._store = store
        self._signals: WeakSet[CommitSignal] = WeakSet()

    @classmethod
    def open(
        cls, url: str, *, pool_size: int = 32, pool_wait_seconds: float = 2.0, work_seconds: float = WORK_SECONDS
    ) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://…``; PostgreSQL is first reached by the first unit of work.

        Args:
            url: names the store.
            pool_size: the most connections to PostgreSQL.
            pool_wait_seconds: the longest wait for one of them that is free.
            work_seconds: the longest that a unit of work on PostgreSQL may take.

        Raises:
            DatabaseInUse: the SQLite file is open elsewhere.
            DatabaseUrlInvalid: the URL cannot be read, or names another kind of store.
        """
        parsed = _parsed(url)
        if _dialect(parsed) == "sqlite":
            return cls(_Sqlite(_sqlite_path(parsed)))
        return cls(_PostgreSQL(parsed, pool_size, pool_wait_seconds, work_seconds))

    @property
    def dialect(self) -> Dialect:
        """The kind of store."""
        return self._store.dialect

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` in one transaction: commit when it returns, roll back when it raises.

        When a constraint of the store refuses it, it runs once more: work has no effects outside its transaction.

        Cancelling the caller does not undo a transaction that has already begun on SQLite.

        Raises:
            Unavailable: no connection was free in time, the store ended the transaction, or the connection broke; in
                the last case the transaction may have been committed.
        """
        result = await self.write_without_notifying(work, *args, **kwargs)
        self.notify()
        # Waiting tasks run now, rather than when the caller next waits.
        await asyncio.sleep(0)
        return result

    async def write_without_notifying(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``work`` as :meth:`write` does, but notify nobody: for a write that leaves nobody anything to do."""
        try:
            return await self._store.write(lambda tx: work(tx, *args, **kwargs))
        except IntegrityError:
            # Two writers chose the same unique value at once; the second now sees the first, and answers in our terms.
            return await self._store.write(lambda tx: work(tx, *args, **kwargs))

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` on committed data.

        On SQLite all its statements see one moment; on PostgreSQL each statement sees its own.

        Raises:
            Unavailable: no connection was free in time, or the store ended the statement.
        """
        return await self._store.read(lambda tx: work(tx, *args, **kwargs))

    def listen(self) -> CommitSignal:
        """Return a signal of committed writes; it is valid as long as the caller keeps it.

        On PostgreSQL it is also set by those of other processes, from the first time that somebody waits for one.
        """
        signal = CommitSignal(partial(self._store.listen, self._notify))
        self._signals.add(signal)
        return signal

    def notify(self) -> None:
        """Signal a committed write to everyone who waits for one, in this process and in others."""
        self._notify()
        self._store.publish()

    def _notify(self) -> None:
        for signal in self._signals:
            signal.notify()

    async def close(self) -> None:
        """Finish running work, and release every connection, thread and lock."""
        await self._store.close()


def upgrade_schema(url: str) -> None:
    """Bring the store at ``url`` to the newest migration; callable with or without a running event loop.

    Raises:
        DatabaseInUse: the SQLite file is open; migrate before :meth:`Database.open`.
    """
    config = _migrations()
    config.attributes["url"] = url
    alembic.command.upgrade(config, "head")


def newest_schema() -> str:
    """Return the newest migration that this version of the hub has."""
    head = ScriptDirectory.from_config(_migrations()).get_current_head()
    if head is None:
        raise RuntimeError("This installation has no migrations; install the hub again.")
    return head


def _migrations() -> alembic.config.Config:
    package = Path(__file__).parent
    in_repository, in_package = package.parent / "migrations", package / "migrations"
    config = alembic.config.Config()
    folder = in_package if in_package.is_dir() else in_repository
    # A percent sign starts an interpolation in Alembic's configuration.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def with_own_connection(url: str, work: Work[T]) -> T:
    """Run ``work``, which handles transactions itself, on one connection opened and closed for it: for migrations."""
    parsed = _parsed(url)
    if _dialect(parsed) == "sqlite":
        return _with_sqlite(_sqlite_path(parsed), work)
    # In a thread, because asyncio.run refuses to start while another event loop runs.
    with ThreadPoolExecutor(1, "migration") as thread:
        return thread.submit(lambda: asyncio.run(_with_postgresql(parsed, work))).result()


class _Store(Protocol):
    dialect: Dialect

    def write(self, work: Work[T]) -> Awaitable[T]: ...
    def read(self, work: Work[T]) -> Awaitable[T]: ...
    def publish(self) -> None: ...
    def listen(self, notify: Callable[[], None]) -> None: ...
    async def close(self) -> None: ...


class _PostgreSQL:
    dialect: Dialect = "postgresql"

    def __init__(self, url: URL, pool_size: int, pool_wait_seconds: float, work_seconds: float) -> None:
        self._work_seconds = work_seconds
        self._writer = _postgresql_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_wait_seconds,
            pool_recycle=POOL_RECYCLE_SECONDS,
            # The connection that was used last has its statements prepared, on both sides.
            pool_use_lifo=True,
        )
        # Shares the pool; without a transaction a read costs one round trip instead of three.
        self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        # Outside the pool, because it must also work when the pool is exhausted; and without waiting for fsync, because
        # a notification that is lost in a crash of the server is not missed.
        self._notifier = PostgresNotifier(
            _postgresql_engine(url, {"synchronous_commit": "off"}, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        )

    async def write(self, work: Work[T]) -> T:
        with _translated_failures():
            async with asyncio.timeout(self._work_seconds), self._writer.begin() as connection:
                return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        with _translated_failures():
            async with asyncio.timeout(self._work_seconds), self._reader.connect() as connection:
                return await connection.run_sync(work)

    def publish(self) -> None:
        self._notifier.publish()

    def listen(self, notify: Callable[[], None]) -> None:
        self._notifier.listen(notify)

    async def close(self) -> None:
        # Connections that went silent are left behind.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._notifier.close()
                await self._writer.dispose()


class _Sqlite:
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

    async def write(self, work: Work[T]) -> T:
        return await _on(self._writer_thread, _transaction, self._writer_engine, work)

    async def read(self, work: Work[T]) -> T:
        return await _on(self._reader_threads, _transaction, self._reader_engine, work)

    def publish(self) -> None:
        """There is no other process."""

    def listen(self, notify: Callable[[], None]) -> None:
        """There is no other process."""

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        # The writer is closed last: the last connection that closes moves the WAL into the file.
        self._reader_threads.shutdown()
        self._reader_engine.dispose()
        self._writer_thread.shutdown()
        self._writer_engine.dispose()
        os.close(self._lock)


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
        **_common_options(),
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver would begin transactions by its own rules and break savepoints; see `begin_transaction`.
        connection.isolation_level = None
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql_engine(url: URL, settings: Mapping[str, str] = MappingProxyType({}), **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": {**SERVER_SETTINGS, **settings}},
        **_common_options(),
        **options,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver has no public way to its socket.
        _notice_lost_network(connection.driver_connection._transport.get_extra_info("socket"))

    return engine


def _notice_lost_network(connection: socket.socket) -> None:
    if connection.family == socket.AF_UNIX:
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in TCP_OPTIONS.items():
        # Not every system has each of them.
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _common_options() -> dict[str, Any]:
    return {
        # Error messages end up in logs; the values of a statement may be personal data.
        "hide_parameters": True,
        "json_serializer": lambda value: to_json(value).decode(),
        "json_deserializer": from_json,
    }


# What SQLAlchemy takes from the query of the URL itself; the rest are arguments of the driver.
_URL_PARAMETERS = {
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    *inspect.signature(asyncpg.connect).parameters,
}


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlInvalid("give sqlite:///path, or postgresql://user:password@host:port/database") from error
    if _dialect(parsed) == "postgresql" and (unknown := parsed.query.keys() - _URL_PARAMETERS):
        names = ", ".join(sorted(unknown))
        raise DatabaseUrlInvalid(f"leave out {names}, which asyncpg does not know; TLS is ssl=require")
    return parsed


def _dialect(url: URL) -> Dialect:
    match url.get_backend_name():
        case "sqlite":
            return "sqlite"
        case "postgresql":
            return "postgresql"
        case other:
            raise DatabaseUrlInvalid(f"{other} is not supported; give sqlite:///path or postgresql://…")


def _sqlite_path(url: URL) -> Path:
    if url.database in (None, "", ":memory:"):
        raise DatabaseUrlInvalid("SQLite in memory is not supported; give a file, such as sqlite:///trajecthub.db")
    return Path(str(url.database))


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


def _with_sqlite(path: Path, work: Work[T]) -> T:
    lock = _lock_for_one_process(path)
    # Foreign keys are off: rebuilding a table, Alembic's way to alter one here, would cascade into its children.
    engine = _sqlite_engine(path, "BEGIN IMMEDIATE", ["foreign_keys=OFF"])
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()
        os.close(lock)


async def _with_postgresql(url: URL, work: Work[T]) -> T:
    engine = _postgresql_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(work)


# Whether a change was kept is unknown when its connection breaks while it is committed.
_SEND_AGAIN = "Send the request again shortly; a change with the same Idempotency-Key is made only once."


@contextmanager
def _translated_failures() -> Iterator[None]:
    try:
        yield
    except (PoolTimeout, OSError) as error:
        raise Unavailable(f"The database is not available at this moment. {_SEND_AGAIN}") from error
    except DBAPIError as error:
        if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in TRY_AGAIN_STATES:
            raise Unavailable(f"The database broke the work off. {_SEND_AGAIN}") from error
        raise
