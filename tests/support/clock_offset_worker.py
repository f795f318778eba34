"""The hub's worker with a clock that is fast: ``python -m tests.support.clock_offset_worker SECONDS``.

A killed worker leaves leases of 90 seconds. Its successor's clock is so far ahead that they have expired, so that a
test need not wait for them. In all other respects it is the worker of ``trajecthub worker``, with the settings of the
environment.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import uvloop

from app.bootstrap import open_worker
from app.database import Database
from app.log import configure_logging
from app.operations.services import build_services
from app.settings import Settings
from app.stopping import stop_on_signal


@dataclass(frozen=True)
class OffsetClock:
    """The computer's clock with an offset."""

    offset: timedelta

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC) + self.offset


async def run(seconds: float) -> None:
    """Run a worker until a signal ends it."""
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    clock = OffsetClock(timedelta(seconds=seconds))
    services = build_services(settings.master_key_bytes(), settings.municipality, clock)
    db = Database.open(settings.database_url)
    try:
        async with open_worker(db, services, settings) as worker:
            await worker.run(stop_on_signal(), settings.pull_interval_seconds)
    finally:
        await db.close()


if __name__ == "__main__":
    uvloop.run(run(float(sys.argv[1])))
