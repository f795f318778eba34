"""Deliveries wait while a server answers in a partner's place; operators are alerted once, and nothing is lost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.domain.receivers import PartnerKey
from app.models.delivery.delivery import Delivery
from app.models.delivery.outbox import event
from app.models.delivery.redelivery import deliver_all_to_partner_again
from app.sandbox.rmw.soap import RmwFault, fault
from tests.support.between import Outgoing, outgoing
from tests.support.event_env import EventEnv, deliveries_to, organisation
from tests.support.hostile import FOREIGN_ERRORS, FOREIGN_SUCCESSES, HostileAnswer

ANSWERS = {each.name: each for each in (*FOREIGN_ERRORS, *FOREIGN_SUCCESSES)}
ROTATED = HostileAnswer(
    "rotated password", 500, fault(RmwFault("AUTHENTICATIE", "onjuist")), {"content-type": "text/xml"}
)
KINDS = {System.GIDSO: ReferrerKind.WIJKTEAM, System.RMW: ReferrerKind.WERK_EN_INKOMEN}
MESSAGES, FURTHER = 12, 8
"""More than open the breaker, and than close it again."""


class Delivering:
    """The delivery engine with one partner behind a server."""

    def __init__(self, db: Database, partner: Outgoing) -> None:
        self.partner, self.system = partner, partner.adapter.system
        self.env = EventEnv(db)
        sinks: dict[System, Any] = {self.system: partner.adapter.sink}
        self.env.partners = sinks
        self.env.engine = self.env.new_engine()

    async def owe(self, number: int) -> None:
        """Record an event for the partner about each of some referrals."""
        for _ in range(number):
            referral = self.env.cases.add(organisation(KINDS[self.system], self.system))
            self.env.cases.ids[self.system, referral] = self.partner.message.external_id or ""
            await self.env.happen(referral, EventType.REFERRAL_CONFIRMED, source=System.API)

    async def pass_hours(self, hours: int) -> None:
        for _ in range(hours * 4):
            await self.env.send()
            self.env.clock.move(minutes=15)

    async def deliveries(self) -> list[Delivery]:
        return await deliveries_to(self.env.db, PartnerKey(self.system))

    async def notices(self) -> list[str]:
        types = (EventType.PARTNER_FAILING.value, EventType.PARTNER_RECOVERED.value)
        query = select(event.c.type).where(event.c.type.in_(types)).order_by(event.c.position)
        return await self.env.db.read(lambda tx: list(tx.execute(query).scalars()))


@pytest.fixture
async def delivering(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Delivering]:
    async with outgoing(request.param) as partner:
        env = Delivering(database, partner)
        yield env
        await env.env.webhook.close()


@pytest.mark.parametrize(
    ("delivering", "answer", "why"),
    [
        ("rmw", ROTATED, ("login-refused", 500)),
        ("rmw", ANSWERS["forbidden by a proxy"], ("status-4xx", 403)),
        ("rmw", ANSWERS["fault of a service bus"], ("status-5xx", 500)),
        ("gidso", ANSWERS["redirect to a login page"], ("redirected", 302)),
        ("gidso", ANSWERS["not found of a proxy"], ("status-4xx", 404)),
        ("gidso", ANSWERS["maintenance page"], ("unexpected-answer", 200)),
        ("gidso", ANSWERS["no content"], ("unexpected-answer", 204)),
    ],
    indirect=["delivering"],
)
async def test_messages_wait_for_the_partner_and_operators_are_alerted_once(
    delivering: Delivering, answer: HostileAnswer, why: tuple[str, int]
) -> None:
    delivering.partner.between.answer = answer
    await delivering.owe(MESSAGES)

    await delivering.pass_hours(3)

    waiting = await delivering.deliveries()
    assert {(each.state.value, each.last_error) for each in waiting} == {("pending", why[0])}
    assert await delivering.notices() == [EventType.PARTNER_FAILING.value]

    delivering.partner.between.answer = None
    # The breaker closes after some rounds with a success.
    for _ in range(FURTHER):
        await delivering.owe(1)
        await delivering.pass_hours(1)

    assert {each.state.value for each in await delivering.deliveries()} == {"delivered"}
    assert await delivering.partner.count() == MESSAGES + FURTHER
    assert await delivering.notices() == [EventType.PARTNER_FAILING.value, EventType.PARTNER_RECOVERED.value]


@pytest.mark.parametrize("delivering", ["rmw", "gidso"], indirect=True)
async def test_what_was_given_up_meanwhile_is_sent_again_and_stored_once(delivering: Delivering) -> None:
    between, receiver = delivering.partner.between, PartnerKey(delivering.system)
    between.answer, between.passes_on = ANSWERS["internal error page"], True
    await delivering.owe(2)
    await delivering.pass_hours(100)
    given_up = [each.state.value for each in await delivering.deliveries()]
    between.answer = None

    now = delivering.env.clock.now()
    number = await delivering.env.db.write(deliver_all_to_partner_again, receiver, None, None, now)
    await delivering.pass_hours(1)

    assert (given_up, number) == (["dead"] * 2, 2)
    assert {each.state.value for each in await delivering.deliveries()} == {"delivered"}
    assert await delivering.partner.count() == 2
