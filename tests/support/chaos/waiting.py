"""Waiting for what other processes do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.domain.errors import Unavailable

__all__ = ["until"]


async def until(condition: Callable[[], Awaitable[bool]], within_seconds: float, look_seconds: float = 0.1) -> None:
    """Wait until a condition is met; while the database cannot be asked, it is not.

    Raises:
        TimeoutError: it was not met in time.
    """
    async with asyncio.timeout(within_seconds):
        while True:
            with suppress(Unavailable):
                if await condition():
                    return
            # Other processes do not say when they are done.
            await asyncio.sleep(look_seconds)
