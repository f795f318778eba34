"""Serves the API over HTTP."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from app.http_protocol import HttpProtocol


async def serve(app: ASGIApp, host: str, port: int, stop: asyncio.Event) -> None:
    """Answer requests until ``stop`` is set; open requests are finished.

    Raises:
        RuntimeError: the address is in use.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=HttpProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
    )
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
    if not server.started:
        raise RuntimeError(f"The hub could not listen on {host}:{port}; is the port in use?")


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the program, which stops everything that it runs."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield
