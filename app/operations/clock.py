"""The time: of this computer, or of the database, which all processes of a hub share."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from app.database import Database
from app.domain.ports import Clock
from app.loops import run_forever
from app.models.diagnosis import server_time

SYNCHRONISE_SECONDS = 60.0


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  # the one place where the real clock is read


class DatabaseClock:
    """The clock of the database, so that the processes of a hub agree whatever the clocks of their hosts show.

    Due moments, leases, used assertions and the order of records are compared between processes; a host whose clock is
    an hour ahead would take what others hold, and forget what they still need. Between two synchronisations the time
    goes on by a clock that nobody sets. Its error is half of what asking takes.

    Args:
        db: the database that is asked.
        elapsed: returns seconds that only grow.
        until_asked: shows the time until the database was asked for the first time.
    """

    def __init__(
        self, db: Database, elapsed: Callable[[], float] | None = None, until_asked: Clock | None = None
    ) -> None:
        self._db = db
        self._elapsed = elapsed or _seconds_since_start
        self._until_asked = until_asked or SystemClock()
        self._started_at: datetime | None = None

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        if self._started_at is None:
            return self._until_asked.now()
        return self._started_at + timedelta(seconds=self._elapsed())

    async def synchronise(self) -> None:
        """Ask the database for its time.

        Raises:
            Unavailable: it cannot be asked; the clock goes on as it was.
        """
        before = self._elapsed()
        moment = await self._db.read(server_time)
        halfway = (before + self._elapsed()) / 2
        self._started_at = moment - timedelta(seconds=halfway)


@asynccontextmanager
async def database_clock(db: Database) -> AsyncIterator[DatabaseClock]:
    """Return the clock of the database; it is synchronised once a minute until the end of the block."""
    clock, stop = DatabaseClock(db), asyncio.Event()
    await clock.synchronise()
    keeping = asyncio.create_task(
        run_forever("clock", clock.synchronise, stop=stop, interval_seconds=SYNCHRONISE_SECONDS)
    )
    try:
        yield clock
    finally:
        stop.set()
        await keeping


def _seconds_since_start() -> float:
    # The time during which a computer was suspended counts too, where the system tells it.
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
