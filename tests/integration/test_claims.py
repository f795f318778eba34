"""Claims: workers share the receivers, and a receiver is looked at when there is something to send to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.database import Database
from app.domain.codes import ReferrerKind, System
from app.domain.errors import PartnerUnreachable
from app.domain.events import EventType
from app.domain.receivers import PartnerKey, ReceiverKey
from app.domain.values import Organisation
from app.events.delivery.backoff import SCHEDULE
from app.models.delivery.receiver_health import due_receivers, endpoint
from tests.support.event_env import EventEnv, organisation

CONFIRMED, PLANNED = EventType.REFERRAL_CONFIRMED, EventType.INTAKE_SCHEDULED
GIDSO = PartnerKey(System.GIDSO)


def welfare() -> Organisation:
    return organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)


async def owe(env: EventEnv, referrals: int) -> ReceiverKey:
    """Subscribe a new organisation, owe it events about so many referrals, and return the receiver."""
    referrer = welfare()
    await env.subscribe(referrer, "https://receiver.example.nl/")
    receiver = env.receiver
    for _ in range(referrals):
        await env.happen(env.cases.add(referrer), CONFIRMED)
    return receiver


async def moment_of(db: Database, receiver: ReceiverKey) -> datetime | None:
    query = select(endpoint.c.due_at).where(endpoint.c.receiver == receiver)
    return await db.read(lambda tx: tx.execute(query).scalar_one())


async def test_a_receiver_with_much_to_send_leaves_room_for_others(env: EventEnv) -> None:
    busy = await owe(env, 3)
    env.clock.move(seconds=1)
    other = await owe(env, 1)
    env.clock.move(seconds=1)

    claimed = []
    for _ in range(4):
        claimed += [each.receiver for each in await env.claim(room=1)]
        env.clock.move(seconds=1)

    assert claimed == [busy, other, busy, busy]


async def test_a_claim_takes_no_more_than_there_is_room_for(env: EventEnv) -> None:
    for _ in range(3):
        await owe(env, 4)

    assert [len(await env.claim(room=5)) for _ in range(4)] == [5, 5, 2, 0]


async def test_what_a_full_claim_leaves_is_taken_by_the_next_one(env: EventEnv) -> None:
    env.settings = replace(env.settings, webhook_limit=2)
    for _ in range(4):
        await owe(env, 2)

    assert [len(await env.claim(room=5)) for _ in range(3)] == [5, 3, 0]


async def test_a_receiver_that_is_owed_nothing_is_not_looked_at(env: EventEnv, team: Organisation) -> None:
    await env.happen(env.cases.add(team), CONFIRMED, PLANNED)
    await env.send()

    env.clock.move(days=365)

    assert await moment_of(env.db, GIDSO) is None
    assert await env.db.write(due_receivers, env.clock.now(), 10, ()) == []


async def test_a_receiver_is_looked_at_when_a_delivery_is_due_again(env: EventEnv, team: Organisation) -> None:
    await env.happen(env.cases.add(team), CONFIRMED)
    env.partners[System.GIDSO].failures = [PartnerUnreachable("no answer")]
    await env.send()

    assert await moment_of(env.db, GIDSO) == env.clock.now() + SCHEDULE[0]


async def test_a_receiver_is_looked_at_when_the_lease_of_what_is_sent_runs_out(env: EventEnv) -> None:
    receiver = await owe(env, 1)
    await env.claim()

    assert await moment_of(env.db, receiver) == env.clock.now() + timedelta(seconds=env.settings.lease_seconds)


async def test_a_partner_that_is_not_connected_stays_due_and_delays_nobody(env: EventEnv, team: Organisation) -> None:
    await env.happen(env.cases.add(team), CONFIRMED)
    del env.partners[System.GIDSO]
    receiver = await owe(env, 1)

    assert [each.receiver for each in await env.claim(room=1)] == [receiver]
    assert await env.claim() == []
    assert await moment_of(env.db, GIDSO) == env.clock.now()
