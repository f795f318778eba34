"""A receiver that hangs, fails or comes back harms only itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from app.database import Connection, Database
from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.domain.values import Organisation
from app.events.delivery.breaker import FIRST_WAIT, OPENS_AFTER
from app.events.metrics import exposition, queue_metrics
from app.models.delivery.claim import due_deliveries, take
from app.models.delivery.delivery import DeliveryState, Settlement, change_subscription_status, settle
from app.models.delivery.receiver_health import BreakerState, restrained_endpoints
from app.models.delivery.subscription import SubscriptionStatus
from tests.support.event_env import Mailbox, World, mailbox, organisation

CONFIRMED = EventType.REFERRAL_CONFIRMED


@pytest.fixture
async def boxes() -> AsyncIterator[list[Mailbox]]:
    async with AsyncExitStack() as open_boxes:
        yield [await open_boxes.enter_async_context(mailbox()) for _ in range(6)]


def welfare() -> Organisation:
    return organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)


async def owe(world: World, url: str, number: int) -> list[UUID]:
    """Subscribe a new organisation, and let something happen to so many of its referrals."""
    referrer = welfare()
    await world.subscribe(referrer, url)
    referrals = [world.cases.add(referrer) for _ in range(number)]
    for referral in referrals:
        await world.happen(referral, CONFIRMED)
    return referrals


async def sent_to(box: Mailbox, number: int) -> None:
    async with asyncio.timeout(10):
        while len(box.bodies) < number:  # noqa: ASYNC110 - the mailbox rings no bell
            await asyncio.sleep(0.005)


async def test_hanging_and_failing_receivers_delay_nobody_else(world: World, boxes: list[Mailbox]) -> None:
    hanging, failing, *healthy = boxes
    hanging.hold = asyncio.Event()
    failing.answer = lambda _: web.Response(status=500)
    for box in boxes:
        await owe(world, box.url, 12)

    sending = asyncio.create_task(world.send())
    await asyncio.gather(*(sent_to(box, 12) for box in healthy))

    assert hanging.bodies == []
    assert hanging.busiest <= world.settings.webhook_cap
    hanging.hold.set()
    await sending
    assert len(hanging.bodies) == 12


async def test_first_tries_go_before_late_retries(database: Database, boxes: list[Mailbox]) -> None:
    world, box = World(database, webhook_cap=1), boxes[0]
    box.answer = lambda _: web.Response(status=500)
    referrer = welfare()
    await world.subscribe(referrer, box.url)
    late, fresh = world.cases.add(referrer), world.cases.add(referrer)
    (retried,) = await world.happen(late, CONFIRMED)
    await world.send()
    box.answer = lambda _: web.Response(status=204)
    world.clock.move(minutes=10)
    (first,) = await world.happen(fresh, CONFIRMED)

    await world.send()

    await world.webhook.close()
    assert [headers["webhook-id"] for headers in box.headers] == [str(retried.id), str(first.id), str(retried.id)]


async def test_receiver_that_keeps_failing_is_left_alone_and_loses_nothing(world: World, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=503)
    referrals = await owe(world, box.url, 40)

    with capture_logs() as logs:
        for _ in range(5):
            await world.send()
            world.clock.move(seconds=FIRST_WAIT.total_seconds() / 10)

    assert OPENS_AFTER <= len(box.bodies) <= OPENS_AFTER + world.settings.webhook_cap
    states = [state for referral in referrals for state in await world.states(referral)]
    assert states == ["pending"] * 40
    assert [entry["event"] for entry in logs] == ["endpoint failing"]
    assert logs[0]["receiver"] == world.receiver


async def test_receiver_that_comes_back_gets_one_then_twice_as_many_each_time(
    database: Database, boxes: list[Mailbox]
) -> None:
    world, box = World(database, webhook_cap=16), boxes[0]
    box.answer = lambda _: web.Response(status=503)
    await owe(world, box.url, 60)
    await world.send()
    failed = len(box.bodies)
    box.answer = lambda _: web.Response(status=204)

    rounds: list[int] = []
    with capture_logs() as logs:
        world.clock.move(minutes=1)
        while sum(rounds) < 60:
            before = len(box.bodies)
            await one_round(world)
            rounds.append(len(box.bodies) - before)
            world.clock.move(minutes=1)

    await world.webhook.close()
    assert rounds[:5] == [1, 2, 4, 8, 16]
    assert sum(rounds) == 60
    assert failed < 40
    assert [entry["event"] for entry in logs] == ["endpoint recovered"]


async def one_round(world: World) -> None:
    """Claim once, and wait until everything that was sent is written down."""
    engine = world.new_engine()
    await engine._round()
    await engine._finish()


async def test_receiver_that_is_still_down_is_not_reported_again(world: World, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=503)
    await owe(world, box.url, 30)

    with capture_logs() as logs:
        for _ in range(6):
            await world.send()
            world.clock.move(minutes=15)

    assert [entry["event"] for entry in logs] == ["endpoint failing"]


async def test_asked_wait_holds_the_whole_receiver(world: World, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    referrer = welfare()
    await world.subscribe(referrer, box.url)
    box.answer = lambda _: web.Response(status=429, headers={"Retry-After": "120"})
    await world.happen(world.cases.add(referrer), CONFIRMED)
    await world.send()
    box.answer = lambda _: web.Response(status=204)
    await world.happen(world.cases.add(referrer), CONFIRMED)

    world.clock.move(seconds=119)
    await world.send()
    early = len(box.bodies)
    world.clock.move(seconds=1)
    await world.send()

    assert early == 1
    assert len(box.bodies) == 3


async def test_breaker_of_one_receiver_leaves_the_others_as_they_are(world: World, boxes: list[Mailbox]) -> None:
    failing, healthy = boxes[:2]
    failing.answer = lambda _: web.Response(status=500)
    await owe(world, failing.url, 15)
    receiver = world.receiver
    await world.send()

    await owe(world, healthy.url, 15)
    await world.send()

    assert len(healthy.bodies) == 15
    restrained = await world.db.read(restrained_endpoints)
    assert {key: one.state for key, one in restrained.items()} == {receiver: BreakerState.OPEN}


async def test_owner_who_resumes_is_sent_to_at_once(world: World, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=500)
    await owe(world, box.url, 20)
    await world.send()
    box.answer = lambda _: web.Response(status=204)
    box.bodies.clear()

    for status in (SubscriptionStatus.PAUSED, SubscriptionStatus.ACTIVE):
        await world.db.write(change_subscription_status, world.subscription_id, status, world.clock.now())
    await world.send()

    assert len(box.bodies) == 20
    assert await world.db.read(restrained_endpoints) == {}


async def test_acknowledgement_under_another_lease_changes_nothing(world: World, boxes: list[Mailbox]) -> None:
    (referral,) = await owe(world, boxes[0].url, 1)
    now = world.clock.now()
    ids = await world.db.read(due_deliveries, now, lambda *_: 8, 10)
    (mine,) = await world.db.write(take, ids, now, now + timedelta(seconds=90), uuid4())

    def acknowledge(tx: Connection) -> None:
        stranger = replace(mine, lease_token=uuid4())
        settle(tx, [Settlement(stranger, DeliveryState.DELIVERED, now, finished_at=now)])

    await world.db.write(acknowledge)

    assert await world.states(referral) == ["sending"]


async def test_abandoned_deliveries_keep_to_the_cap(world: World, boxes: list[Mailbox]) -> None:
    await owe(world, boxes[0].url, 9)
    now = world.clock.now()
    ids = await world.db.read(due_deliveries, now, lambda *_: 9, 20)
    await world.db.write(take, ids, now, now + timedelta(seconds=90), uuid4())
    later = now + timedelta(seconds=91)

    assert len(await world.db.read(due_deliveries, later, lambda *_: 3, 20)) == 3
    assert await world.db.read(due_deliveries, later, lambda *_: 0, 20) == []


async def test_metrics_tell_depth_age_and_outcomes_by_receiver_only(world: World, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    answers = iter([204, 204, 500])
    box.answer = lambda _: web.Response(status=next(answers))
    referrals = await owe(world, box.url, 3)
    await world.send()
    world.clock.move(seconds=65)

    now = world.clock.now()
    figures = await world.db.read(queue_metrics, now)
    page = exposition(figures, now - timedelta(seconds=7), now, loops={}).decode()

    receiver = world.receiver
    assert f'trajecthub_deliveries{{receiver="{receiver}",state="pending"}} 1.0' in page
    assert f'trajecthub_deliveries{{receiver="{receiver}",state="sending"}} 0.0' in page
    assert f'trajecthub_tries_total{{outcome="delivered",receiver="{receiver}"}} 2.0' in page
    assert f'trajecthub_tries_total{{outcome="failed",receiver="{receiver}"}} 1.0' in page
    assert f'trajecthub_oldest_due_age_seconds{{receiver="{receiver}"}} 60.0' in page
    assert "trajecthub_oldest_unrelayed_age_seconds 7.0" in page
    assert f'trajecthub_breaker_open{{receiver="{receiver}"}} 0.0' in page
    assert not [referral for referral in referrals if str(referral) in page]
