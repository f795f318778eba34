"""A proxy in front of PostgreSQL that behaves as networks do: it loses the confirmation of a commit, or goes silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from struct import unpack

from sqlalchemy import URL, make_url

# What the server says that it did with a statement.
_WRITES = (b"INSERT", b"UPDATE", b"DELETE")

_SSL_REQUEST = (80877103).to_bytes(4)
_CANCEL_REQUEST = (80877102).to_bytes(4)


class PostgresProxy:
    """Passes bytes on between clients and a server.

    Attributes:
        url: the database behind the proxy.
        host: where the proxy listens, with its port.
        lost_commits: how many of the next confirmations of a commit do not arrive; the connection is cut instead.
        lost_cancels: how many of the next requests to cancel a statement do not arrive.
        accepted: how many connections clients made.
        refuses: cuts every new connection.
        passing: cleared to pass nothing on in either direction, as a network that is cut without a reset.
    """

    def __init__(self, behind: URL) -> None:
        self.url = self.host = ""
        self.lost_commits = self.lost_cancels = 0
        self.accepted = 0
        self.refuses = False
        self.passing = asyncio.Event()
        self.passing.set()
        self._behind = behind
        self._connections: set[asyncio.StreamWriter] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        self.accepted += 1
        if self.refuses:
            self._cut(writer)
            return
        try:
            server_reader, server_writer = await self._open()
        except OSError:
            # There is no server behind the proxy, or not any more.
            self._cut(writer)
            return
        self._connections |= {writer, server_writer}
        try:
            await asyncio.gather(
                self._requests(reader, writer, server_writer), self._answers(server_reader, writer, server_writer)
            )
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._cut(writer, server_writer)

    def close(self) -> None:
        """Cut every connection."""
        self._cut(*self._connections)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port = self._behind.port or 5432
        if folder := self._behind.query.get("host"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._behind.host, port)

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        first = await reader.readexactly(8)
        if first[4:] == _SSL_REQUEST:
            writer.write(b"N")
            first = await reader.readexactly(8)
        if first[4:] == _CANCEL_REQUEST and self.lost_cancels:
            self.lost_cancels -= 1
            self._cut(writer, server)
            return
        server.write(first)
        while data := await reader.read(65536):
            await self.passing.wait()
            server.write(data)
            await server.drain()
        server.close()

    async def _answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        in_transaction = commits = False
        while True:
            kind = await reader.readexactly(5)
            (length,) = unpack("!I", kind[1:])
            body = await reader.readexactly(length - 4)
            await self.passing.wait()
            match kind[:1]:
                case b"C":
                    commits = body == b"COMMIT\0" or (body.startswith(_WRITES) and not in_transaction)
                # The server is ready for the next request only after it committed a single statement.
                case b"Z" if commits and self.lost_commits:
                    self.lost_commits -= 1
                    self._cut(writer, server)
                    return
                case b"Z":
                    in_transaction, commits = body != b"I", False
            writer.write(kind + body)
            await writer.drain()

    def _cut(self, *writers: asyncio.StreamWriter) -> None:
        for each in writers:
            self._connections.discard(each)
            with suppress(RuntimeError):
                each.transport.abort()


@asynccontextmanager
async def postgres_proxy(url: str) -> AsyncIterator[PostgresProxy]:
    """Run a proxy in front of a database for the duration of a block."""
    behind = make_url(url)
    proxy = PostgresProxy(behind)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    proxy.host = f"127.0.0.1:{port}"
    proxy.url = behind.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
    try:
        yield proxy
    finally:
        proxy.close()
        server.close()
