"""The hub's hands: pulls the partners, relays events, delivers them; in one process, stopped by a signal."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Self
from uuid import uuid4

import structlog

from app.adapters.engine.jobs import Jobs
from app.adapters.engine.puller import Puller
from app.adapters.engine.registry import Access, Adapter, cases_of, connect_partners
from app.database import Database
from app.domain.codes import PARTNERS, System
from app.events.contract.envelope import Origin
from app.events.delivery.context import StoredCases
from app.events.delivery.engine import DeliveryEngine, DeliverySettings
from app.events.delivery.payload import PackingTable
from app.events.delivery.relay import Relay
from app.events.http.client import Outbound
from app.events.http.ssrf import AddressRules
from app.events.http.webhook import WebhookSender
from app.operations.field_sync.known_values import sent_memory
from app.operations.intake.apply import Tally
from app.operations.partners.lease import Turn
from app.operations.partners.pull_policy import Manners, Window
from app.operations.retention import forget_what_is_old
from app.operations.services import SystemClock, Tools, make_tools
from app.settings import Settings

log = structlog.get_logger(__name__)

_HOUR_SECONDS = 3600

USUAL_REQUESTS_PER_SECOND = 50.0
"""A partner that says nothing of its own gets no more calls than this; simulated ones can bear anything."""


@dataclass
class Worker:
    """The loops of one process, over one database.

    Attributes:
        pullers: one for each connected partner.
        forget: forgets what waited too long, and what is long over.
    """

    relay: Relay
    delivery: DeliveryEngine
    pullers: dict[System, Puller]
    adapters: dict[System, Adapter]
    webhook: WebhookSender
    forget: Callable[[], Awaitable[int]]

    @classmethod
    def over(cls, db: Database, tools: Tools, settings: Settings) -> Self:
        """Wire the loops over a database."""
        manners = manners_of(settings)
        adapters = connect_partners(access_of(settings), tools.clock, manners)
        webhook = WebhookSender(tools.clock, outbound(settings))
        cases = StoredCases(tools.vault)
        table = PackingTable(
            clock=tools.clock,
            new_id=tools.new_id,
            cases=cases,
            vault=tools.vault,
            policy=tools.policy,
            pseudonyms=tools.pseudonyms,
            origin=Origin(settings.oin, settings.system_name, settings.public_url),
            remember=sent_memory(tools.vault),
        )
        sinks = {system: adapter.sink for system, adapter in adapters.items()}
        holder = uuid4().hex
        return cls(
            relay=Relay(db, cases, tools.policy, tools.clock, tools.new_id),
            delivery=DeliveryEngine(db, table, sinks, webhook, DeliverySettings()),
            pullers={
                system: Puller(
                    db,
                    tools,
                    each.source,
                    holder,
                    manners[system],
                    Jobs(db, tools, each.source, Turn(system, holder), cases_of(each)).work,
                )
                for system, each in adapters.items()
            },
            adapters=adapters,
            webhook=webhook,
            forget=partial(db.write_quietly, forget_what_is_old, tools),
        )

    async def run(self, stop: asyncio.Event, pull_interval_seconds: float) -> None:
        """Run all loops until ``stop`` is set; what is in flight is finished and written down."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self.delivery.run(stop, self.relay.once))
            for puller in self.pullers.values():
                loops.create_task(puller.run(stop, pull_interval_seconds))
            loops.create_task(self._forget_hourly(stop))

    async def _forget_hourly(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.forget()
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever one round meets
                log.error("forgetting_failed", error=type(error).__name__)  # noqa: TRY400 - as elsewhere
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _HOUR_SECONDS)

    async def settle(self, *systems: System) -> Tally:
        """Pull these partners once, then tell everyone what happened; for tests and plays in simulated time."""
        tallies = await asyncio.gather(*(self.pullers[system].pull() for system in systems))
        while await self.relay.once():
            pass
        await self.delivery.drain()
        return sum(tallies, Tally())

    async def close(self) -> None:
        """Close all connections to the outside."""
        await self.webhook.close()
        for adapter in self.adapters.values():
            await adapter.close()


def outbound(settings: Settings) -> Outbound:
    """Give the way out to addresses that subscribers name."""
    rules = AddressRules.of(settings.webhook_allowed_networks, sandbox=settings.mode == "sandbox")
    return Outbound(rules, ca_file=str(settings.webhook_ca_file) if settings.webhook_ca_file else None)


def access_of(settings: Settings) -> dict[System, Access]:
    """Give how to reach each partner that has an address."""
    given = {system: settings.of_partner(system) for system in PARTNERS}
    return {system: Access(each.url, each.credentials) for system, each in given.items() if each.url}


def manners_of(settings: Settings) -> dict[System, Manners]:
    """Give how each partner is treated."""
    usual = None if settings.mode == "sandbox" else USUAL_REQUESTS_PER_SECOND
    given = {system: settings.of_partner(system) for system in PARTNERS}
    return {
        system: Manners(
            requests_per_second=each.requests_per_second or usual,
            maintenance=tuple(Window(*times) for times in each.maintenance),
            reconcile_at=settings.reconcile_at,
        )
        for system, each in given.items()
    }


async def run_worker(settings: Settings) -> None:
    """Run a worker by itself until it is told to stop by SIGINT or SIGTERM (PostgreSQL; SQLite has one process)."""
    db = Database.open(settings.database_url)
    tools = make_tools(settings.master_key_bytes(), settings.municipality, SystemClock())
    worker = Worker.over(db, tools, settings)
    stop = stop_on_signal()
    log.info("worker_started", partners=[system.value for system in worker.pullers])
    try:
        await worker.run(stop, settings.pull_interval_seconds)
    finally:
        await worker.close()
        await db.close()
        log.info("worker_stopped")


def stop_on_signal() -> asyncio.Event:
    """Give an event that is set by SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop
