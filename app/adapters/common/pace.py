"""A limit on the number of calls to a partner."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx
from typing_extensions import override


class Pace:
    """Lets calls through one by one, evenly spread: at most ``per_second`` in any second.

    The place of a call that is cancelled while it waits stays unused.

    Args:
        per_second: the most calls in a second.
        timer: returns seconds that only go forward.
        sleep: waits for a number of seconds.
    """

    def __init__(
        self,
        per_second: float,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._between = 1 / per_second
        self._timer, self._sleep = timer, sleep
        self._next = 0.0

    async def wait(self) -> None:
        """Return when the next call may leave."""
        now = self._timer()
        start = max(self._next, now)
        self._next = start + self._between
        if start > now:
            await self._sleep(start - now)


class PacedTransport(httpx.AsyncBaseTransport):
    """Sends through another transport at a pace; the time limit of a call does not include the wait."""

    def __init__(self, inner: httpx.AsyncBaseTransport, pace: Pace) -> None:
        self._inner, self._pace = inner, pace

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request when the pace allows it."""
        await self._pace.wait()
        return await self._inner.handle_async_request(request)

    @override
    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()
