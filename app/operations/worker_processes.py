"""What workers report of themselves, and what operators read of it."""

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app import __version__
from app.database import Connection, Database
from app.domain.errors import Unavailable
from app.domain.worker_processes import SILENT_AFTER, LoopReport, WorkerReport
from app.loops import LoopState, loop_states
from app.models.diagnosis import server_time
from app.models.worker_process import delete_worker, list_workers, save_worker
from app.operations.services import Services

_LONGEST_HOST = 255


@dataclass(frozen=True, kw_only=True)
class WorkerReporter:
    """Reports this worker; its row is there as long as it runs, and stays behind when it ends without a stop."""

    db: Database
    services: Services
    id: UUID
    started_at: datetime

    async def report(self) -> None:
        """Store what the loops of this process last did."""
        await self.db.write_without_notifying(save_worker, self.present())

    async def withdraw(self) -> None:
        """Remove this worker, which stops; a row that cannot be removed is purged later."""
        with suppress(Unavailable):
            await self.db.write_without_notifying(delete_worker, self.id)

    def present(self) -> WorkerReport:
        """Return what this worker reports now."""
        now = self.services.clock.now()
        return WorkerReport(
            id=self.id,
            host=socket.gethostname()[:_LONGEST_HOST],
            process=os.getpid(),
            version=__version__,
            started_at=self.started_at,
            reported_at=now,
            loops=tuple(_loop_report(each, now) for each in loop_states()),
        )


def present_workers(tx: Connection, now: datetime | None = None) -> list[WorkerReport]:
    """Return the workers, the one that was started first first, and whether each is silent.

    ``now`` is by the clock of the records; None asks the database.
    """
    now = now or server_time(tx)
    return [replace(each, silent=now - each.reported_at > SILENT_AFTER) for each in list_workers(tx)]


def _loop_report(state: LoopState, now: datetime) -> LoopReport:
    return LoopReport(
        name=state.name,
        completed_at=_moment(state.completed_at, now),
        failed_at=_moment(state.failed_at, now),
        error=state.error,
    )


def _moment(at: float | None, now: datetime) -> datetime | None:
    """Return a moment of this computer's clock by the clock of the records."""
    return None if at is None else now - timedelta(seconds=time.time() - at)
