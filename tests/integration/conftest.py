"""The hub's record on each store."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from app.database import Connection, Database
from app.models import metadata
from tests.support.hub import SmallHub
from tests.support.postgres import Server, database_name


@pytest.fixture(scope="session")
def shared_postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """Give the URL of one PostgreSQL database that tests empty instead of copying: that is ten times as fast."""
    url = postgres_server.create_database(database_name(postgres_template))
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
async def hub(request: pytest.FixtureRequest) -> AsyncIterator[SmallHub]:
    """Give a hub with institutions and referrers and nothing else, on each store in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_postgres_url")
    async with _running(url) as hub:
        yield hub


@pytest.fixture
async def sqlite_hub(sqlite_url: str) -> AsyncIterator[SmallHub]:
    """Give a hub on SQLite, for tables of rules that say nothing about the store."""
    async with _running(sqlite_url) as hub:
        yield hub


@asynccontextmanager
async def _running(url: str) -> AsyncIterator[SmallHub]:
    db = Database.open(url)
    try:
        hub = SmallHub(db)
        if db.dialect == "postgresql":
            await db.write(_empty)
        await hub.set_up()
        yield hub
    finally:
        await db.close()


def _empty(tx: Connection) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    tx.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
