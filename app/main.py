"""Serves the API over HTTP."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from app.http_protocol import HttpProtocol
from app.limits import Limits
from app.server_connections import ServerConnections
from app.stopping import Stopping

KEEP_ALIVE_SECONDS = 75
"""An idle connection stays open for longer than proxies keep theirs, so that none is closed as it is used."""

ANSWER_SECONDS = 0.5
"""The time to answer a request that is broken off."""


async def serve(
    app: ASGIApp,
    listening: list[socket.socket],
    stopping: Stopping,
    limits: Limits | None = None,
    *,
    trusted_proxies: Sequence[object] = (),
) -> None:
    """Answer requests at these sockets until the end of the process has begun.

    Requests in flight are finished, as long as the process may take; the others are answered with 503. Then the sockets
    are closed.
    """
    config = uvicorn.Config(
        app,
        http=HttpProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        # Uvicorn's own defaults believe whoever is on this host.
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=[str(each) for each in trusted_proxies],
    )
    server = QuietServer(config, limits)
    serving = asyncio.create_task(server.serve(listening))
    try:
        await _until(stopping.announced, serving)
        server.drain()
        await _until(stopping.begun, serving)
    finally:
        # Also when this is cancelled, or the server failed.
        stopping.begin()
        server.finish(stopping.seconds_left)
        await serving


async def _until(event: asyncio.Event, serving: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the program, which stops everything that it runs."""

    def __init__(self, config: uvicorn.Config, limits: Limits | None = None) -> None:
        super().__init__(config)
        self.server_state = self._connections = ServerConnections(limits)

    def drain(self) -> None:
        """Go on answering, and end each connection with the next response on it."""
        self._connections.closing = True

    def finish(self, within_seconds: float) -> None:
        """Take no more requests, and end when those in flight are answered or the time is over."""
        self.drain()
        # Uvicorn takes whole seconds by its types only.
        self.config.timeout_graceful_shutdown = within_seconds  # type: ignore[assignment]
        self.should_exit = True

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End every connection; what takes too long is broken off, and its caller gets an answer that says so."""
        await super().shutdown(sockets)
        if tasks := self._connections.tasks:
            await asyncio.wait(tasks, timeout=ANSWER_SECONDS)
        for connection in list(self._connections.connections):
            connection.transport.abort()
        # They are closed in the next round of the event loop.
        await asyncio.sleep(0)
