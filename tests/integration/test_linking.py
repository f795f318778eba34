"""Files from before the hub: found, linked, read and written to as if the hub had made them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.codes import ReferralStatus, System
from app.domain.partners import CaseLink, Job
from app.models.cases.external_id import referral_of
from app.operations.access.organisations import save_referrer
from app.operations.cases.queries import find_referral
from app.sandbox.allegro import app as allegro
from tests.support.hub import CLIENT, WIJKTEAM, InProcessHub, without_volatile
from tests.support.partners_env import PartnersEnv, gidso_registration, partners_of, without_job_and_lease

BSNS = ("999990019", "999990020", "999990032", "999990044")
BY_REFERENCE, BY_CLIENT, TWICE, TWICE_AGAIN, UNKNOWN = (f"A{number:07d}" for number in range(1, 6))


@pytest.fixture
async def partners(sqlite_hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    """Return a hub that has the four cases of GIDSO, and an Allegro with files that were made by hand."""
    async with _running(sqlite_hub, tmp_path) as running:
        yield running


@pytest.fixture
async def partners_on_each_store(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    """Return the same, on each store in turn."""
    async with _running(hub, tmp_path) as running:
        yield running


@asynccontextmanager
async def _running(hub: InProcessHub, folder: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, folder) as running:
        await running.save_registrations(System.GIDSO, *(_registration(number) for number in range(1, 5)))
        await running.job(System.GIDSO, "backfill")
        await running.make_files(
            _file(1),
            _file(2, kenmerkVerwijzer=None, ontvangenOp="2019-09-04T09:00:00+02:00"),
            _file(3),
            _file(3),
            _file(9),
        )
        await running.register(*(_confirmation(number) for number in (BY_REFERENCE, BY_CLIENT, TWICE, UNKNOWN)))
        yield running


def _registration(number: int, **values: object) -> dict[str, Any]:
    client = {"Bsn": BSNS[number - 1], "Voornaam": f"Yara {number}", "Achternaam": "Voorbeeld"}
    return gidso_registration(number, Burger=client, **values)


def _file(number: int, **values: object) -> dict[str, Any]:
    """Return what a counsellor typed in of the registration with this number."""
    referral = {
        "kenmerkVerwijzer": f"G-{number:06d}",
        "ontvangenOp": "2019-09-02T09:30:00+02:00",
        "client": {"bsn": BSNS[number - 1]} if number <= len(BSNS) else {},
        "verwijzer": {"organisatie": "wijkteam-charlois"},
    }
    return {name: value for name, value in (referral | values).items() if value is not None}


def _confirmation(file_number: str) -> dict[str, Any]:
    return {"feitId": f"b-{file_number}", "dossiernummer": file_number, "soort": "bevestiging", "datum": "2019-09-05"}


async def _link(partners: PartnersEnv, *, dry_run: bool = False, **parameters: Any) -> Mapping[str, Any]:
    job: Job = await partners.job(System.ALLEGRO, "link", dry_run=dry_run, **parameters)
    assert job.state == "done", job.report
    return job.report or {}


async def _referral(partners: PartnersEnv, number: int) -> UUID:
    found = await partners.hub.db.read(find_referral, WIJKTEAM.code, f"G-{number:06d}")
    assert found
    return found


async def _linked(partners: PartnersEnv) -> set[str]:
    files = [BY_REFERENCE, BY_CLIENT, TWICE, TWICE_AGAIN, UNKNOWN]
    return set(await partners.hub.db.read(referral_of, System.ALLEGRO, files))


async def _files(partners: PartnersEnv) -> dict[str, Any]:
    answer = await partners.consoles[System.ALLEGRO].get("/_console/dossiers")
    return {file["dossiernummer"]: file["externReferentie"] for file in answer.raise_for_status().json()["dossiers"]}


async def test_a_dry_run_lists_what_would_be_linked_what_is_in_doubt_and_what_has_no_counterpart(
    partners_on_each_store: PartnersEnv,
) -> None:
    partners = partners_on_each_store
    ids = {number: str(await _referral(partners, number)) for number in range(1, 5)}
    await partners.pull(System.ALLEGRO)
    before = without_job_and_lease(await partners.hub.dump())

    report = await _link(partners, dry_run=True)

    assert report["byReference"]["links"] == [{"caseId": BY_REFERENCE, "referralId": ids[1]}]
    assert report["byBsnAndDate"]["links"] == [{"caseId": BY_CLIENT, "referralId": ids[2]}]
    assert report["ambiguous"]["cases"] == [
        {"caseId": each, "referralIds": [ids[3]], "why": "several-cases"} for each in (TWICE, TWICE_AGAIN)
    ]
    assert (report["withoutReferral"]["keys"], report["withoutCase"]["keys"]) == ([UNKNOWN], [ids[4]])
    assert (report["compared"], report["linked"], report["alreadyLinked"]) == (5, 1, 0)
    assert without_job_and_lease(await partners.hub.dump()) == before
    assert set((await _files(partners)).values()) == {None}


async def test_no_report_says_who_a_client_is(partners: PartnersEnv) -> None:
    report = json.dumps(await _link(partners, dry_run=True))

    assert [text for text in (*BSNS, "Yara", "Voorbeeld", "G-0000", "2019-09") if text in report] == []


async def test_what_happened_on_a_linked_file_is_applied_and_sends_nothing(partners_on_each_store: PartnersEnv) -> None:
    partners = partners_on_each_store
    await partners.pull(System.ALLEGRO)
    waiting = len(await partners.hub.quarantine())

    report = await _link(partners)
    await partners.worker.pull_and_deliver()

    assert (waiting, report["applied"]["applied"], len(await partners.hub.quarantine())) == (4, 1, 3)
    assert await partners.hub.status(await _referral(partners, 1)) is ReferralStatus.CONFIRMED
    assert (await partners.hub.dump())["delivery"] == []


async def test_a_later_change_on_a_linked_file_is_applied_and_reaches_the_referrer(partners: PartnersEnv) -> None:
    await _link(partners)
    await partners.job(System.ALLEGRO, "backfill")
    appointment = {"begint": "2026-03-10T10:00:00+01:00", "driegesprek": "N"}
    await partners.register(
        {
            "feitId": "later",
            "dossiernummer": BY_REFERENCE,
            "soort": "afspraak",
            "datum": "2026-03-02",
            "gegevens": appointment,
        }
    )

    await partners.worker.pull_and_deliver(System.ALLEGRO)

    assert await partners.hub.status(await _referral(partners, 1)) is ReferralStatus.SCHEDULED
    journal = (await partners.consoles[System.GIDSO].get("/_console/journaal/G-000001")).json()
    assert ["De intake is gepland." in line["Tekst"] for line in journal] == [True]


async def test_a_linked_file_is_replaced_instead_of_made_a_second_time(partners: PartnersEnv) -> None:
    await _link(partners)
    await partners.save_registrations(System.GIDSO, _registration(1, Casusregisseur="R. Regie"))

    await partners.worker.pull_and_deliver(System.GIDSO)

    files = await _files(partners)
    assert files[BY_REFERENCE] == str(await _referral(partners, 1))
    assert (len(files), list(files.values()).count(None)) == (5, 4)


async def test_what_the_referrer_reports_about_a_linked_file_reaches_its_counsellor(partners: PartnersEnv) -> None:
    await _link(partners)
    await partners.save_registrations(System.GIDSO, _registration(1, OndersteuningGestoptOp="2026-03-01"))

    await partners.worker.pull_and_deliver(System.GIDSO)

    page = (await partners.consoles[System.ALLEGRO].get("/")).text
    assert "Ondersteuning door verwijzer gestopt" in page


async def test_what_was_found_by_client_and_day_is_linked_with_the_operators_yes_only(partners: PartnersEnv) -> None:
    without = await _link(partners)
    linked_without = await _linked(partners)

    accepted = await _link(partners, accept_bsn_and_day=True)

    assert (linked_without, without["byBsnAndDate"]["count"]) == ({BY_REFERENCE}, 1)
    assert (accepted["linked"], accepted["alreadyLinked"]) == (1, 1)
    assert await _linked(partners) == {BY_REFERENCE, BY_CLIENT}


async def test_an_operator_chooses_among_the_candidates_and_nothing_else(partners_on_each_store: PartnersEnv) -> None:
    partners = partners_on_each_store
    third, fourth = await _referral(partners, 3), await _referral(partners, 4)
    right, foreign, second = CaseLink(TWICE, third), CaseLink(BY_CLIENT, fourth), CaseLink(TWICE_AGAIN, third)

    report = await _link(partners, links=(right, foreign, second))
    again = await _link(partners, dry_run=True)

    assert await _linked(partners) == {BY_REFERENCE, TWICE}
    assert [each["caseId"] for each in report["refused"]["links"]] == [TWICE_AGAIN, BY_CLIENT]
    assert again["withoutReferral"]["keys"] == [TWICE_AGAIN, UNKNOWN]


async def test_a_second_linking_finds_nothing_to_do(partners_on_each_store: PartnersEnv) -> None:
    partners = partners_on_each_store
    await _link(partners)
    before = without_volatile(without_job_and_lease(await partners.hub.dump()))

    report = await _link(partners)

    assert (report["linked"], report["alreadyLinked"], report["byReference"]["count"]) == (0, 1, 0)
    assert without_volatile(without_job_and_lease(await partners.hub.dump())) == before


async def test_a_linking_that_stopped_between_allegro_and_the_hub_is_finished_by_the_next(
    partners: PartnersEnv,
) -> None:
    # Allegro has the link by then, so that it is also right without a reference.
    second = await _referral(partners, 2)
    await _link_at_allegro(partners, BY_CLIENT, second)

    await _link(partners)

    assert (await partners.hub.db.read(referral_of, System.ALLEGRO, [BY_CLIENT])) == {BY_CLIENT: second}


async def test_a_link_that_allegro_refuses_is_reported_and_the_others_are_made(partners: PartnersEnv) -> None:
    # Another file of Allegro has this referral, which the operator overlooks.
    first = await _referral(partners, 1)
    await _link_at_allegro(partners, TWICE_AGAIN, first)

    report = await _link(partners, links=(CaseLink(BY_REFERENCE, first),), accept_bsn_and_day=True)

    [refused] = report["refused"]["links"]
    assert (refused["caseId"], "dossier-in-gebruik" in refused["why"]) == (BY_REFERENCE, True)
    assert await _linked(partners) == {BY_CLIENT, TWICE}


async def _link_at_allegro(partners: PartnersEnv, number: str, referral_id: UUID) -> None:
    async with httpx.AsyncClient(base_url=partners.servers[System.ALLEGRO].url) as client:
        form = {"grant_type": "client_credentials"}
        answer = await client.post("/oauth/token", data=form, auth=(allegro.CLIENT_ID, allegro.CLIENT_SECRET))
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        body = {"externReferentie": str(referral_id)}
        response = await client.put(f"/api/v1/dossiers/{number}/verwijzing", json=body, headers=headers)
        response.raise_for_status()


async def test_a_case_of_gidso_that_was_referred_over_the_api_is_linked_and_not_registered_again(
    partners: PartnersEnv,
) -> None:
    hub = partners.hub
    # The team used the API until it got GIDSO.
    await hub.db.write(save_referrer, hub.services, replace(WIJKTEAM, system=System.API))
    own = await hub.refer(organisation_code=WIJKTEAM.code, reference="G-000007", client=replace(CLIENT, bsn=None))
    await hub.db.write(save_referrer, hub.services, WIJKTEAM)
    await partners.save_registrations(System.GIDSO, gidso_registration(7))
    await partners.pull(System.GIDSO)
    refused = [row.reason for row in await hub.quarantine(system=System.GIDSO)]

    report = (await partners.job(System.GIDSO, "link")).report or {}

    assert refused == ["duplicate-reference"]
    assert report["byReference"]["links"] == [{"caseId": "G-000007", "referralId": str(own)}]
    assert (await hub.db.read(referral_of, System.GIDSO, ["G-000007"])) == {"G-000007": own}
    assert await hub.quarantine(system=System.GIDSO) == []


async def test_one_file_that_cannot_be_read_holds_up_no_other(partners: PartnersEnv) -> None:
    await partners.make_files(_file(4, kenmerkVerwijzer="G-\x00000004"), _file(4))

    report = await _link(partners)

    assert (report["unreadable"], report["linked"]) == (1, 2)
    assert await partners.hub.status(await _referral(partners, 4)) is ReferralStatus.RECEIVED


async def test_an_organisation_that_the_hub_does_not_know_says_nothing_about_a_file(partners: PartnersEnv) -> None:
    own = await partners.hub.refer(reference="W-1", client=replace(CLIENT, bsn=None))
    typed_in = {"organisatie": "DOCK, team Zuid"}
    [number] = await partners.make_files(_file(9, kenmerkVerwijzer="W-1", verwijzer=typed_in))

    await _link(partners)

    assert (await partners.hub.db.read(referral_of, System.ALLEGRO, [number])) == {number: own}
