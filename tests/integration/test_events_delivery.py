"""What the delivery engine promises, with a subscriber over real HTTP and a partner."""

import asyncio
import json
from collections import defaultdict
from dataclasses import replace
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
from app.domain.fields import Field, FieldValues
from app.domain.local_time import local_date
from app.domain.receivers import PartnerKey
from app.domain.values import Organisation
from app.events.delivery.backoff import MAX_ATTEMPTS
from app.models.delivery.attempt import MOST_ATTEMPTS, attempts_of, insert_attempts
from app.models.delivery.delivery import change_subscription_status
from app.models.delivery.disclosure import disclosures_about
from app.models.delivery.outbox import event
from app.models.delivery.subscription import Content, SubscriptionStatus, delete_subscription, load_subscriptions
from tests.support.event_env import CANARY, EventEnv, Mailbox, organisation
from tests.support.patience import PATIENCE

CHAIN = (EventType.REFERRAL_CONFIRMED, EventType.INTAKE_SCHEDULED, EventType.INTAKE_ATTENDED)


def messages(box: Mailbox) -> list[dict[str, Any]]:
    return [json.loads(body) for body in box.bodies]


def failing(times: int, status: int = 500, **headers: str) -> Any:
    tries = count()
    return lambda _: web.Response(status=status if next(tries) < times else 204, headers=headers)


