"""Responses about the worker processes."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.schemas.fields import Out


class LoopOut(Out):
    """What a loop of a worker last did."""

    name: str = Field(description="`delivery`, `relay`, `retention`, `pull:allegro` and so on.", examples=["delivery"])
    completed_at: datetime | None = Field(None, description="When a round last ended without an error.")
    failed_at: datetime | None = Field(None, description="When a round last ended with an error.")
    error: str | None = Field(None, description="The class of that error.", examples=["Unavailable"])


class WorkerProcessOut(Out):
    """A process that pulls, relays and delivers (*werkproces*), as it last reported."""

    id: UUID
    host: str = Field(description="The name of its computer or container.", examples=["hub-worker-1"])
    process: int = Field(description="Number of the process there.", examples=[7])
    version: str = Field(description="Version of the hub.", examples=["0.1.0"])
    started_at: datetime = Field(description="When it started.")
    reported_at: datetime = Field(description="When it last reported; it does so every ten seconds.")
    silent: bool = Field(
        description="It has not reported for a minute: it ended without a stop, or hangs.", examples=[False]
    )
    loops: list[LoopOut] = Field(description="What each of its loops last did.")


class WorkerProcessesOut(Out):
    """The worker processes, the one that was started first first (*werkprocessen*)."""

    items: list[WorkerProcessOut]
