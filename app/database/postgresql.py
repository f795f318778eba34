"""The store on PostgreSQL, for any number of processes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import URL, NullPool, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from typing_extensions import override

from app.database.failures import (
    StoreError,
    Trouble,
    drop_connections_on_trouble,
    translated_failures,
    trouble_of,
)
from app.database.notifier import PostgresNotifier
from app.database.store import Dialect, Store, Work, engine_options

T = TypeVar("T")

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


class PostgreSQL(Store):
    """A pool of connections, and two of the notifier."""

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

    @override
    async def write(self, work: Work[T]) -> T:
        with translated_failures():
            try:
                return await self._write(work)
            except StoreError as error:
                if trouble_of(error) is not Trouble.READ_ONLY:
                    raise
                # Nothing was written. The connection may be from before a failover; all those are dropped by now.
                return await self._write(work)

    @override
    async def read(self, work: Work[T]) -> T:
        with translated_failures():
            async with asyncio.timeout(self._work_seconds), self._reader.connect() as connection:
                return await connection.run_sync(work)

    @override
    def publish(self) -> None:
        self._notifier.publish()

    @override
    def listen(self, notify: Callable[[], None]) -> None:
        self._notifier.listen(notify)

    @override
    async def close(self) -> None:
        # Connections that went silent are left behind.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._notifier.close()
                await self._writer.dispose()

    async def _write(self, work: Work[T]) -> T:
        async with asyncio.timeout(self._work_seconds), self._writer.begin() as connection:
            return await connection.run_sync(work)


async def run_on_postgresql(url: URL, work: Work[T]) -> T:
    """Run ``work``, which handles transactions itself, on a connection of its own."""
    engine = _postgresql_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(work)


def _postgresql_engine(url: URL, settings: Mapping[str, str] = MappingProxyType({}), **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": {**SERVER_SETTINGS, **settings}},
        **engine_options(),
        **options,
    )

    drop_connections_on_trouble(engine.sync_engine)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver has no public way to its socket.
        _notice_lost_network(connection.driver_connection._transport.get_extra_info("socket"))

    @event.listens_for(engine.sync_engine, "checkout")
    def replace_ended(connection: Any, _record: object, _proxy: object) -> None:
        # One that the server ended while nobody used it; the pool then tries another.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine


def _notice_lost_network(connection: socket.socket) -> None:
    if connection.family == socket.AF_UNIX:
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in TCP_OPTIONS.items():
        # Not every system has each of them.
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
