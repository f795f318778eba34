"""No more calls to a partner than it can bear."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx
from typing_extensions import override


class Pace:
    """Lets calls through one by one, evenly: at most so many in any second.

    A call that is given up while it waits leaves its place empty.

    Args:
        per_second: calls a second.
        timer: seconds that only go forward.
        sleep: waits so many seconds.
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
    """Sends through another transport at a pace; waiting is no part of a call's time limit."""

    def __init__(self, inner: httpx.AsyncBaseTransport, pace: Pace) -> None:
        self._inner, self._pace = inner, pace

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request when it is its time."""
        await self._pace.wait()
        return await self._inner.handle_async_request(request)

    @override
    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()
