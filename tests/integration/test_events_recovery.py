"""What the delivery engine does when things break: crashes, lost leases, faults."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.codes import ReferrerKind, System
from app.domain.errors import PartnerUnreachable
from app.domain.events import EventType
from app.domain.values import Organisation
from app.events.delivery.breaker import OPENS_AFTER
from app.events.delivery.engine import DeliverySettings
from app.events.http.client import OutboundClient
from app.events.http.webhook import WebhookSender
from app.models.delivery.claim import due_deliveries, take
from app.models.delivery.delivery import deliveries_to
from app.models.delivery.receiver_health import restrained_endpoints
from tests.support.event_env import CANARY, SANDBOX, World, organisation
from tests.support.names import StubResolver


async def test_crash_between_claim_and_acknowledgement_sends_again_with_the_same_id(
    world: World, team: Organisation
) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED, EventType.INTAKE_SCHEDULED)
    now = world.clock.now()
    ids = await world.db.read(due_deliveries, now, lambda *_: 8, 100)
    (lost,) = await world.db.write(take, ids, now, now + timedelta(seconds=90), UUID(int=1))

    await world.send()
    assert world.partners[System.GIDSO].messages == []
    world.clock.move(seconds=91)
    await world.send()

    first, second = world.partners[System.GIDSO].messages
    assert (first.id, first.attempt) == (lost.id, 2)
    assert first.event_type is EventType.REFERRAL_CONFIRMED
    assert second.event_type is EventType.INTAKE_SCHEDULED


async def test_acknowledgement_of_a_lost_lease_changes_nothing(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    gidso = world.partners[System.GIDSO]
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    held = gidso.hold = asyncio.Event()
    gidso.failures = [PartnerUnreachable("no answer")]

    slow = asyncio.create_task(world.new_engine().drain())
    await asyncio.wait_for(gidso.asked.wait(), 5)
    gidso.hold = None
    world.clock.move(seconds=91)
    await world.new_engine().drain()
    held.set()
    await slow

    assert await world.states(referral) == ["delivered"]


async def test_two_engines_never_send_the_same_delivery(world: World, team: Organisation) -> None:
    referrals = [world.cases.add(team) for _ in range(30)]
    for referral in referrals:
        await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await asyncio.gather(*(world.new_engine().drain() for _ in range(4)))

    told = [message.referral_id for message in world.partners[System.GIDSO].messages]
    assert sorted(told) == sorted(referrals)


async def test_delivery_that_cannot_be_packed_stops_no_other(world: World, team: Organisation) -> None:
    spoilt, *others = (world.cases.add(team) for _ in range(9))
    world.cases.spoilt.add(spoilt)
    for referral in (spoilt, *others):
        await world.happen(referral, EventType.REFERRAL_CONFIRMED)

    await world.send()

    (delivery,) = await world.deliveries(spoilt)
    assert (delivery.state.value, delivery.attempts, delivery.last_error) == ("pending", 1, "cannot-be-packed")
    assert sorted(message.referral_id for message in world.partners[System.GIDSO].messages) == sorted(others)


async def test_running_engine_sends_what_comes_and_stops_cleanly(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    stop = asyncio.Event()
    running = asyncio.create_task(world.engine.run(stop, world.relay.once))

    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    await asyncio.sleep(0.3)
    stop.set()
    await running

    assert await world.states(referral) == ["delivered"]


async def test_relay_that_fails_holds_up_nothing_that_is_due(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    stop, asked = asyncio.Event(), 0

    async def spoilt() -> int:
        nonlocal asked
        asked += 1
        raise LookupError("these events cannot be read")

    running = asyncio.create_task(world.engine.run(stop, spoilt))
    await world.partners[System.GIDSO].has(1)
    await asyncio.sleep(0.2)
    stop.set()
    await running

    assert await world.states(referral) == ["delivered"]
    # It rests a second between its failures.
    assert asked == 1


def test_lease_cannot_be_shorter_than_a_try() -> None:
    with pytest.raises(ValueError, match="lease_seconds"):
        DeliverySettings(try_seconds=45, lease_seconds=50)


async def test_fault_in_a_sink_is_a_failed_try(world: World, team: Organisation) -> None:
    referral = world.cases.add(team)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    world.partners[System.GIDSO].failures = [KeyError(CANARY)]

    await world.send()

    (delivery,) = await world.deliveries(referral)
    assert (delivery.state.value, delivery.last_error) == ("pending", "KeyError")


async def test_faults_of_the_hub_itself_leave_a_receiver_as_it_was(world: World, team: Organisation) -> None:
    gidso = world.partners[System.GIDSO]
    gidso.failures = [KeyError("a fault of ours") for _ in range(2 * OPENS_AFTER)]
    for _ in range(2 * OPENS_AFTER):
        await world.happen(world.cases.add(team), EventType.REFERRAL_CONFIRMED)

    await world.send()

    assert gidso.failures == []
    assert await world.db.read(restrained_endpoints) == {}


async def test_address_that_may_not_be_called_does_not_make_a_receiver_fail(world: World) -> None:
    referrer = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
    await world.subscribe(referrer, "https://inside.example/")
    resolver = StubResolver({"inside.example": ("10.0.0.8",)})
    world.webhook = WebhookSender(world.clock, OutboundClient(SANDBOX, resolver=resolver))
    for _ in range(OPENS_AFTER):
        await world.happen(world.cases.add(referrer), EventType.REFERRAL_CONFIRMED)

    await world.new_engine().drain()
    await world.webhook.close()

    owed = await world.db.read(deliveries_to, world.receiver, None, None, 50)
    assert {each.last_error for each in owed} == {"address-not-allowed"}
    assert await world.db.read(restrained_endpoints) == {}


async def test_delivery_that_cannot_be_packed_says_nothing_of_its_receiver(world: World, team: Organisation) -> None:
    for _ in range(OPENS_AFTER):
        world.cases.spoilt.add(spoilt := world.cases.add(team))
        await world.happen(spoilt, EventType.REFERRAL_CONFIRMED)

    await world.send()

    assert await world.db.read(restrained_endpoints) == {}
