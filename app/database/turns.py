"""Who works with the database next: few can at a time, and no client keeps the others waiting."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.calls import leave_if_abandoned, present_call
from app.domain.details import Detail
from app.domain.errors import TooManyRequests


class Turns:
    """Places for work: those who wait get one in the order of asking, and clients one after another.

    Work that no client waits for, or one that is not known yet, shares the places as one more client without a limit.

    Args:
        places: how much work is done at a time.
        share: the part of the places that one client uses at a time; one place it always may use.
        wait_seconds: the longest wait for a place.
    """

    def __init__(self, places: int, share: float, wait_seconds: float) -> None:
        self._free = places
        self._most_of_client = max(1, int(places * share))
        self._wait_seconds = wait_seconds
        self._used: Counter[str | None] = Counter()
        # The client that is next comes first.
        self._waiting: OrderedDict[str | None, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Work within the block.

        Raises:
            TooManyRequests: the client used its share for as long as may be waited.
            PoolTimeout: no place was free in that time.
            asyncio.CancelledError: its caller hung up.
        """
        await leave_if_abandoned()
        call = present_call()
        client = call.client if call else None
        await self._take(client)
        try:
            yield
        finally:
            self._give_back(client)

    async def _take(self, client: str | None) -> None:
        if self._free and self._may_have_more(client):
            self._count(client)
            return
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(granted)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await granted
        except TimeoutError as late:
            self._leave_queue(client, granted)
            if not self._may_have_more(client):
                raise TooManyRequests(Detail.SHARE_IN_USE(most=self._most_of_client)) from late
            raise PoolTimeout(f"no connection was free within {self._wait_seconds:g} seconds") from late
        except asyncio.CancelledError:
            self._leave_queue(client, granted)
            raise

    def _leave_queue(self, client: str | None, granted: asyncio.Future[None]) -> None:
        if not granted.cancelled():
            # It came at the same moment.
            self._give_back(client)
        elif client in self._waiting:
            with suppress(ValueError):
                self._waiting[client].remove(granted)

    def _give_back(self, client: str | None) -> None:
        self._free += 1
        self._used[client] -= 1
        if not self._used[client]:
            del self._used[client]
        self._grant_next()

    def _grant_next(self) -> None:
        for client, queue in list(self._waiting.items()):
            if self._may_have_more(client) and self._grant_first(client, queue):
                return

    def _grant_first(self, client: str | None, queue: deque[asyncio.Future[None]]) -> bool:
        """Return whether somebody of a client waits; who waits longest gets a place, and the client is then last."""
        while queue and queue[0].done():
            queue.popleft()
        granted = queue.popleft() if queue else None
        if queue:
            self._waiting.move_to_end(client)
        else:
            del self._waiting[client]
        if granted is None:
            return False
        self._count(client)
        granted.set_result(None)
        return True

    def _count(self, client: str | None) -> None:
        self._free -= 1
        self._used[client] += 1

    def _may_have_more(self, client: str | None) -> bool:
        return client is None or self._used[client] < self._most_of_client
