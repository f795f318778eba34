"""The worker: pulls the partners, relays events, delivers them and applies retention, in loops of one process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.adapters.common.adapter import Adapter
from app.adapters.engine.puller import Puller
from app.domain.codes import System
from app.events.delivery.engine import DeliveryEngine
from app.events.delivery.relay import Relay
from app.events.http.webhook import WebhookSender
from app.loops import last_completed, run_forever
from app.operations.intake.apply import PageResult

log = structlog.get_logger(__name__)

_RETENTION_SECONDS = 3600
_LIVENESS_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class WorkerLoops:
    """The loops of one process, over one database.

    Attributes:
        pullers: one for each connected partner.
        purge: deletes what is older than the terms of retention.
    """

    relay: Relay
    delivery: DeliveryEngine
    pullers: dict[System, Puller]
    adapters: dict[System, Adapter]
    webhook: WebhookSender
    purge: Callable[[], Awaitable[int]]

    async def run(self, stop: asyncio.Event, pull_interval_seconds: float) -> None:
        """Run all loops until ``stop`` is set; deliveries in flight are finished and recorded."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self.delivery.run(stop, self.relay.once))
            for puller in self.pullers.values():
                loops.create_task(puller.run(stop, pull_interval_seconds))
            loops.create_task(run_forever("retention", self.purge, stop=stop, interval_seconds=_RETENTION_SECONDS))

    async def run_alone(self, stop: asyncio.Event, pull_interval_seconds: float) -> None:
        """Run all loops in a process without ``/metrics``; its log shows which loops are alive."""
        log.info("worker_started", partners=[system.value for system in self.pullers])
        async with asyncio.TaskGroup() as running:
            running.create_task(self.run(stop, pull_interval_seconds))
            running.create_task(run_forever("liveness", _log_liveness, stop=stop, interval_seconds=_LIVENESS_SECONDS))
        log.info("worker_stopped")

    async def pull_and_deliver(self, *systems: System) -> PageResult:
        """Pull these partners once and deliver everything that follows; for tests and simulated time."""
        results = await asyncio.gather(*(self.pullers[system].pull() for system in systems))
        while await self.relay.once():
            pass
        await self.delivery.drain()
        return sum(results, PageResult())

    async def close(self) -> None:
        """Close all connections to partners and subscribers."""
        await self.webhook.close()
        for adapter in self.adapters.values():
            await adapter.close()


async def _log_liveness() -> None:
    last_round = {name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in last_completed().items()}
    log.info("worker_liveness_reported", last_round=last_round)