async def test_subscriber_can_verify_what_it_is_sent(env: EventEnv, box: Mailbox, welfare: Organisation) -> None:
    env.clock.moment = datetime.now(UTC)
    secret = await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    (happened,) = await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    Webhook(secret).verify(box.bodies[0], box.headers[0])
    assert box.headers[0]["webhook-id"] == str(happened.id)
    assert box.headers[0]["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert "accept-encoding" not in box.headers[0]
    assert await env.states(referral) == ["delivered"]


async def test_receiver_outside_gets_pseudonyms_and_no_name(env: EventEnv, box: Mailbox, welfare: Organisation) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    assert str(referral) not in box.bodies[0].decode()
    assert CANARY not in box.bodies[0].decode()
    assert messages(box)[0]["data"]["referral"]["id"] == messages(box)[0]["subject"]


async def test_thin_subscription_gets_ids_only(env: EventEnv, box: Mailbox, welfare: Organisation) -> None:
    await env.subscribe(welfare, box.url, Content.THIN)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    sent = messages(box)[0]
    assert sent["data"] == {"referral": {"id": sent["subject"]}}
    (told,) = await env.db.read(disclosures_about, referral)
    assert told.fields == ("referral.id",)


async def test_chain_arrives_in_order_with_contiguous_numbers_under_failures(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    chance = Random(7)
    accepted: list[dict[str, Any]] = []
    await env.subscribe(welfare, box.url)
    referrals = [env.cases.add(welfare) for _ in range(5)]

    def sometimes(_: web.Request) -> web.Response:
        if chance.random() < 0.4:
            return web.Response(status=503)
        accepted.append(json.loads(box.bodies[-1]))
        return web.Response(status=202)

    box.answer = sometimes
    for type in CHAIN:
        for referral in referrals:
            await env.happen(referral, type)
    for _ in range(40):
        await env.send()
        env.clock.move(minutes=40)

    numbers = defaultdict(list)
    types = defaultdict(list)
    for message in accepted:
        numbers[message["subject"]].append(message["sequence"])
        types[message["subject"]].append(message["type"])
    assert list(numbers.values()) == [["1", "2", "3"]] * 5
    assert list(types.values()) == [[type.value for type in CHAIN]] * 5


async def test_failed_delivery_is_tried_again_with_the_same_id_when_it_is_due(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    box.answer = failing(1)

    await env.send()
    await env.send()
    assert len(box.bodies) == 1
    env.clock.move(seconds=6)
    await env.send()

    assert len(box.bodies) == 2
    assert box.headers[0]["webhook-id"] == box.headers[1]["webhook-id"]
    assert int(box.headers[1]["webhook-timestamp"]) == int(box.headers[0]["webhook-timestamp"]) + 6
    assert messages(box)[0]["sequence"] == messages(box)[1]["sequence"] == "1"
    (delivery,) = await env.deliveries(referral)
    attempts = await env.db.read(attempts_of, [delivery.id])
    assert [(one.number, one.outcome, one.status_code) for one in attempts] == [
        (1, "failed", 500),
        (2, "delivered", 204),
    ]


async def test_of_many_attempts_the_newest_are_returned(env: EventEnv, box: Mailbox, welfare: Organisation) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    await env.send()
    (delivery,) = await env.deliveries(referral)
    (first,) = await env.db.read(attempts_of, [delivery.id])
    count = MOST_ATTEMPTS + 3
    more = [replace(first, number=number) for number in range(2, count + 1)]
    await env.db.write(insert_attempts, more)
    await env.db.write(lambda tx: tx.exec_driver_sql(f"UPDATE delivery SET attempts = {count}"))

    found = await env.db.read(attempts_of, [delivery.id])

    assert [each.number for each in found] == list(range(4, count + 1))


async def test_retry_after_is_never_undercut(env: EventEnv, box: Mailbox, welfare: Organisation) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    box.answer = failing(1, 429, **{"Retry-After": "120"})

    await env.send()

    (delivery,) = await env.deliveries(referral)
    assert delivery.next_attempt_at == env.clock.now() + timedelta(seconds=120)


async def test_dead_delivery_does_not_hold_up_its_chain(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, *CHAIN[:2], EventType.REFERRAL_CONCLUDED)
    env.partners[System.GIDSO].failures = [PartnerRefused("no")]

    await env.send()

    assert await env.states(referral) == ["dead", "delivered", "delivered"]


async def test_delivery_is_given_up_after_the_last_try(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    env.partners[System.GIDSO].failures = [PartnerUnreachable("no answer") for _ in range(MAX_ATTEMPTS)]

    for _ in range(MAX_ATTEMPTS):
        await env.send()
        env.clock.move(hours=25)

    (delivery,) = await env.deliveries(referral)
    assert (delivery.state.value, delivery.attempts, delivery.last_error) == ("dead", MAX_ATTEMPTS, "unreachable")


async def test_only_what_a_partner_has_a_place_for_counts_as_disclosed_to_it(env: EventEnv, team: Organisation) -> None:
    gidso, (all_of_it, part) = env.partners[System.GIDSO], (env.cases.add(team), env.cases.add(team))
    await env.happen(all_of_it, EventType.REFERRAL_CONFIRMED)
    await env.send()
    gidso.shown = {Field.REFERRAL_STATUS, Field.PLAN_SIGNED_ON}
    await env.happen(part, EventType.REFERRAL_CONFIRMED)
    await env.send()

    (whole,) = await env.db.read(disclosures_about, all_of_it)
    (told,) = await env.db.read(disclosures_about, part)
    assert set(whole.fields) > set(told.fields) == {Field.REFERRAL_STATUS}
    assert whole.digest != told.digest


async def test_partner_is_told_that_an_earlier_try_may_have_arrived(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    env.partners[System.GIDSO].failures = [PartnerUnreachable("no answer", retry_after_seconds=60)]

    await env.send()
    (failed,) = await env.deliveries(referral)
    env.clock.move(seconds=60)
    await env.send()

    assert failed.outcome_unknown
    assert failed.next_attempt_at == env.clock.now()
    (message,) = env.partners[System.GIDSO].messages
    assert (message.id, message.attempt, message.referral_id) == (failed.id, 2, referral)


async def test_partner_s_id_of_a_case_is_kept_and_given_back(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    allegro = env.partners[System.ALLEGRO]
    allegro.external_id = "D-17"
    await env.happen(referral, EventType.REFERRAL_RECEIVED, EventType.REFERRAL_AMENDED, source=System.API)

    await env.send()

    assert [message.external_id for message in allegro.messages] == [None, "D-17"]
    assert allegro.messages[0].fields["client.family_name"] == CANARY


async def test_nothing_is_sent_when_consent_is_withdrawn_before_sending(env: EventEnv, box: Mailbox) -> None:
    bailiff = organisation(ReferrerKind.DEURWAARDER, System.API)
    await env.subscribe(bailiff, box.url)
    told, not_told = env.cases.add(bailiff), env.cases.add(bailiff)
    await env.happen(told, EventType.INTAKE_MISSED)
    await env.happen(not_told, EventType.INTAKE_MISSED)

    env.cases.change(not_told, {Field.CONSENT_SCOPES: frozenset[ConsentScope]()})
    await env.send()

    assert await env.states(told) == ["delivered"]
    assert await env.states(not_told) == ["withheld"]
    assert len(box.bodies) == 1
    assert await env.db.read(disclosures_about, not_told) == []


async def test_nothing_is_sent_on_consent_that_is_dated_after_the_sending(env: EventEnv, box: Mailbox) -> None:
    bailiff = organisation(ReferrerKind.DEURWAARDER, System.API)
    await env.subscribe(bailiff, box.url)
    told, not_told = env.cases.add(bailiff), env.cases.add(bailiff)
    today = local_date(env.clock.now())
    env.cases.change(told, {Field.CONSENT_GIVEN_ON: today})
    env.cases.change(not_told, {Field.CONSENT_GIVEN_ON: today + timedelta(days=1)})
    await env.happen(told, EventType.INTAKE_MISSED)
    await env.happen(not_told, EventType.INTAKE_MISSED)

    await env.send()

    assert (await env.states(told), await env.states(not_told)) == (["delivered"], ["withheld"])


async def test_withheld_event_leaves_no_gap_in_the_numbers(env: EventEnv, box: Mailbox) -> None:
    bailiff = organisation(ReferrerKind.DEURWAARDER, System.API)
    await env.subscribe(bailiff, box.url)
    referral = env.cases.add(bailiff)
    env.cases.change(referral, {Field.CONSENT_SCOPES: frozenset[ConsentScope]()})
    await env.happen(referral, EventType.REFERRAL_CONFIRMED, EventType.INTAKE_MISSED, EventType.REFERRAL_CONFIRMED)

    await env.send()

    assert await env.states(referral) == ["delivered", "withheld", "delivered"]
    assert [message["sequence"] for message in messages(box)] == ["1", "2"]


async def test_disclosure_names_fields_and_policy_and_holds_no_values(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    (told,) = await env.db.read(disclosures_about, referral)
    assert told.organisation_id == welfare.id
    assert (told.referrer_kind, told.moment) == ("welzijnsorganisatie", "confirmed")
    assert told.policy_version == env.policy.version
    assert "referral.status" in told.fields
    assert len(told.digest) == 64


async def test_a_field_without_a_value_is_not_on_record_as_disclosed(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    counsellor: FieldValues = {Field.COUNSELLOR_NAME: "T. Begeleider", Field.COUNSELLOR_PHONE: None}
    env.cases.change(referral, counsellor)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    assert messages(box)[0]["data"]["counsellor"] == {"name": "T. Begeleider", "phone": None}
    (told,) = await env.db.read(disclosures_about, referral)
    assert {name for name in told.fields if name.startswith("counsellor.")} == {"counsellor.name"}


async def test_an_empty_list_is_not_on_record_as_disclosed_to_a_partner(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_RECEIVED, source=System.GIDSO)

    await env.send()

    (message,) = env.partners[System.ALLEGRO].messages
    told = {each.receiver: set(each.fields) for each in await env.db.read(disclosures_about, referral)}
    assert message.fields["referral.advice"] == []
    assert told[PartnerKey(System.ALLEGRO)] == message.fields.keys() - {"referral.advice"}


async def test_gone_disables_the_subscription_and_holds_what_it_is_owed(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, *CHAIN)
    box.answer = failing(100, 410)

    await env.send()
    await env.happen(referral, EventType.REFERRAL_CONCLUDED)

    stored = await env.db.read(load_subscriptions, [env.subscription_id])
    assert stored[env.subscription_id].status is SubscriptionStatus.DISABLED
    assert stored[env.subscription_id].status_reason == "gone"
    assert len(box.bodies) == 1
    assert await env.states(referral) == ["parked"] * 4


async def test_what_was_parked_is_sent_in_order_when_the_subscription_is_active_again(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    pause, resume = SubscriptionStatus.PAUSED, SubscriptionStatus.ACTIVE
    await env.happen(referral, CHAIN[0])
    await env.db.write(change_subscription_status, env.subscription_id, pause, env.clock.now())
    await env.happen(referral, *CHAIN[1:])

    await env.send()
    held = await env.states(referral)
    await env.db.write(change_subscription_status, env.subscription_id, resume, env.clock.now())
    await env.send()

    assert held == ["parked"] * 3
    assert [message["type"] for message in messages(box)] == [type.value for type in CHAIN]


async def test_removed_subscription_is_sent_nothing_more(env: EventEnv, box: Mailbox, welfare: Organisation) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.db.write(delete_subscription, env.subscription_id)
    await env.send()

    assert await env.states(referral) == ["dead"]
    assert box.bodies == []


async def test_hanging_receiver_delays_nobody_else(
    env: EventEnv, box: Mailbox, welfare: Organisation, team: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    hanging = [env.cases.add(welfare) for _ in range(25)]
    others = [env.cases.add(team) for _ in range(25)]
    for referral in (*hanging, *others):
        await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    box.hold = asyncio.Event()

    sending = asyncio.create_task(env.send())
    await asyncio.wait_for(env.partners[System.GIDSO].has(25), PATIENCE)

    assert box.bodies == []
    assert box.busiest <= env.settings.webhook_limit
    box.hold.set()
    await sending
    assert len(box.bodies) == 25


async def test_partner_that_is_not_connected_is_owed_but_not_tried(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.EXIT, System.RMW))
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    (delivery,) = await env.deliveries(referral)
    assert (delivery.state.value, delivery.attempts) == ("pending", 0)


async def test_no_personal_data_is_stored_with_events_and_tries(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_RECEIVED, source=System.API)
    env.partners[System.GIDSO].failures = [PartnerUnreachable(CANARY)]

    await env.send()

    def everything(tx: Connection) -> str:
        tables = ("event", "delivery", "attempt", "disclosure")
        return repr([row for name in tables for row in tx.execute(select(event.metadata.tables[name]))])

    stored = await env.db.read(everything)
    assert str(referral) in stored
    assert CANARY not in stored
