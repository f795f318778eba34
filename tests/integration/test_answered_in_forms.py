"""The worker at the pages of GIDSO or RMW and the counsellor at those of Allegro: each acts in its own system only."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.codes import AppointmentResponse, AppointmentStatus, System
from tests.support.desks import TEAMS, Desk, arrived_at, counsellor_of, refer_in_form
from tests.support.hub import InProcessHub
from tests.support.partners_env import PartnersEnv, partners_of

SYSTEMS = pytest.mark.parametrize("system", [System.GIDSO, System.RMW])
QUESTION, ANSWER, REMARK = "Kanarie-vraag: welke loonstroken?", "Kanarie-antwoord: van mei.", "Kanarie-toelichting."


@pytest.fixture
async def partners(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, tmp_path) as running:
        yield running


def day(partners: PartnersEnv, later: int = 0) -> str:
    return f"{partners.hub.clock.now() + timedelta(days=later):%Y-%m-%d}"


async def both(partners: PartnersEnv, system: System) -> tuple[Desk, Desk]:
    """Return a worker who referred a client, and the counsellor who took it on."""
    worker = await refer_in_form(partners, system)
    counsellor = await counsellor_of(partners)
    await counsellor.fill_in("bevestiging", datum=day(partners), naam="S. El Amrani", telefoon="010-5550101")
    return worker, counsellor


async def propose(partners: PartnersEnv, counsellor: Desk, *times: str) -> None:
    given = {f"tijd{number}": each for number, each in enumerate(times, start=1)}
    await counsellor.fill_in(
        "afspraakvoorstel", datum=day(partners), afspraaksoort="Intake", naam="S. El Amrani", **given
    )


@SYSTEMS
async def test_a_three_way_meeting_is_agreed_in_forms(partners: PartnersEnv, system: System) -> None:
    worker, counsellor = await both(partners, system)
    times = [f"{day(partners, later)}T10:00" for later in (10, 11)]
    await propose(partners, counsellor, *times)

    (request,) = await worker.open_forms()
    asked, choices = await worker.page(), await worker.choices(request)
    await worker.fill_in(request, keuze=choices[1])

    assert "Welke tijd past?" in asked
    assert [each[:16] for each in choices[:2]] == times
    assert await worker.open_forms() == []
    assert "De verwijzer" in await counsellor.page()
    case = await worker.case()
    (planned,) = case.appointments
    assert (planned.status, planned.response) == (AppointmentStatus.SCHEDULED, AppointmentResponse.ACCEPTED)
    assert f"{planned.starts_at:%Y-%m-%d}" == day(partners, 11)


@SYSTEMS
async def test_other_times_are_read_by_the_counsellor_who_plans_one_of_them(
    partners: PartnersEnv, system: System
) -> None:
    worker, counsellor = await both(partners, system)
    await propose(partners, counsellor, f"{day(partners, 10)}T10:00")
    (request,) = await worker.open_forms()
    other = f"{day(partners, 12)}T14:00"

    await worker.fill_in(request, keuze="andere_tijden", ander1=other)
    answered = await counsellor.page()
    await counsellor.fill_in(
        "afspraak", datum=day(partners), afspraaksoort="Intake", begint=other, driegesprek="J", naam="S. El Amrani"
    )

    assert "Andere tijden" in answered
    assert await worker.open_forms() == []
    case = await worker.case()
    assert [each.response for each in case.appointments] == [AppointmentResponse.ACCEPTED]


@SYSTEMS
async def test_a_worker_cancels_and_a_proposal_that_is_withdrawn_is_asked_no_longer(
    partners: PartnersEnv, system: System
) -> None:
    worker, counsellor = await both(partners, system)
    await propose(partners, counsellor, f"{day(partners, 10)}T10:00")
    (request,) = await worker.open_forms()
    await worker.fill_in(request, keuze="afzeggen")
    declined = await worker.open_forms()
    await propose(partners, counsellor, f"{day(partners, 13)}T10:00")
    (second,) = await worker.open_forms()
    await counsellor.fill_in("afspraak_vervallen", datum=day(partners), afspraaksoort="Intake", reden="402")

    late = await worker.send(second, keuze="afzeggen")

    assert declined == []
    assert await worker.open_forms() == []
    assert late.status_code == 400
    assert "staat niet meer open" in late.text


@SYSTEMS
async def test_a_question_is_answered_in_a_form_and_read_by_the_counsellor_only(
    partners: PartnersEnv, system: System
) -> None:
    worker, counsellor = await both(partners, system)
    await counsellor.fill_in(
        "informatievraag", datum=day(partners), onderwerp="701", vraag=QUESTION, uiterlijkOp=day(partners, 7)
    )
    (request,) = await worker.open_forms()
    asked = await worker.page()

    await worker.fill_in(request, antwoord=ANSWER)

    assert QUESTION in asked
    assert await worker.open_forms() == []
    page = await counsellor.page()
    assert "De verwijzer beantwoordt een vraag. Onderwerp: Stukken over het inkomen." in page
    assert ANSWER in page
    # Stored text is sealed.
    assert b"anarie" not in repr(await partners.hub.dump()).encode()


@SYSTEMS
async def test_a_signal_that_contact_is_restored_reopens_what_ended_for_want_of_it(
    partners: PartnersEnv, system: System
) -> None:
    worker, counsellor = await both(partners, system)
    await counsellor.fill_in("contactpoging", datum=day(partners), wijze="905")
    await counsellor.fill_in("contact_verloren", datum=day(partners))
    await counsellor.fill_in("onbereikbaar", datum=day(partners))
    ended = await worker.case()
    partners.advance(timedelta(minutes=5))

    await worker.fill_in("signaal", soort="contact_restored", datum=day(partners), tekst=REMARK)

    restored = await worker.case()
    assert (ended.referral.status, restored.referral.status) == ("unreachable", "confirmed")
    assert (len(ended.referral.contact_attempts), restored.referral.contact_attempts) == (1, ())
    assert REMARK in await counsellor.page()


@SYSTEMS
async def test_what_cannot_be_used_in_a_form_is_named_and_nothing_is_stored(
    partners: PartnersEnv, system: System
) -> None:
    worker, counsellor = await both(partners, system)
    await propose(partners, counsellor, f"{day(partners, 10)}T10:00")
    await counsellor.fill_in("informatievraag", datum=day(partners), onderwerp="701")
    time, question = await worker.open_forms()
    wrong: list[tuple[str, dict[str, str]]] = [
        (time, {}),
        (time, {"keuze": "misschien"}),
        (time, {"keuze": "andere_tijden"}),
        (time, {"keuze": "andere_tijden", "ander1": f"{day(partners, -3)}T10:00"}),
        (time, {"keuze": "andere_tijden", "ander1": "morgen"}),
        (question, {}),
        (question, {"antwoord": "x" * 4001}),
        ("verzoek-onbekend", {"antwoord": "Ja."}),
        ("signaal", {"soort": "verhuisd", "datum": day(partners)}),
        ("signaal", {"soort": "contact_restored", "datum": "gisteren"}),
        ("signaal", {"soort": "contact_restored", "datum": day(partners, 2)}),
        ("signaal", {"soort": "contact_restored", "datum": "0001-01-01"}),
        ("signaal", {"soort": "contact_restored", "datum": day(partners), "tekst": "Nul\0teken"}),
        (time, {"keuze": "andere_tijden", "ander1": "9999-01-01T10:00"}),
        (time, {"keuze": "andere_tijden", "ander1": f"{day(partners, 3)}T10:00+05:00"}),
    ]

    answers = [await worker.send(form, **values) for form, values in wrong]

    assert [each.status_code for each in answers] == [400] * len(wrong)
    assert all('role="alert"' in each.text for each in answers)
    assert await worker.open_forms() == [time, question]


@SYSTEMS
async def test_a_client_who_is_sent_on_arrives_in_the_team_s_own_system_and_its_answer_at_the_counsellor(
    partners: PartnersEnv, system: System
) -> None:
    other = next(each for each in (System.GIDSO, System.RMW) if each is not system)
    worker = await refer_in_form(partners, other, toestemming_aanmelding="J")
    counsellor = await counsellor_of(partners)
    await counsellor.fill_in("bevestiging", datum=day(partners), naam="S. El Amrani", telefoon="010-5550101")
    await counsellor.fill_in("doorverwijzing_andere_hulp", datum=day(partners), organisatie=TEAMS[system]["teamcode"])

    team = await arrived_at(partners, system)
    page = await team.page()
    for stand in ("OPGEPAKT", "OP"):
        answered = await team.send("doorverwijzing", stand=stand)
        if answered.status_code == 200:
            break
    await partners.worker.pull_and_deliver(system)
    await partners.worker.pull_and_deliver(System.ALLEGRO)

    assert "Doorverwezen door het Expertiseteam Financiën" in page
    assert "Noor Voorbeeld" in page
    (onward,) = (await worker.case()).onward_referrals
    assert onward.status == "accepted"
    assert "Er is nieuws over een doorverwijzing. " in await counsellor.page()
    assert "Opgepakt" in await counsellor.page()
    # It is no referral to the finance team.
    assert len((await partners.hub.dump())["referral"]) == 1


@SYSTEMS
async def test_a_client_who_did_not_agree_arrives_nowhere(partners: PartnersEnv, system: System) -> None:
    other = next(each for each in (System.GIDSO, System.RMW) if each is not system)
    await refer_in_form(partners, other)
    counsellor = await counsellor_of(partners)
    await counsellor.fill_in("bevestiging", datum=day(partners), naam="S. El Amrani", telefoon="010-5550101")

    await counsellor.fill_in("doorverwijzing_andere_hulp", datum=day(partners), organisatie=TEAMS[system]["teamcode"])

    page = (await partners.consoles[system].get("/")).text
    assert "Voorbeeld" not in page


@SYSTEMS
async def test_what_two_workers_send_at_the_same_time_is_both_stored(partners: PartnersEnv, system: System) -> None:
    worker, counsellor = await both(partners, system)
    await counsellor.fill_in("informatievraag", datum=day(partners), onderwerp="701")
    (question,) = await worker.open_forms()

    await asyncio.gather(
        worker.send(question, antwoord=ANSWER),
        worker.send("signaal", soort="income_lost", datum=day(partners), tekst=REMARK),
    )
    await partners.worker.pull_and_deliver(system)
    await partners.worker.pull_and_deliver(System.ALLEGRO)

    page = await counsellor.page()
    assert ANSWER in page
    assert REMARK in page
