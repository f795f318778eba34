"""What tests on PostgreSQL begin with: the database that another test used, emptied."""

import pytest
from sqlalchemy import select, text

from app.database import Connection, Database, StoreError
from app.domain.errors import Unavailable
from app.models import metadata
from tests.support.hub import ATTEND, CONCLUDE, CONFIRM, SCHEDULE, InProcessHub, dump_of
from tests.support.postgres import PostgresServer, SharedDatabase
from tests.support.store_trouble import end_connections

EVENT, HISTORY = metadata.tables["event"], metadata.tables["history"]


@pytest.fixture
def shared(shared_postgres: SharedDatabase) -> SharedDatabase:
    """Return the database, emptied."""
    shared_postgres.empty()
    return shared_postgres


async def fill(url: str) -> tuple[set[int], set[str]]:
    """Let a case go its way; returns the numbers of its events, and which tables hold rows."""
    db = Database.open(url)
    hub = InProcessHub(db)
    await hub.set_up()
    await hub.refer(CONFIRM, SCHEDULE, ATTEND, CONCLUDE)
    numbers = await db.read(lambda tx: set(tx.execute(select(EVENT.c.position)).scalars()))
    filled = {name for name, rows in (await db.read(dump_of)).items() if rows}
    await db.close()
    return numbers, filled


async def test_an_emptied_database_has_no_rows_and_counts_anew(shared: SharedDatabase) -> None:
    first, filled = await fill(shared.url)
    shared.empty()
    left = await rows_of(shared.url)
    second, _ = await fill(shared.url)

    assert {"event", "history", "referral"} <= filled
    assert left == {}
    assert min(first) == 1
    assert second == first


async def rows_of(url: str) -> dict[str, int]:
    db = Database.open(url)
    dump = await db.read(dump_of)
    await db.close()
    return {name: len(rows) for name, rows in dump.items() if rows}


async def test_history_is_append_only_again_once_emptied(shared: SharedDatabase) -> None:
    await fill(shared.url)
    shared.empty()
    await fill(shared.url)
    db = Database.open(shared.url)

    with pytest.raises(StoreError, match="append-only"):
        await db.write(lambda tx: tx.execute(HISTORY.delete()))

    await db.close()


async def test_rows_lie_in_the_order_in_which_they_come_once_emptied(shared: SharedDatabase) -> None:
    await fill(shared.url)
    shared.empty()
    await fill(shared.url)
    db = Database.open(shared.url)

    places = await db.read(places_of_events)
    await db.close()

    assert places[0] == "(0,1)"


def places_of_events(tx: Connection) -> list[str]:
    return list(tx.execute(text("SELECT ctid::text FROM event ORDER BY position")).scalars())


async def test_nobody_keeps_an_emptied_database_open(shared: SharedDatabase) -> None:
    left_open = Database.open(shared.url)
    await left_open.read(lambda tx: tx.execute(text("SELECT 1")).scalar())

    shared.empty()

    with pytest.raises(Unavailable):
        await left_open.read(lambda tx: tx.execute(text("SELECT 1")).scalar())
    await left_open.close()


async def test_it_is_emptied_after_every_connection_was_ended(
    shared: SharedDatabase, postgres_server: PostgresServer
) -> None:
    await fill(shared.url)
    await end_connections(postgres_server, shared.url)

    shared.empty()

    assert await rows_of(shared.url) == {}
