"""What each referrer hears of the course of a case and of its end, as signed: over the API, in GIDSO and in RMW.

Numbers are lines of the city's evaluation of 2020 (docs/explanation/domain.md, section 7).
"""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.codes import DropOutReason, KbrStatus, ReferrerKind, System, TrajectoryResult
from app.domain.commands import (
    Command,
    MarkUnreachable,
    PauseTrajectory,
    RecordKbrStatus,
    RecordResult,
    ResumeTrajectory,
)
from app.domain.values import Consent
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.cases.queries import find_referral
from app.sandbox.gidso import documents as gidso_documents
from app.sandbox.rmw import documents as rmw_documents
from tests.support.hearing import FEEDBACK, heard, heard_by, names, of_type, referred
from tests.support.hub import (
    ATTEND,
    CONCLUDE,
    CONFIRM,
    DECIDE,
    DONE,
    DROP_OUT,
    MISS,
    RUNNING,
    SCHEDULE,
    TODAY,
    UNANSWERED,
    InProcessHub,
)
from tests.support.partners_env import PartnersEnv, partners_of

CHANGES: list[Command] = [
    PauseTrajectory(),
    ResumeTrajectory(),
    RecordKbrStatus(KbrStatus.SUBMITTED, TODAY),
    RecordKbrStatus(KbrStatus.RECEIVED, TODAY),
]
AT_A_DISTANCE = ["frontlijn", "bewindvoerder", "zorginstelling", "woningbouwvereniging", "overig", "onbekend"]


@pytest.fixture
async def partners(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, tmp_path) as running:
        yield running


async def in_gidso(partners: PartnersEnv, kind: ReferrerKind, steps: list[Command]) -> list[dict[str, Any]]:
    """Return the journal of a case that a team of this kind registered, after these steps."""
    await _save_team(partners, kind, System.GIDSO)
    moment = "2026-03-01T09:30:00+01:00"
    await partners.save_registrations(
        System.GIDSO, gidso_documents.aanmelding("G-000001", kind.value, kind.label, moment)
    )
    await _take(partners, System.GIDSO, kind, "G-000001", steps)
    answer = await partners.consoles[System.GIDSO].get("/_console/journaal/G-000001")
    lines: list[dict[str, Any]] = answer.raise_for_status().json()
    return lines


async def in_rmw(partners: PartnersEnv, kind: ReferrerKind, steps: list[Command]) -> dict[str, Any]:
    """Return the registration of a team of this kind, with its status lines and its tab, after these steps."""
    await _save_team(partners, kind, System.RMW)
    client = rmw_documents.klant("Yara", "Kaya", date(1993, 3, 8), "V")
    registration = rmw_documents.aanmelding("R000001", kind.value, date(2026, 3, 1), client)
    await partners.save_registrations(System.RMW, registration)
    await _take(partners, System.RMW, kind, "R000001", steps)
    answer = await partners.consoles[System.RMW].get("/_console/aanmeldingen/R000001")
    shown: dict[str, Any] = answer.raise_for_status().json()
    return shown


async def _save_team(partners: PartnersEnv, kind: ReferrerKind, system: System) -> None:
    details = ReferrerDetails(code=kind.value, name=kind.label, kind=kind, system=system)
    await partners.hub.db.write(save_referrer, partners.hub.services, details)


async def _take(
    partners: PartnersEnv, system: System, kind: ReferrerKind, reference: str, steps: list[Command]
) -> None:
    await partners.worker.pull_and_deliver(system)
    referral_id = await partners.hub.db.read(find_referral, kind.value, reference)
    assert referral_id
    await partners.hub.execute(referral_id, *steps)
    await partners.worker.pull_and_deliver(system)


async def test_the_team_for_refugees_hears_of_the_plan_as_work_and_income_does_7110(hub: InProcessHub) -> None:
    for kind in ("statushouders", "werk_en_inkomen"):
        (data,) = await of_type(hub, kind, "plan-signed", RUNNING)

        assert data["plan"] == {"signedOn": TODAY.isoformat()}, kind


