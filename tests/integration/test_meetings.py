"""Meetings agreed before they are planned: what each referrer hears, and what the hub decides and reports by itself.

Numbers are lines of the city's evaluation of 2020 (docs/explanation/domain.md, section 7).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.codes import AppointmentKind, AppointmentStatus, CancellationReason, OrganisationRole, ReferrerKind
from app.domain.commands import (
    CancelAppointment,
    Command,
    ProposeAppointment,
    RecordAttendance,
    RespondToAppointment,
    ScheduleIntake,
)
from app.domain.meetings import due_at
from app.domain.terms import ANSWER_PROPOSAL
from app.operations.cases.term_watch import TermWatch
from tests.support.hearing import heard, heard_by, names, referred
from tests.support.hub import ATTEND, CANCEL, CLIENT, CONFIRM, RUNNING, SCHEDULE, InProcessHub
from tests.support.lives import look

CHAIN = [
    "vraagwijzer",
    "wijkteam",
    "jongerenloket",
    "werk_en_inkomen",
    "exit",
    "statushouders",
    "detentie_reintegratie",
    "prestatie010",
    "welzijnsorganisatie",
    "reclassering",
]
OTHERS = sorted(set(ReferrerKind) - set(CHAIN))
TIMES = (datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 11, 9, tzinfo=UTC))
PROPOSE = ProposeAppointment(times=TIMES, place="Wijkhuis", minutes=45)
ACCEPT = RespondToAppointment(None, accepted=True, chosen_time=TIMES[1])
FOLLOW_UP = ScheduleIntake(starts_at=TIMES[1], kind=AppointmentKind.FOLLOW_UP)
MISSED = RecordAttendance(attended=False, kind=AppointmentKind.FOLLOW_UP)


async def answered(hub: InProcessHub, referral_id: UUID, answer: RespondToAppointment) -> None:
    """Let the referrer's worker answer the newest appointment."""
    (*_, newest) = await hub.appointments(referral_id)
    named = replace(answer, appointment_id=newest.id)
    await hub.execute(referral_id, named, role=OrganisationRole.REFERRER)


async def hears(hub: InProcessHub, kind: str, *steps: Command | RespondToAppointment) -> list[tuple[str, Any]]:
    """Return what the referrer of a new case hears of these steps; answers are those of its worker."""
    owner, referral_id = await referred(hub, kind)
    for step in steps:
        if isinstance(step, RespondToAppointment):
            await answered(hub, referral_id, step)
        else:
            await hub.execute(referral_id, step)
    return await heard_by(hub, owner)


@pytest.mark.parametrize("kind", CHAIN)
async def test_who_is_told_the_intake_is_asked_first_and_hears_of_it_as_planned_only_then_655_7592_11104(
    sqlite_hub: InProcessHub, kind: str
) -> None:
    *_, (_, asked) = proposed = await hears(sqlite_hub, kind, CONFIRM, PROPOSE)
    *_, (planned, data) = await hears(sqlite_hub, kind, CONFIRM, PROPOSE, ACCEPT)

    assert names(proposed)[-1] == "appointment-proposed"
    assert "intake-scheduled" not in names(proposed)
    assert asked["appointment"]["proposedTimes"] == ["2026-03-10T09:00:00Z", "2026-03-11T09:00:00Z"]
    assert (asked["appointment"]["place"], asked["appointment"]["answerBy"]) == ("Wijkhuis", "2026-03-05")
    assert not {"startsAt", "calendarUrl"} & asked["appointment"].keys()
    assert "status" not in asked["referral"]
    assert planned == "intake-scheduled"
    assert (data["appointment"]["startsAt"], data["appointment"]["place"]) == ("2026-03-11T09:00:00Z", "Wijkhuis")
    assert data["appointment"]["calendarUrl"].endswith("/calendar")
    assert data["referral"]["status"] == "scheduled"


def test_asked_are_exactly_those_to_whom_proposals_are_disclosed(sqlite_hub: InProcessHub) -> None:
    terms, day = sqlite_hub.services.reference.terms, TIMES[0].date()

    assert {kind for kind in ReferrerKind if terms.term(ANSWER_PROPOSAL, kind, day)} == set(CHAIN)


@pytest.mark.parametrize("kind", OTHERS)
async def test_nobody_else_hears_of_proposals_or_meetings_11420(sqlite_hub: InProcessHub, kind: str) -> None:
    owner, referral_id = await referred(sqlite_hub, kind)
    await sqlite_hub.execute(referral_id, CONFIRM)
    await sqlite_hub.execute(referral_id, PROPOSE, catch_up=True)
    await sqlite_hub.execute(referral_id, ATTEND, FOLLOW_UP)
    await look(sqlite_hub, 8)

    found = set(names(await heard_by(sqlite_hub, owner)))

    assert found <= {"received", "confirmed", "intake-attended"}


@pytest.mark.parametrize("kind", ["vraagwijzer", "exit", "welzijnsorganisatie"])
async def test_a_meeting_between_counsellor_and_client_is_not_disclosed_and_one_with_the_worker_is(
    sqlite_hub: InProcessHub, kind: str
) -> None:
    alone = names(await hears(sqlite_hub, kind, *RUNNING, FOLLOW_UP))
    asked = replace(PROPOSE, kind=AppointmentKind.SERVICE_DECISION_MEETING)
    *_, (_, data) = together = await hears(sqlite_hub, kind, *RUNNING, asked, ACCEPT)

    assert not {"meeting-scheduled", "appointment-proposed"} & set(alone)
    assert names(together)[-2:] == ["appointment-proposed", "meeting-scheduled"]
    assert data["appointment"]["kind"] == "service_decision_meeting"
    assert "status" not in data["referral"]


