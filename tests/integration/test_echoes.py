"""Echoes are recognised by their content, and an update loop between two systems comes to an end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from sqlalchemy import func, select

from app.bootstrap import build_delivery_engine, build_relay
from app.database import Connection
from app.domain.codes import ReferrerKind, System
from app.domain.commands import AmendReferral
from app.domain.ownership import LOOP_WINDOW, MOST_SENDS
from app.domain.receivers import PartnerKey
from app.domain.values import Worker
from app.events.delivery.attempt import Channels
from app.events.delivery.engine import DeliveryEngine
from app.events.delivery.relay import Relay
from app.events.http.client import OutboundClient
from app.events.http.webhook import WebhookSender
from app.models.delivery.delivery import deliveries_about
from app.models.partners.field_sync import partner_field
from app.operations.access.clients import save_client
from app.operations.access.organisations import ReferrerDetails
from app.operations.intake.apply import PageResult
from app.operations.partners.conflicts import decide_conflict
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.runtime import SettableClock
from tests.support.event_env import ORIGIN, SANDBOX, FakePartner
from tests.support.hub import NOW, InProcessHub
from tests.support.ownership import BY_WIJKTEAM, TwoWriters, conflicts, saying_worker

FIRST = saying_worker(BY_WIJKTEAM, "A. Eerste", "+31 10 555 01 00")


@dataclass(kw_only=True)
class AllegroDelivery:
    """The relay and the delivery engine of a hub with one partner, which stores its messages."""

    hub: InProcessHub
    allegro: FakePartner
    relay: Relay
    engine: DeliveryEngine

    async def sends(self) -> int:
        """Deliver all pending events. Return the total number of messages that Allegro received."""
        while await self.relay.once():
            pass
        await self.engine.drain()
        return len(self.allegro.messages)


@pytest.fixture
async def delivery_to_allegro(hub: InProcessHub) -> AsyncIterator[AllegroDelivery]:
    """Return a hub whose deliveries go to Allegro."""
    services, allegro = hub.services, FakePartner(System.ALLEGRO)
    allegro.external_id = "A-1"
    webhook = WebhookSender(hub.clock, OutboundClient(SANDBOX))
    channels = Channels(webhook, {System.ALLEGRO: allegro})
    engine = build_delivery_engine(hub.db, services, ORIGIN, channels)
    yield AllegroDelivery(hub=hub, allegro=allegro, relay=build_relay(hub.db, services), engine=engine)
    await webhook.close()


@pytest.fixture
async def writers(delivery_to_allegro: AllegroDelivery) -> TwoWriters:
    """Return a referral that was registered in GIDSO and sent to Allegro."""
    writers = TwoWriters(hub=delivery_to_allegro.hub)
    await writers.partner_says(FIRST)
    await delivery_to_allegro.sends()
    return writers


@pytest.fixture
def allegro(delivery_to_allegro: AllegroDelivery) -> TwoWriters:
    """Return Allegro as a writer of the same referral."""
    return TwoWriters(hub=delivery_to_allegro.hub, system=System.ALLEGRO, case_id="A-1")


async def test_what_comes_back_before_the_next_value_was_sent_is_an_echo(
    writers: TwoWriters, allegro: TwoWriters
) -> None:
    await writers.api_says(area="Noord")

    tally = await allegro.partner_says(AmendReferral(FIRST.contents))

    assert tally == PageResult(applied=1)
    assert (await writers.contents()).area == "Noord"
    assert await writers.events() == ["received", "amended"]
    assert await writers.reasons() == []


async def test_an_echo_is_known_however_late_it_comes(
    writers: TwoWriters, allegro: TwoWriters, delivery_to_allegro: AllegroDelivery
) -> None:
    await writers.api_says(area="Noord")
    await delivery_to_allegro.sends()
    echo = AmendReferral(replace(FIRST.contents, area="Noord"))
    await writers.api_says(area="Overschie")
    writers.hub.clock.set(NOW + timedelta(days=300))

    await allegro.partner_says(echo)

    assert (await writers.contents()).area == "Overschie"
    assert await writers.events() == ["received", "amended", "amended"]
    assert await writers.reasons() == []


async def test_an_echo_makes_no_event_and_is_not_written_back(
    writers: TwoWriters, allegro: TwoWriters, delivery_to_allegro: AllegroDelivery
) -> None:
    before = await delivery_to_allegro.sends()

    await allegro.partner_says(AmendReferral(FIRST.contents))
    await writers.partner_says(FIRST)

    assert await delivery_to_allegro.sends() == before
    assert await writers.events() == ["received"]


async def test_a_value_in_another_form_is_an_echo_too(writers: TwoWriters) -> None:
    await writers.partner_says(saying_worker(FIRST, "A.  Eerste ", "010-5550100"))

    assert (await writers.contents()).worker == Worker("A. Eerste", "+31 10 555 01 00")
    assert await writers.events() == ["received"]


async def test_a_real_change_in_the_company_of_echoes_is_not_swallowed(
    writers: TwoWriters, allegro: TwoWriters
) -> None:
    await writers.api_says(area="Noord")

    await writers.partner_says(saying_worker(FIRST, "B. Tweede", "+31 10 555 01 00"))
    await allegro.partner_says(AmendReferral(replace(FIRST.contents, case_lead="Ander")))

    found = await writers.contents()
    assert (found.area, found.worker.name, found.case_lead) == ("Noord", "B. Tweede", None)
    assert await writers.reasons() == [("referral.case_lead", "not-the-owner")]


async def test_nothing_is_remembered_of_a_referral_that_nobody_changed(writers: TwoWriters) -> None:
    assert await _remembered(writers) == 0


async def test_what_is_remembered_are_hashes_under_the_hubs_key(writers: TwoWriters) -> None:
    await writers.api_says(worker=Worker("Zeer Persoonlijk"))
    await writers.api_says(worker=Worker("Ook Persoonlijk"))

    rows = repr(await writers.hub.db.read(lambda tx: tx.execute(select(partner_field)).all()))

    assert await _remembered(writers) > 0
    assert "Persoonlijk" not in rows
    assert "Eerste" not in rows


async def _update_loop(writers: TwoWriters, delivery_to_allegro: AllegroDelivery, rounds: int) -> int:
    """Let GIDSO change the worker's name each round, and the API change it back. Return the number of messages sent."""
    for number in range(rounds):
        await writers.partner_says(saying_worker(FIRST, f"P. Nummer {number % 2}", "+31 10 555 01 00"))
        await delivery_to_allegro.sends()
        if (await writers.contents()).worker.name != "H. Hub":
            await writers.api_says(worker=Worker("H. Hub", "+31 10 555 01 00"))
        await delivery_to_allegro.sends()
    return await delivery_to_allegro.sends()