async def test_the_team_for_refugees_hears_of_the_end_as_work_and_income_does_7009(hub: InProcessHub) -> None:
    for kind in ("statushouders", "werk_en_inkomen"):
        (data,) = await of_type(hub, kind, "closed", [*RUNNING, DECIDE, DONE])

        assert data["trajectory"]["closureReason"] == "result_reached", kind


@pytest.mark.parametrize("kind", [ReferrerKind.STATUSHOUDERS, ReferrerKind.WERK_EN_INKOMEN])
async def test_a_drop_out_closes_the_tab_in_rmw_and_the_plan_is_a_line_7975(
    partners: PartnersEnv, kind: ReferrerKind
) -> None:
    shown = await in_rmw(partners, kind, [*RUNNING, DROP_OUT])

    assert shown["tab"]["stand"] == "G"
    assert [line["statuscode"] for line in shown["statussen"]][-2:] == ["PO", "UV"]


async def test_the_tab_of_a_trajectory_that_goes_on_stays_open_in_rmw_7000(partners: PartnersEnv) -> None:
    shown = await in_rmw(partners, ReferrerKind.STATUSHOUDERS, [*RUNNING, DECIDE])

    assert shown["tab"]["stand"] == "O"


async def test_work_and_income_hears_of_no_attendance_and_no_miss_6985(partners: PartnersEnv) -> None:
    shown = await in_rmw(partners, ReferrerKind.WERK_EN_INKOMEN, [CONFIRM, SCHEDULE, MISS, SCHEDULE, ATTEND, CONCLUDE])

    assert [line["statuscode"] for line in shown["statussen"]] == ["ON", "BE", "IP", "IP", "IR"]


@pytest.mark.parametrize("kind", ["werk_en_inkomen", "statushouders"])
async def test_a_miss_and_an_attendance_are_nothing_to_read_for_work_and_income_6997(
    hub: InProcessHub, kind: str
) -> None:
    found = names(await heard(hub, kind, [CONFIRM, SCHEDULE, MISS, SCHEDULE, ATTEND]))

    assert found == ["received", "confirmed", "intake-scheduled", "intake-scheduled"]


async def test_the_youth_desk_reads_a_drop_out_as_a_result_17960(partners: PartnersEnv) -> None:
    lines = await in_gidso(partners, ReferrerKind.JONGERENLOKET, [*RUNNING, DROP_OUT])

    assert lines[-1]["Categorie"] == "RESULTAAT"
    assert "Resultaat van het traject: Wil geen (verdere) ondersteuning." in lines[-1]["Tekst"]


async def test_the_youth_desk_hears_of_no_other_end_9205(partners: PartnersEnv) -> None:
    lines = await in_gidso(partners, ReferrerKind.JONGERENLOKET, [*RUNNING, DECIDE, DONE])

    assert [each["Categorie"] for each in lines][-1] == "RESULTAAT"
    assert "AFSLUITING" not in {each["Categorie"] for each in lines}
    assert "Aanvraag KBR" in lines[-1]["Tekst"]


async def test_exit_is_asked_for_help_before_the_file_is_closed_7642_12325(hub: InProcessHub) -> None:
    before_intake = await heard(hub, "exit", [CONFIRM, SCHEDULE, MISS, *UNANSWERED, MarkUnreachable()])

    assert names(before_intake)[-3:] == ["intake-missed", "contact-lost", "closed"]
    assert before_intake[-2][1]["referral"]["requestedAction"] == "restore_contact"


async def test_exit_is_asked_for_help_before_a_trajectory_is_stopped_for_want_of_contact_7642(
    hub: InProcessHub,
) -> None:
    lost = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.LOST_CONTACT)

    in_trajectory = await heard(hub, "exit", [*RUNNING, *UNANSWERED, lost])

    assert names(in_trajectory)[-2:] == ["contact-lost", "stopped"]
    assert in_trajectory[-2][1]["referral"]["requestedAction"] == "restore_contact"


