"""Noticing in every process, within a second, that clients, organisations or signing keys were changed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from uuid import UUID

from app.database import Database
from app.domain.errors import Unavailable
from app.loops import run_forever
from app.operations.access.version import read_access_version

__all__ = ["LOOK_SECONDS", "TRUST_SECONDS", "AccessWatch", "OnChange"]

LOOK_SECONDS = 0.5
"""Between two looks at the version, so that a change is noticed within a second, the time of looking included."""

TRUST_SECONDS = 3.0
"""For how long what is remembered is used without a look; what cannot be confirmed then is refused."""

OnChange = Callable[[], Awaitable[None]]


class AccessWatch:
    """Compares the version of access that is stored with the one that was seen last.

    Versions are compared and never times, because the clocks of two hosts may differ.

    Args:
        db: the database.
        on_change: makes this process forget what it remembers of access, and act on what it finds instead; when it
            fails, what is remembered is not confirmed, and the next look repeats it.
        timer: returns seconds that only grow.
    """

    def __init__(self, db: Database, on_change: OnChange, timer: Callable[[], float] = time.monotonic) -> None:
        self._db, self._on_change, self._timer = db, on_change, timer
        self._seen: UUID | None = None
        self._confirmed_at: float | None = None
        self._looking: asyncio.Task[None] | None = None
        self.changes = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Look at regular intervals until ``stop`` is set, also while the database cannot be read."""
        await run_forever(
            "access", self.look, stop=stop, interval_seconds=LOOK_SECONDS, longest_wait_seconds=LOOK_SECONDS
        )

    async def require_confirmed(self) -> None:
        """Return once what is remembered was confirmed less than ``TRUST_SECONDS`` ago; usually at once.

        Raises:
            Unavailable: the database cannot be asked.
        """
        asked_at = self._timer()
        while self._confirmed_at is None or self._confirmed_at < asked_at - TRUST_SECONDS:
            await asyncio.shield(self._look_under_way())

    async def look(self) -> None:
        """Compare the versions now; on return every change that was committed before the call is noticed.

        Raises:
            Unavailable: the database cannot be asked.
        """
        if self._looking:
            # It may have read the version before the call.
            await asyncio.wait([self._looking])
        await asyncio.shield(self._look_under_way())

    async def notice(self) -> None:
        """Notice a change that this process committed; when that fails, the next look does it."""
        with suppress(Unavailable):
            await self.look()

    def _look_under_way(self) -> asyncio.Task[None]:
        """Return the look that is under way, or a new one: many requests cause one."""
        if self._looking is None:
            # In a context of its own, because it goes on for others when the request that caused it ends.
            self._looking = asyncio.create_task(self._look(), context=Context())
            self._looking.add_done_callback(self._looked)
        return self._looking

    async def _look(self) -> None:
        began_at = self._timer()
        version = await self._db.read(read_access_version)
        if self._confirmed_at is None or version != self._seen:
            self.changes += 1
            await self._on_change()
            self._seen = version
        self._confirmed_at = began_at

    def _looked(self, look: asyncio.Task[None]) -> None:
        self._looking = None
        if not look.cancelled():
            # Whoever waits for it learns of its failure; perhaps nobody waits any more.
            look.exception()
