"""What the delivery engine does when things break: crashes, lost leases, faults."""

import asyncio

import pytest
from structlog.testing import capture_logs

from app.domain.codes import ReferrerKind, System
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.domain.events import EventType
from app.domain.values import Organisation
from app.events.delivery.breaker import OPENS_AFTER
from app.events.delivery.settings import DeliverySettings
from app.events.http.client import OutboundClient
from app.events.http.webhook import WebhookSender
from app.models.delivery.delivery import DeliveryState
from app.models.delivery.receiver_health import failing_receivers
from tests.support.event_env import CANARY, SANDBOX, EventEnv, deliveries_to, organisation
from tests.support.names import StubResolver
from tests.support.patience import PATIENCE


async def test_of_two_workers_that_claim_at_once_one_takes_a_delivery(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    claims = await asyncio.gather(*(env.claim() for _ in range(2)))

    assert sorted(map(len, claims)) == [0, 1]
    (owed,) = await env.deliveries(referral)
    assert (owed.attempts, owed.sequence) == (1, 1)


async def test_crash_between_claim_and_acknowledgement_sends_again_with_the_same_id(
    env: EventEnv, team: Organisation
) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED, EventType.INTAKE_SCHEDULED)
    (lost,) = await env.claim()

    await env.send()
    assert env.partners[System.GIDSO].messages == []
    env.clock.move(seconds=91)
    await env.send()

    first, second = env.partners[System.GIDSO].messages
    assert (first.id, first.attempt) == (lost.id, 2)
    assert first.event_type is EventType.REFERRAL_CONFIRMED
    assert second.event_type is EventType.INTAKE_SCHEDULED


async def test_a_delivery_that_a_stop_breaks_off_is_sent_at_once_and_used_no_try(
    env: EventEnv, team: Organisation
) -> None:
    referral = env.cases.add(team)
    gidso = env.partners[System.GIDSO]
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    gidso.hold = asyncio.Event()
    stopped = asyncio.create_task(env.new_engine().run(asyncio.Event(), no_relay))
    await asyncio.wait_for(gidso.asked.wait(), PATIENCE)
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    gidso.hold = None

    (released,) = await env.deliveries(referral)
    await env.send()

    (delivered,) = await env.deliveries(referral)
    assert (released.state, released.attempts, released.earlier_attempts) == (DeliveryState.PENDING, 1, 1)
    assert released.outcome_unknown
    assert (delivered.state, delivered.sequence) == (DeliveryState.DELIVERED, 1)
    # It may have arrived, so the partner is asked: the attempt is not the first.
    assert [each.attempt for each in gidso.messages][-1] == 2


