"""A receiver that hangs, fails or comes back harms only itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from app.database import Database
from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType, NewEvent
from app.domain.values import Organisation
from app.events.delivery.breaker import FIRST_WAIT, OPENS_AFTER
from app.models.delivery.delivery import DeliveryState, change_subscription_status
from app.models.delivery.outbox import append_events
from app.models.delivery.receiver_health import BreakerState, failing_receivers
from app.models.delivery.subscription import SubscriptionStatus
from app.operations.metrics.exposition import exposition
from app.operations.metrics.figures import read_figures
from app.operations.metrics.requests import RequestFigures
from tests.support.event_env import EventEnv, Mailbox, deliveries_to, mailbox, organisation
from tests.support.patience import PATIENCE

CONFIRMED = EventType.REFERRAL_CONFIRMED


@pytest.fixture
async def boxes() -> AsyncIterator[list[Mailbox]]:
    async with AsyncExitStack() as open_boxes:
        yield [await open_boxes.enter_async_context(mailbox()) for _ in range(6)]


def welfare() -> Organisation:
    return organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)


async def owe(env: EventEnv, url: str, number: int) -> list[UUID]:
    """Subscribe a new organisation, and let something happen to so many of its referrals."""
    referrer = welfare()
    await env.subscribe(referrer, url)
    referrals = [env.cases.add(referrer) for _ in range(number)]
    for referral in referrals:
        await env.happen(referral, CONFIRMED)
    return referrals


async def sent_to(box: Mailbox, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(box.bodies) < number:  # noqa: ASYNC110 - the mailbox rings no bell
            await asyncio.sleep(0.005)


async def test_hanging_and_failing_receivers_delay_nobody_else(env: EventEnv, boxes: list[Mailbox]) -> None:
    hanging, failing, *healthy = boxes
    hanging.hold = asyncio.Event()
    failing.answer = lambda _: web.Response(status=500)
    for box in boxes:
        await owe(env, box.url, 12)

    sending = asyncio.create_task(env.send())
    await asyncio.gather(*(sent_to(box, 12) for box in healthy))

    assert hanging.bodies == []
    assert hanging.busiest <= env.settings.webhook_limit
    hanging.hold.set()
    await sending
    assert len(hanging.bodies) == 12


async def test_first_tries_go_before_late_retries(database: Database, boxes: list[Mailbox]) -> None:
    env, box = EventEnv(database, webhook_limit=1), boxes[0]
    box.answer = lambda _: web.Response(status=500)
    referrer = welfare()
    await env.subscribe(referrer, box.url)
    late, fresh = env.cases.add(referrer), env.cases.add(referrer)
    (retried,) = await env.happen(late, CONFIRMED)
    await env.send()
    box.answer = lambda _: web.Response(status=204)
    env.clock.move(minutes=10)
    (first,) = await env.happen(fresh, CONFIRMED)

    await env.send()

    await env.webhook.close()
    assert [headers["webhook-id"] for headers in box.headers] == [str(retried.id), str(first.id), str(retried.id)]


async def test_receiver_that_keeps_failing_is_left_alone_and_loses_nothing(env: EventEnv, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=503)
    referrals = await owe(env, box.url, 40)

    with capture_logs() as logs:
        for _ in range(5):
            await env.send()
            env.clock.move(seconds=FIRST_WAIT.total_seconds() / 10)

    assert OPENS_AFTER <= len(box.bodies) <= OPENS_AFTER + env.settings.webhook_limit
    states = [state for referral in referrals for state in await env.states(referral)]
    assert states == ["pending"] * 40
    assert [entry["event"] for entry in logs] == ["endpoint_failing"]
    assert logs[0]["receiver"] == env.receiver.text


async def test_receiver_that_comes_back_gets_one_then_twice_as_many_each_time(
    database: Database, boxes: list[Mailbox]
) -> None:
    env, box = EventEnv(database, webhook_limit=16), boxes[0]
    box.answer = lambda _: web.Response(status=503)
    await owe(env, box.url, 60)
    await env.send()
    failed = len(box.bodies)
    box.answer = lambda _: web.Response(status=204)

    rounds: list[int] = []
    with capture_logs() as logs:
        env.clock.move(minutes=1)
        while sum(rounds) < 60:
            before = len(box.bodies)
            await one_round(env)
            rounds.append(len(box.bodies) - before)
            env.clock.move(minutes=1)

    await env.webhook.close()
    assert rounds[:5] == [1, 2, 4, 8, 16]
    assert sum(rounds) == 60
    assert failed < 40
    assert [entry["event"] for entry in logs] == ["endpoint_recovered"]


async def one_round(env: EventEnv) -> None:
    """Claim once, and wait until everything that was sent is written down."""
    engine = env.new_engine()
    await engine._round()
    await asyncio.gather(*engine._sending)
    await engine._finish()


async def test_receiver_that_is_still_down_is_not_reported_again(env: EventEnv, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=503)
    await owe(env, box.url, 30)

    with capture_logs() as logs:
        for _ in range(6):
            await env.send()
            env.clock.move(minutes=15)

    assert [entry["event"] for entry in logs] == ["endpoint_failing"]


async def test_receiver_that_limits_the_rate_gets_what_it_takes_and_is_not_reported(
    env: EventEnv, boxes: list[Mailbox]
) -> None:
    box, taken_in = boxes[0], dict[int, int]()

    def answer(_: web.Request) -> web.Response:
        now = int(env.clock.now().timestamp())
        taken_in[now] = taken_in.get(now, 0) + 1
        return web.Response(status=204 if taken_in[now] <= 20 else 429)

    box.answer = answer
    await owe(env, box.url, 300)
    seconds = 0
    with capture_logs() as logs:
        while await deliveries_to(env.db, env.receiver, DeliveryState.PENDING):
            await env.send()
            env.clock.move(seconds=1)
            seconds += 1

    assert len(await deliveries_to(env.db, env.receiver, DeliveryState.DELIVERED)) == 300
    assert seconds <= 2 * 300 / 20
    assert logs == []


async def test_receiver_that_limits_the_rate_uses_up_attempts_only_after_the_whole_schedule(
    env: EventEnv, boxes: list[Mailbox]
) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=429, headers={"Retry-After": "3600"})
    (referral,) = await owe(env, box.url, 1)

    for _ in range(70):
        await env.send()
        env.clock.move(hours=1)
    waiting = await env.states(referral)
    for _ in range(120):
        await env.send()
        env.clock.move(hours=1)

    assert waiting == ["pending"]
    assert await env.states(referral) == ["dead"]


async def test_asked_wait_holds_the_whole_receiver(env: EventEnv, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    referrer = welfare()
    await env.subscribe(referrer, box.url)
    box.answer = lambda _: web.Response(status=429, headers={"Retry-After": "120"})
    await env.happen(env.cases.add(referrer), CONFIRMED)
    await env.send()
    box.answer = lambda _: web.Response(status=204)
    await env.happen(env.cases.add(referrer), CONFIRMED)

    env.clock.move(seconds=119)
    await env.send()
    early = len(box.bodies)
    env.clock.move(seconds=1)
    await env.send()

    assert early == 1
    assert len(box.bodies) == 3


async def test_breaker_of_one_receiver_leaves_the_others_as_they_are(env: EventEnv, boxes: list[Mailbox]) -> None:
    failing, healthy = boxes[:2]
    failing.answer = lambda _: web.Response(status=500)
    await owe(env, failing.url, 15)
    receiver = env.receiver
    await env.send()

    await owe(env, healthy.url, 15)
    await env.send()

    assert len(healthy.bodies) == 15
    restrained = await env.db.read(failing_receivers)
    assert {key: one.state for key, one in restrained.items()} == {receiver: BreakerState.OPEN}


async def test_owner_who_resumes_is_sent_to_at_once(env: EventEnv, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.answer = lambda _: web.Response(status=500)
    await owe(env, box.url, 20)
    await env.send()
    box.answer = lambda _: web.Response(status=204)
    box.bodies.clear()

    for status in (SubscriptionStatus.PAUSED, SubscriptionStatus.ACTIVE):
        await env.db.write(change_subscription_status, env.subscription_id, status, env.clock.now())
    await env.send()

    assert len(box.bodies) == 20
    assert await env.db.read(failing_receivers) == {}


async def test_acknowledgement_under_another_lease_changes_nothing(env: EventEnv, boxes: list[Mailbox]) -> None:
    (referral,) = await owe(env, boxes[0].url, 1)
    box = boxes[0]
    box.hold = asyncio.Event()
    slow = asyncio.create_task(env.new_engine().drain())
    async with asyncio.timeout(PATIENCE):
        while not box.busiest:  # noqa: ASYNC110 - the mailbox does not say when a request comes in
            await asyncio.sleep(0.005)
    env.clock.move(seconds=91)
    assert len(await env.claim()) == 1

    box.hold.set()
    await slow

    assert await env.states(referral) == ["sending"]


async def test_abandoned_deliveries_keep_to_the_cap(env: EventEnv, boxes: list[Mailbox]) -> None:
    await owe(env, boxes[0].url, 9)
    assert len(await env.claim()) == 9
    env.clock.move(seconds=91)

    env.settings = replace(env.settings, webhook_limit=3)

    assert [(each.attempts, each.outcome_unknown) for each in await env.claim()] == [(2, True)] * 3
    assert await env.claim() == []


async def test_metrics_show_depth_age_and_outcomes_by_receiver_only(env: EventEnv, boxes: list[Mailbox]) -> None:
    box = boxes[0]
    answers = iter([204, 204, 500])
    box.answer = lambda _: web.Response(status=next(answers))
    referrals = await owe(env, box.url, 3)
    await env.send()
    env.clock.move(seconds=58)
    await env.db.write(append_events, [NewEvent(env.event(referrals[0], CONFIRMED), System.ALLEGRO)])
    env.clock.move(seconds=7)

    page = exposition(await env.db.read(read_figures, env.clock.now()), {}, RequestFigures()).decode()

    receiver = env.receiver.text
    assert f'trajecthub_deliveries{{receiver="{receiver}",state="pending"}} 1.0' in page
    assert f'trajecthub_deliveries{{receiver="{receiver}",state="sending"}} 0.0' in page
    assert f'trajecthub_tries_total{{outcome="delivered",receiver="{receiver}"}} 2.0' in page
    assert f'trajecthub_tries_total{{outcome="failed",receiver="{receiver}"}} 1.0' in page
    assert f'trajecthub_oldest_due_age_seconds{{receiver="{receiver}"}} 60.0' in page
    assert "trajecthub_oldest_unrelayed_age_seconds 7.0" in page
    assert f'trajecthub_breaker_open{{receiver="{receiver}"}} 0.0' in page
    assert not [referral for referral in referrals if str(referral) in page]
