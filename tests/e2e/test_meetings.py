"""A meeting agreed between a counsellor in Allegro and a referrer's worker: each acts in its own system only."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.codes import System
from app.models.cases.loading import load_cases
from app.operations.cases.queries import find_referral
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.roles import REFERRER
from app.sandbox.runtime import SettableClock
from app.sandbox.scenarios import register_roles
from app.sandbox.tester_files import Kit

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLIENT = {"client": {"familyName": "Voorbeeld", "birthDate": "1988-04-12"}, "area": "Noord", "reference": "K-1"}
COUNSELLOR = {"naam": "S. El Amrani", "telefoon": "010-5550101", "datum": "2026-11-23"}


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[SandboxEnv]:
    async with running_sandbox(tmp_path, SettableClock(NOW)) as running:
        await running.set_clocks(NOW)
        await register_roles(running)
        await running.save_roles(Kit(tmp_path / "kit"))
        yield running


class Counsellor:
    """A counsellor with the page of a file in Allegro."""

    def __init__(self, env: SandboxEnv) -> None:
        self._env = env

    async def page(self) -> str:
        """Return the page of the only file."""
        async with httpx.AsyncClient(base_url=self._env.urls[System.ALLEGRO]) as http:
            (number,) = set(re.findall(r"/dossiers/(A\d+)", (await http.get("/")).text))
            return (await http.get(f"/dossiers/{number}")).text

    async def fills_in(self, form: str, **values: str) -> None:
        """Fill in a form of the page, after which the hub reads what was registered."""
        async with httpx.AsyncClient(base_url=self._env.urls[System.ALLEGRO]) as http:
            (number,) = set(re.findall(r"/dossiers/(A\d+)", (await http.get("/")).text))
            answered = await http.post(f"/dossiers/{number}", data={"formulier": form, **COUNSELLOR, **values})
            assert answered.status_code in (200, 303), answered.text
        await self._env.worker.pull_and_deliver(System.ALLEGRO)


async def referred(env: SandboxEnv) -> tuple[Counsellor, str]:
    """Refer a client by the API, and take it on in Allegro; returns the counsellor, and the referrer's path."""
    made = await env.refer(REFERRER.organisation, CLIENT, "referred")
    await env.worker.pull_and_deliver(System.ALLEGRO)
    counsellor = Counsellor(env)
    await counsellor.fills_in("bevestiging")
    return counsellor, f"/referrals/{made['id']}"


async def newest(env: SandboxEnv, own: str) -> dict[str, Any]:
    """Return the newest appointment as the referrer reads it."""
    return dict((await env.caller(REFERRER.organisation).get(f"{own}/appointments"))["items"][-1])


async def answer(env: SandboxEnv, own: str, **body: object) -> None:
    """Answer the newest appointment over the API, after which the hub delivers."""
    id = (await newest(env, own))["id"]
    await env.caller(REFERRER.organisation).post(f"{own}/appointments/{id}/response", body)
    await env.worker.pull_and_deliver(System.ALLEGRO)


async def told(env: SandboxEnv) -> list[str]:
    """Return the types of events that the referrer reads."""
    page = await env.caller(REFERRER.organisation).get("/events")
    return [each["type"].split(".")[3] for each in page["items"]]


async def test_the_worker_chooses_one_of_the_times_and_the_counsellor_reads_it_in_allegro(env: SandboxEnv) -> None:
    counsellor, own = await referred(env)

    await counsellor.fills_in(
        "afspraakvoorstel",
        afspraaksoort="Intake",
        tijd1="2026-12-01T10:00",
        tijd2="2026-12-02T14:00",
        plaats="Wijkhuis",
    )
    asked = await newest(env, own)
    await answer(env, own, accepted=True, chosenTime="2026-12-02T13:00:00Z")

    assert asked["proposedTimes"] == ["2026-12-01T09:00:00Z", "2026-12-02T13:00:00Z"]
    assert (asked["answerBy"], asked["status"]) == ("2026-11-26", "proposed")
    assert "Begint: 02-12-2026 14:00 uur." in await counsellor.page()
    assert (await newest(env, own))["startsAt"] == "2026-12-02T13:00:00Z"
    assert (await told(env))[-2:] == ["appointment-proposed", "intake-scheduled"]


async def test_other_times_are_planned_in_allegro_by_choosing_one_of_them(env: SandboxEnv) -> None:
    counsellor, own = await referred(env)
    await counsellor.fills_in("afspraakvoorstel", afspraaksoort="Intake", tijd1="2026-12-01T10:00")

    await answer(env, own, accepted=False, otherTimes=["2026-12-03T10:00:00Z", "2026-12-04T10:00:00Z"])
    page = await counsellor.page()
    chosen = re.findall(r'<option value="(2026-12-04[^"]+)"', page)
    await counsellor.fills_in("tijd_van_verwijzer", begint=chosen[0], afspraaksoort="Intake", driegesprek="J")

    assert "Een tijd van de verwijzer plannen: Intake" in page
    planned = await newest(env, own)
    assert (planned["startsAt"], planned["response"]) == ("2026-12-04T10:00:00Z", "accepted")
    assert (await told(env)).count("intake-scheduled") == 1


async def test_without_an_answer_the_hub_plans_and_the_day_before_both_are_reminded(env: SandboxEnv) -> None:
    counsellor, own = await referred(env)
    await counsellor.fills_in("afspraakvoorstel", afspraaksoort="Intake", tijd1="2026-12-01T10:00")

    for day in range(4, 8):
        await env.set_clocks(NOW + timedelta(days=day))
        await env.worker.pull_and_deliver(System.ALLEGRO)

    page = await counsellor.page()
    assert (await newest(env, own))["response"] == "not_answered"
    assert "Antwoord: Geen antwoord. Soort: Intake. Begint: 01-12-2026 10:00 uur." in page
    assert page.count("Morgen is er een afspraak.") == 1
    assert (await told(env))[-3:] == ["appointment-proposed", "intake-scheduled", "appointment-due"]


async def test_a_meeting_after_the_intake_is_agreed_moved_and_missed(env: SandboxEnv) -> None:
    counsellor, own = await referred(env)
    await counsellor.fills_in("afspraak", afspraaksoort="Intake", begint="2026-11-23T09:30")
    await counsellor.fills_in("aanwezigheid", afspraaksoort="Intake", verschenen="J")
    await counsellor.fills_in("intakeresultaat", code="3")

    await counsellor.fills_in(
        "afspraakvoorstel", afspraaksoort="Gesprek bepalen dienstverlening", tijd1="2026-12-01T10:00"
    )
    await answer(env, own, accepted=True)
    await counsellor.fills_in("kbr_aanvraag", code="100")
    agreed = await newest(env, own)
    await counsellor.fills_in(
        "aanwezigheid", afspraaksoort="Gesprek bepalen dienstverlening", verschenen="N", verwijzer="J"
    )

    assert (agreed["kind"], agreed["startsAt"]) == ("service_decision_meeting", "2026-12-01T09:00:00Z")
    assert [each for each in await told(env) if "meeting" in each] == ["meeting-scheduled", "meeting-missed"]
    case = await env.hub.db.read(_case_of, env)
    assert case.trajectory.kbr_application.service_decision_meeting_on.isoformat() == "2026-12-01"
    assert [(each.role, each.attended) for each in case.appointments[-1].participants] == [("referrer_worker", True)]


def _case_of(tx: Any, env: SandboxEnv) -> Any:
    id = find_referral(tx, REFERRER.organisation, "K-1")
    assert id
    return load_cases(tx, env.hub.services.vault, [id])[id]
