"""The template adapter's world: a hub on one side, its partner on the other, and the worker's hands between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.adapters.common.adapter import Adapter
from app.adapters.engine.jobs import Jobs
from app.adapters.engine.puller import Puller
from app.adapters.template import connect_template
from app.adapters.template.mapping import SYSTEM, TABLES, Tables
from app.database import Database
from app.domain.codes import ReferralStatus
from app.domain.partners import JobKind, JobRequest
from app.events.contract.envelope import Origin
from app.events.delivery.context import StoredCaseLookup
from app.events.delivery.engine import DeliveryEngine, DeliverySettings
from app.events.delivery.payload import DeliveryBuilder
from app.events.delivery.relay import Relay
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookSender
from app.models.cases.external_id import referral_of
from app.operations.intake.apply import PageResult
from app.operations.partners.jobs import find_job, request_job
from app.operations.partners.lease import PartnerLease
from tests.support.hub import InProcessHub
from tests.support.template_partner import TOKEN, TemplatePartner

ORIGIN = Origin("00000001001234567000", "trajecthub", "https://hub.example")


@dataclass(frozen=True, kw_only=True)
class World:
    """A hub with the adapter on one side and the partner on the other."""

    hub: InProcessHub
    partner: TemplatePartner
    url: str
    adapter: Adapter
    relay: Relay
    delivery: DeliveryEngine

    async def pull(self) -> PageResult:
        """Read what changed at the partner, as the worker does."""
        return await Puller(
            db=self.hub.db, services=self.hub.services, source=self.adapter.source, holder="test"
        ).pull()

    async def do(self, kind: str, tables: Tables = TABLES) -> Mapping[str, Any]:
        """Have the worker do a job, as it does after a start with these tables; returns the job's report."""
        hub = self.hub
        job = await hub.db.write(request_job, hub.services, SYSTEM, "beheer", JobRequest(kind=JobKind(kind)))
        async with opened(self.url, tables=tables) as adapter:
            jobs = Jobs(db=hub.db, services=hub.services, source=adapter.source, lease=PartnerLease(SYSTEM, "test"))
            await Puller(
                db=hub.db, services=hub.services, source=adapter.source, holder="test", do_jobs=jobs.work
            ).round()
        return (await hub.db.read(find_job, SYSTEM, job.id)).report or {}

    async def tell(self) -> None:
        """Tell the partner what happened, as the worker does."""
        while await self.relay.once():
            pass
        await self.delivery.drain()

    async def referral(self, number: str = "A-1") -> UUID:
        """Return the hub's id of a referral of the partner."""
        return (await self.hub.db.read(referral_of, SYSTEM, {number}))[number]

    async def status(self, number: str = "A-1") -> ReferralStatus:
        """Return where a referral of the partner stands."""
        return await self.hub.status(await self.referral(number))


@asynccontextmanager
async def opened(url: str, token: str = TOKEN, tables: Tables = TABLES) -> AsyncIterator[Adapter]:
    """Return an adapter and close it, also when the test fails."""
    adapter = connect_template(url, token, tables)
    try:
        yield adapter
    finally:
        await adapter.close()


@asynccontextmanager
async def small_world(db: Database, partner: TemplatePartner, url: str, adapter: Adapter) -> AsyncIterator[World]:
    """Return a hub that is connected with the partner and holds nothing of it yet."""
    hub = InProcessHub(db)
    await hub.set_up()
    services, cases = hub.services, StoredCaseLookup(hub.services.vault)
    table = DeliveryBuilder(services.clock, services.new_id, cases, services.vault, services.gate, ORIGIN)
    webhook = WebhookSender(services.clock, OutboundClient(AddressPolicy()))
    delivery = DeliveryEngine(db, table, {SYSTEM: adapter.sink}, webhook, DeliverySettings(random=lambda: 0.0))
    yield World(
        hub=hub,
        partner=partner,
        url=url,
        adapter=adapter,
        relay=Relay(db, cases, services.policy, services.clock, services.new_id),
        delivery=delivery,
    )
    await webhook.close()