async def test_the_vraagwijzer_hears_of_no_miss_and_of_the_end_4249(partners: PartnersEnv) -> None:
    lines = await in_gidso(partners, ReferrerKind.VRAAGWIJZER, [CONFIRM, SCHEDULE, MISS, SCHEDULE, MISS, SCHEDULE])

    assert [each["Categorie"] for each in lines] == ["AANMELDING", "AANMELDING", "AFSPRAAK", "AFSPRAAK", "AFSPRAAK"]
    assert all("niet verschenen" not in each["Tekst"] for each in lines)


@pytest.mark.parametrize("kind", [ReferrerKind.VRAAGWIJZER, ReferrerKind.WIJKTEAM])
async def test_the_journal_says_where_the_plan_is_2992(partners: PartnersEnv, kind: ReferrerKind) -> None:
    lines = await in_gidso(partners, kind, list(RUNNING))

    assert lines[-1]["Categorie"] == "PLAN"
    assert "Kenmerk van het plan in het dossier: RDD-1." in lines[-1]["Tekst"]


async def test_nobody_else_gets_the_reference_of_the_plan_2992(hub: InProcessHub) -> None:
    found = {
        kind: [data["plan"] for _, data in await heard(hub, kind, RUNNING) if "plan" in data]
        for kind in sorted(set(ReferrerKind) - {ReferrerKind.VRAAGWIJZER, ReferrerKind.WIJKTEAM})
    }

    signed = [{"signedOn": TODAY.isoformat()}]
    assert {kind: plans for kind, plans in found.items() if plans} == {
        "exit": signed,
        "statushouders": signed,
        "werk_en_inkomen": signed,
    }


async def test_probation_hears_of_changes_11016(hub: InProcessHub) -> None:
    events = await heard(hub, "reclassering", [*RUNNING, *CHANGES])

    assert names(events)[-4:] == ["paused", "resumed", "kbr-application-changed", "kbr-application-changed"]
    assert [data["trajectory"]["status"] for _, data in events[-4:-2]] == ["paused", "running"]
    assert events[-1][1]["kbr"] == {"status": "received", "changedOn": TODAY.isoformat()}


async def test_probation_hears_of_neither_the_result_of_the_intake_nor_the_plan_11068(hub: InProcessHub) -> None:
    found = names(await heard(hub, "reclassering", [*RUNNING, DECIDE, DONE]))

    assert found == ["received", "confirmed", "intake-scheduled", "intake-attended", "result-recorded", "closed"]


async def test_a_confirmation_that_is_reported_late_reaches_who_heard_of_nothing_since_566(hub: InProcessHub) -> None:
    for kind, found in (
        ("woningbouwvereniging", ["received", "confirmed"]),
        ("exit", ["received", "intake-scheduled", "intake-attended"]),
    ):
        owner, referral_id = await referred(hub, kind)
        for reported in (SCHEDULE, ATTEND, CONFIRM, CONFIRM):
            await hub.execute(referral_id, reported, catch_up=True)

        assert names(await heard_by(hub, owner)) == found, kind


async def test_who_is_at_a_distance_hears_of_the_end_with_consent_only_10748(hub: InProcessHub) -> None:
    for kind in AT_A_DISTANCE:
        without = await heard(hub, kind, [*RUNNING, DECIDE, DONE], consent=Consent())
        with_consent = await heard(hub, kind, [*RUNNING, DECIDE, DONE], consent=FEEDBACK)

        assert names(without) == ["received", "confirmed"], kind
        assert names(with_consent) == ["received", "confirmed", "closed"], kind


async def test_a_landlord_hears_that_it_is_over_and_not_how_10748(hub: InProcessHub) -> None:
    ends: list[list[Command]] = [[CONFIRM, MarkUnreachable()], [*RUNNING, DROP_OUT], [*RUNNING, DECIDE, DONE]]
    for steps in ends:
        (_, data) = (await heard(hub, "woningbouwvereniging", steps, consent=FEEDBACK))[-1]

        assert data.keys() == {"referral", "occurredAt"}
        assert data["referral"].keys() <= {"id", "reference"}
