"""Organisations and subscriptions for the tests of notices about connections."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from sqlalchemy import select

from app.database import Connection
from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.events import NOTICES, EventType
from app.domain.values import Organisation
from app.events.delivery.breaker import LONGEST_PAUSE, OPENS_AFTER
from app.events.http.signing import new_secret
from app.models.access.organisation import insert_organisation
from app.models.delivery.outbox import event as event_table
from app.models.delivery.receiver_health import restrained_endpoints
from app.models.delivery.subscription import Subscription, insert_subscription, load_subscriptions, secret_context
from app.operations.services import Services
from app.reference import load_reference
from tests.support.event_env import NEW_ID, Answer, Mailbox, World, organisation

CONFIRMED = EventType.REFERRAL_CONFIRMED
OWNER = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
STRANGER = replace(organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API), code="stranger")
OPERATOR = Organisation(uuid4(), "beheer", "Beheer", OrganisationRole.OPERATOR, None, System.API)


def status(code: int) -> Answer:
    """Return a receiver that answers with this status."""
    return lambda _: web.Response(status=code)


@dataclass
class Told:
    """A subscription with what arrives at it."""

    id: UUID
    secret: str
    box: Mailbox

    @property
    def notices(self) -> list[dict[str, Any]]:
        events = [json.loads(body) for body in self.box.bodies]
        return [each for each in events if each["type"] in NOTICES]

    @property
    def types(self) -> list[str]:
        return [each["type"] for each in self.notices]


class NoticeEnv:
    """A world with organisations that exist, and subscriptions that ask for types."""

    def __init__(self, world: World, boxes: Sequence[Mailbox]) -> None:
        self.world = world
        self._boxes = list(boxes)
        self.services = Services(
            clock=world.clock,
            new_id=NEW_ID,
            vault=world.vault,
            gate=world.gate,
            reference=load_reference("rotterdam"),
        )

    async def subscribe(self, owner: Organisation, *types: EventType, box: Mailbox | None = None) -> Told:
        secret, id, box = new_secret(), NEW_ID(self.world.clock.now()), box or self._boxes.pop()
        sealed = self.world.vault.seal(secret.encode(), secret_context(id))
        now = self.world.clock.now()
        new = Subscription(id, owner.id, box.url, sealed, now, now, event_types=frozenset(types))
        await self.world.db.write(insert_subscription, new)
        return Told(id, secret, box)

    async def happen(self, times: int = OPENS_AFTER) -> None:
        """Let things happen to so many referrals of the owner, and send what is owed."""
        for _ in range(times):
            await self.world.happen(self.world.cases.add(OWNER), CONFIRMED)
        await self.world.send()

    async def come_back(self) -> None:
        """Send until every breaker is closed again."""
        for _ in range(12):
            self.world.clock.move(seconds=LONGEST_PAUSE.total_seconds() * 60)
            await self.happen(3)
        assert await self.world.db.read(restrained_endpoints) == {}

    async def stored(self, *types: EventType) -> list[str]:
        query = select(event_table.c.type).where(event_table.c.type.in_(types)).order_by(event_table.c.position)
        return await self.world.db.read(lambda tx: list(tx.scalars(query)))

    async def subscription(self, told: Told) -> Subscription:
        return (await self.world.db.read(load_subscriptions, [told.id]))[told.id]


def add_organisations(tx: Connection, world: World) -> None:
    """Store the organisations."""
    for each in (OWNER, STRANGER, OPERATOR):
        values = {"kind": each.kind, "area": None, "active": True, "changed_at": world.clock.now()}
        insert_organisation(tx, vars(each) | values)