async def test_a_delivery_that_is_given_up_is_logged_once(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    env.partners[System.GIDSO].failures = [PartnerRefused("no place for it")]
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    with capture_logs() as lines:
        await env.send()
        await env.send()

    (owed,) = await env.deliveries(referral)
    assert [line for line in lines if line["event"] == "delivery_given_up"] == [
        {
            "event": "delivery_given_up",
            "log_level": "warning",
            "receiver": "partner:gidso",
            "delivery": str(owed.id),
            "reason": "refused",
            "attempts": 1,
        }
    ]


async def no_relay() -> int:
    """Relay nothing."""
    return 0


async def test_acknowledgement_of_a_lost_lease_changes_nothing(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    gidso = env.partners[System.GIDSO]
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    held = gidso.hold = asyncio.Event()
    gidso.failures = [PartnerUnreachable("no answer")]

    slow = asyncio.create_task(env.new_engine().drain())
    await asyncio.wait_for(gidso.asked.wait(), PATIENCE)
    gidso.hold = None
    env.clock.move(seconds=91)
    await env.new_engine().drain()
    held.set()
    await slow

    assert await env.states(referral) == ["delivered"]


async def test_two_engines_never_send_the_same_delivery(env: EventEnv, team: Organisation) -> None:
    referrals = [env.cases.add(team) for _ in range(30)]
    for referral in referrals:
        await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await asyncio.gather(*(env.new_engine().drain() for _ in range(4)))

    told = [message.referral_id for message in env.partners[System.GIDSO].messages]
    assert sorted(told) == sorted(referrals)


async def test_delivery_that_cannot_be_packed_stops_no_other(env: EventEnv, team: Organisation) -> None:
    unreadable, *others = (env.cases.add(team) for _ in range(9))
    env.cases.unreadable.add(unreadable)
    for referral in (unreadable, *others):
        await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    await env.send()

    (delivery,) = await env.deliveries(unreadable)
    assert (delivery.state.value, delivery.attempts, delivery.last_error) == ("pending", 1, "cannot-be-packed")
    assert sorted(message.referral_id for message in env.partners[System.GIDSO].messages) == sorted(others)


async def test_running_engine_sends_what_comes_and_stops_cleanly(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    stop = asyncio.Event()
    running = asyncio.create_task(env.engine.run(stop, env.relay.once))

    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    await asyncio.wait_for(env.partners[System.GIDSO].has(1), PATIENCE)
    stop.set()
    await running

    assert await env.states(referral) == ["delivered"]


async def test_relay_that_fails_holds_up_nothing_that_is_due(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    stop, asked = asyncio.Event(), 0

    async def unreadable() -> int:
        nonlocal asked
        asked += 1
        raise LookupError("these events cannot be read")

    running = asyncio.create_task(env.engine.run(stop, unreadable))
    await env.partners[System.GIDSO].has(1)
    await asyncio.sleep(0.2)
    stop.set()
    await running

    assert await env.states(referral) == ["delivered"]
    # It rests until the next poll.
    assert asked == 1


def test_lease_cannot_be_shorter_than_a_try() -> None:
    with pytest.raises(ValueError, match="lease_seconds"):
        DeliverySettings(attempt_seconds=45, lease_seconds=50)


async def test_fault_in_a_sink_is_a_failed_try(env: EventEnv, team: Organisation) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    env.partners[System.GIDSO].failures = [KeyError(CANARY)]

    await env.send()

    (delivery,) = await env.deliveries(referral)
    assert (delivery.state.value, delivery.last_error) == ("pending", "KeyError")


async def test_faults_of_the_hub_itself_leave_a_receiver_as_it_was(env: EventEnv, team: Organisation) -> None:
    gidso = env.partners[System.GIDSO]
    gidso.failures = [KeyError("a fault of ours") for _ in range(2 * OPENS_AFTER)]
    for _ in range(2 * OPENS_AFTER):
        await env.happen(env.cases.add(team), EventType.REFERRAL_CONFIRMED)

    await env.send()

    assert gidso.failures == []
    assert await env.db.read(failing_receivers) == {}


async def test_address_that_may_not_be_called_does_not_make_a_receiver_fail(env: EventEnv) -> None:
    referrer = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
    await env.subscribe(referrer, "https://inside.example/")
    resolver = StubResolver({"inside.example": ("10.0.0.8",)})
    env.webhook = WebhookSender(env.clock, OutboundClient(SANDBOX, resolver=resolver))
    for _ in range(OPENS_AFTER):
        await env.happen(env.cases.add(referrer), EventType.REFERRAL_CONFIRMED)

    await env.new_engine().drain()
    await env.webhook.close()

    owed = await deliveries_to(env.db, env.receiver)
    assert {each.last_error for each in owed} == {"address-not-allowed"}
    assert await env.db.read(failing_receivers) == {}


async def test_delivery_that_cannot_be_packed_says_nothing_of_its_receiver(env: EventEnv, team: Organisation) -> None:
    for _ in range(OPENS_AFTER):
        env.cases.unreadable.add(unreadable := env.cases.add(team))
        await env.happen(unreadable, EventType.REFERRAL_CONFIRMED)

    await env.send()

    assert await env.db.read(failing_receivers) == {}
