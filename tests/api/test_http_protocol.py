"""Bodies arrive whatever else a client offers: over real connections, byte by byte."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.listening import listen
from app.main import serve
from app.sandbox.runtime import Server, serving
from app.stopping import Stopping
from tests.api.conftest import SECRET
from tests.support.patience import PATIENCE
from tests.support.processes import free_port

H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
WEBSOCKET = (
    "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"
)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was received."""
    request = Request(scope, receive)
    body = (await request.body()).decode()
    await JSONResponse({"method": request.method, "path": request.url.path, "body": body})(scope, receive, send)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a server that answers with what it received."""
    async with serving(echo) as opened:
        yield opened


async def exchange(url: str, *parts: bytes, answers: int = 1) -> list[dict[str, object]]:
    """Send bytes over one connection, part by part, and return the bodies of the answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        async with asyncio.timeout(PATIENCE):
            return [json.loads(await body_of_answer(reader)) for _ in range(answers)]
    finally:
        writer.close()


async def is_open(port: int) -> bool:
    """Return whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def body_of_answer(reader: asyncio.StreamReader) -> bytes:
    """Read one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))


def post(headers: str, body: str = "a=1&b=2", path: str = "/token") -> bytes:
    framed = f"Content-Length: {len(body)}\r\n" if "chunked" not in headers else ""
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{framed}{headers}\r\n{body}".encode()


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (post(H2C), "a=1&b=2"),
        (post(WEBSOCKET), "a=1&b=2"),
        (post("Connection: upgrade\r\nUpgrade: TLS/1.0, HTTP/1.1\r\n"), "a=1&b=2"),
        (post(H2C + "Transfer-Encoding: chunked\r\n", "7\r\na=1&b=2\r\n0\r\n\r\n"), "a=1&b=2"),
        (post(H2C + "Expect: 200-ok\r\n"), "a=1&b=2"),
        (post(H2C, "x" * 100_000), "x" * 100_000),
        (post(H2C, ""), ""),
        (post("Upgrade: h2c\r\n"), "a=1&b=2"),
    ],
)
async def test_body_is_read_whatever_protocol_is_offered(server: Server, request_: bytes, body: str) -> None:
    assert await exchange(server.url, request_) == [{"method": "POST", "path": "/token", "body": body}]


async def test_body_that_comes_in_parts_is_read(server: Server) -> None:
    request = post(H2C)

    for cut in (10, 60, request.index(b"\r\n\r\n") + 4, len(request) - 3):
        (answer,) = await exchange(server.url, request[:cut], request[cut:])
        assert answer["body"] == "a=1&b=2"


async def test_requests_that_follow_on_the_connection_are_read(server: Server) -> None:
    requests = post(H2C, path="/1") + post("", path="/2") + post(H2C, path="/3")

    answers = await exchange(server.url, requests, answers=3)

    assert [(each["path"], each["body"]) for each in answers] == [(f"/{n}", "a=1&b=2") for n in (1, 2, 3)]


async def test_tunnel_is_still_refused(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"CONNECT example.nl:443 HTTP/1.1\r\nHost: example.nl:443\r\n\r\n")

    answer = await asyncio.wait_for(reader.readline(), timeout=PATIENCE)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 4")


async def test_hub_gives_a_token_to_a_client_that_offers_another_protocol(app: ASGIApp) -> None:
    port, stopping = free_port(), Stopping()
    serving_hub = asyncio.create_task(serve(app, listen("127.0.0.1", port), stopping))
    form = f"grant_type=client_credentials&client_id=dock&client_secret={SECRET}"
    request = post(f"{H2C}Content-Type: application/x-www-form-urlencoded\r\n", form, "/oauth/token")

    try:
        for _ in range(500):
            if await is_open(port):
                break
            await asyncio.sleep(0.01)
        (answer,) = await exchange(f"http://127.0.0.1:{port}", request)
    finally:
        stopping.begin()
        await serving_hub

    assert answer["token_type"] == "Bearer"
