"""Canaries when a receiver fails: what it was sent and what it answered is in no log, row, metric or address."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import structlog
from aiohttp import web

from app.bootstrap import build_delivery_engine, build_relay
from app.events.delivery.attempt import Channels
from app.events.http.client import OutboundClient
from app.events.http.webhook import WebhookSender
from app.oauth_client import OAuthClient
from app.operations.metrics.exposition import exposition
from app.operations.metrics.figures import read_figures
from app.operations.metrics.requests import RequestFigures
from app.operations.subscriptions.subscriptions import (
    SubscriptionRequest,
    SubscriptionSettings,
    SubscriptionTerms,
    create_subscription,
)
from tests.support.event_env import SANDBOX, Answer, mailbox
from tests.support.hub import InProcessHub, dump_of
from tests.support.privacy_canaries import CANARIES, COURSE, ORIGIN, found_in, referred

GARBAGE = " ".join(CANARIES.values())
Receiver = Callable[[AsyncExitStack], Awaitable[tuple[str, OAuthClient | None, list[str]]]]


class Engine:
    """What relays and delivers over a hub, with little patience."""

    def __init__(self, hub: InProcessHub) -> None:
        services = hub.services
        self.webhook = WebhookSender(services.clock, OutboundClient(SANDBOX, timeout_seconds=0.4))
        self.relay = build_relay(hub.db, services)
        self.delivery = build_delivery_engine(hub.db, services, ORIGIN, Channels(self.webhook, {}))

    async def settle(self) -> None:
        while await self.relay.once():
            pass
        await self.delivery.drain()
        await self.webhook.close()


def answering(answer: Answer) -> Receiver:
    """Return a receiver that answers so; the third part holds the addresses and headers with which it was called."""

    async def opened(stack: AsyncExitStack) -> tuple[str, OAuthClient | None, list[str]]:
        box, seen = await stack.enter_async_context(mailbox()), list[str]()

        def noted(request: web.Request) -> web.StreamResponse:
            seen.append(f"{request.raw_path} {request.headers}")
            return answer(request)

        box.answer = noted
        return box.url, None, seen

    return opened


def with_token_from(answer: Answer) -> Receiver:
    """Return a receiver that wants a token of an endpoint that answers so."""

    async def opened(stack: AsyncExitStack) -> tuple[str, OAuthClient | None, list[str]]:
        url, _, _ = await answering(lambda _: web.Response(status=204))(stack)
        endpoint, _, asked = await answering(answer)(stack)
        return url, OAuthClient(token_url=endpoint, client_id="hub", client_secret="secret"), asked

    return opened


async def silent(stack: AsyncExitStack) -> tuple[str, OAuthClient | None, list[str]]:
    """Return a receiver that never answers."""
    box = await stack.enter_async_context(mailbox())
    box.hold = asyncio.Event()
    stack.callback(box.hold.set)
    return box.url, None, []


async def babbling(stack: AsyncExitStack) -> tuple[str, OAuthClient | None, list[str]]:
    """Return a receiver that answers with what is no HTTP."""

    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{GARBAGE}\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    await stack.enter_async_context(_closing(server))
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", None, []


@asynccontextmanager
async def _closing(server: asyncio.Server) -> AsyncIterator[None]:
    try:
        yield
    finally:
        server.close()


def error_page(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text=GARBAGE, headers={"Retry-After": GARBAGE, "X-Error": GARBAGE})


RECEIVERS: dict[str, tuple[Receiver, str]] = {
    "error page": (answering(error_page), "status-5xx"),
    "redirect": (answering(lambda _: web.Response(status=307, headers={"Location": f"/?{GARBAGE}"})), "status-3xx"),
    "silence": (silent, "timeout"),
    "no HTTP": (babbling, "connection-lost"),
    "token endpoint fails": (with_token_from(error_page), "token-status-5xx"),
    "token endpoint babbles": (with_token_from(lambda _: web.Response(text=GARBAGE)), "token-unreadable"),
    "token is none": (
        with_token_from(lambda _: web.json_response({"access_token": GARBAGE, "token_type": "bearer"})),
        "token-unreadable",
    ),
}


@pytest.mark.parametrize("name", RECEIVERS)
async def test_failing_receiver_puts_no_canary_anywhere(
    hub: InProcessHub, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    open_receiver, error = RECEIVERS[name]
    owner, referral_id = await referred(hub, "welzijnsorganisatie")
    async with AsyncExitStack() as stack:
        url, auth, seen = await open_receiver(stack)
        request = SubscriptionRequest(settings=SubscriptionSettings(), url=url, credentials=auth)
        terms = SubscriptionTerms(limit=1, consent_needed=False)
        await hub.db.write(create_subscription, hub.services, owner, request, terms)
        await hub.execute(referral_id, *COURSE)

        with structlog.testing.capture_logs() as lines:
            await Engine(hub).settle()

    rows, figures = repr(await hub.db.read(dump_of)), await hub.db.read(read_figures, hub.services.clock.now())
    assert error in rows
    assert found_in(rows) == []
    assert found_in(exposition(figures, {}, RequestFigures()).decode()) == []
    assert found_in(f"{lines} {caplog.text}") == []
    assert found_in(repr(seen)) == []
