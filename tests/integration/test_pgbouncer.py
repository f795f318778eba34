"""The hub works behind PgBouncer in transaction mode, also Debian's 1.18, which knows no named prepared statements.

Skipped only where no PgBouncer is installed.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from app.database import Connection, Database, Trouble, trouble_of
from app.database_address import Connections
from app.domain.codes import System
from app.domain.errors import Unavailable
from app.domain.events import EventType
from app.domain.values import Organisation
from tests.support.event_env import EventEnv
from tests.support.hub import CONFIRM, WIJKTEAM, InProcessHub, partner_record, referral
from tests.support.pgbouncer import SERVER_CONNECTIONS
from tests.support.postgres import server_process

CLIENTS = 8
REFERRALS = 32


@pytest.fixture
async def pooled(pooler_url: str, emptied_postgres_url: str) -> AsyncIterator[Database]:
    """Return the database through PgBouncer, opened as the settings say."""
    connections = Connections(pool_size=CLIENTS, direct_url=emptied_postgres_url, names_statements=False)
    opened = Database.open(pooler_url, connections)
    yield opened
    await opened.close()


def named_statements(tx: Connection) -> int:
    number: int = tx.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    return number


async def test_a_hub_works_while_its_transactions_change_the_session(pooled: Database) -> None:
    hub = InProcessHub(pooled)
    await hub.set_up()

    made = await asyncio.gather(*(hub.refer(CONFIRM, reference=f"R-{number}") for number in range(REFERRALS)))
    records = [partner_record(name, referral(organisation_code=WIJKTEAM.code, reference=name)) for name in "ABC"]
    pulled = await hub.pull(*records, system=System.GIDSO)
    sessions = await asyncio.gather(*(pooled.read(server_process) for _ in range(REFERRALS)))

    assert len(set(made)) == REFERRALS
    assert pulled.applied == 3
    assert len(set(sessions)) == SERVER_CONNECTIONS
    assert await asyncio.gather(*(pooled.read(named_statements) for _ in range(REFERRALS))) == [0] * REFERRALS


async def test_two_workers_deliver_everything_once(pooled: Database, team: Organisation) -> None:
    env = EventEnv(pooled)
    referrals = [env.cases.add(team) for _ in range(REFERRALS)]
    await asyncio.gather(*(env.happen(referral, EventType.REFERRAL_CONFIRMED) for referral in referrals))

    await asyncio.gather(env.send(), env.send())
    await env.send()

    assert {tuple(await env.states(referral)) for referral in referrals} == {("delivered",)}
    assert len(env.partners[System.GIDSO].messages) == REFERRALS
    await env.webhook.close()


async def test_a_commit_wakes_who_waits_past_the_pooler(pooled: Database, emptied_postgres_url: str) -> None:
    other = Database.open(emptied_postgres_url)
    signal = pooled.listen()
    await signal.wait(0)

    async with asyncio.timeout(20):
        while not await signal.wait(0.1):
            await other.write(server_process)

    await other.close()


async def test_what_only_a_server_takes_is_refused_by_the_pooler_and_reported_as_that(pooler_url: str) -> None:
    db = Database.open(pooler_url)

    with pytest.raises(Unavailable) as caught:
        await db.read(server_process)

    assert caught.value.__cause__ is not None
    assert trouble_of(caught.value.__cause__) is Trouble.POOLER
    await db.close()
