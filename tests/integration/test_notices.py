"""Notices about connections: who is told what, once at the start and once at the end, and of nobody."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise, product
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from app.database import Connection, Database
from app.domain.codes import ReferrerKind, System
from app.domain.errors import PartnerUnreachable
from app.domain.events import NOTICES, SUBSCRIPTION_NOTICES, EventType
from app.events.contract.catalogue import schema_for
from app.events.contract.envelope_schema import envelope_schema
from app.events.delivery.breaker import OPENS_AFTER
from app.events.delivery.notices import announce_subscription, publish_breaker_changes
from app.models.delivery.delivery import DeliveryState, deliveries_to, subscription_receiver
from app.models.delivery.outbox import event as event_table
from app.models.delivery.receiver_health import Endpoint, restrained_endpoints
from app.models.delivery.subscription import Subscription, SubscriptionStatus
from app.models.partners.partner import ensure_partner, update_partner
from app.operations.notices import announce_partner
from app.operations.subscriptions.subscriptions import pause, remove_subscription, resume
from tests.support.event_env import World, mailbox, ok, organisation
from tests.support.notice_env import CONFIRMED, OPERATOR, OWNER, STRANGER, NoticeEnv, add_organisations, status

FAILING, RECOVERED = EventType.SUBSCRIPTION_FAILING, EventType.SUBSCRIPTION_RECOVERED
DISABLED = EventType.SUBSCRIPTION_DISABLED
PARTNER_FAILING, PARTNER_RECOVERED = EventType.PARTNER_FAILING, EventType.PARTNER_RECOVERED


class Rollback(Exception):
    """What follows on a notice fails."""


@pytest.fixture
async def room(database: Database) -> AsyncIterator[NoticeEnv]:
    world = World(database)
    await database.write(add_organisations, world)
    async with mailbox() as one, mailbox() as two, mailbox() as three, mailbox() as four:
        yield NoticeEnv(world, [one, two, three, four])
    await world.webhook.close()


async def test_failing_subscription_is_told_once_to_its_owner_and_to_operators(room: NoticeEnv) -> None:
    failing = await room.subscribe(OWNER, CONFIRMED)
    other, operator = await room.subscribe(OWNER, *SUBSCRIPTION_NOTICES), await room.subscribe(OPERATOR)
    failing.box.answer = status(500)

    await room.happen()
    room.world.clock.move(seconds=60)
    await room.happen()

    assert [other.types, operator.types, failing.types] == [[FAILING], [FAILING], []]
    (owners,), (operators,) = other.notices, operator.notices
    own_id = room.world.gate.pseudonyms.of(str(OWNER.id), failing.id)
    assert (owners["subject"], operators["subject"]) == (str(own_id), str(failing.id))
    assert owners["dataref"] == f"https://hub.example/v1/subscriptions/{own_id}"
    assert owners["data"]["subscription"] == {"id": str(own_id)}
    assert owners["data"]["reason"] == "status-5xx"
    assert set(owners["data"]) == {"subscription", "since", "reason", "occurredAt"}


async def test_end_of_failing_is_told_once_and_numbered_after_the_start(room: NoticeEnv) -> None:
    failing = await room.subscribe(OWNER, CONFIRMED)
    other, operator = await room.subscribe(OWNER, *SUBSCRIPTION_NOTICES), await room.subscribe(OPERATOR)
    failing.box.answer = status(503)
    await room.happen()
    failing.box.answer = ok

    await room.come_back()

    assert other.types == operator.types == [FAILING, RECOVERED]
    assert [each["sequence"] for each in operator.notices] == ["1", "2"]
    assert set(operator.notices[1]["data"]) == {"subscription", "occurredAt"}


async def test_notice_fits_its_schema_and_is_signed_like_any_event(room: NoticeEnv) -> None:
    failing, operator = await room.subscribe(OWNER), await room.subscribe(OPERATOR)
    failing.box.answer = status(500)

    await room.happen()
    await room.world.db.write(announce_partner, room.services, System.RMW, True)
    await room.world.send()

    for body, headers, notice in zip(operator.box.bodies, operator.box.headers, operator.notices, strict=True):
        event_type = EventType(notice["type"])
        Draft202012Validator(envelope_schema(event_type)).validate(notice)
        Draft202012Validator(schema_for(event_type)).validate(notice["data"])
        signed = Webhook(operator.secret).sign(headers["webhook-id"], room.world.clock.now(), body.decode())
        assert headers["webhook-signature"] == signed
    assert operator.types == [FAILING, PARTNER_FAILING]


async def test_nobody_gets_a_notice_that_it_did_not_ask_for(room: NoticeEnv) -> None:
    failing, all_types = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OWNER)
    stranger, recovered_only = await room.subscribe(STRANGER, FAILING), await room.subscribe(OPERATOR, RECOVERED)
    failing.box.answer = status(500)

    await room.happen()
    assert (all_types.types, stranger.types, recovered_only.types) == ([], [], [])
    failing.box.answer = ok
    await room.come_back()

    assert (all_types.types, stranger.types, recovered_only.types) == ([], [], [RECOVERED])
    assert all_types.box.bodies != []


async def test_partner_that_cannot_be_sent_to_is_told_to_operators_only(room: NoticeEnv) -> None:
    curious, operator = await room.subscribe(OWNER, *NOTICES), await room.subscribe(OPERATOR)
    team, gidso = organisation(ReferrerKind.JONGERENLOKET, System.GIDSO), room.world.partners[System.GIDSO]
    gidso.failures = [PartnerUnreachable("down") for _ in range(OPENS_AFTER)]
    for _ in range(OPENS_AFTER):
        await room.world.happen(room.world.cases.add(team), CONFIRMED)
    await room.world.send()
    for _ in range(12):
        room.world.clock.move(hours=10)
        await room.world.happen(room.world.cases.add(team), CONFIRMED)
        await room.world.send()

    assert (curious.types, operator.types) == ([], [PARTNER_FAILING, PARTNER_RECOVERED])
    first, second = operator.notices
    assert first["subject"] == second["subject"] == "gidso"
    assert [each["data"]["reason"] for each in operator.notices] == ["sending", "sending"]


async def test_partner_that_cannot_be_read_is_told_with_since_when(room: NoticeEnv) -> None:
    operator, since = await room.subscribe(OPERATOR, *NOTICES), room.world.clock.now()
    await room.world.db.write(ensure_partner, System.ALLEGRO)
    await room.world.db.write(update_partner, System.ALLEGRO, {"failing_since": since})
    room.world.clock.move(minutes=5)

    for failing in (True, True, False, False):
        await room.world.db.write(announce_partner, room.services, System.ALLEGRO, failing)
    await room.world.send()

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


async def test_reading_and_sending_fail_and_recover_each_by_itself(room: NoticeEnv) -> None:
    operator = await room.subscribe(OPERATOR)
    room.world.partners[System.ALLEGRO].failures = [PartnerUnreachable("down") for _ in range(OPENS_AFTER)]
    for _ in range(OPENS_AFTER):
        await room.world.happen(room.world.cases.add(OWNER), EventType.REFERRAL_RECEIVED, source=System.API)
    await room.world.send()

    await room.world.db.write(announce_partner, room.services, System.ALLEGRO, True)
    await room.world.db.write(announce_partner, room.services, System.ALLEGRO, False)
    await room.world.send()

    told = [(each["type"], each["data"]["reason"]) for each in operator.notices]
    assert told == [(PARTNER_FAILING, "sending"), (PARTNER_FAILING, "reading"), (PARTNER_RECOVERED, "reading")]


async def test_notice_exists_only_with_its_change(room: NoticeEnv) -> None:
    operator = await room.subscribe(OPERATOR)

    def announced_in_vain(tx: Connection) -> None:
        announce_partner(tx, room.services, System.RMW, True)
        raise Rollback

    with pytest.raises(Rollback):
        await room.world.db.write(announced_in_vain)
    await room.world.send()

    assert (operator.types, await room.stored(*NOTICES)) == ([], [])


async def test_replay_tells_nobody(room: NoticeEnv) -> None:
    await room.world.db.write(announce_partner, replace(room.services, quiet=True), System.RMW, True)

    assert await room.stored(*NOTICES) == []


async def test_address_that_is_gone_is_told_once_however_many_tries_say_so(room: NoticeEnv) -> None:
    gone, operator = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OPERATOR)
    gone.box.answer = status(410)

    await room.happen()

    assert operator.types == [DISABLED]
    assert operator.notices[0]["data"]["reason"] == "gone"
    assert (await room.subscription(gone)).status is SubscriptionStatus.DISABLED


@pytest.mark.parametrize("answer", [410, 500])
async def test_owner_who_resumes_ends_what_was_told(room: NoticeEnv, answer: int) -> None:
    told, operator = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OPERATOR)
    told.box.answer = status(answer)
    await room.happen()
    told.box.answer = ok
    stands = await room.subscription(told)
    if stands.status is SubscriptionStatus.ACTIVE:
        stands = await room.world.db.write(pause, room.services, stands)

    await room.world.db.write(resume, room.services, stands)
    await room.world.send()

    assert operator.types == [FAILING if answer == 500 else DISABLED, RECOVERED]
    assert operator.notices[1]["data"]["reason"] == "resumed"


async def test_resuming_what_did_not_fail_tells_nothing(room: NoticeEnv) -> None:
    told, operator = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OPERATOR)
    stands = await room.world.db.write(pause, room.services, await room.subscription(told))

    await room.world.db.write(resume, room.services, stands)
    await room.world.send()

    assert (operator.types, await room.stored(*NOTICES)) == ([], [])


async def test_failed_notice_opens_no_breaker_and_so_leads_to_no_notice(room: NoticeEnv) -> None:
    deaf, operator = await room.subscribe(OPERATOR), await room.subscribe(OPERATOR, *SUBSCRIPTION_NOTICES)
    deaf.box.answer = status(500)

    for number in range(2 * OPENS_AFTER):
        await room.world.db.write(announce_partner, room.services, System.RMW, number % 2 == 0)
        await room.world.db.write(announce_partner, room.services, System.GIDSO, number % 2 == 0)
        room.world.clock.move(hours=1)
        await room.world.send()

    assert len(deaf.box.bodies) >= OPENS_AFTER
    assert await room.world.db.read(restrained_endpoints) == {}
    assert (operator.types, await room.stored(*SUBSCRIPTION_NOTICES)) == ([], [])


async def test_outage_of_all_subscriptions_of_one_organisation_does_not_cascade(room: NoticeEnv) -> None:
    operator = await room.subscribe(OPERATOR)
    async with mailbox() as down:
        down.answer = status(500)
        for _ in range(4):
            await room.subscribe(OWNER, CONFIRMED, *SUBSCRIPTION_NOTICES, box=down)
        await room.happen()
        down.answer = ok
        await room.come_back()

        among_themselves = [body for body in down.bodies if json.loads(body)["type"] in NOTICES]
    assert len(await room.stored(FAILING)) == len(await room.stored(RECOVERED)) == 4
    assert sorted(operator.types) == [FAILING] * 4 + [RECOVERED] * 4
    assert len(among_themselves) <= 12


async def test_who_heard_the_start_hears_the_end_also_when_it_failed_meanwhile(room: NoticeEnv) -> None:
    first, heard = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OWNER, CONFIRMED, FAILING, RECOVERED)
    first.box.answer = status(500)
    await room.happen()
    heard.box.answer = status(500)
    room.world.clock.move(seconds=1)
    await room.happen()
    assert set(await room.world.db.read(restrained_endpoints)) == {
        subscription_receiver(each.id) for each in (first, heard)
    }

    first.box.answer = heard.box.answer = ok
    await room.come_back()

    assert heard.types == [FAILING, RECOVERED]


async def test_subscription_that_ended_is_told_no_further(room: NoticeEnv) -> None:
    told, operator = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OPERATOR)
    told.box.answer = status(500)
    await room.happen()

    await room.world.db.write(remove_subscription, room.services, await room.subscription(told))
    room.world.clock.move(hours=100)
    await room.world.send()

    assert operator.types == [FAILING]


async def test_paused_receiver_is_told_nothing_and_owed_nothing(room: NoticeEnv) -> None:
    asleep = await room.subscribe(OPERATOR)
    await room.world.db.write(pause, room.services, await room.subscription(asleep))

    await room.world.db.write(announce_partner, room.services, System.RMW, True)

    owed = await room.world.db.read(deliveries_to, subscription_receiver(asleep.id), None, None, 10)
    assert owed == []


async def test_receiver_that_is_paused_after_a_notice_gets_it_on_resuming(room: NoticeEnv) -> None:
    asleep = await room.subscribe(OPERATOR)
    await room.world.db.write(announce_partner, room.services, System.RMW, True)
    stands = await room.world.db.write(pause, room.services, await room.subscription(asleep))
    await room.world.send()
    (held,) = await room.world.db.read(deliveries_to, subscription_receiver(asleep.id), None, None, 10)

    await room.world.db.write(resume, room.services, stands)
    await room.world.send()

    assert (held.state, asleep.types) == (DeliveryState.PARKED, [PARTNER_FAILING])


async def test_no_notice_is_on_record_as_a_disclosure(room: NoticeEnv) -> None:
    operator = await room.subscribe(OPERATOR)
    await room.world.db.write(announce_partner, room.services, System.RMW, True)

    await room.world.send()

    disclosed = await room.world.db.read(lambda tx: tx.exec_driver_sql("select count(*) from disclosure").scalar_one())
    assert (operator.types, disclosed) == ([PARTNER_FAILING], 0)


async def test_whatever_is_announced_start_and_end_take_turns(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    await world.db.write(add_organisations, world)
    spoiling = [(FAILING, FAILING), (RECOVERED, RECOVERED), (DISABLED, DISABLED), (DISABLED, FAILING)]

    def announced(tx: Connection, types: Sequence[EventType]) -> list[EventType]:
        now = world.clock.now()
        found = Subscription(uuid4(), OWNER.id, "https://x.example", b"", now, now)
        for each in types:
            announce_subscription(tx, world.table, each, found)
        query = select(event_table.c.type).where(event_table.c.referral_id == found.id).order_by("position")
        return [EventType(name) for name in tx.scalars(query)]

    for types in product(sorted(SUBSCRIPTION_NOTICES), repeat=5):
        told = await world.db.write(announced, types)

        assert told[:1] != [RECOVERED]
        assert not set(spoiling) & set(pairwise(told))


async def test_who_was_failing_when_it_started_hears_no_end(room: NoticeEnv) -> None:
    first, second = await room.subscribe(OWNER, CONFIRMED), await room.subscribe(OWNER, CONFIRMED, FAILING, RECOVERED)
    second.box.answer = status(500)
    await room.happen()
    first.box.answer = status(500)
    await room.happen()

    first.box.answer = second.box.answer = ok
    await room.come_back()

    assert (await room.stored(FAILING), second.types) == ([FAILING] * 2, [])


async def test_subscription_is_never_told_of_itself(room: NoticeEnv) -> None:
    failing = await room.subscribe(OWNER, CONFIRMED, RECOVERED)
    failing.box.answer = status(500)
    await room.happen()
    failing.box.answer = ok

    await room.come_back()

    assert (await room.stored(*NOTICES), failing.types) == ([FAILING, RECOVERED], [])


async def test_try_that_was_under_way_when_it_was_disabled_ends_nothing(room: NoticeEnv) -> None:
    gone = await room.subscribe(OWNER, CONFIRMED)
    gone.box.answer = status(410)
    await room.happen()

    closed = Endpoint(subscription_receiver(gone.id))
    await room.world.db.write(publish_breaker_changes, room.world.table, [closed], set(), {})

    assert await room.stored(*NOTICES) == [DISABLED]
