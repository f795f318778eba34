"""What is done when the confirmation of a commit is lost: the hub cannot know whether it was committed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from app.database import Connection, Database
from app.domain.codes import System
from app.domain.errors import Unavailable
from app.domain.events import EventType
from app.domain.values import Organisation
from app.models.delivery.attempt import AttemptOutcome, attempt, attempts_of
from app.models.delivery.delivery import DeliveryState
from app.models.delivery.disclosure import disclosures_about
from app.models.delivery.receiver_health import endpoint
from tests.support.event_env import EventEnv
from tests.support.patience import PATIENCE
from tests.support.postgres_proxy import PostgresProxy

REFERRALS = 3


@pytest.fixture
async def env(proxy: PostgresProxy) -> AsyncIterator[EventEnv]:
    """Return the event layer over the proxy."""
    db = Database.open(proxy.url)
    env = EventEnv(db)
    yield env
    await env.webhook.close()
    await db.close()


async def test_attempts_whose_commit_was_not_confirmed_are_recorded_once(
    env: EventEnv, proxy: PostgresProxy, team: Organisation
) -> None:
    referrals = [env.cases.add(team) for _ in range(REFERRALS)]
    for referral in referrals:
        await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    gidso = env.partners[System.GIDSO]
    held = gidso.hold = asyncio.Event()

    first = asyncio.create_task(env.send())
    await asyncio.wait_for(gidso.asked.wait(), PATIENCE)
    proxy.lost_commits = 1
    held.set()
    with pytest.raises(Unavailable):
        await first
    await env.send()

    for referral in referrals:
        (delivery,) = await env.deliveries(referral)
        assert delivery.state is DeliveryState.DELIVERED
        assert len(await env.db.read(attempts_of, [delivery.id])) == 1
        assert len(await env.db.read(disclosures_about, referral)) == 1
    assert len(gidso.messages) == REFERRALS
    assert await env.db.read(_delivered) == REFERRALS


async def test_claims_whose_commit_was_not_confirmed_are_sent_when_their_lease_ends(
    env: EventEnv, proxy: PostgresProxy, team: Organisation
) -> None:
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)

    proxy.lost_commits = 1
    with pytest.raises(Unavailable):
        await env.send()
    env.clock.move(seconds=env.settings.lease_seconds + 1)
    await env.send()

    (message,) = env.partners[System.GIDSO].messages
    assert message.attempt == 2
    assert await env.states(referral) == ["delivered"]


def _delivered(tx: Connection) -> int:
    total: int = tx.scalar(select(func.sum(endpoint.c[AttemptOutcome.DELIVERED])))
    assert total == tx.scalar(select(func.count()).select_from(attempt))
    return total
