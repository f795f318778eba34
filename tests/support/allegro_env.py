"""The simulator of Allegro behind a proxy, with the hub's adapter and the console of its people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.adapters.allegro import connect_allegro
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.ports import Page, PartnerMessage, PartnerRecord
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET, create_app
from app.sandbox.runtime import Server, SettableClock, Store
from tests.support.contracts import validator

START = datetime(2020, 3, 12, 9, tzinfo=UTC)


class SimulatorProxy:
    """Passes calls on to the simulator and records them.

    Attributes:
        calls: method and path of each call, oldest first.
        answer: answers in the place of the simulator; None: the simulator answers.
        drop_answers: changes are made, but their answers are replaced by 504.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.calls: list[str] = []
        self.answer: ASGIApp | None = None
        self.drop_answers = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.calls.append(f"{scope['method']} {scope['path']}")
        if self.answer:
            await self.answer(scope, receive, send)
        elif self.drop_answers and scope["method"] in ("POST", "PUT"):
            await self._app(scope, receive, _nowhere)
            await PlainTextResponse("", 504)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class AllegroEnv:
    """The simulator behind the proxy, the hub's adapter, and the console of Allegro's people."""

    def __init__(self, proxy: SimulatorProxy, clock: SettableClock, url: str) -> None:
        self.proxy, self.clock, self.url = proxy, clock, url
        self.adapter = connect_allegro(url, CLIENT_ID, CLIENT_SECRET)
        self.console = httpx.AsyncClient(base_url=url)

    async def refer(self, **fields: object) -> PartnerMessage:
        received = message(EventType.REFERRAL_RECEIVED, REFERRAL_REFERENCE="WC-1", **fields)
        receipt = await self.adapter.sink.deliver(received)
        return replace(received, external_id=receipt.external_id)

    async def register(self, *facts: dict[str, object]) -> dict[str, Any]:
        response = await self.console.post("/_console/feiten", json=facts)
        answer: dict[str, Any] = response.raise_for_status().json()
        return answer

    async def make_files(self, *referrals: dict[str, object]) -> list[str]:
        """Make files by hand, as before there was a hub. Return their numbers."""
        entries = [{"invoerId": str(uuid4()), "verwijzing": each} for each in referrals]
        response = await self.console.post("/_console/dossiers", json=entries)
        numbers: list[str] = response.raise_for_status().json()["dossiernummers"]
        return numbers

    async def pull(self, cursor: str | None = None) -> list[Page]:
        return [page async for page in self.adapter.source.changes(cursor)]

    async def page(self) -> str:
        return (await self.console.get("/")).text


async def _nowhere(_: object) -> None:
    return None


def message(event_type: EventType, **fields: object) -> PartnerMessage:
    named = {Field[name].value: value for name, value in fields.items()}
    return PartnerMessage(
        id=uuid4(),
        event_type=event_type,
        moment=None,
        referral_id=uuid4(),
        external_id=None,
        occurred_at=START,
        fields=named,
    )


def about(referral: PartnerMessage, event_type: EventType, **fields: object) -> PartnerMessage:
    return replace(message(event_type, **fields), referral_id=referral.referral_id, external_id=referral.external_id)


def fact(number: int, kind: str = "pauze", **changed: object) -> dict[str, object]:
    whole: dict[str, object] = {
        "feitId": f"feit-{number}",
        "kenmerkVerwijzer": "WC-1",
        "soort": kind,
        "datum": "2020-03-12",
        "gegevens": {},
    }
    return whole | changed


def records(pages: list[Page]) -> list[PartnerRecord]:
    return [record for page in pages for record in page.records]


def is_by_contract(answer: object, schema: str) -> bool:
    return validator("allegro", {"$ref": f"#/components/schemas/{schema}"}).is_valid(answer)


@asynccontextmanager
async def running_allegro(store: Store) -> AsyncIterator[AllegroEnv]:
    clock = SettableClock(START)
    proxy = SimulatorProxy(create_app(store, clock))
    server = Server(proxy)
    await server.start()
    env = AllegroEnv(proxy, clock, server.url)
    yield env
    await env.adapter.close()
    await env.console.aclose()
    await server.stop()
    store.close()
