"""Callers and partners that mean harm: ``python -m bench.hostile_peers call NAME PORT TOKEN``, or ``answer PORT``.

A caller goes on until it is ended. A partner answers every call as ``GET /choose/NAME`` says: with an error when there
is no such name, and at first.

``take PORT`` takes what callers send without making anything of it, and ``fetch NAME PORT`` what the partner answers:
what others wait meanwhile is due to the sending, and not to the hub.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from random import Random

import uvicorn
import uvloop
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from typing_extensions import override

__all__ = ["ANSWERS", "CALLS", "PULL_SECONDS"]

MIB = 2**20
PULL_SECONDS = 0.5
MOST_OF_HEAD = 128 * 2**10
_HEAD = b"POST /v1/subscriptions HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\n"

Write = Callable[[asyncio.StreamWriter, bytes], Awaitable[None]]


async def _silent(_writer: asyncio.StreamWriter, _token: bytes) -> None:
    await asyncio.sleep(3600)


async def _dripping(writer: asyncio.StreamWriter, _token: bytes) -> None:
    writer.write(b"GET / HTTP/1.1\r\nHost: hub\r\nX-A: ")
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.2)


async def _half(writer: asyncio.StreamWriter, _token: bytes) -> None:
    writer.write(_HEAD + b"Content-Length: 200000\r\n\r\n{")
    await asyncio.sleep(3600)


async def _headers(writer: asyncio.StreamWriter, _token: bytes) -> None:
    writer.write(b"GET / HTTP/1.1\r\nHost: hub\r\n")
    while not writer.is_closing():
        writer.write(b"X-A: %s\r\n" % (b"x" * 60_000))
        await writer.drain()
        await asyncio.sleep(0.01)


def _repeated(body: Callable[[], bytes], *, pause: float, head: bytes = _HEAD) -> Write:
    async def write(writer: asyncio.StreamWriter, token: bytes) -> None:
        content = body()
        while not writer.is_closing():
            number = b"%d" % Random().getrandbits(64)
            credentials = b"Authorization: Bearer %s\r\nIdempotency-Key: %s\r\n" % (token, number) if token else b""
            writer.write(head + credentials + b"Content-Length: %d\r\n\r\n" % len(content) + content)
            await writer.drain()
            await asyncio.sleep(pause)

    return write


def _anonymous(write: Write) -> Write:
    async def without(writer: asyncio.StreamWriter, _token: bytes) -> None:
        await write(writer, b"")

    return without


@lru_cache
def _large_key() -> bytes:
    """Return a subscription with an RSA key whose primes would take seconds to test."""
    key = rsa.generate_private_key(65537, 7680)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    credentials = {"kind": "mtls", "certificate": text, "privateKey": text}
    return json.dumps({"url": "https://a.example.nl/", "authentication": credentials}).encode()


def _wrong_items() -> bytes:
    return json.dumps({"url": "https://a.example.nl/", "eventTypes": [1] * 80_000}).encode()


def _blank() -> bytes:
    return b" " * 240_000


def _none() -> bytes:
    return b""


_ACCEPTING = b"GET /v1/referrals HTTP/1.1\r\nHost: hub\r\nAccept: %s\r\n" % (b"a," * 60_000)
_ASKING = b"GET /v1/referrals?%s HTTP/1.1\r\nHost: hub\r\n" % (b"a=&" * 20_000)

CALLS: Mapping[str, tuple[int, Write]] = {
    "1,300 silent connections": (1300, _silent),
    "300 heads that drip": (300, _dripping),
    "300 bodies that stop halfway, no token": (300, _half),
    "headers without end": (20, _headers),
    "bodies of 240 KB, no token": (10, _anonymous(_repeated(_blank, pause=0.1))),
    "keys of RSA-7680": (2, _repeated(_large_key, pause=0.5)),
    "arrays of 80,000 wrong items": (2, _repeated(_wrong_items, pause=0.5)),
    "Accept of 60,000 members": (4, _repeated(_none, pause=0.2, head=_ACCEPTING)),
    "address of 20,000 parameters": (4, _repeated(_none, pause=0.2, head=_ASKING)),
}
"""By name, how many connections are kept, and what is written on each of them; a closed one is opened again."""


async def call(name: str, port: int, token: str) -> None:
    """Send this until the process is ended."""
    connections, write = CALLS[name]

    async def connection() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                reading, writing = (
                    asyncio.create_task(_read_all(reader)),
                    asyncio.ensure_future(write(writer, token.encode())),
                )
                await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
                reading.cancel()
                writing.cancel()
                writer.close()
            await asyncio.sleep(0.1)

    await asyncio.gather(*(connection() for _ in range(connections)))


async def _read_all(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(MIB):
            pass


def _json(content: bytes) -> Response:
    return Response(gzip.compress(content, 1), media_type="application/json", headers={"content-encoding": "gzip"})


def _page(rows: bytes) -> bytes:
    return b'{"value": [%s], "mutaties": [%s]}' % (rows, rows)


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(900):
        yield b" " * MIB


async def _drip() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.1)


def _soap(content: bytes) -> bytes:
    envelope = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><lijstAanmeldingenResponse>'
    return envelope + content + b"</lijstAanmeldingenResponse></s:Body></s:Envelope>"


_BOMB = gzip.compress(b" " * (900 * MIB), 9)

ANSWERS: Mapping[str, Callable[[], Response]] = {
    "900 MB": lambda: StreamingResponse(_endless()),
    "900 MB, packed": lambda: Response(_BOMB, headers={"content-encoding": "gzip"}),
    "900 MB, packed twice": lambda: Response(gzip.compress(_BOMB), headers={"content-encoding": "gzip, gzip"}),
    "a byte at a time": lambda: StreamingResponse(_drip()),
    "26 MB of XML": lambda: Response(
        gzip.compress(_soap(b"<a/>" * 6_500_000), 1), headers={"content-encoding": "gzip"}
    ),
    "8 MB of empty arrays": lambda: _json(_page(b"[]," * 1_300_000 + b"[]")),
    "8 MB of long numbers": lambda: _json(_page(b",".join([b"1" * 4200] * 950))),
    "8 MB of one text": lambda: _json(b'{"value": ["' + b"x" * (7 * MIB) + "\U0001f600".encode() + b'"]}'),
    "8 MB of elements": lambda: _json(
        _soap(b"<aanmelding><a>" + b"<b>x</b>" * 120_000 + b"x" * 6 * MIB + b"</a></aanmelding>")
    ),
    "8 MB of texts that do not end": lambda: _json(_soap(b"<aanmelding>" + b"<![CDATA[" * 240_000 + b"x" * 5 * MIB)),
    "8 MB of control characters": lambda: _json(_soap(b"<aanmelding>" + b"\x01" * (7 * MIB))),
    "2,000 odd records": lambda: _json(_page(b",".join(b'{"a": "%d%s"}' % (n, b"x" * 3000) for n in range(2000)))),
}
"""What a partner answers, by name."""


class _Taking(asyncio.Protocol):
    """Drops what it is sent, and ends the connection where the hub does, in a head that is too long."""

    def __init__(self) -> None:
        self._has_head, self._bytes = False, 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Expect what is sent."""
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        """Count what was sent."""
        self._has_head = self._has_head or b"\r\n\r\n" in data
        self._bytes += len(data)
        if self._bytes > MOST_OF_HEAD and not self._has_head:
            self._transport.close()


