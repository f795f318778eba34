"""Callers and partners that mean harm: ``python -m bench.hostile_peers call NAME PORT TOKEN``, or ``answer PORT``.

A caller goes on until it is ended. A partner answers every call as ``GET /choose/NAME`` says: with an error when there
is no such name, and at first.
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
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

__all__ = ["ANSWERS", "CALLS"]

MIB = 2**20
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


def _nothing() -> Response:
    return Response(status_code=503)


def partner() -> Starlette:
    """Return a partner that answers what was chosen."""
    chosen: dict[str, Callable[[], Response]] = {"answer": _nothing}
    made: dict[str, Response] = {}

    async def respond(request: Request) -> Response:
        path = request.url.path
        if path.startswith("/choose/"):
            named = {each.replace(" ", "-"): answer for each, answer in ANSWERS.items()}
            chosen["answer"] = named.get(path.removeprefix("/choose/"), _nothing)
            made.clear()
            return Response()
        if path == "/healthz":
            return Response()
        if path == "/oauth/token":
            return JSONResponse({"access_token": b64encode(b"t").decode(), "token_type": "Bearer", "expires_in": 3600})
        if "made" in made:
            return made["made"]
        answer = chosen["answer"]()
        if not isinstance(answer, StreamingResponse):
            made["made"] = answer
        return answer

    return Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST", "PUT"])])


if __name__ == "__main__":
    if sys.argv[1] == "call":
        asyncio.run(call(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
    else:
        uvicorn.run(partner(), port=int(sys.argv[2]), lifespan="off", access_log=False, log_level="error")
