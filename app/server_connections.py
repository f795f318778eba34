"""The connections of callers with a server: how many there may be, and which one makes room for another."""

import time
from asyncio import WriteTransport
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from uvicorn.server import ServerState

from app.limits import Limits

GRACE_SECONDS = 1.0
"""A new connection has this long to send a request before it is the first to make room; callers need less."""


class Connection(Protocol):
    """A connection; only its transport matters here."""

    @property
    def transport(self) -> WriteTransport:
        """What sends and receives."""


class ServerConnections(ServerState):
    """The connections of a server, as uvicorn counts them, and what each of them is doing.

    Silent connections lock nobody out: when there is no room, the one that has waited longest for a request is closed.

    Attributes:
        limits: of this server.
        closing: every response ends its connection, so that its peer sends the next request elsewhere.
    """

    def __init__(self, limits: Limits | None = None, timer: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.limits = limits or Limits()
        self.closing = False
        self._timer = timer
        # Each oldest first: without a request yet, by when it came; after a response; within the body of a request.
        self._silent: dict[Connection, float] = {}
        self._idle: dict[Connection, None] = {}
        self._receiving: dict[Connection, None] = {}
        self._addresses: dict[Connection, str | None] = {}
        self._of_address: Counter[str | None] = Counter()

    def admit(self, connection: Connection, address: str | None) -> bool:
        """Return whether there is room for a new connection; another one may be closed for it.

        Args:
            connection: that was made.
            address: of its peer; None when it has none, as over a Unix socket.
        """
        most = self.limits.connections_per_address
        if address is not None and most is not None and self._of_address[address] >= most:
            return False
        if len(self._addresses) >= self.limits.connections and not self._make_room():
            return False
        self._addresses[connection] = address
        self._of_address[address] += 1
        self._silent[connection] = self._timer()
        return True

    def note_receiving(self, connection: Connection) -> None:
        """Note that a connection receives the body of a request."""
        self._forget(connection)
        if connection in self._addresses:
            self._receiving[connection] = None

    def note_answering(self, connection: Connection) -> None:
        """Note that a request was received whole, and is not answered yet: its connection makes no room."""
        self._forget(connection)

    def note_waiting(self, connection: Connection) -> None:
        """Note that a connection waits for the next request."""
        self._forget(connection)
        if connection in self._addresses:
            self._idle[connection] = None

    def leave(self, connection: Connection) -> None:
        """Note that a connection is over."""
        self._forget(connection)
        if connection in self._addresses:
            address = self._addresses.pop(connection)
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _make_room(self) -> bool:
        expendable = self._most_expendable()
        if expendable is None:
            return False
        self.leave(expendable)
        expendable.transport.abort()
        return True

    def _most_expendable(self) -> Connection | None:
        silent = next(iter(self._silent), None)
        if silent is not None and self._timer() - self._silent[silent] >= GRACE_SECONDS:
            return silent
        return next(iter(self._idle), None) or silent or next(iter(self._receiving), None)

    def _forget(self, connection: Connection) -> None:
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        self._receiving.pop(connection, None)