async def test_a_field_that_goes_to_and_fro_is_sent_no_more(
    writers: TwoWriters, delivery_to_allegro: AllegroDelivery
) -> None:
    with structlog.testing.capture_logs() as logs:
        sent = await _update_loop(writers, delivery_to_allegro, rounds=10)

    assert sent <= 1 + MOST_SENDS
    assert (await writers.reasons()).count(("worker.name", "loop")) == 1
    assert [line["field"] for line in logs if line["event"] == "field_update_loop"] == ["worker.name"]


async def test_other_fields_of_the_referral_go_on(writers: TwoWriters, delivery_to_allegro: AllegroDelivery) -> None:
    sent = await _update_loop(writers, delivery_to_allegro, rounds=10)

    await writers.partner_says(replace(FIRST, contents=replace(FIRST.contents, area="Noord")))

    assert (await writers.contents()).area == "Noord"
    assert await delivery_to_allegro.sends() == sent + 1


async def test_other_referrals_go_on(writers: TwoWriters, delivery_to_allegro: AllegroDelivery) -> None:
    await _update_loop(writers, delivery_to_allegro, rounds=10)
    other, others = TwoWriters(hub=delivery_to_allegro.hub, case_id="G-2"), replace(FIRST, reference="G-2")

    await other.partner_says(others)
    await other.partner_says(saying_worker(others, "B. Tweede"))

    assert (await other.contents()).worker.name == "B. Tweede"
    assert await other.events() == ["received", "amended"]


async def test_a_partner_that_alone_corrects_itself_often_is_not_stopped(
    writers: TwoWriters, delivery_to_allegro: AllegroDelivery
) -> None:
    for number in range(2 * MOST_SENDS):
        await writers.partner_says(saying_worker(FIRST, f"P. Nummer {number}"))
        await delivery_to_allegro.sends()

    assert (await writers.contents()).worker.name == f"P. Nummer {2 * MOST_SENDS - 1}"
    assert await writers.reasons() == []


async def test_slow_updates_are_no_loop(writers: TwoWriters, delivery_to_allegro: AllegroDelivery) -> None:
    for number in range(2 * MOST_SENDS):
        writers.hub.clock.set(NOW + LOOP_WINDOW * number)
        await _update_loop(writers, delivery_to_allegro, rounds=1)
        await writers.partner_says(saying_worker(FIRST, f"P. Nummer {number}"))

    assert ("worker.name", "loop") not in await writers.reasons()


