"""Ending a statement at PostgreSQL whose result nobody waits for, before its connection is used again."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

__all__ = ["end_statement"]

WAITS_SECONDS = (0.05, 0.25, 1.0)
"""How long the server may take to answer after the first, the second and the last request to cancel."""

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


async def end_statement(connection: Any) -> None:  # asyncpg publishes no types
    """Return when the server answers on a connection whose statement was cancelled, or the connection is closed.

    A request to cancel has a connection of its own. One that overtakes the statement cancels nothing, and whoever used
    the connection next would wait for the statement; it is therefore made again.
    """
    answers = False
    try:
        for wait in WAITS_SECONDS:
            if answers := await _answers(connection, wait):
                return
            # What the driver does when a statement is cancelled; it has no public way to do it again.
            await connection._cancel(asyncio.get_running_loop().create_future())
    except _LOST:
        return
    finally:
        if not answers:
            connection.terminate()


async def _answers(connection: Any, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await connection.execute("SELECT 1")
    except (TimeoutError, asyncpg.QueryCanceledError):
        # A request to cancel may also have met this statement.
        return False
    return True
