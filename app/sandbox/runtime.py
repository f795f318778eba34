"""What every simulator shares: a small store that survives a restart, a clock that can be set, a server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from starlette.types import ASGIApp

from app.main import QuietServer

Document = dict[str, Any]
"""A record as the simulated system keeps it: JSON."""


class Store:
    """Documents by collection and key, in memory, journalled to a file when a path is given.

    The journal is one JSON line for each change and is read back at the start; it is meant for
    thousands of invented records, not for real ones.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._collections: dict[str, dict[str, Document]] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path and path.exists() else ():
            collection, key, document = json.loads(line)
            self._collections.setdefault(collection, {})[key] = document
        self._journal = path.open("a", encoding="utf-8", buffering=1) if path else None

    def put(self, collection: str, key: str, document: Document) -> None:
        """Store a document under its key; an older one is replaced."""
        self._collections.setdefault(collection, {})[key] = document
        if self._journal:
            self._journal.write(json.dumps([collection, key, document], separators=(",", ":")) + "\n")

    def get(self, collection: str, key: str) -> Document | None:
        """Return the document with this key, or None."""
        return self._collections.get(collection, {}).get(key)

    def all(self, collection: str) -> list[Document]:
        """Return all documents of a collection in the order in which their keys first came."""
        return list(self._collections.get(collection, {}).values())

    def count(self, collection: str) -> int:
        """Return the number of documents in a collection."""
        return len(self._collections.get(collection, {}))

    def close(self) -> None:
        """Close the journal."""
        if self._journal:
            self._journal.close()


class SettableClock:
    """A clock that runs with the computer's until it is set; then it stands still where it was set."""

    def __init__(self, moment: datetime | None = None) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self._moment or datetime.now(UTC)  # noqa: TID251  # runs with the real clock until set

    def set(self, moment: datetime | None) -> None:
        """Let the clock stand at this aware moment; None lets it run with the computer's."""
        self._moment = moment.astimezone(UTC) if moment else None


class App(Protocol):
    """What a simulator's module gives: ``create_app(store, clock) -> ASGI application``."""

    def __call__(self, store: Store, clock: SettableClock) -> ASGIApp:
        """Build the application over its store and clock."""
        ...


class Server:
    """One application on a loopback port, run in the present event loop."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        config = uvicorn.Config(
            app, host="127.0.0.1", port=port, log_level="warning", access_log=False, server_header=False
        )
        self._server = QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address at which it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port in use; known after ``start``."""
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Start answering; returns when the port is open.

        Raises:
            RuntimeError: the port could not be opened.
        """
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._task.done():
                raise RuntimeError("The server could not start; is the port in use?")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Finish open requests and close the port."""
        self._server.should_exit = True
        if self._task:
            with suppress(SystemExit):
                await self._task


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[Server]:
    """Serve an application for the length of a block."""
    server = Server(app, port)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