@pytest.mark.parametrize("kind", sorted(ReferrerKind))
async def test_a_miss_in_the_trajectory_is_heard_of_as_a_miss_of_the_intake_is_10347(
    sqlite_hub: InProcessHub, kind: str
) -> None:
    intakes = await heard(sqlite_hub, kind, [CONFIRM, SCHEDULE, RecordAttendance(attended=False)])
    meetings = await hears(sqlite_hub, kind, *RUNNING, FOLLOW_UP, MISSED)

    missed = [data for event, data in meetings if "meeting-missed" in event]
    assert bool(missed) == ("intake-missed" in names(intakes))
    assert all("status" not in data["referral"] for data in missed)


async def test_the_neighbourhood_team_hears_of_the_second_miss_also_when_it_is_of_a_meeting_8200(
    hub: InProcessHub,
) -> None:
    steps: Sequence[Command] = [*RUNNING, FOLLOW_UP, MISSED, FOLLOW_UP, MISSED]

    assert names(await hears(hub, "wijkteam", *steps)).count("meeting-missed") == 1


async def test_without_an_answer_the_hub_plans_when_the_term_has_ended_and_once(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "wijkteam")
    await hub.execute(referral_id, CONFIRM, PROPOSE)
    hub.clock.set(datetime(2026, 3, 5, 22, 59, tzinfo=UTC))
    await look(hub, 0)
    assert (await hub.appointments(referral_id))[-1].status is AppointmentStatus.PROPOSED

    hub.clock.set(datetime(2026, 3, 5, 23, tzinfo=UTC))
    watches = [TermWatch(hub.db, hub.services) for _ in range(2)]
    await asyncio.gather(*(each.once() for each in watches))

    (planned,) = await hub.appointments(referral_id)
    assert (planned.status, planned.starts_at) == (AppointmentStatus.SCHEDULED, TIMES[0])
    assert names(await heard_by(hub, owner)).count("intake-scheduled") == 1
    assert (await hub.event_names(referral_id)).count("appointment-responded") == 1
    assert "term-breached" not in [each for each in await hub.event_names(referral_id) if "answer" in each]


async def test_a_proposal_of_which_every_time_has_passed_lapses_and_the_worker_is_not_asked_any_more(
    hub: InProcessHub,
) -> None:
    owner, referral_id = await referred(hub, "wijkteam")
    await hub.execute(referral_id, CONFIRM, PROPOSE)

    await look(hub, 30)

    (lapsed,) = await hub.appointments(referral_id)
    assert lapsed.status is AppointmentStatus.LAPSED
    assert names(await heard_by(hub, owner))[-2:] == ["appointment-proposed", "intake-cancelled"]


async def test_the_day_before_is_reported_once_to_who_knows_the_appointment_and_to_the_counsellor_9620(
    hub: InProcessHub,
) -> None:
    owner, referral_id = await referred(hub, "wijkteam")
    moved = replace(SCHEDULE, starts_at=SCHEDULE.starts_at + timedelta(days=3))
    await hub.execute(referral_id, CONFIRM, SCHEDULE, moved)

    for _ in range(30):
        await look(hub, 0.5)

    events = [stored.event for stored in await hub.events(referral_id) if "appointment-due" in stored.event.type]
    assert [each.occurred_at for each in events] != []
    assert len(events) == 1
    assert due_at(moved.starts_at) <= events[0].recorded_at < moved.starts_at
    (*_, (event, data)) = [each for each in await heard_by(hub, owner) if "appointment-due" in each[0]]
    assert event
    assert data["appointment"]["startsAt"] == "2026-03-13T09:00:00Z"


async def test_the_day_before_is_not_reported_of_what_was_cancelled_nor_of_what_the_referrer_does_not_know(
    hub: InProcessHub,
) -> None:
    cancelled = await hub.refer(CONFIRM, SCHEDULE, CANCEL, client=replace(CLIENT, bsn=None), reference="1")
    owner, referral_id = await referred(hub, "wijkteam")
    await hub.execute(referral_id, *RUNNING, FOLLOW_UP)

    await look(hub, 8)

    assert "appointment-due" not in await hub.event_names(cancelled)
    assert "appointment-due" in await hub.event_names(referral_id)
    assert "appointment-due" not in names(await heard_by(hub, owner))


async def test_the_worker_cancels_its_own_attendance_at_a_meeting_and_the_counsellor_is_notified(
    hub: InProcessHub,
) -> None:
    owner, referral_id = await referred(hub, "exit")
    await hub.execute(referral_id, *RUNNING, replace(PROPOSE, kind=AppointmentKind.FOLLOW_UP))
    await answered(hub, referral_id, ACCEPT)
    (*_, meeting) = await hub.appointments(referral_id)

    cancel = CancelAppointment(CancellationReason.REFERRER_CANCELLED, meeting.id)
    await hub.execute(referral_id, cancel, role=OrganisationRole.REFERRER)

    (*_, meeting) = await hub.appointments(referral_id)
    assert (meeting.status, meeting.response) == (AppointmentStatus.SCHEDULED, "declined")
    assert (await hub.event_names(referral_id))[-1] == "appointment-responded"
    assert "meeting-cancelled" not in names(await heard_by(hub, owner))