async def take(port: int) -> None:
    """Take what callers send until the process is ended."""
    server = await asyncio.get_running_loop().create_server(_Taking, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


async def fetch(name: str, port: int) -> None:
    """Fetch an answer as often as three pullers do, as many bytes of it as they read, until the process is ended."""

    async def pull() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET /fetch/%s HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n" % _path(name).encode())
                with suppress(TimeoutError, asyncio.IncompleteReadError):
                    async with asyncio.timeout(30):
                        await reader.readexactly(8 * MIB)
                writer.close()
            await asyncio.sleep(PULL_SECONDS)

    await asyncio.gather(*(pull() for _ in range(3)))


def _nothing() -> Response:
    return Response(status_code=503)


def _path(name: str) -> str:
    return name.replace(" ", "-")


def partner() -> Starlette:
    """Return a partner that answers what was chosen."""
    chosen: dict[str, Callable[[], Response]] = {"answer": _nothing}
    made: dict[Callable[[], Response], Response] = {}
    named = {_path(name): answer for name, answer in ANSWERS.items()}

    async def respond(request: Request) -> Response:
        path = request.url.path
        if path.startswith("/choose/"):
            chosen["answer"] = named.get(path.removeprefix("/choose/"), _nothing)
            made.clear()
            return Response()
        if path == "/healthz":
            return Response()
        if path == "/oauth/token":
            return JSONResponse({"access_token": b64encode(b"t").decode(), "token_type": "Bearer", "expires_in": 3600})
        make = named[path.removeprefix("/fetch/")] if path.startswith("/fetch/") else chosen["answer"]
        if make in made:
            return made[make]
        answer = make()
        if not isinstance(answer, StreamingResponse):
            made[make] = answer
        return answer

    return Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST", "PUT"])])


if __name__ == "__main__":
    if sys.argv[1] == "call":
        asyncio.run(call(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
    elif sys.argv[1] == "take":
        uvloop.run(take(int(sys.argv[2])))
    elif sys.argv[1] == "fetch":
        uvloop.run(fetch(sys.argv[2], int(sys.argv[3])))
    else:
        uvicorn.run(partner(), port=int(sys.argv[2]), lifespan="off", access_log=False, log_level="error")
