"""More connections, headers and bytes than the hub takes, over real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http_protocol import MOST_UNREAD_BYTES
from app.limits import Limits
from app.main import QuietServer
from tests.support.patience import PATIENCE
from tests.support.raw_server import GET, POST, answer_of, connect, hang, read_all, refuse, running_server

FEW = Limits(connections=10)
CLOSING = GET[:-2] + b"Connection: close\r\n\r\n"


async def all_open(server: QuietServer, number: int, sent: bytes = b"") -> list[asyncio.StreamReader]:
    """Open connections, send this on each, and wait until the server knows all of them."""
    opened = [await connect(server) for _ in range(number)]
    for _, writer in opened:
        writer.write(sent)
    async with asyncio.timeout(PATIENCE):
        while len(server.server_state.connections) < min(number, 10):  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
    KEPT.extend(writer for _, writer in opened)
    return [reader for reader, _ in opened]


KEPT: list[asyncio.StreamWriter] = []


@pytest.fixture(autouse=True)
async def _close_all() -> AsyncIterator[None]:
    yield
    for writer in KEPT:
        writer.close()
    KEPT.clear()


@pytest.mark.parametrize("sent", [b"", b"GET /", GET, POST, POST + b"x"])
async def test_connections_that_send_nothing_more_lock_nobody_out(sent: bytes) -> None:
    async with running_server(read_all, FEW) as server:
        await all_open(server, 40, sent)

        answers = [await answer_of(server, CLOSING) for _ in range(15)]

        assert len(server.server_state.connections) <= 10

    assert {each[:12] for each in answers} == {b"HTTP/1.1 200"}


async def test_requests_that_are_being_answered_are_not_broken_off_for_another() -> None:
    async with running_server(hang, FEW) as server:
        readers = await all_open(server, 10, GET)
        async with asyncio.timeout(PATIENCE):
            while len(server.server_state.tasks) < 10:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        answer = await answer_of(server, b"")

        assert not any(each.at_eof() for each in readers)

    assert answer.startswith(b"HTTP/1.1 503")
    assert b"try again later" in answer


async def test_an_address_has_no_more_connections_than_its_limit() -> None:
    async with running_server(read_all, Limits(connections_per_address=3)) as server:
        await all_open(server, 3)

        answer = await answer_of(server, b"")

    assert answer.startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize(
    "head",
    [
        GET[:-2] + b"a:\r\n" * 101 + b"\r\n",
        GET[:-2] + b"a:b\r\n" * 25_000 + b"\r\n",
        GET[:-2] + b"a: %s\r\n" % (b"x" * 60_000) * 3 + b"\r\n",
    ],
    ids=["a few too many", "as many as fit", "large ones"],
)
async def test_a_head_with_more_than_the_hub_reads_reaches_no_endpoint(head: bytes) -> None:
    reached = list[str]()

    async def endpoint(scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(scope["path"])

    async with running_server(endpoint, Limits()) as server:
        answer = await answer_of(server, head)

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.endswith(b"Send at most 100 headers, of 128 KiB together.")
    assert reached == []


@pytest.mark.parametrize(
    ("parts", "answers"),
    [
        ((b"\x00\x01\x02",), [b"400"]),
        ((GET, b"\x00\x01\x02"), [b"200", b"400"]),
        ((GET + b"GET / FTP\r\n\r\n",), [b"400"]),
    ],
    ids=["at once", "after an answer", "behind a request"],
)
async def test_what_is_no_http_is_refused_and_never_within_another_answer(
    parts: tuple[bytes, ...], answers: list[bytes]
) -> None:
    async with running_server(read_all, Limits()) as server:
        answer = await answer_of(server, *parts)

    assert [each[:3] for each in answer.split(b"HTTP/1.1 ")[1:]] in (answers, answers[:-1])


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with more than fits in the buffers of the network, and keep the connection."""
    await PlainTextResponse("x" * 20_000_000)(scope, receive, send)


async def endless(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer in parts until nobody is there any more."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(1000):
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await asyncio.sleep(0)


@pytest.mark.parametrize("app", [large, endless])
@pytest.mark.parametrize("requests", [GET, GET + GET])
async def test_a_response_that_nobody_reads_ends_its_connection(app: ASGIApp, requests: bytes) -> None:
    async with running_server(app, Limits(response_seconds=0.1)) as server:
        _, writer = await connect(server)
        KEPT.append(writer)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # of a transport that reads and writes
        writer.write(requests)
        async with asyncio.timeout(PATIENCE):
            while not server.server_state.tasks and not server.server_state.total_requests:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            while server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_body_that_was_refused_is_received_up_to_a_size() -> None:
    async with running_server(refuse, Limits()) as server:
        reader, writer = await connect(server)
        KEPT.append(writer)
        writer.write(POST.replace(b"100", b"9" * 12))
        head = await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(2 * MOST_UNREAD_BYTES // 2**20):
                writer.write(b"x" * 2**20)
                await writer.drain()
            await writer.wait_closed()
        async with asyncio.timeout(PATIENCE):
            while server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    assert head.startswith(b"HTTP/1.1 413")
