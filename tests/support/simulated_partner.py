"""One simulator with its records, the hub's adapter, and the console of its people."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx

from app.adapters.allegro import connect_allegro
from app.adapters.common.adapter import Adapter
from app.adapters.gidso import connect_gidso
from app.adapters.rmw import connect_rmw
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import PartnerMessage, PartnerRecord
from app.sandbox.allegro import app as allegro
from app.sandbox.faults.plan import FaultKind
from app.sandbox.gidso import app as gidso
from app.sandbox.gidso import documents as gidso_documents
from app.sandbox.rmw import app as rmw
from app.sandbox.rmw import documents as rmw_documents
from app.sandbox.runtime import Server, SettableClock, Store

NOON = datetime(2020, 3, 12, 12, tzinfo=UTC)
ALL = (System.ALLEGRO, System.GIDSO, System.RMW)
SIMULATORS = {System.ALLEGRO: allegro.create_app, System.GIDSO: gidso.create_app, System.RMW: rmw.create_app}


def adapter_of(system: System, url: str, clock: SettableClock) -> Adapter:
    if system is System.ALLEGRO:
        return connect_allegro(url, allegro.CLIENT_ID, allegro.CLIENT_SECRET)
    if system is System.GIDSO:
        return connect_gidso(url, gidso.API_KEY, clock)
    return connect_rmw(url, rmw.USERNAME, rmw.PASSWORD)


class SimulatedPartner:
    """One simulator with three records, the hub's adapter, and the console of its people."""

    def __init__(self, system: System, url: str, clock: SettableClock, store: Store) -> None:
        self.system, self.url, self.clock, self.store = system, url, clock, store
        self.adapter = adapter_of(system, url, clock)
        self.console = httpx.AsyncClient(base_url=url)

    async def set_faults(
        self, faults: Mapping[str, Mapping[str, object]], *, self_repairing: bool = False
    ) -> httpx.Response:
        body = {"seed": 1, "self_repairing": self_repairing, "faults": dict(faults)}
        return await self.console.put("/_faults", json=body)

    async def made(self, kind: FaultKind) -> int:
        return int((await self.console.get("/_faults")).json()["made"][kind])

    async def pull(self, cursor: str | None = None) -> list[PartnerRecord]:
        return [record for page in await self.pages(cursor) for record in page.records]

    async def pages(self, cursor: str | None = None) -> list[Any]:
        return [page async for page in self.adapter.source.changes(cursor)]

    async def register(self, number: int, **values: object) -> None:
        """Register a case or, in Allegro, a fact about a new case."""
        if self.system is System.ALLEGRO:
            referral = new_referral()
            file = (await self.adapter.sink.deliver(referral)).external_id
            fact = {"feitId": f"feit-{number}", "dossiernummer": file, "soort": "pauze", "datum": "2020-03-12"}
            await self.console.post("/_console/feiten", json=[fact | values])
        elif self.system is System.GIDSO:
            document = gidso_documents.aanmelding(f"G-{number}", "wijkteam", "Wijkteam", "2020-03-12", **values)
            await self.console.put("/_console/aanmeldingen", json=[document])
        else:
            person = rmw_documents.klant("Yara", "Voorbeeld", date(1990, 1, 1))
            registration = rmw_documents.aanmelding(f"R{number}", "werk", NOON.date(), person, **values)
            await self.console.put("/_console/aanmeldingen", json=[registration])

    async def close(self) -> None:
        await self.adapter.close()
        await self.console.aclose()


async def started(running: AsyncExitStack, system: System) -> SimulatedPartner:
    clock = SettableClock(NOON)
    store = Store()
    server = Server(SIMULATORS[system](store, clock))
    await server.start()
    running.push_async_callback(server.stop)
    partner = SimulatedPartner(system, server.url, clock, store)
    running.push_async_callback(partner.close)
    for number in (1, 2, 3):
        await partner.register(number)
    return partner


def unknown_to(system: System, url: str, clock: SettableClock) -> Adapter:
    """Return the adapter of a hub whose credentials the partner does not know."""
    if system is System.ALLEGRO:
        return connect_allegro(url, "another", "another")
    if system is System.GIDSO:
        return connect_gidso(url, "another", clock)
    return connect_rmw(url, "another", "another")


def new_referral() -> PartnerMessage:
    return PartnerMessage(
        id=uuid4(),
        event_type=EventType.REFERRAL_RECEIVED,
        moment=None,
        referral_id=uuid4(),
        external_id=None,
        occurred_at=NOON,
    )
