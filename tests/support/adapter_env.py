"""A hub with one adapter: the engine pulls through it and delivers to it, as the worker does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from app.adapters.common.adapter import Adapter
from app.adapters.engine.jobs import JobRunner
from app.adapters.engine.puller import Puller
from app.bootstrap import build_delivery_engine, build_relay
from app.database import Database
from app.domain.codes import ReferralStatus, ReferrerKind
from app.domain.partners import JobKind, JobRequest
from app.events.contract.envelope import Origin
from app.events.delivery.attempt import Channels
from app.events.delivery.engine import DeliveryEngine
from app.events.delivery.relay import Relay
from app.events.delivery.settings import DeliverySettings
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookSender
from app.models.cases.external_id import referral_of
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.intake.apply import PageResult
from app.operations.partners.jobs import find_job, request_job
from app.operations.partners.lease import PartnerLease
from tests.support.hub import InProcessHub

TEAM = "team-of-the-partner"
"""The code of a team that refers through the partner's system."""

ORIGIN = Origin("00000001001234567000", "trajecthub", "https://hub.example")


@dataclass(frozen=True, kw_only=True)
class AdapterEnv:
    """A hub, the adapter of one partner, and the loops between them."""

    hub: InProcessHub
    adapter: Adapter
    relay: Relay
    delivery: DeliveryEngine

    async def pull(self) -> PageResult:
        """Read what changed at the partner."""
        return await self._puller(self.adapter).pull()

    async def do_job(self, kind: JobKind, adapter: Adapter | None = None) -> Mapping[str, object]:
        """Do a job; return its report.

        Args:
            kind: the job.
            adapter: does the job in the place of the environment's own, as after a start with another mapping.
        """
        hub, used = self.hub, adapter or self.adapter
        job = await hub.db.write(request_job, hub.services, used.system, "beheer", JobRequest(kind=kind))
        lease = PartnerLease(used.system, "test")
        runner = JobRunner(
            db=hub.db, services=hub.services, source=used.source, lease=lease, list_cases=used.list_cases
        )
        puller = self._puller(used)
        puller.do_jobs = runner.run
        await puller.round()
        return (await hub.db.read(find_job, used.system, job.id)).report or {}

    async def deliver(self) -> None:
        """Send the partner every message that is due."""
        while await self.relay.once():
            pass
        await self.delivery.drain()

    async def referral(self, number: str) -> UUID:
        """Return the hub's id of a case of the partner."""
        return (await self.hub.db.read(referral_of, self.adapter.system, {number}))[number]

    async def status(self, number: str) -> ReferralStatus:
        """Return the status of a case of the partner."""
        return await self.hub.status(await self.referral(number))

    def _puller(self, adapter: Adapter) -> Puller:
        return Puller(db=self.hub.db, services=self.hub.services, source=adapter.source, holder="test")


@asynccontextmanager
async def connected_hub(db: Database, adapter: Adapter) -> AsyncIterator[AdapterEnv]:
    """Return a hub that is connected with the partner, and has a team there but no referral yet."""
    hub = InProcessHub(db)
    await hub.set_up()
    team = ReferrerDetails(code=TEAM, name="Team", kind=ReferrerKind.WIJKTEAM, system=adapter.system)
    await db.write(save_referrer, hub.services, team)
    webhook = WebhookSender(hub.clock, OutboundClient(AddressPolicy()))
    channels = Channels(webhook, {adapter.system: adapter.sink})
    yield AdapterEnv(
        hub=hub,
        adapter=adapter,
        relay=build_relay(db, hub.services),
        delivery=build_delivery_engine(db, hub.services, ORIGIN, channels, DeliverySettings(random=lambda: 0.0)),
    )
    await webhook.close()
