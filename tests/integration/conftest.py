"""A hub and its event layer on each store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.database import Database
from app.domain.codes import ReferrerKind, System
from app.domain.values import Organisation
from tests.support.event_env import EventEnv, Mailbox, mailbox, organisation
from tests.support.hub import InProcessHub


@pytest.fixture
async def hub(database_url: str) -> AsyncIterator[InProcessHub]:
    """Return a hub with institutions and referrers only, on each store in turn."""
    async with _running(database_url) as hub:
        yield hub


@pytest.fixture
async def sqlite_hub(sqlite_url: str) -> AsyncIterator[InProcessHub]:
    """Return a hub on SQLite, for rules that do not depend on the store."""
    async with _running(sqlite_url) as hub:
        yield hub


@asynccontextmanager
async def _running(url: str) -> AsyncIterator[InProcessHub]:
    db = Database.open(url)
    try:
        hub = InProcessHub(db)
        await hub.set_up()
        yield hub
    finally:
        await db.close()


@pytest.fixture
async def env(database: Database) -> AsyncIterator[EventEnv]:
    """Return the event layer over each store in turn."""
    env = EventEnv(database)
    yield env
    await env.webhook.close()


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    """Return a subscriber over real HTTP."""
    async with mailbox() as box:
        yield box


@pytest.fixture
def welfare() -> Organisation:
    """Return a referrer without a partner system."""
    return organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)


@pytest.fixture
def team() -> Organisation:
    """Return a referrer that registers in GIDSO."""
    return organisation(ReferrerKind.JONGERENLOKET, System.GIDSO)
