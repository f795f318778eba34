"""New connections with a database that may have several servers."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import asyncpg

from app.database_address import Place, PostgresServers, SocketOption

CONNECT_SECONDS = 5.0

# A lost network is noticed within 25 seconds, also by a connection that only listens: unconfirmed data is given up
# after 15, and an idle connection is asked after 10, and then every 5, whether it is still there.
SOCKET_OPTIONS: Mapping[SocketOption, int] = {
    SocketOption.KEEPALIVES: 1,
    SocketOption.KEEPALIVES_COUNT: 3,
    SocketOption.KEEPALIVES_IDLE: 10,
    SocketOption.KEEPALIVES_INTERVAL: 5,
    SocketOption.TCP_USER_TIMEOUT: 15_000,
}

# The names of Python's socket module, for the options of TCP; not every system has each of them.
_OF_TCP = {
    SocketOption.KEEPALIVES_COUNT: "TCP_KEEPCNT",
    SocketOption.KEEPALIVES_IDLE: "TCP_KEEPIDLE",
    SocketOption.KEEPALIVES_INTERVAL: "TCP_KEEPINTVL",
    SocketOption.TCP_USER_TIMEOUT: "TCP_USER_TIMEOUT",
}

# Another server may do: this one does not answer, breaks off, starts, has no connection left, or is a standby.
_TRY_THE_NEXT = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.TargetServerAttributeNotMatched,
)


class Connector:
    """Connects with the first server that will do, beginning with the one that did last time.

    A server that is down costs the time of connecting with it only until another one was found.

    Args:
        servers: where they are, and what the operator says about connecting.
        settings: what a session asks of the server; what the operator says comes first.
        named_statements: the most statements that are kept prepared under a name in a connection.
    """

    def __init__(self, servers: PostgresServers, settings: Mapping[str, str], named_statements: int) -> None:
        self._servers = servers
        self._settings = {**settings, **servers.settings}
        self.named_statements = named_statements
        self._places = list(servers.places)

    async def connect(self) -> Any:  # asyncpg publishes no types
        """Return a new connection.

        Raises:
            OSError: no server answers.
            asyncpg.PostgresError: a server refuses.
            asyncpg.TargetServerAttributeNotMatched: there are servers, and none of them takes writes.
        """
        if not self._places:
            return await self._connect()
        failures: list[Exception] = []
        for place in tuple(self._places):
            try:
                connection = await self._connect(host=place.host, port=place.port)
            except _TRY_THE_NEXT as failure:
                failures.append(failure)
            else:
                self._begin_with(place)
                return connection
        # That no server is the primary says more than that another one does not answer.
        raise max(failures, key=lambda each: isinstance(each, asyncpg.TargetServerAttributeNotMatched))

    async def _connect(self, **place: str | int) -> Any:
        try:
            connection = await asyncpg.connect(
                self._servers.driver_url,
                **place,
                timeout=self._servers.connect_seconds or CONNECT_SECONDS,
                target_session_attrs=self._servers.session,
                server_settings=self._settings,
                statement_cache_size=self.named_statements,
            )
        except asyncpg.ObjectNotInPrerequisiteStateError as refused:
            # The database is closed, as while it is restored or renamed. In a statement this state is a bug.
            raise ConnectionRefusedError("The database accepts no connections.") from refused
        # The driver has no public way to its socket.
        _notice_lost_network(connection._transport.get_extra_info("socket"), self._servers.socket_options)
        return connection

    def _begin_with(self, place: Place) -> None:
        self._places.remove(place)
        self._places.insert(0, place)


def _notice_lost_network(connection: socket.socket, given: Mapping[SocketOption, int]) -> None:
    if connection.family == socket.AF_UNIX:
        return
    options = {**SOCKET_OPTIONS, **given}
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, options[SocketOption.KEEPALIVES])
    for option, name in _OF_TCP.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), options[option])
