"""What a receiver sees of its address, and what the hub makes of answers that no library would send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.events.http.client import OutboundClient
from app.events.http.handshake import ask_consent
from app.events.http.oauth import receiver_tokens
from app.events.http.send_result import SendResult
from app.events.http.signing import new_secret
from app.events.http.webhook import WebhookRequest, WebhookSender
from app.oauth_client import OAuthClient
from tests.support.event_env import SANDBOX, MovableClock

CLOCK = MovableClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
TARGET = "/p/a%2Fb%3Ac?sig=a%2Fb&u=%7Ex"
OK = b"HTTP/1.1 200 OK\r\n"


class Receiver:
    """Listens, keeps the first line of every request, and answers with given bytes, one part after the other."""

    def __init__(self, *parts: bytes, stays_open: bool) -> None:
        self.url = ""
        self.lines: list[str] = []
        self._parts, self._stays_open = parts, stays_open

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.lines.append((await reader.readline()).decode().strip())
        while (await reader.readline()).strip():
            pass
        for part in self._parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.05)
        if self._stays_open:
            await reader.read()
        writer.close()


@asynccontextmanager
async def receiver(*parts: bytes, stays_open: bool = False) -> AsyncIterator[Receiver]:
    """Open a receiver for the duration of a block."""
    opened = Receiver(*parts, stays_open=stays_open)
    server = await asyncio.start_server(opened.answer, "127.0.0.1", 0)
    async with server:
        opened.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield opened


@pytest.fixture
async def outbound() -> AsyncIterator[OutboundClient]:
    """Return a client with a short time for a call."""
    client = OutboundClient(SANDBOX, timeout_seconds=2)
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
        await receiver_tokens(outbound, CLOCK).token(OAuthClient(**{**vars(client), "token_url": opened.url + TARGET}))

        assert opened.lines == [f"{method} {TARGET} HTTP/1.1" for method in ("POST", "OPTIONS", "POST")]
