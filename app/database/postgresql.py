"""The store on PostgreSQL, for any number of processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, NullPool, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only, greenlet_spawn
from typing_extensions import override

from app.calls import is_abandoned, writing
from app.database.cancelling import end_statement
from app.database.connector import Connector
from app.database.failures import (
    StoreError,
    Trouble,
    drop_connections_on_trouble,
    translated_failures,
    trouble_of,
)
from app.database.notifier import PostgresNotifier
from app.database.store import Dialect, Store, Work, engine_options, work_seconds
from app.database.turns import Turns
from app.database_address import Connections, PostgresServers, read_postgresql_url

T = TypeVar("T")

_Connect = Callable[[], AbstractContextManager[Connection]]

POOL_RECYCLE_SECONDS = 1800
NAMED_STATEMENTS = 100

# What every pooler passes on to the server.
SESSION_SETTINGS: Mapping[str, str] = {"application_name": "trajecthub", "timezone": "UTC"}

# A statement or an idle transaction that lasts longer is a bug: it would hold locks and keep dead rows of the outbox,
# which makes every claim slower. A unit of work ends sooner than a statement: a commit that the server ends while it
# waits for a synchronous standby is reported as done, although a failover would lose it.
SERVER_LIMITS: Mapping[str, str] = {
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
    "statement_timeout": "35s",
}

_SETTINGS = {**SESSION_SETTINGS, **SERVER_LIMITS}


class PostgreSQL(Store):
    """A pool of connections, and two of the notifier."""

    dialect: Dialect = "postgresql"

    def __init__(self, servers: PostgresServers, connections: Connections) -> None:
        self._connections = connections
        # The pool's own queue lets whoever comes later pass those that wait: some would wait long for a connection.
        self._turns = Turns(connections.pool_size, connections.client_share, connections.pool_wait_seconds)
        direct = read_postgresql_url(connections.direct_url) if connections.direct_url else servers
        self._engine = _engine(
            _pooled_connector(servers, connections),
            # A statement outside a transaction costs one round trip instead of three.
            isolation_level="AUTOCOMMIT",
            pool_size=connections.pool_size,
            max_overflow=0,
            pool_recycle=POOL_RECYCLE_SECONDS,
            # The connection that was used last has its statements prepared, on both sides.
            pool_use_lifo=True,
        )
        self._connect = self._engine.sync_engine.connect
        self._begin = self._engine.sync_engine.execution_options(isolation_level="READ COMMITTED").begin
        # Outside the pool, because it must also work when the pool is exhausted; and without waiting for fsync, because
        # a notification that is lost in a crash of the server is not missed.
        notifying = Connector(direct, {**_SETTINGS, "synchronous_commit": "off"}, NAMED_STATEMENTS)
        self._notifier = PostgresNotifier(_engine(notifying, poolclass=NullPool, isolation_level="AUTOCOMMIT"))

    @override
    async def write(self, work: Work[T]) -> T:
        return await self._write(self._begin, work)

    @override
    async def write_in_one_statement(self, work: Work[T]) -> T:
        return await self._write(self._connect, work)

    @override
    async def read(self, work: Work[T]) -> T:
        with translated_failures():
            async with self._turn():
                return await self._run(self._connect, work)

    @override
    async def erase_deleted(self) -> None:
        """The server's vacuum does."""

    @override
    def publish(self) -> None:
        self._notifier.publish()

    @override
    def listen(self, notify: Callable[[], None]) -> None:
        self._notifier.listen(notify)

    @override
    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._connections.close_seconds):
                await self._notifier.close()
                await self._engine.dispose()

    async def _write(self, connect: _Connect, work: Work[T]) -> T:
        with translated_failures():
            async with self._turn():
                with writing():
                    try:
                        return await self._run(connect, work)
                    except StoreError as error:
                        if trouble_of(error) is not Trouble.READ_ONLY:
                            raise
                        # Nothing was written. The connection may be from before a failover; all those are dropped by
                        # now.
                        return await self._run(connect, work)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with asyncio.timeout(work_seconds(self._connections)), self._turns.turn():
            yield

    async def _run(self, connect: _Connect, work: Work[T]) -> T:
        # What ``run_sync`` does, but once for connecting, work and closing instead of once for each.
        return await greenlet_spawn(_with_connection, connect, work)


def _with_connection(connect: _Connect, work: Work[T]) -> T:
    with connect() as connection:
        try:
            return work(connection)
        except asyncio.CancelledError:
            if is_abandoned() and not connection.invalidated:
                await_only(end_statement(connection.connection.driver_connection))
            raise


async def run_on_postgresql(servers: PostgresServers, work: Work[T]) -> T:
    """Run ``work``, which handles transactions itself, on a connection of its own."""
    engine = _engine(Connector(servers, _SETTINGS, NAMED_STATEMENTS), poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(work)


def _pooled_connector(servers: PostgresServers, connections: Connections) -> Connector:
    # A pooler refuses other settings, or lets somebody else use a session that has them.
    settings = SESSION_SETTINGS if connections.direct_url else _SETTINGS
    return Connector(servers, settings, NAMED_STATEMENTS if connections.names_statements else 0)


def _engine(connector: Connector, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "async_creator_fn": connector.connect,
            "prepared_statement_cache_size": connector.named_statements,
        },
        **engine_options(),
        **options,
    )
    drop_connections_on_trouble(engine.sync_engine)

    @event.listens_for(engine.sync_engine, "checkout")
    def replace_ended(connection: Any, _record: object, _proxy: object) -> None:
        # One that the server ended while nobody used it; the pool then tries another.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine
