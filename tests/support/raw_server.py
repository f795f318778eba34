"""A server with any application and limits, and connections to it on which every byte is written by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http_protocol import HttpProtocol
from app.limits import Limits
from app.listening import listen
from app.main import QuietServer
from tests.support.patience import PATIENCE

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when the whole body was received."""
    with suppress(ClientDisconnect):
        body = await Request(scope, receive).body()
        await PlainTextResponse(f"{len(body)}")(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without reading the body."""
    await PlainTextResponse("no", 413)(scope, receive, send)


async def hang(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Never answer."""
    await asyncio.Event().wait()


@asynccontextmanager
async def running_server(app: ASGIApp, limits: Limits) -> AsyncIterator[QuietServer]:
    """Run a server with these limits."""
    config = uvicorn.Config(app, http=HttpProtocol, ws="none", lifespan="off", log_config=None, access_log=False)
    server = QuietServer(config, limits)
    serving = asyncio.create_task(server.serve(listen("127.0.0.1", 0)))
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0)
    yield server
    server.finish(0)
    await serving


async def connect(server: QuietServer) -> Streams:
    """Open a connection."""
    return await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())


async def answer_of(server: QuietServer, *parts: bytes) -> bytes:
    """Send parts of a request and then nothing; return what is answered until the server closes the connection."""
    reader, writer = await connect(server)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(0.01)
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
