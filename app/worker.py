"""The hub's hands: pulls the partners, relays events, delivers them; in one process, stopped by a signal."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Self
from uuid import uuid4

import structlog

from app.adapters.common.adapter import Adapter
from app.adapters.engine.jobs import Jobs
from app.adapters.engine.puller import Puller
from app.adapters.engine.registry import connect_partners
from app.database import Database
from app.domain.codes import System
from app.events.contract.envelope import Origin
from app.events.delivery.context import StoredCaseLookup
from app.events.delivery.engine import DeliveryEngine, DeliverySettings
from app.events.delivery.payload import DeliveryBuilder
from app.events.delivery.relay import Relay
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookSender
from app.loops import last_completed, run_forever
from app.operations.field_sync.known_values import on_delivered
from app.operations.intake.apply import PageResult
from app.operations.partners.lease import PartnerLease
from app.operations.partners.pull_policy import MaintenanceWindow, PullPolicy
from app.operations.retention import purge_expired
from app.operations.services import Services, SystemClock, build_services
from app.settings import Settings

log = structlog.get_logger(__name__)

_HOUR_SECONDS = 3600
_LIVENESS_SECONDS = 300

USUAL_REQUESTS_PER_SECOND = 50.0
"""A partner that says nothing of its own gets no more calls than this; simulated ones can bear anything."""


@dataclass
class Worker:
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

    @classmethod
    def over(cls, db: Database, services: Services, settings: Settings) -> Self:
        """Wire the loops over a database."""
        pull_policy = pull_policies_of(settings)
        adapters = connect_partners(settings.partners.values(), services.clock, pull_policy)
        webhook = WebhookSender(services.clock, outbound(settings))
        cases = StoredCaseLookup(services.vault)
        table = DeliveryBuilder(
            clock=services.clock,
            new_id=services.new_id,
            cases=cases,
            vault=services.vault,
            gate=services.gate,
            origin=Origin(settings.oin, settings.system_name, settings.public_url),
            remember=on_delivered(services.vault),
        )
        sinks = {system: adapter.sink for system, adapter in adapters.items()}
        holder = uuid4().hex
        return cls(
            relay=Relay(db, cases, services.policy, services.clock, services.new_id),
            delivery=DeliveryEngine(db, table, sinks, webhook, DeliverySettings()),
            pullers={
                system: _puller(db, services, adapter, PartnerLease(system, holder), pull_policy[system])
                for system, adapter in adapters.items()
            },
            adapters=adapters,
            webhook=webhook,
            purge=partial(db.write_quietly, purge_expired, services),
        )

    async def run(self, stop: asyncio.Event, pull_interval_seconds: float) -> None:
        """Run all loops until ``stop`` is set; what is in flight is finished and written down."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self.delivery.run(stop, self.relay.once))
            for puller in self.pullers.values():
                loops.create_task(puller.run(stop, pull_interval_seconds))
            loops.create_task(run_forever("retention", self.purge, stop=stop, interval_seconds=_HOUR_SECONDS))

    async def settle(self, *systems: System) -> PageResult:
        """Pull these partners once, then tell everyone what happened; for tests and plays in simulated time."""
        tallies = await asyncio.gather(*(self.pullers[system].pull() for system in systems))
        while await self.relay.once():
            pass
        await self.delivery.drain()
        return sum(tallies, PageResult())

    async def close(self) -> None:
        """Close all connections to the outside."""
        await self.webhook.close()
        for adapter in self.adapters.values():
            await adapter.close()


def _puller(db: Database, services: Services, adapter: Adapter, lease: PartnerLease, pull_policy: PullPolicy) -> Puller:
    jobs = Jobs(db=db, services=services, source=adapter.source, lease=lease, list_cases=adapter.list_cases)
    return Puller(
        db=db,
        services=services,
        source=adapter.source,
        holder=lease.holder,
        pull_policy=pull_policy,
        do_jobs=jobs.work,
    )


def outbound(settings: Settings) -> OutboundClient:
    """Return the way out to addresses that subscribers name."""
    rules = AddressPolicy.of(settings.webhook_allowed_networks, sandbox=settings.mode == "sandbox")
    return OutboundClient(rules, ca_file=str(settings.webhook_ca_file) if settings.webhook_ca_file else None)


def pull_policies_of(settings: Settings) -> dict[System, PullPolicy]:
    """Return how each partner is treated."""
    usual = None if settings.mode == "sandbox" else USUAL_REQUESTS_PER_SECOND
    return {
        system: PullPolicy(
            requests_per_second=each.requests_per_second or usual,
            maintenance=tuple(MaintenanceWindow(*times) for times in each.maintenance),
            reconcile_at=settings.reconcile_at,
        )
        for system, each in settings.partners.items()
    }


async def run_worker(settings: Settings) -> None:
    """Run a worker by itself until it is told to stop by SIGINT or SIGTERM (PostgreSQL; SQLite has one process)."""
    db = Database.open(settings.database_url)
    services = build_services(settings.master_key_bytes(), settings.municipality, SystemClock())
    worker = Worker.over(db, services, settings)
    stop = stop_on_signal()
    log.info("worker_started", partners=[system.value for system in worker.pullers])
    try:
        async with asyncio.TaskGroup() as running:
            running.create_task(worker.run(stop, settings.pull_interval_seconds))
            # A worker has no port for /metrics, so its log says which loops are alive.
            running.create_task(run_forever("liveness", _log_liveness, stop=stop, interval_seconds=_LIVENESS_SECONDS))
    finally:
        await worker.close()
        await db.close()
        log.info("worker_stopped")


async def _log_liveness() -> None:
    completed = {name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in last_completed().items()}
    log.info("loops_completed", last_round=completed)


def stop_on_signal() -> asyncio.Event:
    """Return an event that is set by SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop
