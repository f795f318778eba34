"""Notices about connections: the recipients, one notice at the start and one at the end, and no personal data."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise, product

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from app.database import Connection, Database
from app.domain.codes import ReferrerKind, System
from app.domain.errors import PartnerUnreachable
from app.domain.events import NOTICES, SUBSCRIPTION_NOTICES, EventType
from app.domain.receivers import SubscriptionKey
from app.events.delivery.breaker import OPENS_AFTER
from app.events.delivery.notices import publish_breaker_changes, publish_subscription_notice
from app.models.delivery.delivery import DeliveryState
from app.models.delivery.outbox import event as event_table
from app.models.delivery.receiver_health import Breaker, failing_receivers
from app.models.delivery.subscription import SubscriptionStatus
from app.models.partners.partner import lock_partner, save_partner
from app.operations.notices import announce_partner
from app.operations.subscriptions.subscriptions import pause, remove_subscription, resume
from tests.support.event_env import EventEnv, deliveries_to, mailbox, ok, organisation
from tests.support.event_schemas import sent_event
from tests.support.notice_env import (
    CONFIRMED,
    OPERATOR,
    OTHER_ORGANISATION,
    OWNER,
    NoticeEnv,
    add_organisations,
    status,
)
from tests.support.subscriptions import subscription

FAILING, RECOVERED = EventType.SUBSCRIPTION_FAILING, EventType.SUBSCRIPTION_RECOVERED
DISABLED = EventType.SUBSCRIPTION_DISABLED
PARTNER_FAILING, PARTNER_RECOVERED = EventType.PARTNER_FAILING, EventType.PARTNER_RECOVERED


class Rollback(Exception):
    """What follows on a notice fails."""


@pytest.fixture
async def notice_env(database: Database) -> AsyncIterator[NoticeEnv]:
    env = EventEnv(database)
    await database.write(add_organisations, env)
    async with mailbox() as one, mailbox() as two, mailbox() as three, mailbox() as four:
        yield NoticeEnv(env, [one, two, three, four])
    await env.webhook.close()


async def test_failing_subscription_is_told_once_to_its_owner_and_to_operators(notice_env: NoticeEnv) -> None:
    failing = await notice_env.subscribe(OWNER, CONFIRMED)
    other, operator = await notice_env.subscribe(OWNER, *SUBSCRIPTION_NOTICES), await notice_env.subscribe(OPERATOR)
    failing.box.answer = status(500)

    await notice_env.happen()
    notice_env.env.clock.move(seconds=60)
    await notice_env.happen()

    assert [other.types, operator.types, failing.types] == [[FAILING], [FAILING], []]
    (owners,), (operators,) = other.notices, operator.notices
    own_id = notice_env.env.gate.pseudonyms.of(str(OWNER.id), failing.id)
    assert (owners["subject"], operators["subject"]) == (str(own_id), str(failing.id))
    assert owners["dataref"] == f"https://hub.example/v1/subscriptions/{own_id}"
    assert owners["data"]["subscription"] == {"id": str(own_id)}
    assert owners["data"]["reason"] == "status-5xx"
    assert set(owners["data"]) == {"subscription", "since", "reason", "occurredAt"}


async def test_end_of_failing_is_told_once_and_numbered_after_the_start(notice_env: NoticeEnv) -> None:
    failing = await notice_env.subscribe(OWNER, CONFIRMED)
    other, operator = await notice_env.subscribe(OWNER, *SUBSCRIPTION_NOTICES), await notice_env.subscribe(OPERATOR)
    failing.box.answer = status(503)
    await notice_env.happen()
    failing.box.answer = ok

    await notice_env.come_back()

    assert other.types == operator.types == [FAILING, RECOVERED]
    assert [each["sequence"] for each in operator.notices] == ["1", "2"]
    assert set(operator.notices[1]["data"]) == {"subscription", "occurredAt"}


async def test_notice_fits_its_schema_and_is_signed_like_any_event(notice_env: NoticeEnv) -> None:
    failing, operator = await notice_env.subscribe(OWNER), await notice_env.subscribe(OPERATOR)
    failing.box.answer = status(500)

    await notice_env.happen()
    await notice_env.env.db.write(announce_partner, notice_env.services, System.RMW, True)
    await notice_env.env.send()

    for body, headers, notice in zip(operator.box.bodies, operator.box.headers, operator.notices, strict=True):
        sent_event(EventType(notice["type"])).validate(notice)
        signed = Webhook(operator.secret).sign(headers["webhook-id"], notice_env.env.clock.now(), body.decode())
        assert headers["webhook-signature"] == signed
    assert operator.types == [FAILING, PARTNER_FAILING]


async def test_nobody_gets_a_notice_that_it_did_not_ask_for(notice_env: NoticeEnv) -> None:
    failing, all_types = await notice_env.subscribe(OWNER, CONFIRMED), await notice_env.subscribe(OWNER)
    outsider, recovered_only = (
        await notice_env.subscribe(OTHER_ORGANISATION, FAILING),
        await notice_env.subscribe(OPERATOR, RECOVERED),
    )
    failing.box.answer = status(500)

    await notice_env.happen()
    assert (all_types.types, outsider.types, recovered_only.types) == ([], [], [])
    failing.box.answer = ok
    await notice_env.come_back()

    assert (all_types.types, outsider.types, recovered_only.types) == ([], [], [RECOVERED])
    assert all_types.box.bodies != []


async def test_partner_that_cannot_be_sent_to_is_told_to_operators_only(notice_env: NoticeEnv) -> None:
    curious, operator = await notice_env.subscribe(OWNER, *NOTICES), await notice_env.subscribe(OPERATOR)
    team, gidso = organisation(ReferrerKind.JONGERENLOKET, System.GIDSO), notice_env.env.partners[System.GIDSO]
    gidso.failures = [PartnerUnreachable("down") for _ in range(OPENS_AFTER)]
    for _ in range(OPENS_AFTER):
        await notice_env.env.happen(notice_env.env.cases.add(team), CONFIRMED)
    await notice_env.env.send()
    for _ in range(12):
        notice_env.env.clock.move(hours=10)
        await notice_env.env.happen(notice_env.env.cases.add(team), CONFIRMED)
        await notice_env.env.send()

    assert (curious.types, operator.types) == ([], [PARTNER_FAILING, PARTNER_RECOVERED])
    first, second = operator.notices
    assert first["subject"] == second["subject"] == "gidso"
    assert [each["data"]["reason"] for each in operator.notices] == ["sending", "sending"]


async def test_partner_that_cannot_be_read_is_told_with_since_when(notice_env: NoticeEnv) -> None:
    operator, since = await notice_env.subscribe(OPERATOR, *NOTICES), notice_env.env.clock.now()
    partner = await notice_env.env.db.write(lock_partner, System.ALLEGRO)
    await notice_env.env.db.write(save_partner, replace(partner, failing_since=since))
    notice_env.env.clock.move(minutes=5)

    for failing in (True, True, False, False):
        await notice_env.env.db.write(announce_partner, notice_env.services, System.ALLEGRO, failing)
    await notice_env.env.send()

    start, end = operator.notices
    assert (start["type"], end["type"]) == (PARTNER_FAILING, PARTNER_RECOVERED)
    assert start["data"]["since"] == since.isoformat().replace("+00:00", "Z")
    assert start["data"] | {"occurredAt": "", "since": ""} == {
        "partner": {"system": "allegro"},
        "reason": "reading",
        "since": "",
        "occurredAt": "",
    }
    assert "since" not in end["data"]


async def test_reading_and_sending_fail_and_recover_each_by_itself(notice_env: NoticeEnv) -> None:
    operator = await notice_env.subscribe(OPERATOR)
    notice_env.env.partners[System.ALLEGRO].failures = [PartnerUnreachable("down") for _ in range(OPENS_AFTER)]
    for _ in range(OPENS_AFTER):
        await notice_env.env.happen(notice_env.env.cases.add(OWNER), EventType.REFERRAL_RECEIVED, source=System.API)
    await notice_env.env.send()

    await notice_env.env.db.write(announce_partner, notice_env.services, System.ALLEGRO, True)
    await notice_env.env.db.write(announce_partner, notice_env.services, System.ALLEGRO, False)
    await notice_env.env.send()

    told = [(each["type"], each["data"]["reason"]) for each in operator.notices]
    assert told == [(PARTNER_FAILING, "sending"), (PARTNER_FAILING, "reading"), (PARTNER_RECOVERED, "reading")]


async def test_notice_exists_only_with_its_change(notice_env: NoticeEnv) -> None:
    operator = await notice_env.subscribe(OPERATOR)

    def announced_in_vain(tx: Connection) -> None:
        announce_partner(tx, notice_env.services, System.RMW, True)
        raise Rollback

    with pytest.raises(Rollback):
        await notice_env.env.db.write(announced_in_vain)
    await notice_env.env.send()

    assert (operator.types, await notice_env.stored(*NOTICES)) == ([], [])


async def test_replay_tells_nobody(notice_env: NoticeEnv) -> None:
    await notice_env.env.db.write(announce_partner, replace(notice_env.services, quiet=True), System.RMW, True)

    assert await notice_env.stored(*NOTICES) == []


async def test_address_that_is_gone_is_told_once_however_many_tries_say_so(notice_env: NoticeEnv) -> None:
    gone, operator = await notice_env.subscribe(OWNER, CONFIRMED), await notice_env.subscribe(OPERATOR)
    gone.box.answer = status(410)

    await notice_env.happen()

    assert operator.types == [DISABLED]
    assert operator.notices[0]["data"]["reason"] == "gone"
    assert (await notice_env.subscription(gone)).status is SubscriptionStatus.DISABLED


@pytest.mark.parametrize("answer", [410, 500])
async def test_owner_who_resumes_ends_what_was_told(notice_env: NoticeEnv, answer: int) -> None:
    told, operator = await notice_env.subscribe(OWNER, CONFIRMED), await notice_env.subscribe(OPERATOR)
    told.box.answer = status(answer)
    await notice_env.happen()
    told.box.answer = ok
    if (await notice_env.subscription(told)).status is SubscriptionStatus.ACTIVE:
        await notice_env.env.db.write(pause, notice_env.services, told.ref)

    await notice_env.env.db.write(resume, notice_env.services, told.ref)
    await notice_env.env.send()

    assert operator.types == [FAILING if answer == 500 else DISABLED, RECOVERED]
    assert operator.notices[1]["data"]["reason"] == "resumed"


async def test_resuming_what_did_not_fail_tells_nothing(notice_env: NoticeEnv) -> None:
    told, operator = await notice_env.subscribe(OWNER, CONFIRMED), await notice_env.subscribe(OPERATOR)
    await notice_env.env.db.write(pause, notice_env.services, told.ref)

    await notice_env.env.db.write(resume, notice_env.services, told.ref)
    await notice_env.env.send()

    assert (operator.types, await notice_env.stored(*NOTICES)) == ([], [])


async def test_failed_notice_opens_no_breaker_and_so_leads_to_no_notice(notice_env: NoticeEnv) -> None:
    deaf, operator = await notice_env.subscribe(OPERATOR), await notice_env.subscribe(OPERATOR, *SUBSCRIPTION_NOTICES)
    deaf.box.answer = status(500)

    for number in range(2 * OPENS_AFTER):
        await notice_env.env.db.write(announce_partner, notice_env.services, System.RMW, number % 2 == 0)
        await notice_env.env.db.write(announce_partner, notice_env.services, System.GIDSO, number % 2 == 0)
        notice_env.env.clock.move(hours=1)
        await notice_env.env.send()

    assert len(deaf.box.bodies) >= OPENS_AFTER
    assert await notice_env.env.db.read(failing_receivers) == {}
    assert (operator.types, await notice_env.stored(*SUBSCRIPTION_NOTICES)) == ([], [])


async def test_outage_of_all_subscriptions_of_one_organisation_does_not_cascade(notice_env: NoticeEnv) -> None:
    operator = await notice_env.subscribe(OPERATOR)
    async with mailbox() as down:
        down.answer = status(500)
        for _ in range(4):
            await notice_env.subscribe(OWNER, CONFIRMED, *SUBSCRIPTION_NOTICES, box=down)
        await notice_env.happen()
        down.answer = ok
        await notice_env.come_back()

        among_themselves = [body for body in down.bodies if json.loads(body)["type"] in NOTICES]
    assert len(await notice_env.stored(FAILING)) == len(await notice_env.stored(RECOVERED)) == 4
    assert sorted(operator.types) == [FAILING] * 4 + [RECOVERED] * 4
    assert len(among_themselves) <= 12


async def test_who_heard_the_start_hears_the_end_also_when_it_failed_meanwhile(notice_env: NoticeEnv) -> None:
    first, heard = (
        await notice_env.subscribe(OWNER, CONFIRMED),
        await notice_env.subscribe(OWNER, CONFIRMED, FAILING, RECOVERED),
    )
    first.box.answer = status(500)
    await notice_env.happen()
    heard.box.answer = status(500)
    notice_env.env.clock.move(seconds=1)
    await notice_env.happen()
    assert set(await notice_env.env.db.read(failing_receivers)) == {SubscriptionKey(each.id) for each in (first, heard)}

    first.box.answer = heard.box.answer = ok
    await notice_env.come_back()

    assert heard.types == [FAILING, RECOVERED]


async def test_subscription_that_ended_is_told_no_further(notice_env: NoticeEnv) -> None:
    told, operator = await notice_env.subscribe(OWNER, CONFIRMED), await notice_env.subscribe(OPERATOR)
    told.box.answer = status(500)
    await notice_env.happen()

    await notice_env.env.db.write(remove_subscription, notice_env.services, told.ref)
    notice_env.env.clock.move(hours=100)
    await notice_env.env.send()

    assert operator.types == [FAILING]


async def test_paused_receiver_is_told_nothing_and_owed_nothing(notice_env: NoticeEnv) -> None:
    asleep = await notice_env.subscribe(OPERATOR)
    await notice_env.env.db.write(pause, notice_env.services, asleep.ref)

    await notice_env.env.db.write(announce_partner, notice_env.services, System.RMW, True)

    owed = await deliveries_to(notice_env.env.db, SubscriptionKey(asleep.id))
    assert owed == []


async def test_receiver_that_is_paused_after_a_notice_gets_it_on_resuming(notice_env: NoticeEnv) -> None:
    asleep = await notice_env.subscribe(OPERATOR)
    await notice_env.env.db.write(announce_partner, notice_env.services, System.RMW, True)
    await notice_env.env.db.write(pause, notice_env.services, asleep.ref)
    await notice_env.env.send()
    (held,) = await deliveries_to(notice_env.env.db, SubscriptionKey(asleep.id))

    await notice_env.env.db.write(resume, notice_env.services, asleep.ref)
    await notice_env.env.send()

    assert (held.state, asleep.types) == (DeliveryState.PARKED, [PARTNER_FAILING])


async def test_no_notice_is_on_record_as_a_disclosure(notice_env: NoticeEnv) -> None:
    operator = await notice_env.subscribe(OPERATOR)
    await notice_env.env.db.write(announce_partner, notice_env.services, System.RMW, True)

    await notice_env.env.send()

    disclosed = await notice_env.env.db.read(
        lambda tx: tx.exec_driver_sql("select count(*) from disclosure").scalar_one()
    )
    assert (operator.types, disclosed) == ([PARTNER_FAILING], 0)


async def test_whatever_is_announced_start_and_end_take_turns(sqlite_database: Database) -> None:
    env = EventEnv(sqlite_database)
    await env.db.write(add_organisations, env)
    spoiling = [(FAILING, FAILING), (RECOVERED, RECOVERED), (DISABLED, DISABLED), (DISABLED, FAILING)]

    def announced(tx: Connection, types: Sequence[EventType]) -> list[EventType]:
        found = subscription(OWNER.id, env.clock.now())
        for each in types:
            publish_subscription_notice(tx, env.builder, each, found)
        query = select(event_table.c.type).where(event_table.c.subject_id == found.id).order_by("position")
        return [EventType(name) for name in tx.scalars(query)]

    for types in product(sorted(SUBSCRIPTION_NOTICES), repeat=5):
        told = await env.db.write(announced, types)

        assert told[:1] != [RECOVERED]
        assert not set(spoiling) & set(pairwise(told))


async def test_who_was_failing_when_it_started_hears_no_end(notice_env: NoticeEnv) -> None:
    first, second = (
        await notice_env.subscribe(OWNER, CONFIRMED),
        await notice_env.subscribe(OWNER, CONFIRMED, FAILING, RECOVERED),
    )
    second.box.answer = status(500)
    await notice_env.happen()
    first.box.answer = status(500)
    await notice_env.happen()

    first.box.answer = second.box.answer = ok
    await notice_env.come_back()

    assert (await notice_env.stored(FAILING), second.types) == ([FAILING] * 2, [])


async def test_subscription_is_never_told_of_itself(notice_env: NoticeEnv) -> None:
    failing = await notice_env.subscribe(OWNER, CONFIRMED, RECOVERED)
    failing.box.answer = status(500)
    await notice_env.happen()
    failing.box.answer = ok

    await notice_env.come_back()

    assert (await notice_env.stored(*NOTICES), failing.types) == ([FAILING, RECOVERED], [])


async def test_try_that_was_under_way_when_it_was_disabled_ends_nothing(notice_env: NoticeEnv) -> None:
    gone = await notice_env.subscribe(OWNER, CONFIRMED)
    gone.box.answer = status(410)
    await notice_env.happen()

    closed = Breaker(receiver=SubscriptionKey(gone.id))
    await notice_env.env.db.write(publish_breaker_changes, notice_env.env.builder, [closed], set(), {})

    assert await notice_env.stored(*NOTICES) == [DISABLED]
