"""The hub's worker with a clock that runs ahead: ``python -m tests.support.clock_offset_worker SECONDS``.

A worker that was killed leaves leases of 90 seconds behind. Its successor runs so far ahead that they are over, and a
proof need not wait for them. All else is the worker that ``trajecthub worker`` runs, over the settings of the
environment.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import uvloop

from app.database import Database
from app.log import configure_logging
from app.operations.services import build_services
from app.settings import Settings
from app.worker import Worker, stop_on_signal


@dataclass(frozen=True)
class ClockAhead:
    """The computer's clock, some time ahead."""

    ahead: timedelta

    def now(self) -> datetime:
        """Return the moment that it will be by then."""
        return datetime.now(UTC) + self.ahead


async def run(seconds: float) -> None:
    """Run a worker until it is told to stop, or killed."""
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    db = Database.open(settings.database_url)
    services = build_services(
        settings.master_key_bytes(), settings.municipality, ClockAhead(timedelta(seconds=seconds))
    )
    worker = Worker.over(db, services, settings)
    try:
        await worker.run(stop_on_signal(), settings.pull_interval_seconds)
    finally:
        await worker.close()
        await db.close()


if __name__ == "__main__":
    uvloop.run(run(float(sys.argv[1])))
