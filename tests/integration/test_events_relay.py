"""From the outbox to deliveries."""

import asyncio

import pytest

from app.database import Connection
from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.events.outbox import record
from app.models.delivery.outbox import unrelayed_since
from tests.support.event_env import World, organisation


async def receivers(world: World, referral_id: object) -> list[str]:
    return [one.receiver for one in await world.deliveries(referral_id)]  # type: ignore[arg-type]


async def test_event_makes_a_delivery_for_each_receiver(world: World) -> None:
    team = organisation(ReferrerKind.WIJKTEAM, System.GIDSO)
    await world.subscribe(team, "https://team.example")
    referral = world.cases.add(team)

    await world.happen(referral, EventType.REFERRAL_RECEIVED, source=System.API)

    assert await receivers(world, referral) == ["partner:allegro", "partner:gidso", world.receiver]


async def test_event_is_relayed_once(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    relayed_again = await world.relay.once()

    assert relayed_again == 0
    assert len(await world.deliveries(referral)) == 1


async def test_moment_that_is_not_agreed_makes_no_delivery(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.VRAAGWIJZER, System.GIDSO))

    await world.happen(referral, EventType.PLAN_SIGNED)

    assert await world.deliveries(referral) == []


async def test_rolled_back_change_tells_nobody(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    event = world.event(referral, EventType.REFERRAL_CONFIRMED)

    def change_and_fail(tx: Connection) -> None:
        record(tx, event, source_system=System.ALLEGRO)
        raise LookupError("changed my mind")

    with pytest.raises(LookupError):
        await world.db.write(change_and_fail)
    await world.relay.once()

    assert await world.deliveries(referral) == []


async def test_quiet_event_tells_nobody(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    event = world.event(referral, EventType.REFERRAL_CONFIRMED)

    await world.db.write(record, event, source_system=System.ALLEGRO, quiet=True)
    await world.relay.once()

    assert await world.deliveries(referral) == []


async def test_event_of_an_erased_referral_is_passed_over(world: World) -> None:
    team = organisation(ReferrerKind.WIJKTEAM, System.GIDSO)
    erased, kept = world.cases.add(team), world.cases.add(team)
    del world.cases.cases[erased]

    await world.happen(erased, EventType.REFERRAL_CONFIRMED)
    await world.happen(kept, EventType.REFERRAL_CONFIRMED)

    assert await world.deliveries(erased) == []
    assert len(await world.deliveries(kept)) == 1


async def test_two_relays_never_relay_the_same_event(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    for _ in range(20):
        await world.db.write(record, world.event(referral, EventType.REFERRAL_CONFIRMED), source_system=System.API)

    await asyncio.gather(*(world.relay.once() for _ in range(8)))

    assert len(await world.deliveries(referral)) == 20
    assert await world.db.read(unrelayed_since) is None


async def test_new_event_is_relayed_by_a_running_engine(world: World) -> None:
    referral = world.cases.add(organisation(ReferrerKind.WIJKTEAM, System.GIDSO))
    stop = asyncio.Event()
    running = asyncio.create_task(world.engine.run(stop, world.relay.once))
    await asyncio.sleep(0.05)

    await world.db.write(record, world.event(referral, EventType.REFERRAL_CONFIRMED), source_system=System.API)
    await asyncio.sleep(0.3)

    assert len(await world.deliveries(referral)) == 1
    stop.set()
    await running
