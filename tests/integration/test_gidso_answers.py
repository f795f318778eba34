"""What workers answer in GIDSO: applied once, whatever else changes, and never in the way of anything else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.domain.codes import AppointmentResponse, CancellationReason, System
from app.domain.commands import CancelAppointment, ProposeAppointment
from app.operations.cases.queries import find_referral
from tests.support.hub import CONFIRM, SCHEDULE, InProcessHub
from tests.support.partners_env import PartnersEnv, counts, gidso_registration, partners_of

TIME = SCHEDULE.starts_at
AT = "2026-03-02T12:00:00+01:00"


@pytest.fixture
async def partners(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, tmp_path) as running:
        yield running


async def proposed(partners: PartnersEnv) -> UUID:
    """Return a referral of GIDSO to which a time was proposed, and its request was written."""
    await partners.save_registrations(System.GIDSO, gidso_registration(1))
    await partners.worker.pull_and_deliver(System.GIDSO)
    referral_id = await partners.hub.db.read(find_referral, "wijkteam-charlois", "G-000001")
    assert referral_id
    await partners.hub.execute(referral_id, CONFIRM, ProposeAppointment(times=(TIME,)))
    await partners.worker.pull_and_deliver(System.GIDSO)
    return referral_id


async def request(partners: PartnersEnv) -> dict[str, Any]:
    """Return what the newest line of the journal asks."""
    lines = (await partners.consoles[System.GIDSO].get("/_console/journaal/G-000001")).json()
    found: dict[str, Any] = lines[-1]["Verzoek"]
    return found


def reaction(kind: str, number: int = 1, **values: object) -> dict[str, object]:
    return {"ReactieId": f"RE-{number}", "Soort": kind, "GeregistreerdOp": AT, "Kenmerk": None, "Tijden": []} | values


async def answer(partners: PartnersEnv, **values: object) -> None:
    """Let the worker's registration have these reactions and signals, and pull it."""
    await partners.save_registrations(System.GIDSO, gidso_registration(1, **values))
    await partners.pull(System.GIDSO)


async def response(partners: PartnersEnv, referral_id: UUID) -> AppointmentResponse:
    return (await partners.hub.appointments(referral_id))[-1].response


async def open_quarantine(partners: PartnersEnv) -> list[tuple[str, str]]:
    return [(each.kind, each.reason) for each in await partners.hub.quarantine(system=System.GIDSO)]


async def test_a_worker_accepts_the_time_that_a_line_asks_about(partners: PartnersEnv) -> None:
    referral_id = await proposed(partners)
    asked = await request(partners)

    await answer(partners, Reacties=[reaction("AKKOORD", Kenmerk=asked["Kenmerk"], Tijden=asked["Tijden"])])

    (planned,) = await partners.hub.appointments(referral_id)
    assert (planned.starts_at, planned.response) == (TIME, AppointmentResponse.ACCEPTED)
    assert asked["Soort"] == "AFSPRAAK"
    assert asked["Kenmerk"] == str(planned.id)


async def test_an_answer_is_applied_once_whatever_else_changes(partners: PartnersEnv) -> None:
    referral_id = await proposed(partners)
    other = reaction("ANDERE_TIJDEN", Tijden=["2026-03-20T10:00:00+01:00"])
    await answer(partners, Reacties=[other])
    told = await partners.hub.event_names(referral_id)

    await answer(partners, Reacties=[other], Gebied="Noord")
    await answer(partners, Gebied="Noord")
    await answer(partners, Reacties=[other, other], Gebied="Zuid")

    assert [name for name in await partners.hub.event_names(referral_id) if "appointment" in name] == [
        name for name in told if "appointment" in name
    ]
    assert await response(partners, referral_id) is AppointmentResponse.OTHER_TIMES


async def test_answers_to_what_is_no_longer_open_enter_the_history_only(partners: PartnersEnv) -> None:
    referral_id = await proposed(partners)
    asked = await request(partners)
    await partners.hub.execute(referral_id, CancelAppointment(CancellationReason.COUNSELLOR_CANCELLED))
    told = await partners.hub.event_names(referral_id)
    steps = await partners.hub.steps(referral_id)
    late = [reaction(kind, number) for number, kind in enumerate(("AKKOORD", "ANDERE_TIJDEN", "AFZEGGEN"))]
    unknown = [
        reaction(kind, number, Kenmerk=key)
        for number, (kind, key) in enumerate(
            [("AKKOORD", asked["Kenmerk"]), ("AFZEGGEN", asked["Kenmerk"]), ("AFZEGGEN", str(UUID(int=9)))], start=3
        )
    ]

    await answer(partners, Reacties=[*late, *unknown])

    assert await partners.hub.event_names(referral_id) == told
    assert len(await partners.hub.steps(referral_id)) == len(steps) + len(late) + len(unknown)
    assert await open_quarantine(partners) == []


async def test_a_second_answer_to_what_was_planned_tells_nothing(partners: PartnersEnv) -> None:
    referral_id = await proposed(partners)
    await answer(partners, Reacties=[reaction("AKKOORD")])
    told = await partners.hub.event_names(referral_id)

    await answer(partners, Reacties=[reaction("AKKOORD"), reaction("AKKOORD", 2)])

    assert await partners.hub.event_names(referral_id) == told
    assert await response(partners, referral_id) is AppointmentResponse.ACCEPTED


async def test_an_answer_that_cannot_be_read_holds_up_neither_the_registration_nor_other_answers(
    partners: PartnersEnv,
) -> None:
    referral_id = await proposed(partners)

    await answer(partners, Reacties=[reaction("MISSCHIEN"), reaction("AKKOORD", 2)], Gebied="Noord")

    assert await response(partners, referral_id) is AppointmentResponse.ACCEPTED
    assert (await partners.hub.case(referral_id)).contents.area == "Noord"
    assert await open_quarantine(partners) == [("reactie", "unknown-code")]


async def test_reconciliation_applies_an_answer_that_was_missed(partners: PartnersEnv) -> None:
    referral_id = await proposed(partners)
    await partners.save_registrations(System.GIDSO, gidso_registration(1, Reacties=[reaction("AKKOORD")]))

    report = await partners.reconcile(System.GIDSO)

    assert counts(report)["missing"] == 1
    assert await response(partners, referral_id) is AppointmentResponse.ACCEPTED
    assert counts(await partners.reconcile(System.GIDSO))["missing"] == 0


async def test_removing_an_answer_changes_nothing(partners: PartnersEnv) -> None:
    referral_id = await proposed(partners)
    await answer(partners, Reacties=[reaction("AKKOORD")])
    before = await partners.hub.case(referral_id)

    await answer(partners)
    await partners.reconcile(System.GIDSO)

    assert (await partners.hub.case(referral_id)).referral.status == before.referral.status
    assert await response(partners, referral_id) is AppointmentResponse.ACCEPTED
