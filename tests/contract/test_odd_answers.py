"""No answer of a partner makes a call fail that follows it, lasts without end or fills the memory; byte by byte."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from app.adapters.allegro import AllegroSettings
from app.adapters.common.contents import MOST_BYTES, MOST_BYTES_OF_ONE, MOST_SIGNS
from app.adapters.common.http import http_client, partner_errors
from app.adapters.common.settings import PartnerSettings
from app.adapters.common.transport import A_LIST, PartnerClient, PartnerTransport
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.adapters.template import TemplateSettings
from app.domain.errors import PartnerUnreachable
from app.operations.clock import SystemClock

OK = b"HTTP/1.1 200 OK\r\n"
EMPTY = b"Content-Length: 2\r\n\r\n{}"

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class ImpatientClient(PartnerClient):
    """Waits a fifth of a second for a body."""

    answer_seconds = 0.2


class ImpatientTransport(PartnerTransport):
    """Waits a fifth of a second for a head."""

    answer_seconds = 0.2


@asynccontextmanager
async def partner(answer: Answer) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run a server that answers every call like this; return its address and the heads that it received."""
    heads: list[bytes] = []
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
                await answer(writer)
        writer.close()

    server = await asyncio.start_server(serve, "localhost", 0)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()
        # Each ends when its client has closed the connection.
        await asyncio.gather(*(each for each in serving if each))


def says(*parts: bytes, every: float = 0) -> Answer:
    """Return what answers with these parts, one after the other."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(every)

    return answer


@pytest.mark.parametrize(
    "head",
    [
        OK + b"Set-Cookie: a=\x01; expires=never\r\n",
        OK + b"Set-Cookie: a=b; Domain=localhost; Path=/\r\n" * 50,
        OK + b"X-Odd: \xff\xfe\r\n",
        b"HTTP/1.1 200 \xff\xfe\r\n",
        b"HTTP/1.1 200\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" + OK,
        OK + b'Content-Type: a; charset="\r\n',
    ],
)
async def test_what_is_odd_in_a_head_spoils_neither_its_answer_nor_a_later_one(head: bytes) -> None:
    async with partner(says(head + EMPTY)) as (url, heads), http_client(url) as http:
        answers = [await http.get("/") for _ in range(2)]

    assert [(each.status_code, each.content) for each in answers] == [(200, b"{}")] * 2
    assert not any(b"cookie" in each.lower() for each in heads)


def packed(encoding: str, body: bytes) -> bytes:
    """Return an answer with this body and encoding."""
    sent = gzip.compress(body) if encoding == "gzip" else body
    return OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding.encode(), len(sent)) + sent


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_an_answer_that_is_too_large_is_refused(encoding: str) -> None:
    for most, size, extensions in ((MOST_BYTES_OF_ONE, "512 KiB", {}), (MOST_BYTES, "8 MiB", A_LIST)):
        fits, too_large = packed(encoding, b" " * most), packed(encoding, b" " * (most + 1))
        async with partner(says(fits)) as (url, _), http_client(url) as http:
            assert len((await http.get("/", extensions=extensions)).content) == most
        async with partner(says(too_large)) as (url, _), http_client(url) as http:
            with pytest.raises(PartnerUnreachable, match=f"more than {size}"):
                await http.get("/", extensions=extensions)


async def test_an_answer_that_is_too_large_by_its_own_account_is_not_waited_for() -> None:
    async with partner(says(OK + b"Content-Length: 900000000\r\n\r\n")) as (url, _), http_client(url) as http:
        with pytest.raises(PartnerUnreachable, match="more than 512 KiB"):
            await http.get("/")


async def test_an_answer_is_packed_once_and_as_the_hub_asked() -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    for encoding, sent in (("gzip, gzip", twice), ("br", b"\x0b\x02\x80{}\x03"), ("zstd", b"{}"), ("gzip", b"{}")):
        head = b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding.encode(), len(sent))
        async with partner(says(OK + head + sent)) as (url, heads), http_client(url) as http:
            with pytest.raises(PartnerUnreachable, match="pack"):
                await http.get("/")
            assert b"accept-encoding: gzip\r\n" in heads[0].lower()


@pytest.mark.parametrize("unit", [b"[],", b'{"a":1},', b"1,", b'"",', b"<a/>", b"<a b=''/>", b"&amp;", b"a= "])
async def test_an_answer_with_too_many_values_is_refused_before_it_is_parsed(unit: bytes) -> None:
    async def sent(number: int) -> httpx.Response:
        async with partner(says(packed("gzip", unit * number))) as (url, _), http_client(url) as http:
            return await http.get("/", extensions=A_LIST)

    assert len((await sent(MOST_SIGNS // 3)).content) == MOST_SIGNS // 3 * len(unit)
    with pytest.raises(PartnerUnreachable, match="more than 250,000 values"):
        await sent(MOST_SIGNS + 1)


@pytest.mark.parametrize("settings", [AllegroSettings, GidsoSettings, RmwSettings, TemplateSettings])
async def test_a_partner_has_its_own_limit_for_lists(settings: type[PartnerSettings]) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        token = b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}'
        writer.write(packed("gzip", token if b"/oauth/token" in heads[-1] else b" " * (2**20 + 1)))

    async with partner(answer) as (url, heads):
        adapter = settings(answer_bytes=2**20).connect(url, SystemClock(), None)
        with pytest.raises(PartnerUnreachable, match="more than 1 MiB"):
            await anext(aiter(adapter.source.changes(None)))
        await adapter.close()


async def test_commas_and_brackets_in_texts_are_no_values() -> None:
    text = b'{"notes": "%s"}' % (rb"[a, {b\", c\\, " * (MOST_SIGNS // 3))

    async with partner(says(packed("gzip", text))) as (url, _), http_client(url) as http:
        assert (await http.get("/", extensions=A_LIST)).content == text


async def test_a_compressed_answer_is_unpacked() -> None:
    sent = gzip.compress(b'{"a": 1}')
    head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(sent)

    async with partner(says(OK + head + sent)) as (url, _), http_client(url) as http:
        assert (await http.get("/")).json() == {"a": 1}


@pytest.mark.parametrize(
    "parts",
    [
        [OK + b"Content-Length: 1000\r\n\r\n", *[b" "] * 50],
        [OK, b"X-Odd: ", *[b"x"] * 50],
    ],
    ids=["body", "head"],
)
async def test_an_answer_that_drips_is_given_up(parts: list[bytes]) -> None:
    async with partner(says(*parts, every=0.02)) as (url, _), impatient(url) as http:
        with pytest.raises(PartnerUnreachable, match="no answer in time"), partner_errors("GIDSO"):
            await http.get("/")


def impatient(url: str) -> httpx.AsyncClient:
    return ImpatientClient(base_url=url, transport=ImpatientTransport())
