"""What the delivery engine promises, with a subscriber over real HTTP and a partner."""

import asyncio
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from aiohttp import web
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from app.database import Connection
from app.domain.codes import ConsentScope, ReferrerKind, System
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.values import Organisation
from app.events.backoff import GIVE_UP_AFTER
from app.models.delivery.delivery import attempts_of, change_subscription_status
from app.models.delivery.disclosure import disclosures_about
from app.models.delivery.outbox import event
from app.models.delivery.subscription import Content, SubscriptionStatus, delete_subscription, load_subscriptions
from tests.support.event_env import CANARY, Mailbox, World, organisation

CHAIN = (EventType.REFERRAL_CONFIRMED, EventType.INTAKE_SCHEDULED, EventType.INTAKE_ATTENDED)


def messages(box: Mailbox) -> list[dict[str, Any]]:
    return [json.loads(body) for body in box.bodies]


def failing(times: int, status: int = 500, **headers: str) -> Any:
    tries = count()
    return lambda _: web.Response(status=status if next(tries) < times else 204, headers=headers)


async def test_subscriber_can_verify_what_it_is_sent(world: World, box: Mailbox, welfare: Organisation) -> None:
    world.clock.moment = datetime.now(UTC)
    secret = await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    (happened,) = await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.send()

    Webhook(secret).verify(box.bodies[0], box.headers[0])
    assert box.headers[0]["webhook-id"] == str(happened.id)
    assert box.headers[0]["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert "accept-encoding" not in box.headers[0]
    assert await world.states(referral) == ["delivered"]


async def test_receiver_outside_gets_pseudonyms_and_no_name(world: World, box: Mailbox, welfare: Organisation) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.send()

    assert str(referral) not in box.bodies[0].decode()
    assert CANARY not in box.bodies[0].decode()
    assert messages(box)[0]["data"]["referral"]["id"] == messages(box)[0]["subject"]


async def test_thin_subscription_gets_ids_only(world: World, box: Mailbox, welfare: Organisation) -> None:
    await world.subscribe(welfare, box.url, Content.THIN)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.send()

    sent = messages(box)[0]
    assert sent["data"] == {"referral": {"id": sent["subject"]}}
    (told,) = await world.db.read(disclosures_about, referral)
    assert told.fields == ("referral.id",)


async def test_chain_arrives_in_order_with_contiguous_numbers_under_failures(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    chance = Random(7)
    accepted: list[dict[str, Any]] = []
    await world.subscribe(welfare, box.url)
    referrals = [world.cases.add(welfare) for _ in range(5)]

    def sometimes(_: web.Request) -> web.Response:
        if chance.random() < 0.4:
            return web.Response(status=503)
        accepted.append(json.loads(box.bodies[-1]))
        return web.Response(status=202)

    box.answer = sometimes
    for type in CHAIN:
        for referral in referrals:
            await world.happen(referral, type)
    for _ in range(40):
        await world.send()
        world.clock.move(minutes=40)

    numbers = defaultdict(list)
    types = defaultdict(list)
    for message in accepted:
        numbers[message["subject"]].append(message["sequence"])
        types[message["subject"]].append(message["type"])
    assert list(numbers.values()) == [["1", "2", "3"]] * 5
    assert list(types.values()) == [[type.value for type in CHAIN]] * 5


async def test_failed_delivery_is_tried_again_with_the_same_id_when_it_is_due(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    box.answer = failing(1)

    await world.send()
    await world.send()
    assert len(box.bodies) == 1
    world.clock.move(seconds=6)
    await world.send()

    assert len(box.bodies) == 2
    assert box.headers[0]["webhook-id"] == box.headers[1]["webhook-id"]
    assert int(box.headers[1]["webhook-timestamp"]) == int(box.headers[0]["webhook-timestamp"]) + 6
    assert messages(box)[0]["sequence"] == messages(box)[1]["sequence"] == "1"
    (delivery,) = await world.deliveries(referral)
    tries = await world.db.read(attempts_of, [delivery.id])
    assert [(one.number, one.outcome, one.status_code) for one in tries] == [
        (1, "failed", 500),
        (2, "delivered", 204),
    ]


async def test_retry_after_is_never_undercut(world: World, box: Mailbox, welfare: Organisation) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    box.answer = failing(1, 429, **{"Retry-After": "120"})

    await world.send()

    (delivery,) = await world.deliveries(referral)
    assert delivery.next_attempt_at == world.clock.now() + timedelta(seconds=120)


async def test_dead_delivery_does_not_hold_up_its_chain(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, *CHAIN)
    world.partners[System.GIDSO].failures = [PartnerRefused("no")]

    await world.send()

    assert await world.states(referral) == ["dead", "delivered", "delivered"]


async def test_delivery_is_given_up_after_the_last_try(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    world.partners[System.GIDSO].failures = [PartnerUnreachable("no answer") for _ in range(GIVE_UP_AFTER)]

    for _ in range(GIVE_UP_AFTER):
        await world.send()
        world.clock.move(hours=25)

    (delivery,) = await world.deliveries(referral)
    assert (delivery.state.value, delivery.attempts, delivery.last_error) == ("dead", GIVE_UP_AFTER, "unreachable")


async def test_partner_is_told_that_an_earlier_try_may_have_arrived(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    world.partners[System.GIDSO].failures = [PartnerUnreachable("no answer", retry_after_seconds=60)]

    await world.send()
    (failed,) = await world.deliveries(referral)
    world.clock.move(seconds=60)
    await world.send()

    assert failed.outcome_unknown
    assert failed.next_attempt_at == world.clock.now()
    (message,) = world.partners[System.GIDSO].messages
    assert (message.id, message.attempt, message.referral_id) == (failed.id, 2, referral)


async def test_partner_s_id_of_a_case_is_kept_and_given_back(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    allegro = world.partners[System.ALLEGRO]
    allegro.external_id = "D-17"
    await world.happen(referral, EventType.REFERRAL_RECEIVED, EventType.REFERRAL_AMENDED, source=System.API)

    await world.send()

    assert [message.external_id for message in allegro.messages] == [None, "D-17"]
    assert allegro.messages[0].fields["client.family_name"] == CANARY


async def test_nothing_is_sent_when_consent_is_withdrawn_before_sending(world: World, box: Mailbox) -> None:
    bailiff = organisation(ReferrerKind.DEURWAARDER, System.API)
    await world.subscribe(bailiff, box.url)
    told, not_told = world.cases.add(bailiff), world.cases.add(bailiff)
    await world.happen(told, EventType.INTAKE_MISSED)
    await world.happen(not_told, EventType.INTAKE_MISSED)

    world.cases.change(not_told, {Field.CONSENT_SCOPES: frozenset[ConsentScope]()})
    await world.send()

    assert await world.states(told) == ["delivered"]
    assert await world.states(not_told) == ["withheld"]
    assert len(box.bodies) == 1
    assert await world.db.read(disclosures_about, not_told) == []


async def test_withheld_event_leaves_no_gap_in_the_numbers(world: World, box: Mailbox) -> None:
    bailiff = organisation(ReferrerKind.DEURWAARDER, System.API)
    await world.subscribe(bailiff, box.url)
    referral = world.cases.add(bailiff)
    world.cases.change(referral, {Field.CONSENT_SCOPES: frozenset[ConsentScope]()})
    await world.happen(referral, EventType.REFERRAL_CONFIRMED, EventType.INTAKE_MISSED, EventType.REFERRAL_CONFIRMED)

    await world.send()

    assert await world.states(referral) == ["delivered", "withheld", "delivered"]
    assert [message["sequence"] for message in messages(box)] == ["1", "2"]


async def test_disclosure_names_fields_and_policy_and_holds_no_values(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.send()

    (told,) = await world.db.read(disclosures_about, referral)
    assert told.organisation_id == welfare.id
    assert (told.referrer_kind, told.moment) == ("welzijnsorganisatie", "confirmed")
    assert told.policy_version == world.policy.version
    assert "referral.status" in told.fields
    assert len(told.digest) == 64


async def test_gone_disables_the_subscription_and_holds_what_it_is_owed(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, *CHAIN)
    box.answer = failing(100, 410)

    await world.send()
    await world.happen(referral, EventType.REFERRAL_CONCLUDED)

    stored = await world.db.read(load_subscriptions, [world.subscription_id])
    assert stored[world.subscription_id].status is SubscriptionStatus.DISABLED
    assert stored[world.subscription_id].status_reason == "gone"
    assert len(box.bodies) == 1
    assert await world.states(referral) == ["parked"] * 4


async def test_what_was_held_is_sent_in_order_when_the_subscription_is_active_again(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    pause, resume = SubscriptionStatus.PAUSED, SubscriptionStatus.ACTIVE
    await world.happen(referral, CHAIN[0])
    await world.db.write(change_subscription_status, world.subscription_id, pause, world.clock.now())
    await world.happen(referral, *CHAIN[1:])

    await world.send()
    held = await world.states(referral)
    await world.db.write(change_subscription_status, world.subscription_id, resume, world.clock.now())
    await world.send()

    assert held == ["parked"] * 3
    assert [message["type"] for message in messages(box)] == [type.value for type in CHAIN]


async def test_removed_subscription_is_sent_nothing_more(world: World, box: Mailbox, welfare: Organisation) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.db.write(delete_subscription, world.subscription_id)
    await world.send()

    assert await world.states(referral) == ["dead"]
    assert box.bodies == []


async def test_hanging_receiver_delays_nobody_else(
    world: World, box: Mailbox, welfare: Organisation, team: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    hanging = [world.cases.add(welfare) for _ in range(25)]
    others = [world.cases.add(team) for _ in range(25)]
    for referral in (*hanging, *others):
        await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    box.hold = asyncio.Event()

    sending = asyncio.create_task(world.send())
    await asyncio.wait_for(world.partners[System.GIDSO].has(25), 5)

    assert box.bodies == []
    assert box.busiest <= world.settings.webhook_cap
    box.hold.set()
    await sending
    assert len(box.bodies) == 25


async def test_partner_that_is_not_connected_is_owed_but_not_tried(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.EXIT, System.RMW))
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.send()

    (delivery,) = await world.deliveries(referral)
    assert (delivery.state.value, delivery.attempts) == ("pending", 0)


async def test_no_personal_data_is_stored_with_events_and_tries(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, EventType.REFERRAL_RECEIVED, source=System.API)
    world.partners[System.GIDSO].failures = [PartnerUnreachable(CANARY)]

    await world.send()

    def everything(tx: Connection) -> str:
        tables = ("event", "delivery", "attempt", "disclosure")
        return repr([row for name in tables for row in tx.execute(select(event.metadata.tables[name]))])

    stored = await world.db.read(everything)
    assert str(referral) in stored
    assert CANARY not in stored
