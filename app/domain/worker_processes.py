"""What is known of the processes that pull, relay and deliver (*werkprocessen*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

REPORT_SECONDS = 10.0
"""How often a worker reports."""

SILENT_AFTER = timedelta(minutes=1)
"""A worker that has not reported for this long ended without a stop, or hangs."""


@dataclass(frozen=True, kw_only=True)
class LoopReport:
    """What a loop of a worker last did.

    Attributes:
        completed_at: when a round last ended without an error.
        failed_at: when a round last ended with one.
        error: the class of that error.
    """

    name: str
    completed_at: datetime | None = None
    failed_at: datetime | None = None
    error: str | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the last round ended with an error."""
        return self.failed_at is not None and (self.completed_at is None or self.completed_at <= self.failed_at)


@dataclass(frozen=True, kw_only=True)
class WorkerReport:
    """A worker, as it last reported.

    Attributes:
        id: of this run of the process; it has the leases on partners by this id.
        host: the name of the computer or container.
        process: number of the process there.
        version: of the hub.
        silent: whether it has not reported for ``SILENT_AFTER``.
    """

    id: UUID
    host: str
    process: int
    version: str
    started_at: datetime
    reported_at: datetime
    loops: tuple[LoopReport, ...]
    silent: bool = False
