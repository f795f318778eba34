"""What a receiver sees of its address, and what the hub makes of answers that no library would send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.events.http.client import MAX_HEADER_BYTES, OutboundClient
from app.events.http.handshake import ask_consent
from app.events.http.oauth import ReceiverTokens
from app.events.http.send_result import SendResult
from app.events.http.signing import new_secret
from app.events.http.webhook import WebhookRequest, WebhookSender
from app.models.delivery.attempt import AttemptOutcome
from app.oauth_client import OAuthClient
from tests.support.event_env import SANDBOX, MovableClock

BODY_SECONDS, CALL_SECONDS = 0.1, 60.0
"""How long a body is read for that nobody wants, and how long a call may take, here."""
PART_SECONDS = 0.005
"""Between two parts of an answer; the parts of a body take longer together than it is read for."""

CLOCK = MovableClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
TARGET = "/p/a%2Fb%3Ac?sig=a%2Fb&u=%7Ex"
OK = b"HTTP/1.1 200 OK\r\n"


class Receiver:
    """Listens, keeps the first line of every request, and answers with given bytes, one part after the other."""

    def __init__(self, *parts: bytes, stays_open: bool) -> None:
        self.url = ""
        self.ended = asyncio.Event()
        self.answering: set[asyncio.Task[None] | None] = set()
        self.lines: list[str] = []
        self._parts, self._stays_open = parts, stays_open

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.answering.add(asyncio.current_task())
        self.lines.append((await reader.readline()).decode().strip())
        while (await reader.readline()).strip():
            pass
        with suppress(ConnectionError):
            await self._write(writer)
        if self._stays_open:
            await self.ended.wait()
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        for part in self._parts:
            if self.ended.is_set():
                break
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(PART_SECONDS)


@asynccontextmanager
async def receiver(*parts: bytes, stays_open: bool = False) -> AsyncIterator[Receiver]:
    """Open a receiver for the duration of a block."""
    opened = Receiver(*parts, stays_open=stays_open)
    server = await asyncio.start_server(opened.answer, "127.0.0.1", 0)
    async with server:
        opened.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield opened
        opened.ended.set()
        await asyncio.gather(*(task for task in opened.answering if task))


@pytest.fixture
async def outbound() -> AsyncIterator[OutboundClient]:
    """Return a client with a short time for bodies, and a long one for calls."""
    client = OutboundClient(SANDBOX, timeout_seconds=CALL_SECONDS, body_seconds=BODY_SECONDS)
    yield client
    await client.close()


async def send(outbound: OutboundClient, url: str) -> SendResult:
    """Send an event to an address."""
    request = WebhookRequest(url=url, message_id=str(uuid4()), body=b"{}", keys=(new_secret(),))
    return await WebhookSender(CLOCK, outbound).send(request)


async def test_every_call_leads_to_the_address_as_given(outbound: OutboundClient) -> None:
    token = b'{"access_token": "t", "token_type": "Bearer"}'
    framed = OK + b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(token), token)
    client = OAuthClient(token_url="", client_id="a", client_secret="b")
    async with receiver(framed) as opened:
        await send(outbound, opened.url + TARGET)
        await ask_consent(outbound, opened.url + TARGET, "hub.example.nl")
        await (
            ReceiverTokens(outbound, CLOCK)
            .of(None)
            .token(OAuthClient(**{**vars(client), "token_url": opened.url + TARGET}))
        )

        assert opened.lines == [f"{method} {TARGET} HTTP/1.1" for method in ("POST", "OPTIONS", "POST")]


SEEN = [
    ("one header of 9,000 bytes", [OK + b"X-Long: " + b"a" * 9_000 + b"\r\nContent-Length: 0\r\n\r\n"]),
    ("many headers", [OK + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"Content-Length: 0\r\n\r\n"]),
    ("a body that drips", [OK + b"Content-Length: 1000\r\n\r\n", *[b"."] * 100]),
    ("a body that never ends", [OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"4\r\naaaa\r\n"] * 100]),
    ("a body that breaks off", [OK + b"Content-Length: 1000\r\n\r\nabc"]),
    ("broken chunks", [OK + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\nabc\r\n"]),
    ("a large body", [OK + b"Content-Length: 1000000\r\n\r\n" + b"a" * 1_000_000]),
    ("no length", [OK + b"\r\n", b"stored"]),
]


@pytest.mark.parametrize("parts", [parts for _, parts in SEEN], ids=[name for name, _ in SEEN])
async def test_status_decides_whatever_follows(outbound: OutboundClient, parts: list[bytes]) -> None:
    async with receiver(*parts) as opened:
        sent = await send(outbound, opened.url)

        assert sent == SendResult(outcome=AttemptOutcome.DELIVERED, status_code=200)


async def test_body_that_never_comes_is_dropped_soon(outbound: OutboundClient) -> None:
    async with receiver(OK + b"Content-Length: 10\r\n\r\n", stays_open=True) as opened:
        async with asyncio.timeout(CALL_SECONDS / 2):
            sent = await send(outbound, opened.url)

        assert sent.outcome is AttemptOutcome.DELIVERED


async def test_refusal_counts_too_when_its_body_drips(outbound: OutboundClient) -> None:
    gone = b"HTTP/1.1 410 Gone\r\nContent-Length: 1000\r\n\r\n"
    async with receiver(gone, *[b"."] * 100) as opened:
        assert (await send(outbound, opened.url)).outcome is AttemptOutcome.GONE


async def test_headers_are_read_within_limits(outbound: OutboundClient) -> None:
    endless = OK + b"X-Long: " + b"a" * (2 * MAX_HEADER_BYTES) + b"\r\n\r\n"
    async with receiver(endless) as opened:
        assert (await send(outbound, opened.url)).error_class == "connection-lost"


async def test_consent_counts_when_the_body_drips(outbound: OutboundClient) -> None:
    consents = OK + b"WebHook-Allowed-Origin: *\r\nContent-Length: 1000\r\n\r\n"
    async with receiver(consents, *[b"."] * 100) as opened:
        assert await ask_consent(outbound, opened.url, "hub.example.nl") is None


async def test_token_is_waited_for_as_long_as_a_call_takes(outbound: OutboundClient) -> None:
    token = b'{"access_token": "t", "token_type": "Bearer"}'
    slow = [b"%c" % byte for byte in token]
    head = OK + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(token)
    async with receiver(head, *slow) as opened:
        client = OAuthClient(token_url=opened.url, client_id="a", client_secret="b")

        assert await ReceiverTokens(outbound, CLOCK).of(None).token(client) == "t"
