"""The partners behind a server that answers in their place, each with a message to write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters.allegro import connect_allegro
from app.adapters.common.adapter import Adapter
from app.adapters.gidso import connect_gidso
from app.adapters.rmw import connect_rmw
from app.adapters.template import connect_template
from app.domain.codes import DisclosureOccasion, SignalKind
from app.domain.events import EventType
from app.domain.ports import PartnerMessage
from app.sandbox.allegro import app as allegro
from app.sandbox.faults.middleware import receive_body
from app.sandbox.gidso import app as gidso
from app.sandbox.rmw import app as rmw
from app.sandbox.rmw.documents import aanmelding
from app.sandbox.runtime import Server, SettableClock, Store
from tests.support import allegro_env
from tests.support.gidso_env import NOON, journal, line, row, save
from tests.support.hostile import HostileAnswer
from tests.support.rmw_env import YARA
from tests.support.template_partner import TOKEN, TemplatePartner


class Between:
    """A server in front of a partner.

    Attributes:
        answer: what it answers; None: it passes everything on.
        to_changes, to_look_ups: to which calls it answers itself.
        passes_on: the partner carries out the call although it is answered otherwise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answer: HostileAnswer | None = None
        self.to_changes, self.to_look_ups = True, True
        self.passes_on = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.answer is None or scope["path"].startswith(("/_console", "/oauth")):
            await self._app(scope, receive, send)
            return
        body = await _body_of(receive)
        is_change = scope["method"] in ("POST", "PUT") and b"Lv01" not in body
        if not (self.to_changes if is_change else self.to_look_ups):
            await self._app(scope, receive_body(body), send)
            return
        if self.passes_on:
            await self._app(scope, receive_body(body), _nowhere)
        answer = Response(self.answer.body, self.answer.status, dict(self.answer.headers))
        await answer(scope, receive_body(body), send)


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A partner behind a server, and a message to write.

    Attributes:
        message: at its first attempt.
        count: returns how many messages the partner stored.
    """

    between: Between
    adapter: Adapter
    message: PartnerMessage
    count: Callable[[], Awaitable[int]]

    @property
    def second(self) -> PartnerMessage:
        """The same message at its second attempt."""
        return replace(self.message, attempt=2)


@asynccontextmanager
async def outgoing(name: str) -> AsyncIterator[Outgoing]:
    """Return one of ``OUTGOING`` for the duration of a block."""
    async with AsyncExitStack() as running:
        yield await OUTGOING[name](running)


async def _allegro(running: AsyncExitStack) -> Outgoing:
    between, server = await _served(running, allegro.create_app(Store(), SettableClock(allegro_env.START)))
    adapter = connect_allegro(server.url, allegro.CLIENT_ID, allegro.CLIENT_SECRET)
    running.push_async_callback(adapter.close)
    received = allegro_env.message(EventType.REFERRAL_RECEIVED, REFERRAL_REFERENCE="WC-1")
    receipt = await adapter.sink.deliver(received)
    referral = replace(received, external_id=receipt.external_id)
    kind = SignalKind.SUPPORT_STOPPED
    signal = allegro_env.about(referral, EventType.SIGNAL_GIVEN, SIGNAL_KIND=kind.value)

    async def count() -> int:
        async with httpx.AsyncClient(base_url=server.url) as console:
            return (await console.get("/")).text.count(kind.label)

    return Outgoing(between=between, adapter=adapter, message=signal, count=count)


async def _allegro_referral(running: AsyncExitStack) -> Outgoing:
    between, server = await _served(running, allegro.create_app(Store(), SettableClock(allegro_env.START)))
    adapter = connect_allegro(server.url, allegro.CLIENT_ID, allegro.CLIENT_SECRET)
    running.push_async_callback(adapter.close)
    received = allegro_env.message(EventType.REFERRAL_RECEIVED, REFERRAL_REFERENCE="WC-1")

    async def count() -> int:
        async with httpx.AsyncClient(base_url=server.url) as console:
            return len((await console.get("/_console/dossiers")).json()["dossiers"])

    return Outgoing(between=between, adapter=adapter, message=received, count=count)


async def _gidso(running: AsyncExitStack) -> Outgoing:
    between, server = await _served(running, gidso.create_app(Store(), SettableClock(NOON)))
    adapter = connect_gidso(server.url, gidso.API_KEY, SettableClock(NOON))
    running.push_async_callback(adapter.close)
    console = await running.enter_async_context(httpx.AsyncClient(base_url=server.url))
    await save(console, row(1))

    async def count() -> int:
        return len(await journal(console))

    return Outgoing(between=between, adapter=adapter, message=line(), count=count)


async def _rmw(running: AsyncExitStack) -> Outgoing:
    between, server = await _served(running, rmw.create_app(Store(), SettableClock(NOON)))
    adapter = connect_rmw(server.url, rmw.USERNAME, rmw.PASSWORD)
    running.push_async_callback(adapter.close)
    console = await running.enter_async_context(httpx.AsyncClient(base_url=f"{server.url}/_console"))
    registration = aanmelding("R000001", "werk", date(2019, 9, 2), YARA)
    (await console.put("/aanmeldingen", json=[registration])).raise_for_status()
    confirmed = PartnerMessage(
        id=uuid4(),
        event_type=EventType.REFERRAL_CONFIRMED,
        moment=DisclosureOccasion.CONFIRMED,
        referral_id=UUID(int=1),
        external_id="R000001",
        occurred_at=NOON,
    )

    async def count() -> int:
        return len((await console.get("/aanmeldingen/R000001")).json()["statussen"])

    return Outgoing(between=between, adapter=adapter, message=confirmed, count=count)


async def _template(running: AsyncExitStack) -> Outgoing:
    partner = TemplatePartner()
    partner.save("G-000001")
    between, server = await _served(running, partner.app())
    adapter = connect_template(server.url, TOKEN)
    running.push_async_callback(adapter.close)

    async def count() -> int:
        return len(partner.written("G-000001"))

    return Outgoing(between=between, adapter=adapter, message=line(), count=count)


OUTGOING = {
    "allegro": _allegro,
    "allegro, referral": _allegro_referral,
    "gidso": _gidso,
    "rmw": _rmw,
    "template": _template,
}
"""The partners, and what is written to each."""


async def _served(running: AsyncExitStack, app: ASGIApp) -> tuple[Between, Server]:
    between = Between(app)
    server = Server(between)
    await server.start()
    running.push_async_callback(server.stop)
    return between, server


async def _body_of(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def _nowhere(_: Message) -> None:
    """Drop the partner's own answer."""
