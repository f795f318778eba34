"""The URL of PostgreSQL may name several servers, of which the hub finds the primary, and parameters of libpq."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url, text

from app.database import Connection, Database, Trouble, trouble_of
from app.domain.errors import Unavailable
from tests.support.postgres import PostgresServer
from tests.support.postgres_proxy import PostgresProxy
from tests.support.store_trouble import read_only


@dataclass
class Down:
    """A host on which nothing works.

    Attributes:
        asked: how often somebody connected.
    """

    port: int = 0
    asked: int = 0


@asynccontextmanager
async def down(*, silent: bool) -> AsyncIterator[Down]:
    """Run a host that cuts every connection, or one that accepts it and never says anything."""
    host, ended = Down(), asyncio.Event()

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host.asked += 1
        if silent:
            await ended.wait()
        writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1")
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        ended.set()
        server.close()


@asynccontextmanager
async def opened(proxy: PostgresProxy, *first: int, **parameters: str) -> AsyncIterator[Database]:
    """Open the database behind the proxy, by a URL that names these ports before it."""
    url = make_url(proxy.url)
    ports = ",".join(map(str, (*first, url.port)))
    hosts = ",".join(["127.0.0.1"] * (len(first) + 1))
    several = url.set(host=None, port=None, query={"host": hosts, "port": ports, **parameters})
    db = Database.open(several.render_as_string(hide_password=False))
    try:
        yield db
    finally:
        await db.close()


def connection(tx: Connection) -> str:
    answer: str = tx.scalar(text("SELECT current_setting('application_name') || ' ' || current_schemas(false)::text"))
    return answer


@pytest.mark.parametrize("silent", [False, True])
async def test_a_host_that_is_down_is_passed_over_and_not_tried_first_again(proxy: PostgresProxy, silent: bool) -> None:
    async with down(silent=silent) as host, opened(proxy, host.port, connect_timeout="1") as db:
        assert await db.read(connection) == "trajecthub {public}"
        assert host.asked == 1

        proxy.close()
        with suppress(Unavailable):
            await db.read(connection)
        assert await db.read(connection) == "trajecthub {public}"
        assert host.asked == 1


async def test_no_host_that_answers_is_unavailable() -> None:
    async with down(silent=False) as one, down(silent=False) as other:
        db = Database.open(f"postgresql://hub@127.0.0.1:{one.port},127.0.0.1:{other.port}/hub?sslmode=disable")

        with pytest.raises(Unavailable):
            await db.read(connection)

        assert (one.asked, other.asked) == (1, 1)
        await db.close()


async def test_several_hosts_without_one_that_takes_writes_are_told_as_read_only(
    proxy: PostgresProxy, postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    async with down(silent=False) as host, opened(proxy, host.port) as db:
        async with read_only(postgres_server, emptied_postgres_url):
            with pytest.raises(Unavailable) as caught:
                await db.read(connection)
        afterwards = await db.read(connection)

    assert caught.value.__cause__ is not None
    assert trouble_of(caught.value.__cause__) is Trouble.READ_ONLY
    assert afterwards == "trajecthub {public}"


async def test_parameters_of_libpq_reach_the_session_and_the_socket(proxy: PostgresProxy) -> None:
    def idle_seconds(tx: Connection) -> int:
        own: socket.socket = tx.connection.driver_connection._transport.get_extra_info("socket")  # type: ignore[union-attr]
        return own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)

    given = {"application_name": "hub-north", "options": "-c search_path=pg_catalog", "keepalives_idle": "7"}
    async with opened(proxy, **given) as db:
        assert await db.read(connection) == "hub-north {pg_catalog}"
        assert await db.read(idle_seconds) == 7
