"""Commits as notifications of PostgreSQL, so that other processes over the same database know of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "trajecthub"

NOTIFYING_CONNECTIONS = 2
"""How many connections a notifier keeps: one for each direction."""

# One notification stands for all commits since the one before, because PostgreSQL serialises the transactions that send
# one.
PUBLISH_SECONDS = 0.01
RECONNECT_SECONDS = 1.0
SEND_SECONDS = 5.0


class PostgresNotifier:
    """Publishes commits to other processes by NOTIFY, and receives theirs by LISTEN.

    Args:
        engine: its own, without a pool: it keeps two connections, one for each direction.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._name = uuid4().hex
        self._unpublished = False
        self._connection: AsyncConnection | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    def publish(self) -> None:
        """Notify the other processes of a commit, now or within ten milliseconds."""
        self._unpublished = True
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish())

    def listen(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` for each commit elsewhere from now on; later calls do nothing."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(notify))

    async def close(self) -> None:
        """Stop publishing and listening."""
        tasks = [task for task in (self._publishing, self._listening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._connection:
            await self._connection.close()
        await self._engine.dispose()

    async def _publish(self) -> None:
        while self._unpublished:
            self._unpublished = False
            await _tried(self._send())
            await asyncio.sleep(PUBLISH_SECONDS)

    async def _send(self) -> None:
        connection, self._connection = self._connection or await self._engine.connect(), None
        try:
            async with asyncio.timeout(SEND_SECONDS):
                # On the driver's own connection, because this is between every change and those who wait for it.
                await (await _driver_of(connection)).execute(f"NOTIFY {CHANNEL}, '{self._name}'")
        except BaseException:
            # Cut off, because closing one that went silent waits for the other side.
            await connection.invalidate()
            await connection.close()
            raise
        self._connection = connection

    async def _listen(self, notify: Callable[[], None]) -> None:
        while True:
            await _tried(self._receive(notify))
            await asyncio.sleep(RECONNECT_SECONDS)
            # Something may have been committed in between.
            notify()

    async def _receive(self, notify: Callable[[], None]) -> None:
        """Listen until the connection ends."""
        ended = asyncio.Event()

        def received(_connection: object, _process: int, _channel: str, publisher: str) -> None:
            # This process was notified of its own commits already.
            if publisher != self._name:
                notify()

        async with self._engine.connect() as connection:
            driver = await _driver_of(connection)
            driver.add_termination_listener(lambda _: ended.set())
            await driver.add_listener(CHANNEL, received)
            await ended.wait()


async def _driver_of(connection: AsyncConnection) -> Any:  # asyncpg publishes no types
    return (await connection.get_raw_connection()).driver_connection


async def _tried(work: Coroutine[Any, Any, None]) -> None:
    # Without notifications everything still happens, within a second.
    with suppress(SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await work
