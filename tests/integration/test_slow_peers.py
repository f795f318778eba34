"""No peer keeps a connection, or the end of the hub, waiting: over real connections, byte by byte."""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.middleware import ResponseHeaders
from app.limits import Limits
from app.listening import listen
from app.main import QuietServer, serve
from app.stopping import CLOSING_SECONDS, Stopping
from tests.support.patience import PATIENCE
from tests.support.raw_server import GET, POST, answer_of, connect, hang, read_all, refuse, running_server

CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
HEAD_OF_LATE = b"HTTP/1.1 408 Request Timeout\r\n"


IMPATIENT = Limits(request_seconds=0.1, response_seconds=0.1)
HEAD_BYTES = Limits().header_bytes


async def flood(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with more than the operating system takes from a process whose peer does not read."""
    await PlainTextResponse("x" * 20_000_000, headers={"connection": "close"})(scope, receive, send)


def impatient_server(app: ASGIApp) -> AbstractAsyncContextManager[QuietServer]:
    """Run a server with short deadlines."""
    return running_server(app, IMPATIENT)


def patient_server(app: ASGIApp) -> AbstractAsyncContextManager[QuietServer]:
    """Run a server with the deadlines of the hub, for what a busy machine takes a while to read."""
    return running_server(app, Limits(headers=100_000))


@pytest.mark.parametrize(
    "parts",
    [
        (GET[:1],),
        (GET[:20],),
        (POST,),
        (POST, b"x" * 50),
        (CHUNKED, b"5\r\nhello\r\n"),
    ],
)
async def test_a_request_that_is_not_received_in_time_is_answered_with_408(parts: tuple[bytes, ...]) -> None:
    async with impatient_server(read_all) as server:
        answer = await answer_of(server, *parts)

    assert answer.startswith(HEAD_OF_LATE)
    assert answer.endswith(b"The request was not received within 0.1 seconds; send it again.")


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /",
        GET[:-2] + b"X-A: ",
        GET[:-2] + b"X-A: 1\r\n" * 5000 + b"X-",
        CHUNKED + b"5;x=",
        CHUNKED + b"5\r\nhello\r\n0\r\nX-A: ",
    ],
    ids=["address", "header", "many headers", "extension of a chunk", "header after the body"],
)
async def test_a_request_that_goes_on_outside_its_body_is_not_kept_in_memory(begun: bytes) -> None:
    async with patient_server(read_all) as server:
        answer = await answer_of(server, begun, b"x" * HEAD_BYTES, b"x")

    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_headers_and_bodies_of_a_usual_size_are_read() -> None:
    head = GET[:-2] + b"Connection: close\r\nX-A: %s\r\n\r\n" % (b"x" * (HEAD_BYTES // 2))
    body = CHUNKED + b"1;x=y\r\nx\r\n" * HEAD_BYTES + b"0\r\nX-A: 1\r\n\r\n"

    async with patient_server(read_all) as server:
        answers = [await answer_of(server, head), await answer_of(server, body)]

    assert [each[:12] for each in answers] == [b"HTTP/1.1 200"] * 2


async def test_what_is_named_after_a_body_is_no_header() -> None:
    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await request.body()
        await PlainTextResponse(request.headers.get("authorization", "none"))(scope, receive, send)

    async with patient_server(tell) as server:
        answer = await answer_of(server, CHUNKED + b"0\r\nAuthorization: Bearer x\r\n\r\n")

    assert answer.endswith(b"none")


@pytest.mark.parametrize("parts", [(), (b"\r\n",), (b"\r\n", b"\r\n")])
async def test_a_connection_without_a_request_is_closed(parts: tuple[bytes, ...]) -> None:
    async with impatient_server(read_all) as server:
        assert await answer_of(server, *parts) == b""


async def test_the_body_of_a_request_that_was_refused_does_not_keep_the_connection() -> None:
    async with impatient_server(refuse) as server:
        answer = await answer_of(server, POST, b"x")

    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"no")


async def test_bytes_between_requests_do_not_keep_the_connection() -> None:
    async with impatient_server(read_all) as server:
        answer = await answer_of(server, GET, b"\r\n")

    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_second_request_that_is_late_does_not_cut_off_the_answer_to_the_first() -> None:
    may_answer = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await may_answer.wait()
        await PlainTextResponse("first")(scope, receive, send)

    async with impatient_server(slow) as server:
        answering = asyncio.create_task(answer_of(server, GET + GET[:20]))
        await asyncio.sleep(IMPATIENT.request_seconds * 3)
        may_answer.set()
        answer = await answering

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"first" in answer
    assert b"408" in answer.partition(b"first")[2]


async def test_a_peer_that_reads_nothing_loses_its_connection() -> None:
    async with impatient_server(flood) as server:
        _, writer = await connect(server)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # of a transport that reads and writes
        writer.write(GET)
        async with asyncio.timeout(PATIENCE):
            while not server.server_state.total_requests or server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        writer.close()


@pytest.mark.parametrize(
    ("app", "parts", "answer"),
    [
        (read_all, (), b""),
        (read_all, (GET[:20],), b""),
        (read_all, (POST, b"x"), b"HTTP/1.1 503"),
        (read_all, (GET,), b"HTTP/1.1 200"),
        (flood, (GET,), b"HTTP/1.1 200"),
        (hang, (GET,), b"HTTP/1.1 503"),
    ],
)
async def test_nobody_keeps_the_server_from_stopping(app: ASGIApp, parts: tuple[bytes, ...], answer: bytes) -> None:
    stopping, sockets = Stopping(total_seconds=CLOSING_SECONDS + 0.2), listen("127.0.0.1", 0)
    serving = asyncio.create_task(serve(ResponseHeaders(app, stopping.begun.is_set), sockets, stopping))
    reader, writer = await asyncio.open_connection(*sockets[0].getsockname())
    for part in parts:
        writer.write(part)
        await asyncio.sleep(0.02)

    stopping.begin()
    await asyncio.wait_for(serving, PATIENCE)

    with suppress(ConnectionResetError):
        assert (await reader.read(12)) == answer
    writer.close()


async def test_during_the_drain_requests_are_answered_and_end_their_connections() -> None:
    stopping, sockets = Stopping(drain_seconds=60, total_seconds=120), listen("127.0.0.1", 0)
    serving = asyncio.create_task(serve(read_all, sockets, stopping))
    kept = await asyncio.open_connection(*sockets[0].getsockname())
    kept[1].write(GET)
    before = await kept[0].readuntil(b"\r\n\r\n0")

    stopping.announce()
    await asyncio.sleep(0)
    new = await asyncio.open_connection(*sockets[0].getsockname())
    answers = []
    for reader, writer in (kept, new):
        writer.write(GET)
        answers.append(await asyncio.wait_for(reader.read(), PATIENCE))
        writer.close()
    stopping.begin()
    await asyncio.wait_for(serving, PATIENCE)

    assert b"connection: close" not in before
    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer
