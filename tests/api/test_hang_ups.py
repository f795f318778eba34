"""The API ends what it does for callers that hung up, and none has more than its share: over real connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.util import await_only
from starlette.types import ASGIApp

from app.api.state import AppState
from app.calls import OpenCalls
from app.database import Connection, Database
from app.database_address import Connections
from app.sandbox.runtime import Server
from tests.api.conftest import Api, token_of
from tests.support.patience import PATIENCE


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Return a database with two places, of which a client has one, and waits for them that end soon."""
    opened = Database.open(database_url, Connections(pool_size=2, pool_wait_seconds=0.3, work_seconds=0.3))
    yield opened
    await opened.close()


async def test_a_poll_that_waits_ends_when_its_caller_hangs_up(hub: AppState, app: ASGIApp) -> None:
    async def until(waiting: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while hub.polls.number != waiting:  # noqa: ASYNC110  # nobody else has to know
                await asyncio.sleep(0.01)

    server = Server(app)
    await server.start()
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    token = await token_of(hub, "dock")
    writer.write(f"GET /v1/events?wait=30 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    await until(1)

    writer.close()

    await until(0)
    await server.stop()


async def test_a_client_that_uses_its_share_is_refused_and_another_is_served(
    hub: AppState, dock: Api, pit010: Api
) -> None:
    released, released_in_thread, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()
    begun = asyncio.Event()

    def hold(tx: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        if tx.dialect.name == "sqlite":
            released_in_thread.wait(PATIENCE)
        else:
            await_only(released.wait())

    async def work_of_dock() -> None:
        with OpenCalls().answering() as call:
            call.client = "dock"
            await hub.db.read(hold)

    working = asyncio.create_task(work_of_dock())
    await asyncio.wait_for(begun.wait(), PATIENCE)
    refused, served = await dock.get("/v1/referrals"), await pit010.get("/v1/referrals")
    released.set()
    released_in_thread.set()
    await working

    assert (refused.status_code, refused.json()["code"], served.status_code) == (429, "too-many-requests", 200)
