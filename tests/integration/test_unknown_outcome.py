"""Every response to a change is lost: each message is stored at the partner once, and the hub finds that out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.adapters.allegro import connect_allegro
from app.adapters.common.adapter import Adapter
from app.adapters.gidso import connect_gidso
from app.adapters.rmw import connect_rmw
from app.database import Database
from app.domain.codes import AppointmentResponse, ReferrerKind, SignalKind, System, WithdrawalReason
from app.domain.events import FOR_FINANCE_TEAM, OCCASION_OF, EventType, NewEvent
from app.domain.fields import Field
from app.domain.receivers import PartnerKey
from app.models.delivery.delivery import Delivery
from app.models.delivery.outbox import append_events
from app.sandbox.allegro import app as allegro
from app.sandbox.gidso import app as gidso
from app.sandbox.rmw import app as rmw
from app.sandbox.rmw import documents as rmw_documents
from app.sandbox.runtime import Server, SettableClock, Store
from tests.support.event_env import START, EventEnv, organisation
from tests.support.gidso_env import row
from tests.support.rmw_env import YARA

ALL_LOST = {"faults": {"lost_answer": {"rate": 1.0}}}
SENT_TO_ALLEGRO = [type for type in EventType if type in FOR_FINANCE_TEAM]
SENT_TO_REFERRERS = [type for type in EventType if OCCASION_OF[type] is not None]
FACTS: dict[EventType, dict[str, Any]] = {
    EventType.SIGNAL_GIVEN: {"signal__kind": SignalKind.SUPPORT_STOPPED},
    EventType.APPOINTMENT_RESPONDED: {"appointment__response": AppointmentResponse.ACCEPTED},
    EventType.WITHDRAWAL_REQUESTED: {"referral__withdrawal_reason": WithdrawalReason.OTHER},
    EventType.REFERRAL_WITHDRAWN: {"referral__withdrawal_reason": WithdrawalReason.DUPLICATE},
}
SIMULATORS = {System.ALLEGRO: allegro.create_app, System.GIDSO: gidso.create_app, System.RMW: rmw.create_app}
CASES = {System.GIDSO: "G-000001", System.RMW: "R1"}


class DropsResponses:
    """The delivery engine over the three real sinks and simulators that drop every response to a change."""

    def __init__(self, database: Database, servers: dict[System, Server]) -> None:
        self.consoles = {system: httpx.AsyncClient(base_url=server.url) for system, server in servers.items()}
        self.adapters: dict[System, Adapter] = {
            System.ALLEGRO: connect_allegro(servers[System.ALLEGRO].url, allegro.CLIENT_ID, allegro.CLIENT_SECRET),
            System.GIDSO: connect_gidso(servers[System.GIDSO].url, gidso.API_KEY, SettableClock(START)),
            System.RMW: connect_rmw(servers[System.RMW].url, rmw.USERNAME, rmw.PASSWORD),
        }
        self.env = EventEnv(database)
        sinks: dict[System, Any] = {system: adapter.sink for system, adapter in self.adapters.items()}
        self.env.partners = sinks
        self.env.engine = self.env.new_engine()

    async def open(self) -> None:
        registration = rmw_documents.aanmelding("R1", "werk", START.date(), YARA)
        await self.consoles[System.GIDSO].put("/_console/aanmeldingen", json=[row(1)])
        await self.consoles[System.RMW].put("/_console/aanmeldingen", json=[registration])
        await self.lose_answers(*SIMULATORS)

    async def lose_answers(self, *systems: System) -> None:
        for system in systems:
            (await self.consoles[system].put("/_faults", json=ALL_LOST)).raise_for_status()

    async def lost(self, system: System) -> int:
        account = (await self.consoles[system].get("/_faults")).json()
        return int(account["made"]["lost_answer"])

    async def refer(self, system: System) -> UUID:
        kinds = {System.GIDSO: ReferrerKind.WIJKTEAM, System.RMW: ReferrerKind.WERK_EN_INKOMEN}
        kind = kinds.get(system, ReferrerKind.WELZIJNSORGANISATIE)
        referral = self.env.cases.add(organisation(kind, system))
        if case := CASES.get(system):
            self.env.cases.ids[system, referral] = case
        return referral

    async def send(self, referral: UUID, *types: EventType) -> list[Delivery]:
        """Record these events and deliver for three days. Return the deliveries to the partner."""
        events = [self.env.event(referral, type, **FACTS.get(type, {})) for type in types]
        await self.env.db.write(append_events, [NewEvent(event, System.API) for event in events])
        while await self.env.relay.once():
            pass
        for _ in range(72):
            await self.env.send()
            self.env.clock.move(hours=1)
        return await self.env.deliveries(referral)

    async def close(self) -> None:
        await self.env.webhook.close()
        for adapter in self.adapters.values():
            await adapter.close()
        for console in self.consoles.values():
            await console.aclose()


@pytest.fixture
async def dropping(database: Database) -> AsyncIterator[DropsResponses]:
    async with AsyncExitStack() as running:
        servers = {}
        for system, create_app in SIMULATORS.items():
            servers[system] = Server(create_app(Store(), SettableClock(START)))
            await servers[system].start()
            running.push_async_callback(servers[system].stop)
        env = DropsResponses(database, servers)
        running.push_async_callback(env.close)
        await env.open()
        yield env


def ids_of(deliveries: list[Delivery], system: System) -> list[str]:
    """Return the ids of the messages to a partner, without those that the policy withholds."""
    mine = [each for each in deliveries if each.receiver == PartnerKey(system) and each.state.value != "withheld"]
    assert {each.state.value for each in mine} == {"delivered"}
    assert all(each.attempts > 1 for each in mine)
    return sorted(str(each.id) for each in mine)


async def test_gidso_gets_each_journal_line_once_while_every_answer_gets_lost(dropping: DropsResponses) -> None:
    referral = await dropping.refer(System.GIDSO)

    sent = ids_of(await dropping.send(referral, *SENT_TO_REFERRERS), System.GIDSO)

    lines = (await dropping.consoles[System.GIDSO].get("/_console/journaal/G-000001")).json()
    assert sorted(line["Kenmerk"] for line in lines) == sent
    assert len(sent) == await dropping.lost(System.GIDSO)
    assert len(sent) > len(SENT_TO_REFERRERS) / 2


async def test_rmw_gets_each_status_line_and_the_end_of_its_tab_once_while_every_answer_gets_lost(
    dropping: DropsResponses,
) -> None:
    referral = await dropping.refer(System.RMW)

    sent = ids_of(await dropping.send(referral, *SENT_TO_REFERRERS), System.RMW)

    shown = (await dropping.consoles[System.RMW].get("/_console/aanmeldingen/R1")).json()
    assert sorted(line["kenmerk"] for line in shown["statussen"]) == sent
    assert shown["tab"]["stand"] == "G"
    assert await dropping.lost(System.RMW) == len(sent) + len(["sluitTab"])
    assert len(sent) > len(SENT_TO_REFERRERS) / 2


async def test_allegro_gets_one_file_and_each_message_once_while_every_answer_gets_lost(
    dropping: DropsResponses,
) -> None:
    referral = await dropping.refer(System.API)

    sent = ids_of(await dropping.send(referral, *SENT_TO_ALLEGRO), System.ALLEGRO)

    files = (await dropping.consoles[System.ALLEGRO].get("/_console/dossiers")).json()["dossiers"]
    page = (await dropping.consoles[System.ALLEGRO].get("/")).text
    assert [file["externReferentie"] for file in files] == [str(referral)]
    openings = ("De verwijzer", "De kredietbank", "Een termijn", "De zaak", "Er is nieuws", "Morgen")
    messages = sum(page.count(f"<li>{opening}") for opening in openings)
    assert messages == len(SENT_TO_ALLEGRO) - len(["received", "amended"])
    assert len(sent) == await dropping.lost(System.ALLEGRO) == len(SENT_TO_ALLEGRO)


@pytest.mark.parametrize("system", [System.GIDSO, System.RMW])
async def test_two_lines_that_read_the_same_are_two_lines(dropping: DropsResponses, system: System) -> None:
    referral = await dropping.refer(system)

    sent = ids_of(await dropping.send(referral, *[EventType.REFERRAL_CONFIRMED] * 2), system)

    assert len(sent) == await dropping.lost(system) == 2


async def test_an_amendment_is_not_taken_for_the_referral_before_it(dropping: DropsResponses) -> None:
    referral = await dropping.refer(System.API)
    await dropping.send(referral, EventType.REFERRAL_RECEIVED)
    dropping.env.cases.change(referral, {Field.CLIENT_FAMILY_NAME: "Aksoy-de Wit"})

    await dropping.send(referral, EventType.REFERRAL_AMENDED)

    page = (await dropping.consoles[System.ALLEGRO].get("/")).text
    assert "Aksoy-de Wit" in page
    assert await dropping.lost(System.ALLEGRO) == 2
