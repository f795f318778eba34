"""What the simulators share: a small durable store, a settable clock, an HTTP server and reading a request."""

import asyncio
import copy
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp
from typing_extensions import override

from app.http_protocol import HttpProtocol
from app.listening import listen
from app.main import KEEP_ALIVE_SECONDS, QuietServer

_POLL_SECONDS = 0.005

Document = dict[str, Any]
"""A record of a simulated system: a JSON object."""


class Store:
    """Documents by collection and key, in memory, with a journal file if a path is given.

    The journal has one JSON line for each change and is read at the start. It is meant for thousands of fictitious
    records, not for real ones.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._collections: dict[str, dict[str, Document]] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path and path.exists() else ():
            collection, key, document = json.loads(line)
            self._collections.setdefault(collection, {})[key] = document
        self._journal = path.open("a", encoding="utf-8", buffering=1) if path else None
        self._marked: dict[str, dict[str, Document]] = {}

    def put(self, collection: str, key: str, document: Document) -> None:
        """Store a document under its key and replace an older one."""
        self._collections.setdefault(collection, {})[key] = document
        self._write(collection, key, document)

    def get(self, collection: str, key: str) -> Document | None:
        """Return the document with this key; None if there is none."""
        return self._collections.get(collection, {}).get(key)

    def all(self, collection: str) -> list[Document]:
        """Return all documents of a collection, in the order in which their keys were first stored."""
        return list(self._collections.get(collection, {}).values())

    def count(self, collection: str) -> int:
        """Return the number of documents in a collection."""
        return len(self._collections.get(collection, {}))

    def contents(self) -> dict[str, dict[str, Document]]:
        """Return a copy of everything that is stored, by collection and key."""
        return copy.deepcopy(self._collections)

    def mark(self) -> None:
        """Remember what is stored, for ``rewind``."""
        self._marked = {name: dict(documents) for name, documents in self._collections.items()}

    def rewind(self) -> None:
        """Store what was there at the last ``mark``, and nothing else; nothing without one."""
        self._collections = {name: dict(documents) for name, documents in self._marked.items()}
        if self._journal:
            self._journal.truncate(0)
            for name, documents in self._collections.items():
                for key, document in documents.items():
                    self._write(name, key, document)

    def _write(self, collection: str, key: str, document: Document) -> None:
        if self._journal:
            self._journal.write(json.dumps([collection, key, document], separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Close the journal."""
        if self._journal:
            self._journal.close()


class SettableClock:
    """A clock that follows the computer's clock, or runs ahead of it, until it is set; then it does not move.

    Attributes:
        ahead: how far it is ahead of the computer's clock while it runs.
    """

    def __init__(self, fixed: datetime | None = None) -> None:
        self._fixed = fixed
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return self._fixed or self.running()

    def running(self) -> datetime:
        """Return the time that the clock shows when it is not set."""
        return datetime.now(UTC) + self.ahead  # noqa: TID251  # follows the real clock until set

    def set(self, fixed: datetime | None) -> None:
        """Stop the clock at this aware time; None lets it run."""
        self._fixed = fixed.astimezone(UTC) if fixed else None


@dataclass(frozen=True)
class RunningClock:
    """What a clock would show if it was not set."""

    clock: SettableClock

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return self.clock.running()


SimulatorFactory = Callable[[Store, SettableClock], ASGIApp]
"""Returns the application of a simulator over a store and a clock."""


class _PromptServer(QuietServer):
    """A server that stops at once; uvicorn's own looks every 100 ms whether it shall stop, and then waits as long."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    @override
    async def main_loop(self) -> None:
        """Serve until ``stopping`` is set."""
        while not self.stopping.is_set():
            await self.on_tick(0)  # sets the ``Date`` of answers
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), 1)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the port, finish open requests and close their connections."""
        for server in self.servers:
            server.close()
        while self.server_state.connections or self.server_state.tasks:
            for connection in list(self.server_state.connections):
                connection.shutdown()
            await asyncio.sleep(_POLL_SECONDS)


class Server:
    """An application on a loopback port, served by the running event loop."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        config = uvicorn.Config(
            app,
            http=HttpProtocol,
            ws="none",
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._server = _PromptServer(config)
        self._given_port = port
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port; known after ``start``."""
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Open the port and start serving.

        Raises:
            OSError: the port could not be opened.
        """
        self._task = asyncio.create_task(self._server.serve(listen("127.0.0.1", self._given_port)))
        while not self._server.started:
            if self._task.done():
                raise RuntimeError("The server could not start.")
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Finish open requests and close the port."""
        self._server.stopping.set()
        if self._task:
            await self._task


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[Server]:
    """Serve an application for the duration of a block."""
    server = Server(app, port)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def json_of(request: Request) -> Any:  # JSON of any type
    """Return the JSON of a request; None if it is not valid."""
    try:
        return await request.json()
    except (ValueError, RecursionError):
        # No JSON, no UTF-8, a number with more digits than Python reads, or lists in lists without end.
        return None
