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
from app.models.delivery.receiver_health import failing_receivers
from app.models.delivery.subscription import Subscription, insert_subscription, load_subscriptions
from app.operations.services import Services
from app.operations.subscriptions.lookup import SubscriptionRef
from app.reference import load_reference
from tests.support.event_env import NEW_ID, Answer, EventEnv, Mailbox, organisation
from tests.support.subscriptions import sealed_subscription

CONFIRMED = EventType.REFERRAL_CONFIRMED
OWNER = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
OTHER_ORGANISATION = replace(organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API), code="other-organisation")
OPERATOR = Organisation(
    id=uuid4(), code="beheer", name="Beheer", role=OrganisationRole.OPERATOR, kind=None, system=System.API
)


def status(code: int) -> Answer:
    """Return a receiver that answers with this status."""
    return lambda _: web.Response(status=code)


@dataclass
class ReceivedEvents:
    """A subscription and the events that arrived at it."""

    ref: SubscriptionRef
    secret: str
    box: Mailbox

    @property
    def id(self) -> UUID:
        return self.ref.id

    @property
    def notices(self) -> list[dict[str, Any]]:
        events = [json.loads(body) for body in self.box.bodies]
        return [each for each in events if each["type"] in NOTICES]

    @property
    def types(self) -> list[str]:
        return [each["type"] for each in self.notices]


class NoticeEnv:
    """The event layer with stored organisations, and subscriptions to chosen event types."""

    def __init__(self, env: EventEnv, boxes: Sequence[Mailbox]) -> None:
        self.env = env
        self._boxes = list(boxes)
        self.services = Services(
            clock=env.clock,
            new_id=NEW_ID,
            vault=env.vault,
            gate=env.gate,
            reference=load_reference("rotterdam"),
        )

    async def subscribe(self, owner: Organisation, *types: EventType, box: Mailbox | None = None) -> ReceivedEvents:
        now, secret, box = self.env.clock.now(), new_secret(), box or self._boxes.pop()
        new = sealed_subscription(
            self.env.vault,
            secret,
            id=NEW_ID(now),
            organisation_id=owner.id,
            url=box.url,
            at=now,
            event_types=types,
        )
        await self.env.db.write(insert_subscription, new)
        return ReceivedEvents(SubscriptionRef(owner, new.id), secret, box)

    async def happen(self, times: int = OPENS_AFTER) -> None:
        """Record one event for each of this many referrals of the owner, and send what is due."""
        for _ in range(times):
            await self.env.happen(self.env.cases.add(OWNER), CONFIRMED)
        await self.env.send()

    async def come_back(self) -> None:
        """Send until every breaker is closed again."""
        for _ in range(12):
            self.env.clock.move(seconds=LONGEST_PAUSE.total_seconds() * 60)
            await self.happen(3)
        assert await self.env.db.read(failing_receivers) == {}

    async def stored(self, *types: EventType) -> list[str]:
        query = select(event_table.c.type).where(event_table.c.type.in_(types)).order_by(event_table.c.position)
        return await self.env.db.read(lambda tx: list(tx.scalars(query)))

    async def subscription(self, told: ReceivedEvents) -> Subscription:
        return (await self.env.db.read(load_subscriptions, [told.id]))[told.id]


def add_organisations(tx: Connection, env: EventEnv) -> None:
    """Store the organisations."""
    for each in (OWNER, OTHER_ORGANISATION, OPERATOR):
        insert_organisation(tx, each, env.clock.now())
