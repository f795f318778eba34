"""Bells that ring when something was written, in this process or in another over the same PostgreSQL database.

Ringing only makes things quick: who waits also looks by itself now and then, so a bell that is not heard loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

__all__ = ["CommitSignal", "PostgresNotifier"]

CHANNEL = "trajecthub"

# One notification tells of all writes since the one before: PostgreSQL hands them out one transaction at a time.
TELL_SECONDS = 0.01
RECONNECT_SECONDS = 1.0


class CommitSignal:
    """A bell that rings after each committed write.

    Args:
        on_wait: called whenever somebody waits, from the event loop.
    """

    def __init__(self, on_wait: Callable[[], None]) -> None:
        self._on_wait = on_wait
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiter, or let its next wait return at once. Call from the event loop."""
        self._rung.set()

    async def wait(self, timeout_seconds: float) -> bool:
        """Return True as soon as a write has committed since the last wait, False at time-out."""
        self._on_wait()
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class PostgresNotifier:
    """Tells other processes of writes by NOTIFY, and hears of theirs by LISTEN.

    Args:
        engine: its own, without a pool: it keeps two connections, one that tells and one that listens.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._name = uuid4().hex
        self._untold = False
        self._line: AsyncConnection | None = None
        self._telling: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Tell the others of a committed write, now or within ten milliseconds."""
        self._untold = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    def listen(self, ring: Callable[[], None]) -> None:
        """Call ``ring`` for each write elsewhere from now on; later calls do nothing."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(ring))

    async def close(self) -> None:
        """Stop telling and listening."""
        tasks = [task for task in (self._telling, self._listening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._line:
            await self._line.close()
        await self._engine.dispose()

    async def _tell(self) -> None:
        while self._untold:
            self._untold = False
            await _tried(self._notify())
            await asyncio.sleep(TELL_SECONDS)

    async def _notify(self) -> None:
        connection, self._line = self._line or await self._engine.connect(), None
        try:
            # On the driver's own connection, because this stands between every change and those who wait for it.
            await (await _driver_of(connection)).execute(f"NOTIFY {CHANNEL}, '{self._name}'")
        except BaseException:
            await connection.close()
            raise
        self._line = connection

    async def _listen(self, ring: Callable[[], None]) -> None:
        while True:
            await _tried(self._hear(ring))
            await asyncio.sleep(RECONNECT_SECONDS)
            # Something may have been written in between.
            ring()

    async def _hear(self, ring: Callable[[], None]) -> None:
        """Listen until the connection ends."""
        ended = asyncio.Event()

        def heard(_connection: object, _process: int, _channel: str, teller: str) -> None:
            # Our own writes have rung already.
            if teller != self._name:
                ring()

        async with self._engine.connect() as connection:
            driver = await _driver_of(connection)
            driver.add_termination_listener(lambda _: ended.set())
            await driver.add_listener(CHANNEL, heard)
            await ended.wait()


async def _driver_of(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def _tried(work: Coroutine[Any, Any, None]) -> None:
    # Without the other processes' bells everything still happens, within a second.
    with suppress(SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await work
