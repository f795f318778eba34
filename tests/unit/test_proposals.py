"""A proposal plans nothing until the referrer's worker answers, or the term for its answer ends."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.case import Case
from app.domain.clocks import clocks_of
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ExtensionReason,
    IntakeResult,
    KbrStatus,
    OrganisationRole,
    ParticipantRole,
    ReferralStatus,
    ReferrerKind,
    System,
)
from app.domain.commands import (
    ActionContext,
    CancelAppointment,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    DecideOnProposal,
    ExtendTerm,
    ProposeAppointment,
    RecordAttendance,
    RecordKbrStatus,
    ReportAppointmentDue,
    RespondToAppointment,
    ScheduleIntake,
)
from app.domain.errors import Forbidden, NotFound, TransitionNotAllowed
from app.domain.fields import Field
from app.domain.meetings import decided_at, due_at, is_to_report_due, next_moments
from app.domain.values import Appointment, Participant
from tests.support.unstored_case import (
    BY_REFERRER,
    BY_TEAM,
    COUNSELLOR,
    FROM_ALLEGRO,
    NOW,
    REGISTER,
    TODAY,
    handle,
    new_case,
)

# NOW is a Monday; the worker answers until Thursday.
FIRST, SECOND = datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 12, 13, tzinfo=UTC)
PROPOSE = ProposeAppointment(times=(FIRST, SECOND), place="Wijkhuis", minutes=45)
CONFIRM = ConfirmReferral(COUNSELLOR)
ACCEPT = RespondToAppointment(None, accepted=True, chosen_time=SECOND)
OTHER = RespondToAppointment(None, accepted=False, other_times=(SECOND + timedelta(days=1),))
INTAKE = (CONFIRM, ScheduleIntake(starts_at=NOW), RecordAttendance(attended=True))
FOLLOW_UP = ScheduleIntake(starts_at=SECOND, kind=AppointmentKind.FOLLOW_UP)
DECISION = ScheduleIntake(starts_at=SECOND, kind=AppointmentKind.SERVICE_DECISION_MEETING)
GUIDED = (*INTAKE, ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY), RecordKbrStatus(KbrStatus.SUBMITTED, TODAY))
BY_HUB = ActionContext(role=OrganisationRole.FINANCE_TEAM, system=System.API, occurred_at=NOW)
FROM_GIDSO = replace(BY_REFERRER, system=System.GIDSO, role=OrganisationRole.PARTNER_SYSTEM, catch_up=True)


def lived(*commands: Command, kind: ReferrerKind = ReferrerKind.WIJKTEAM) -> Case:
    case = new_case()
    case.referral = replace(case.referral, organisation=replace(case.referral.organisation, kind=kind))
    for command in (REGISTER, *commands):
        handle(case, command)
    return case


def at(case: Case, moment: datetime) -> Case:
    """Let a case be changed at a moment."""
    case.change_rules = replace(case.rules, now=moment)
    return case


def newest(case: Case) -> Appointment:
    assert case.appointment is not None
    return case.appointment


def events(case: Case) -> list[str]:
    return [each.event.type.split(".")[3] for each in case.new_events]


def shown(case: Case) -> tuple[str, str, datetime | None, str]:
    """Return the status and the answer of the newest appointment, when it begins, and the status of the referral."""
    found = newest(case)
    return found.status.value, found.response.value, found.starts_at, case.referral.status.value


def test_a_proposal_plans_nothing_and_asks_for_an_answer_within_the_term_of_the_city() -> None:
    case = lived(CONFIRM, PROPOSE)

    assert shown(case) == ("proposed", "requested", None, "confirmed")
    assert (newest(case).proposed_times, newest(case).answer_by) == ((FIRST, SECOND), date(2026, 3, 5))
    assert events(case)[-1] == "appointment-proposed"
    (clock,) = [each for each in clocks_of(case, case.rules.terms, NOW) if each.term.code == "answer_proposal"]
    assert (clock.due_on, clock.is_open, clock.term.bound) == (date(2026, 3, 5), True, OrganisationRole.REFERRER)


def test_the_time_that_the_worker_accepts_is_planned_and_both_are_notified() -> None:
    case = lived(CONFIRM, PROPOSE, ACCEPT)

    assert shown(case) == ("scheduled", "accepted", SECOND, "scheduled")
    assert events(case)[-2:] == ["appointment-responded", "intake-scheduled"]
    assert [each.event.facts[Field.APPOINTMENT_STARTS_AT] for each in case.new_events[-2:]] == [
        "2026-03-12T13:00:00Z"
    ] * 2
    assert [each.term.code for each in clocks_of(case, case.rules.terms, NOW)].count("answer_proposal") == 0


def test_other_times_go_to_the_counsellor_who_plans_one_of_them_or_proposes_again() -> None:
    case, again = lived(CONFIRM, PROPOSE, OTHER), lived(CONFIRM, PROPOSE, OTHER)
    assert shown(case) == ("proposed", "other_times", None, "confirmed")

    handle(case, ScheduleIntake(starts_at=OTHER.other_times[0], three_way=True))
    handle(again, replace(PROPOSE, times=(SECOND,)))

    assert shown(case) == ("scheduled", "accepted", OTHER.other_times[0], "scheduled")
    assert len(case.appointments) == 1
    assert [each.status for each in again.appointments] == [AppointmentStatus.REPLACED, AppointmentStatus.PROPOSED]


def test_a_three_way_meeting_is_proposed_with_its_one_time() -> None:
    case = lived(CONFIRM, ScheduleIntake(starts_at=FIRST, three_way=True))

    assert shown(case) == ("proposed", "requested", None, "confirmed")
    assert newest(case).proposed_times == (FIRST,)


def test_what_a_partner_reports_as_planned_is_planned_without_a_proposal() -> None:
    case = lived(CONFIRM)

    handle(case, ScheduleIntake(starts_at=FIRST, three_way=True), FROM_ALLEGRO)

    assert shown(case) == ("scheduled", "requested", FIRST, "scheduled")


@pytest.mark.parametrize(("left", "planned"), [(FIRST - timedelta(hours=1), FIRST), (FIRST, SECOND)])
def test_without_an_answer_the_first_time_that_is_left_is_planned(left: datetime, planned: datetime) -> None:
    case = at(lived(CONFIRM, PROPOSE), left)

    handle(case, DecideOnProposal(newest(case).id), BY_HUB)

    assert shown(case) == ("scheduled", "not_answered", planned, "scheduled")
    assert events(case)[-2:] == ["appointment-responded", "intake-scheduled"]


def test_a_proposal_without_a_time_that_is_left_lapses_and_the_next_one_is_planned_at_once() -> None:
    case = at(lived(CONFIRM, PROPOSE), SECOND)

    handle(case, DecideOnProposal(newest(case).id), BY_HUB)

    assert shown(case) == ("lapsed", "not_answered", None, "confirmed")
    assert events(case)[-2:] == ["appointment-responded", "intake-cancelled"]
    handle(case, ScheduleIntake(starts_at=SECOND + timedelta(days=2), three_way=True))
    assert newest(case).status is AppointmentStatus.SCHEDULED


def test_nothing_is_decided_before_the_term_ends_nor_after_an_answer() -> None:
    early, answered = lived(CONFIRM, PROPOSE), lived(CONFIRM, PROPOSE, OTHER)
    handle(at(early, datetime(2026, 3, 5, 22, tzinfo=UTC)), DecideOnProposal(newest(early).id), BY_HUB)
    handle(at(answered, FIRST), DecideOnProposal(newest(answered).id), BY_HUB)

    assert [newest(each).status for each in (early, answered)] == [AppointmentStatus.PROPOSED] * 2
    assert decided_at(newest(early)) == datetime(2026, 3, 5, 23, tzinfo=UTC)
    assert list(next_moments(early)) == [datetime(2026, 3, 5, 23, tzinfo=UTC)]
    assert list(next_moments(answered)) == []


def test_the_counsellor_can_leave_the_worker_more_time() -> None:
    case = lived(CONFIRM, PROPOSE)

    handle(case, ExtendTerm("answer_proposal", date(2026, 3, 9), ExtensionReason.OTHER))

    assert newest(case).answer_by == date(2026, 3, 9)


def test_workers_of_a_referrer_without_the_term_are_not_asked() -> None:
    court = lived(CONFIRM, kind=ReferrerKind.SCHULDENRECHTER)

    with pytest.raises(TransitionNotAllowed, match="plan the appointment instead"):
        handle(court, PROPOSE)
    handle(court, PROPOSE, FROM_ALLEGRO)

    assert newest(court).starts_at == FIRST


def test_only_the_finance_team_proposes_and_only_the_referrer_answers() -> None:
    case = lived(CONFIRM, PROPOSE)

    for command, context in ((PROPOSE, BY_REFERRER), (ACCEPT, BY_TEAM)):
        with pytest.raises(Forbidden):
            handle(case, command, context)


def test_a_partners_answer_to_what_is_not_open_enters_the_history_only() -> None:
    case = lived(CONFIRM, ScheduleIntake(starts_at=FIRST))
    before = events(case)

    handle(case, ACCEPT, FROM_GIDSO)

    assert (events(case), case.new_history[-1].action) == (before, "respond")
    with pytest.raises(TransitionNotAllowed):
        handle(case, replace(ACCEPT, appointment_id=newest(case).id))
    with pytest.raises(NotFound):
        handle(lived(CONFIRM), ACCEPT)


def test_a_partner_that_accepts_another_time_gives_other_times() -> None:
    case = lived(CONFIRM, PROPOSE)

    handle(case, replace(ACCEPT, chosen_time=SECOND + timedelta(hours=1)), FROM_GIDSO)

    assert shown(case)[:2] == ("proposed", "other_times")
    assert newest(case).other_times == (SECOND + timedelta(hours=1),)


def test_a_proposal_moves_what_is_planned_only_once_it_is_accepted() -> None:
    case = lived(CONFIRM, ScheduleIntake(starts_at=FIRST), PROPOSE)
    assert [each.status for each in case.appointments] == [AppointmentStatus.SCHEDULED, AppointmentStatus.PROPOSED]

    handle(case, ACCEPT)

    old, new = case.appointments
    assert (old.status, new.status) == (AppointmentStatus.REPLACED, AppointmentStatus.SCHEDULED)
    assert (new.series_id, new.moves) == (old.series_id, 1)
    assert events(case)[-1] == "intake-rescheduled"


def test_what_was_agreed_and_is_then_registered_at_the_partner_is_no_news() -> None:
    case = lived(CONFIRM, PROPOSE, ACCEPT)
    before = events(case)

    handle(case, ScheduleIntake(starts_at=SECOND, three_way=True), FROM_ALLEGRO)

    assert events(case) == before
    assert len(case.appointments) == 1


@pytest.mark.parametrize("ending", [(RecordAttendance(attended=True), FROM_ALLEGRO)])
def test_a_proposal_for_a_talk_that_took_place_lapses(ending: tuple[Command, ActionContext]) -> None:
    case = lived(CONFIRM, PROPOSE)

    handle(case, *ending)

    assert newest(case).status is AppointmentStatus.LAPSED
    assert list(next_moments(case)) == []


def test_the_counsellor_withdraws_a_proposal_and_the_worker_cancels_its_own_attendance() -> None:
    withdrawn, declined = (
        lived(CONFIRM, PROPOSE),
        lived(*INTAKE, replace(PROPOSE, kind=AppointmentKind.FOLLOW_UP), ACCEPT),
    )

    handle(withdrawn, CancelAppointment(CancellationReason.COUNSELLOR_CANCELLED))
    handle(declined, CancelAppointment(CancellationReason.REFERRER_CANCELLED, newest(declined).id), BY_REFERRER)

    assert shown(withdrawn)[::3] == ("cancelled", "confirmed")
    assert shown(declined)[:2] == ("scheduled", "declined")
    assert events(declined)[-1] == "appointment-responded"


def test_meetings_after_the_intake_leave_the_referral_as_it_is_and_misses_count() -> None:
    case = lived(*GUIDED, FOLLOW_UP)

    handle(case, RecordAttendance(attended=False, kind=AppointmentKind.FOLLOW_UP))
    handle(case, replace(FOLLOW_UP, starts_at=SECOND + timedelta(days=1)))
    handle(case, replace(FOLLOW_UP, starts_at=SECOND + timedelta(days=2)))
    others = (Participant("W. Werker", ParticipantRole.REFERRER_WORKER, attended=False),)
    handle(case, RecordAttendance(attended=True, kind=AppointmentKind.FOLLOW_UP, others=others))

    assert (case.referral.status, case.referral.missed_count) == (ReferralStatus.CONCLUDED, 1)
    assert events(case)[-5:] == [
        "meeting-scheduled",
        "meeting-missed",
        "meeting-scheduled",
        "meeting-rescheduled",
        "meeting-attended",
    ]
    assert (newest(case).status, newest(case).participants) == (AppointmentStatus.ATTENDED, others)


def test_the_day_on_which_the_service_is_decided_on_follows_from_the_meeting() -> None:
    def day(case: Case) -> date | None:
        assert case.trajectory is not None
        assert case.trajectory.kbr_application is not None
        return case.trajectory.kbr_application.service_decision_meeting_on

    before = lived(*GUIDED[:-1], DECISION, GUIDED[-1])
    case = lived(*GUIDED, DECISION)
    assert (day(before), day(case)) == (SECOND.date(), SECOND.date())

    handle(case, replace(DECISION, starts_at=SECOND + timedelta(days=1)))
    assert day(case) == SECOND.date() + timedelta(days=1)
    handle(case, CancelAppointment(CancellationReason.CLIENT_CANCELLED, newest(case).id))
    assert day(case) is None


def test_a_meeting_about_the_service_waits_for_guidance() -> None:
    with pytest.raises(TransitionNotAllowed, match="no trajectory"):
        lived(*INTAKE, DECISION)


@pytest.mark.parametrize(
    ("starts_at", "reported_at"),
    [
        # The clock goes an hour forward on 29 March, and back on 25 October.
        (datetime(2026, 3, 29, 8, tzinfo=UTC), datetime(2026, 3, 27, 23, tzinfo=UTC)),
        (datetime(2026, 3, 30, 8, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (datetime(2026, 10, 26, 9, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
def test_an_appointment_is_reported_when_the_day_before_begins_in_the_city(
    starts_at: datetime, reported_at: datetime
) -> None:
    assert due_at(starts_at) == reported_at


def test_an_appointment_is_reported_once_on_the_day_before_and_never_after_it_was_moved_or_cancelled() -> None:
    case = at(lived(CONFIRM, ScheduleIntake(starts_at=FIRST)), due_at(FIRST))
    moved = lived(CONFIRM, ScheduleIntake(starts_at=FIRST), ScheduleIntake(starts_at=SECOND))
    cancelled = lived(CONFIRM, ScheduleIntake(starts_at=FIRST), CancelAppointment(CancellationReason.CLIENT_CANCELLED))

    for _ in range(2):
        handle(case, ReportAppointmentDue(newest(case).id), BY_HUB)

    assert events(case).count("appointment-due") == 1
    assert list(next_moments(moved)) == [due_at(SECOND)]
    assert list(next_moments(cancelled)) == []
    assert not any(is_to_report_due(moved, each, due_at(FIRST)) for each in moved.appointments)


def test_an_appointment_that_is_planned_on_the_day_before_is_news_enough() -> None:
    case = lived(CONFIRM, ScheduleIntake(starts_at=NOW + timedelta(days=1)))

    assert newest(case).is_due_reported
    assert list(next_moments(case)) == []
    assert newest(case).response is AppointmentResponse.NOT_ASKED


# What a counsellor reports through Allegro, and a worker through its own system, in whatever order it arrives.
FACTS: tuple[tuple[Command, ActionContext], ...] = (
    (PROPOSE, FROM_ALLEGRO),
    (replace(PROPOSE, kind=AppointmentKind.FOLLOW_UP), FROM_ALLEGRO),
    (ScheduleIntake(starts_at=SECOND, three_way=True), FROM_ALLEGRO),
    (FOLLOW_UP, FROM_ALLEGRO),
    (ACCEPT, FROM_GIDSO),
    (OTHER, FROM_GIDSO),
    (CancelAppointment(CancellationReason.REFERRER_CANCELLED), FROM_GIDSO),
    (CancelAppointment(CancellationReason.CLIENT_CANCELLED, kind=AppointmentKind.FOLLOW_UP), FROM_ALLEGRO),
    (RecordAttendance(attended=True), FROM_ALLEGRO),
    (RecordAttendance(attended=False, kind=AppointmentKind.FOLLOW_UP), FROM_ALLEGRO),
    (ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY), FROM_ALLEGRO),
)


def told_times(case: Case) -> list[tuple[object, ...]]:
    """Return what the events disclose of times that are planned: which appointment, and when."""
    planned = ("-scheduled", "-rescheduled")
    found = [each.event for each in case.new_events if each.event.type.removesuffix(".v1").endswith(planned)]
    return [(each.appointment_id, each.facts[Field.APPOINTMENT_STARTS_AT]) for each in found]


@given(order=st.lists(st.sampled_from(FACTS), max_size=14), days=st.lists(st.integers(0, 4), max_size=14))
def test_whatever_the_order_of_facts_nothing_is_told_twice_and_no_kind_is_planned_twice(
    order: list[tuple[Command, ActionContext]], days: list[int]
) -> None:
    case = lived(CONFIRM)
    for number, (command, context) in enumerate(order):
        now = case.now + timedelta(days=days[number] if number < len(days) else 1)
        at(case, now)
        for each in case.appointments:
            handle(case, DecideOnProposal(each.id), replace(BY_HUB, occurred_at=now))
            handle(case, ReportAppointmentDue(each.id), replace(BY_HUB, occurred_at=now))
        handle(case, command, replace(context, occurred_at=now))

        planned = [each.kind for each in case.appointments if each.is_planned]
        assert len(planned) == len(set(planned))
        assert all(each.starts_at is None for each in case.appointments if each.is_proposed)
        assert not any(each.is_proposed for each in case.appointments) or case.goes_on

    times = told_times(case)
    assert len(times) == len(set(times))
    due = [each.event.appointment_id for each in case.new_events if "appointment-due" in each.event.type]
    assert len(due) == len(set(due))
    proposed = [each.event.appointment_id for each in case.new_events if "appointment-proposed" in each.event.type]
    assert len(proposed) == len(set(proposed))
