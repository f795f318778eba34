"""The simulator of RMW, with the adapter, the console of its people, and a recorder of the messages between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from lxml import etree
from starlette.types import Receive, Scope, Send

from app.adapters.rmw import connect_rmw
from app.domain.codes import DisclosureOccasion
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, PartnerRecord, Receipt
from app.sandbox.rmw.app import PASSWORD, USERNAME, create_app
from app.sandbox.rmw.documents import aanmelding, klant
from app.sandbox.runtime import Server, SettableClock, Store

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
PATH = "/rmw/services/aanmelding"
NOW = datetime(2019, 9, 2, 8, 0, tzinfo=UTC)
YARA = klant("Yara", "Kaya", date(1993, 3, 8), "V", "999906409") | {
    "tolktaal": "ti",
    "aandachtspunt": ["NB", "KN"],
}
FULL: dict[str, Any] = {
    "consulent": {"naam": "C. Onsulent", "telefoon": "010-1"},
    "regie": "Consulent <werk> & inkomen",
    "locatie": "Herenwaard",
    "dreiging": ["OT", "EN"],
    "aanleiding": "Huurschuld",
    "eerderGeprobeerd": "Betalingsregeling",
    "bredeUitvraag": {"door": "Consulent", "leefgebied": ["FI", "HU"], "kenmerk": "BU-1"},
    "betrokken": [{"soort": "VW", "naam": "VluchtelingenWerk"}, {"soort": "MW"}],
}


class MessageRecorder:
    """Records every message in both directions, so that it can be validated against the contract."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return

        async def receive_and_keep() -> Any:
            message = await receive()
            self.bodies.append(message.get("body", b""))
            return message

        async def keep_and_send(message: Any) -> None:
            self.bodies.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive_and_keep, keep_and_send)

    def messages(self) -> list[etree._Element]:
        roots = [etree.fromstring(body) for body in self.bodies if body]
        return [root.findall(f"{SOAP}Body/*")[0] for root in roots]


class RmwEnv:
    """The simulator, the hub's adapter, and the console of RMW's people."""

    def __init__(self, recorder: MessageRecorder, server: Server) -> None:
        self.recorder, self.url = recorder, server.url
        self.adapter = connect_rmw(server.url, USERNAME, PASSWORD)
        self.console = httpx.AsyncClient(base_url=f"{server.url}/_console")

    async def register(self, *registrations: dict[str, Any]) -> dict[str, int]:
        response = await self.console.put("/aanmeldingen", json=list(registrations))
        response.raise_for_status()
        counts: dict[str, int] = response.json()
        return counts

    async def shown(self, number: str) -> dict[str, Any]:
        document: dict[str, Any] = (await self.console.get(f"/aanmeldingen/{number}")).json()
        return document

    async def maintenance(self, wanted: bool) -> None:
        (await self.console.post("/onderhoud", json={"aan": wanted})).raise_for_status()

    async def records(self) -> list[PartnerRecord]:
        return [record async for page in self.adapter.source.changes(None) for record in page.records]

    async def deliver(
        self, number: str | None, event: EventType, moment: DisclosureOccasion | None, **more: Any
    ) -> Receipt:
        values = {"id": uuid4(), "referral_id": UUID(int=1), "occurred_at": NOW, **more}
        return await self.adapter.sink.deliver(
            PartnerMessage(event_type=event, moment=moment, external_id=number, **values)
        )


@asynccontextmanager
async def running_rmw() -> AsyncIterator[RmwEnv]:
    """Run the simulator, empty, for the duration of a block."""
    recorder = MessageRecorder(create_app(Store(), SettableClock(NOW)))
    server = Server(recorder)
    await server.start()
    env = RmwEnv(recorder, server)
    try:
        yield env
    finally:
        await env.adapter.close()
        await env.console.aclose()
        await server.stop()


def registration(number: str = "R000001", **more: Any) -> dict[str, Any]:
    return aanmelding(number, "wi-prematching", date(2019, 9, 2), YARA, **more)
