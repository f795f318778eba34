"""A store that cannot work at this moment is told apart from work that is wrong, and worked with again by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.util import await_only
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.adapters.engine.puller import Puller
from app.database import Connection, Database, StoreError, Trouble, trouble_of
from app.domain.codes import System
from app.domain.errors import Unavailable
from app.domain.events import EventType
from app.domain.ports import Page
from app.domain.values import Organisation
from app.operations.partners.lease import acquire_lease, leased_state
from tests.support.event_env import EventEnv
from tests.support.hub import AT_WIJKTEAM, InProcessHub, partner_record
from tests.support.postgres import PostgresServer, database_name, server_process
from tests.support.scripted_source import ScriptedSource
from tests.support.store_trouble import end_connections, leave_no_room, read_only

STATES = {
    "08P01": Trouble.POOLER,
    "25006": Trouble.READ_ONLY,
    "40001": Trouble.CONTENDED,
    "40P01": Trouble.CONTENDED,
    "53000": Trouble.NO_ROOM,
    "53100": Trouble.NO_ROOM,
    "53200": Trouble.NO_ROOM,
    "53300": Trouble.NO_CONNECTION,
    "55P03": Trouble.CONTENDED,
    "57014": Trouble.CONTENDED,
    "57P01": Trouble.STOPPING,
    "57P02": Trouble.STOPPING,
    "57P03": Trouble.STOPPING,
    "58030": Trouble.NO_ROOM,
    "42P01": None,
    "P0001": None,
    "XX000": None,
}


@pytest.fixture
async def postgres(emptied_postgres_url: str) -> AsyncIterator[Database]:
    """Return an open database on PostgreSQL."""
    opened = Database.open(emptied_postgres_url)
    yield opened
    await opened.close()


def touch(tx: Connection) -> None:
    tx.execute(text("UPDATE alembic_version SET version_num = version_num"))


def grow(tx: Connection) -> None:
    tx.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(100000) AS content")


def raise_state(tx: Connection, state: str) -> None:
    tx.exec_driver_sql(f"DO $$ BEGIN RAISE 'not now' USING ERRCODE = '{state}'; END $$")


async def trouble_in(db: Database, state: str) -> Trouble | None:
    """Return what the hub makes of an error of the server with this state."""
    with pytest.raises((Unavailable, StoreError)) as caught:
        await db.write(raise_state, state)
    if isinstance(caught.value, StoreError):
        return trouble_of(caught.value)
    assert isinstance(caught.value.__cause__, StoreError)
    return trouble_of(caught.value.__cause__)


async def test_every_state_of_the_server_that_says_later_is_known(postgres: Database) -> None:
    assert {state: await trouble_in(postgres, state) for state in STATES} == STATES


@pytest.mark.parametrize(("state", "kept"), [("25006", False), ("57P03", False), ("53100", False), ("40P01", True)])
async def test_all_connections_are_dropped_when_their_server_has_trouble(
    postgres: Database, state: str, kept: bool
) -> None:
    async def four_processes() -> set[int]:
        together = asyncio.Barrier(4)

        def wait(tx: Connection) -> int:
            await_only(together.wait())
            return server_process(tx)

        return set(await asyncio.gather(*(postgres.read(wait) for _ in range(4))))

    before = await four_processes()
    await trouble_in(postgres, state)
    after = await four_processes()

    assert (after == before) is kept
    assert kept or not after & before


async def test_a_connection_that_ended_while_nobody_used_it_is_replaced_unnoticed(
    postgres: Database, postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    before = await postgres.read(server_process)
    await end_connections(postgres_server, emptied_postgres_url)

    assert await postgres.write(server_process) != before


async def test_a_server_without_a_free_connection_is_unavailable(
    postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    await asyncio.to_thread(postgres_server.execute, "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    url = make_url(emptied_postgres_url).set(username="crowded").render_as_string(hide_password=False)
    db = Database.open(url)

    with pytest.raises(Unavailable) as caught:
        await db.read(server_process)

    assert caught.value.__cause__ is not None
    assert trouble_of(caught.value.__cause__) is Trouble.NO_CONNECTION
    await db.close()
    await asyncio.to_thread(postgres_server.execute, "DROP ROLE crowded")


async def test_a_login_that_is_refused_is_unavailable(emptied_postgres_url: str) -> None:
    db = Database.open(make_url(emptied_postgres_url).set(username="stranger").render_as_string(hide_password=False))

    with pytest.raises(Unavailable):
        await db.read(server_process)

    await db.close()


async def test_a_database_that_is_closed_for_connections_is_unavailable(postgres_server: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres_server.create_database)
    await asyncio.to_thread(
        postgres_server.execute, f'ALTER DATABASE "{database_name(url)}" WITH ALLOW_CONNECTIONS false'
    )
    db = Database.open(url)

    with pytest.raises(Unavailable):
        await db.read(server_process)

    await db.close()
    await asyncio.to_thread(postgres_server.drop_database, url)


async def test_a_full_disk_keeps_what_is_stored_and_takes_writes_again(sqlite_database: Database) -> None:
    await sqlite_database.write(leave_no_room)

    with pytest.raises(Unavailable) as caught:
        await sqlite_database.write(grow)
    read_meanwhile = await sqlite_database.read(lambda tx: tx.scalar(text("SELECT count(*) FROM alembic_version")))
    await sqlite_database.write(grow)

    assert caught.value.__cause__ is not None
    assert trouble_of(caught.value.__cause__) is Trouble.NO_ROOM
    assert read_meanwhile == 1


def brief(lines: list[EventDict]) -> list[tuple[str, str, str]]:
    return [(line["event"], line["trouble"], line["cause"]) for line in lines]


async def test_each_process_reports_once_that_its_store_takes_no_writes(
    postgres: Database, postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    with capture_logs() as lines:
        async with read_only(postgres_server, emptied_postgres_url):
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await postgres.write(touch)

    assert brief(lines) == [("database_unavailable", "read-only", "ReadOnlySQLTransactionError")]


async def test_each_process_reports_once_that_the_file_of_its_store_has_no_room(sqlite_database: Database) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            await sqlite_database.write(leave_no_room)
            with pytest.raises(Unavailable):
                await sqlite_database.write(grow)

    assert brief(lines) == [("database_unavailable", "no-room", "SQLITE_FULL")]


async def test_what_was_sent_while_the_store_took_no_writes_is_recorded_later_and_sent_once(
    postgres: Database, postgres_server: PostgresServer, emptied_postgres_url: str, team: Organisation
) -> None:
    env = EventEnv(postgres)
    referral = env.cases.add(team)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    gidso = env.partners[System.GIDSO]
    held = gidso.hold = asyncio.Event()

    sending = asyncio.create_task(env.send())
    await asyncio.wait_for(gidso.asked.wait(), 20)
    async with read_only(postgres_server, emptied_postgres_url):
        held.set()
        with pytest.raises(Unavailable):
            await sending
        with pytest.raises(Unavailable):
            await env.send()
    await env.send()

    (delivery,) = await env.deliveries(referral)
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert len(gidso.messages) == 1
    await env.webhook.close()


async def test_a_pull_that_the_store_does_not_take_is_no_failure_of_the_partner(
    postgres: Database, postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    hub = InProcessHub(postgres)
    await hub.set_up()
    source = ScriptedSource(*[Page((partner_record("G-1", AT_WIJKTEAM),), "18")] * 2, system=System.GIDSO)
    puller = Puller(db=postgres, services=hub.services, source=source, holder="test")

    # The lease is taken before, and the page is read.
    await postgres.write(acquire_lease, hub.services, puller.lease)
    async with read_only(postgres_server, emptied_postgres_url):
        with pytest.raises(Unavailable):
            await puller.round()
    await puller.round()

    state = await postgres.read(leased_state, puller.lease)
    assert state is not None
    assert (state.cursor, state.failures) == ("18", 0)
