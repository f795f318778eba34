"""The worker: pulls partners, watches terms, relays events, delivers them and applies retention, in loops."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.adapters.common.adapter import Adapter
from app.adapters.engine.puller import Puller
from app.domain.codes import System
from app.domain.worker_processes import REPORT_SECONDS
from app.events.delivery.engine import DeliveryEngine
from app.events.delivery.relay import Relay
from app.events.http.webhook import WebhookSender
from app.loops import last_completed, run_forever
from app.operations.access.watch import AccessWatch
from app.operations.intake.apply import PageResult
from app.operations.schema import SchemaMismatch
from app.operations.worker_processes import WorkerReporter

log = structlog.get_logger(__name__)

_TERMS_SECONDS = 10
_RETENTION_SECONDS = 3600
_LIVENESS_SECONDS = 300
_SCHEMA_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class WorkerLoops:
    """The loops of one process, over one database.

    Attributes:
        pullers: one for each connected partner.
        watch_terms: reports what is due of terms; returns whether there is more.
        purge: deletes a batch of what is older than the terms of retention; returns whether there is more.
        reporter: reports this process for operators.
        check_schema: raises SchemaMismatch when the database no longer has the schema of this version of the hub.
        watch: notices that organisations were changed, in a process without the API.
    """

    relay: Relay
    delivery: DeliveryEngine
    pullers: dict[System, Puller]
    adapters: dict[System, Adapter]
    webhook: WebhookSender
    watch_terms: Callable[[], Awaitable[bool]]
    purge: Callable[[], Awaitable[bool]]
    reporter: WorkerReporter
    check_schema: Callable[[], Awaitable[None]]
    watch: AccessWatch

    async def run(self, stop: asyncio.Event, pull_interval_seconds: float) -> None:
        """Run all loops until ``stop`` is set; deliveries in flight are finished and recorded.

        Raises:
            SchemaMismatch: this worker can do nothing any more.
        """
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self.delivery.run(stop, self.relay.once))
            for puller in self.pullers.values():
                loops.create_task(puller.run(stop, pull_interval_seconds))
            loops.create_task(run_forever("terms", self.watch_terms, stop=stop, interval_seconds=_TERMS_SECONDS))
            loops.create_task(run_forever("retention", self.purge, stop=stop, interval_seconds=_RETENTION_SECONDS))
            loops.create_task(self._check_schema(stop))
            loops.create_task(self._report(stop))

    async def run_alone(self, stop: asyncio.Event, pull_interval_seconds: float) -> None:
        """Run all loops in a process without ``/metrics``; its log shows which loops are alive."""
        log.info("worker_started", partners=[system.value for system in self.pullers])
        async with asyncio.TaskGroup() as running:
            running.create_task(self.run(stop, pull_interval_seconds))
            running.create_task(self.watch.run(stop))
            running.create_task(run_forever("liveness", _log_liveness, stop=stop, interval_seconds=_LIVENESS_SECONDS))
        log.info("worker_stopped")

    async def pull_and_deliver(self, *systems: System) -> PageResult:
        """Pull these partners once and deliver everything that follows; for tests and simulated time."""
        results = await asyncio.gather(*(self.pullers[system].pull() for system in systems))
        while await self.watch_terms():
            pass
        while await self.relay.once():
            pass
        await self.delivery.drain()
        return sum(results, PageResult())

    async def _check_schema(self, stop: asyncio.Event) -> None:
        work, fatal = self.check_schema, (SchemaMismatch,)
        await run_forever("schema", work, stop=stop, interval_seconds=_SCHEMA_SECONDS, fatal=fatal)

    async def _report(self, stop: asyncio.Event) -> None:
        await run_forever("report", self.reporter.report, stop=stop, interval_seconds=REPORT_SECONDS)
        await self.reporter.withdraw()

    async def close(self) -> None:
        """Close all connections to partners and subscribers."""
        await self.webhook.close()
        for adapter in self.adapters.values():
            await adapter.close()


async def _log_liveness() -> None:
    last_round = {name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in last_completed().items()}
    log.info("worker_liveness_reported", last_round=last_round)
