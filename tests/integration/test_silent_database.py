"""What the hub does while PostgreSQL answers nothing, as when the network is cut or the server is suspended."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from app.database import Connection, Database
from app.database_address import Connections
from app.domain.codes import System
from app.domain.errors import Unavailable
from app.domain.events import EventType
from app.domain.values import Organisation
from tests.support.event_env import EventEnv
from tests.support.postgres_proxy import PostgresProxy

SOON = 1.0
"""Seconds that a unit of work may take here, and closing: more than one takes on a busy machine."""


@pytest.fixture
async def database(proxy: PostgresProxy) -> AsyncIterator[Database]:
    """Return the database behind the proxy, with short deadlines."""
    database = Database.open(proxy.url, Connections(work_seconds=SOON, close_seconds=SOON))
    yield database
    await database.close()


def one(tx: Connection) -> object:
    return tx.scalar(text("SELECT 1"))


async def test_work_is_given_up_and_the_next_succeeds_as_soon_as_the_database_answers(
    database: Database, proxy: PostgresProxy
) -> None:
    await database.read(one)

    proxy.passing.clear()
    given_up = await asyncio.gather(database.read(one), database.write(one), return_exceptions=True)
    proxy.passing.set()

    assert [type(each) for each in given_up] == [Unavailable, Unavailable]
    assert await database.write(one) == 1


async def test_closing_does_not_wait_for_a_database_that_is_silent(proxy: PostgresProxy) -> None:
    database = Database.open(proxy.url, Connections(work_seconds=SOON, close_seconds=SOON))
    signal = database.listen()
    await database.write(one)
    await signal.wait(0)

    proxy.passing.clear()
    async with asyncio.timeout(20):
        await database.close()


async def test_deliveries_go_on_as_soon_as_the_database_answers(
    database: Database, proxy: PostgresProxy, team: Organisation
) -> None:
    env = EventEnv(database, poll_seconds=SOON)
    referral = env.cases.add(team)
    stop = asyncio.Event()
    running = asyncio.create_task(env.engine.run(stop, env.relay.once))
    proxy.passing.clear()
    await asyncio.sleep(SOON * 2)

    proxy.passing.set()
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    await asyncio.wait_for(env.partners[System.GIDSO].has(1), 20)

    stop.set()
    await running
    assert await env.states(referral) == ["delivered"]
    await env.webhook.close()


async def test_connection_over_a_network_is_given_up_when_the_network_is_lost(database: Database) -> None:
    def options(tx: Connection) -> list[int]:
        own: socket.socket = tx.connection.driver_connection._transport.get_extra_info("socket")  # type: ignore[union-attr]
        return [
            own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        ]

    assert await database.read(options) == [1, 15_000, 10]