async def test_a_loop_that_was_decided_starts_anew(writers: TwoWriters, delivery_to_allegro: AllegroDelivery) -> None:
    await _update_loop(writers, delivery_to_allegro, rounds=10)
    loop = next(row for row in await conflicts(writers.hub.db) if row.reason == "loop")

    await writers.hub.db.write(decide_conflict, writers.hub.services, writers.system, loop.id, "partner", "beheer")
    assert (await writers.contents()).worker.name == "P. Nummer 1"
    await writers.partner_says(saying_worker(FIRST, "P. Laatste"))

    assert (await writers.contents()).worker.name == "P. Laatste"


async def _remembered(writers: TwoWriters) -> int:
    def work(tx: Connection) -> int:
        return tx.execute(select(func.count()).select_from(partner_field)).scalar_one()

    return await writers.hub.db.read(work)


TEAM = ReferrerDetails(
    code="wijkteam-charlois", name="Wijkteam Charlois", kind=ReferrerKind.WIJKTEAM, system=System.GIDSO
)
SECRET = "a-secret-of-the-sandbox-that-has-more-than-32-characters"


@dataclass
class TwoPartnerEnv:
    """A team that uses both GIDSO and the API, and Allegro, over real HTTP."""

    sandbox: SandboxEnv
    headers: dict[str, str]
    keys: int = 0

    async def gidso(self, **values: object) -> None:
        """Save the team's registration in GIDSO, pull it and deliver."""
        row = aanmelding("G-000001", TEAM.code, "Wijkteam", "2026-03-02T09:00:00+01:00", **values)
        await self.sandbox.partner_console.refer(System.GIDSO, [row])
        await self.sandbox.worker.pull_and_deliver(System.GIDSO)

    async def patch(self, body: dict[str, Any]) -> None:
        """Change the referral over the API as the team, and deliver."""
        self.keys += 1
        headers = self.headers | {"If-Match": "*", "Idempotency-Key": f"patch-{self.keys}"}
        path = f"/v1/referrals/{await self.referral_id()}"
        (await self.sandbox.http.patch(path, json=body, headers=headers)).raise_for_status()
        await self.sandbox.worker.pull_and_deliver(System.GIDSO)

    async def worker_name(self) -> str:
        """Return the name of the worker in the API."""
        path = f"/v1/referrals/{await self.referral_id()}"
        answer: httpx.Response = await self.sandbox.http.get(path, headers=self.headers)
        name: str = answer.raise_for_status().json()["worker"]["name"]
        return name

    async def sent(self) -> int:
        """Return the number of deliveries to Allegro."""
        found = await self.sandbox.hub.db.read(deliveries_about, await self.referral_id())
        return sum(one.receiver == PartnerKey(System.ALLEGRO) for one in found)

    async def referral_id(self) -> UUID:
        """Return the hub's id."""
        return await self.sandbox.find(TEAM.code, "G-000001")


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[TwoPartnerEnv]:
    """Return a hub and a partner with one referral."""
    async with running_sandbox(tmp_path, SettableClock(NOW)) as sandbox:
        await sandbox.set_clocks(NOW)
        await sandbox.register_referrer(TEAM)
        scopes = {"referrals:read", "referrals:write"}
        hub = sandbox.hub
        await hub.db.write(save_client, hub.services, "team", organisation_code=TEAM.code, scopes=scopes, secret=SECRET)
        form = {"grant_type": "client_credentials", "client_id": "team", "client_secret": SECRET}
        response = (await sandbox.http.post("/oauth/token", data=form)).raise_for_status()
        env = TwoPartnerEnv(sandbox, {"Authorization": f"Bearer {response.json()['access_token']}"})
        await env.gidso(Medewerker=_worker("A. Eerste"))
        yield env


async def test_over_http_an_echo_changes_nothing_and_two_systems_that_undo_each_other_fall_silent(
    env: TwoPartnerEnv,
) -> None:
    await env.patch({"worker": {"name": "H. Hub"}})
    await env.gidso(Medewerker=_worker("A. Eerste"), Gebied="Noord")
    echoed = await env.worker_name()

    for number in range(8):
        await env.gidso(Medewerker=_worker(f"P. Nummer {number % 2}"), Gebied="Noord")
        if await env.worker_name() != "H. Hub":
            await env.patch({"worker": {"name": "H. Hub"}})

    assert echoed == "H. Hub"
    changes_of_the_name = await env.sent() - len(["received", "area"])
    assert changes_of_the_name <= MOST_SENDS
    loops = [row.field for row in await conflicts(env.sandbox.hub.db) if row.reason == "loop"]
    assert loops == ["worker.name"]


def _worker(name: str) -> dict[str, str | None]:
    return {"Naam": name, "Telefoon": "010-5550100", "Email": None}
