"""From the outbox to deliveries."""

import asyncio

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from app.database import Connection
from app.domain.codes import ReferrerKind, System
from app.domain.events import Event, EventType, NewEvent
from app.domain.receivers import PartnerKey, ReceiverKey
from app.models.delivery.outbox import append_events, unrelayed_since
from app.models.delivery.outbox import event as outbox
from tests.support.event_env import EventEnv, organisation
from tests.support.patience import PATIENCE


async def receivers(env: EventEnv, referral_id: object) -> list[ReceiverKey]:
    return [one.receiver for one in await env.deliveries(referral_id)]  # type: ignore[arg-type]


async def test_event_makes_a_delivery_for_each_receiver(env: EventEnv) -> None:
    team = organisation(ReferrerKind.WIJKTEAM, System.GIDSO)
    await env.subscribe(team, "https://team.example")
    referral = env.cases.add(team)

    await env.happen(referral, EventType.REFERRAL_RECEIVED, source=System.API)

    assert await receivers(env, referral) == [PartnerKey(System.ALLEGRO), PartnerKey(System.GIDSO), env.receiver]


async def test_event_is_relayed_once(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    relayed_again = await env.relay.once()

    assert relayed_again == 0
    assert len(await env.deliveries(referral)) == 1


async def test_moment_that_is_not_agreed_makes_no_delivery(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.JONGERENLOKET, System.GIDSO))

    await env.happen(referral, EventType.PLAN_SIGNED)

    assert await env.deliveries(referral) == []


async def test_rolled_back_change_tells_nobody(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    event = env.event(referral, EventType.REFERRAL_CONFIRMED)

    def change_and_fail(tx: Connection) -> None:
        append_events(tx, [NewEvent(event, System.ALLEGRO)])
        raise LookupError("changed my mind")

    with pytest.raises(LookupError):
        await env.db.write(change_and_fail)
    await env.relay.once()

    assert await env.deliveries(referral) == []


async def test_quiet_event_tells_nobody(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    event = env.event(referral, EventType.REFERRAL_CONFIRMED)

    await env.db.write(append_events, [NewEvent(event, System.ALLEGRO, quiet=True)])
    await env.relay.once()

    assert await env.deliveries(referral) == []


async def test_event_of_an_erased_referral_is_passed_over(env: EventEnv) -> None:
    team = organisation(ReferrerKind.WIJKTEAM, System.GIDSO)
    erased, kept = env.cases.add(team), env.cases.add(team)
    del env.cases.cases[erased]

    await env.happen(erased, EventType.REFERRAL_CONFIRMED)
    await env.happen(kept, EventType.REFERRAL_CONFIRMED)

    assert await env.deliveries(erased) == []
    assert len(await env.deliveries(kept)) == 1


async def test_event_that_cannot_be_read_waits_with_its_chain_and_stops_no_other(env: EventEnv) -> None:
    team = organisation(ReferrerKind.WIJKTEAM, System.GIDSO)
    referrals = [env.cases.add(team) for _ in range(120)]
    odd = referrals[60]
    events = [env.event(each, EventType.REFERRAL_CONFIRMED) for each in [*referrals, odd]]
    await env.db.write(append_events, [NewEvent(each, System.ALLEGRO) for each in events])
    await name_type(env, events[60], "nl.trajecthub.referrals.of-a-later-release.v1")

    with capture_logs() as logs:
        for _ in range(3):
            await relay_all(env)
            env.clock.move(minutes=6)
        relayed = [len(await env.deliveries(each)) for each in referrals]
        await name_type(env, events[60], EventType.REFERRAL_CONFIRMED)
        await relay_all(env)

    assert relayed == [0 if each == odd else 1 for each in referrals]
    assert [(entry["event"], entry.get("event_id")) for entry in logs] == [
        ("event_deferred", str(events[60].id)),
        ("deferred_event_relayed", str(events[60].id)),
    ]
    assert [each.event_id for each in await env.deliveries(odd)] == [events[60].id, events[120].id]
    assert await env.db.read(unrelayed_since) is None


async def relay_all(env: EventEnv) -> None:
    while await env.relay.once():
        pass


async def name_type(env: EventEnv, event: Event, type: str) -> None:
    await env.db.write(lambda tx: tx.execute(update(outbox).where(outbox.c.id == event.id).values(type=type)))


async def test_two_relays_never_relay_the_same_event(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    events = [env.event(referral, EventType.REFERRAL_CONFIRMED) for _ in range(20)]
    await env.db.write(append_events, [NewEvent(event, System.API) for event in events])

    await asyncio.gather(*(env.relay.once() for _ in range(8)))

    assert len(await env.deliveries(referral)) == 20
    assert await env.db.read(unrelayed_since) is None


async def test_new_event_is_relayed_by_a_running_engine(env: EventEnv) -> None:
    referral = env.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    stop = asyncio.Event()
    running = asyncio.create_task(env.engine.run(stop, env.relay.once))

    for number in (1, 2):
        event = env.event(referral, EventType.REFERRAL_CONFIRMED)
        await env.db.write(append_events, [NewEvent(event, System.API)])
        await asyncio.wait_for(env.partners[System.GIDSO].has(number), PATIENCE)

    assert len(await env.deliveries(referral)) == 2
    stop.set()
    await running
