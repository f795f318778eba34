"""Contact with the client is lost and restored in every phase, whatever the order in which that is reported."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.case import Case
from app.domain.codes import (
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    ContactAttemptKind,
    DropOutReason,
    LifeDomain,
    OrganisationRole,
    PartyRole,
    ReferralStatus,
    SignalKind,
    System,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.commands import (
    CancelAppointment,
    ChangeCounsellor,
    CloseTrajectory,
    Command,
    GiveSignal,
    MarkUnreachable,
    PauseTrajectory,
    RecordAttendance,
    RecordContactAttempt,
    RecordResult,
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
    SignPlan,
)
from app.domain.errors import Forbidden, TransitionNotAllowed
from app.domain.fields import Field
from app.domain.values import Counsellor
from tests.support.unstored_case import BY_REFERRER, COUNSELLOR, FROM_ALLEGRO, TODAY, handle
from tests.unit.test_case_handlers import CONFIRM, DECIDE, SCHEDULE, TO_TRAJECTORY, actions, case_after, event_names

LOST, RESTORED = ReportContactLost(TODAY), ReportContactRestored(TODAY)
RUNNING = (*TO_TRAJECTORY, SignPlan(TODAY))
MISS, ATTEND = RecordAttendance(attended=False), RecordAttendance(attended=True)
DROP_OUT = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.LOST_CONTACT)
OTHER = Counsellor("B. Andere", "010-5550199")

PHASES: dict[str, tuple[Command, ...]] = {
    "confirmed": (CONFIRM,),
    "scheduled": (CONFIRM, SCHEDULE),
    "missed": (CONFIRM, SCHEDULE, MISS),
    "cancelled": (CONFIRM, SCHEDULE, CancelAppointment(CancellationReason.CLIENT_CANCELLED)),
    "between talks": (CONFIRM, SCHEDULE, ATTEND),
    "planning": TO_TRAJECTORY,
    "running": RUNNING,
    "paused": (*RUNNING, PauseTrajectory()),
    "decided": (*RUNNING, DECIDE),
}


def facts_of(case: Case) -> dict[str, object]:
    """Return the facts of the newest event."""
    return dict(case.new_events[-1].event.facts)


def state_of(case: Case) -> tuple[str, str | None]:
    return case.referral.status, case.trajectory.status if case.trajectory else None


@pytest.mark.parametrize("phase", PHASES)
def test_contact_is_lost_and_restored_in_every_phase_and_the_case_goes_on(phase: str) -> None:
    case = case_after(*PHASES[phase])
    before, events = state_of(case), len(event_names(case))

    for command in (LOST, LOST, RESTORED, RESTORED):
        handle(case, command)

    assert event_names(case)[events:] == ["contact-lost", "contact-restored"]
    assert (state_of(case), case.referral.flags.contact_lost) == (before, False)


def test_lost_contact_asks_for_help_and_says_whether_the_counsellor_leads_the_case() -> None:
    alone, led = case_after(CONFIRM), case_after(CONFIRM)
    led.amend(replace(led.contents, case_lead="W. Werker"), None)

    handle(alone, LOST)
    handle(led, LOST)

    assert facts_of(alone) == {
        Field.CONTACT_LOST_ON: "2026-03-02",
        Field.REFERRAL_REQUESTED_ACTION: "restore_contact",
        Field.REFERRAL_LED_BY: "counsellor",
        Field.REFERRAL_STATUS: "confirmed",
    }
    assert facts_of(led)[Field.REFERRAL_LED_BY] == "another"


def test_lost_contact_that_a_partner_reports_implies_that_the_referral_was_taken_on() -> None:
    case = case_after()

    handle(case, LOST, FROM_ALLEGRO)

    assert actions(case)[-2:] == ["(confirm)", "report_contact_lost"]


ENDS: dict[str, tuple[tuple[Command, ...], Command]] = {
    "unreachable": ((CONFIRM,), MarkUnreachable()),
    "drop-out": (RUNNING, DROP_OUT),
    "closed": (RUNNING, CloseTrajectory(ClosureReason.NO_CONTACT, TODAY)),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_for_want_of_contact_reports_first_that_it_was_lost_unless_that_is_known(end: str) -> None:
    before, ending = ENDS[end]
    unknown, known = case_after(*before), case_after(*before, LOST)

    handle(unknown, ending)
    handle(known, ending)

    assert event_names(unknown) == event_names(known)
    assert event_names(unknown)[-2] == "contact-lost"
    assert unknown.referral.flags.contact_lost


def test_an_end_for_another_reason_says_nothing_of_contact() -> None:
    case = case_after(*RUNNING, CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY))

    assert "contact-lost" not in event_names(case)


@pytest.mark.parametrize("restoring", [RESTORED, GiveSignal(SignalKind.CONTACT_RESTORED)])
def test_restored_contact_reopens_an_unreachable_clients_referral_for_an_intake(restoring: Command) -> None:
    case = case_after(CONFIRM, MarkUnreachable(), restoring)

    assert (case.referral.status, case.referral.closure_reason) == (ReferralStatus.CONFIRMED, None)
    assert not case.referral.flags.contact_lost
    handle(case, SCHEDULE)


def test_the_referrers_signal_notifies_the_finance_team_and_reports_nothing_else() -> None:
    case = case_after(CONFIRM, MarkUnreachable(), GiveSignal(SignalKind.CONTACT_RESTORED))

    assert event_names(case)[-2:] == ["closed", "signal-given"]


REOPENED: dict[TrajectoryStatus, tuple[Command, ...]] = {
    TrajectoryStatus.PLANNING: TO_TRAJECTORY,
    TrajectoryStatus.RUNNING: (*RUNNING, PauseTrajectory()),
    TrajectoryStatus.DECIDED: (*RUNNING, DECIDE),
}


@pytest.mark.parametrize("status", REOPENED)
def test_restored_contact_lets_a_trajectory_go_on_where_it_was(status: TrajectoryStatus) -> None:
    case = case_after(*REOPENED[status], DROP_OUT, RESTORED)

    assert case.trajectory is not None
    assert (case.trajectory.status, case.trajectory.closure_reason, case.trajectory.ended_on) == (status, None, None)
    assert event_names(case)[-3:] == ["stopped", "contact-restored", "resumed"]


def test_a_trajectory_that_a_plan_opened_before_the_intake_result_goes_on_too() -> None:
    case = case_after(CONFIRM, SCHEDULE, ATTEND, SignPlan(TODAY), DROP_OUT, RESTORED)

    assert state_of(case) == ("attended", "running")


def test_a_trajectory_that_the_referrers_signal_concerns_goes_on_when_its_counsellor_reports_it() -> None:
    case = case_after(*RUNNING, DROP_OUT, GiveSignal(SignalKind.CONTACT_RESTORED))

    assert (state_of(case), case.referral.flags.contact_lost) == (("concluded", "stopped"), False)
    handle(case, RESTORED)
    assert state_of(case) == ("concluded", "running")


def test_a_trajectory_that_stopped_for_another_reason_stays_as_it_is() -> None:
    case = case_after(*RUNNING, LOST, CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY), RESTORED)

    assert (state_of(case), case.referral.flags.contact_lost) == (("concluded", "stopped"), False)


def test_the_first_result_after_a_drop_out_is_reported_as_the_first() -> None:
    case = case_after(*RUNNING, DROP_OUT, RESTORED, DECIDE, DECIDE)

    assert event_names(case)[-2:] == ["result-recorded", "changed"]


def test_a_client_who_appears_is_in_contact_again_and_that_says_nothing_of_the_appearance() -> None:
    case = case_after(CONFIRM, SCHEDULE, LOST, ATTEND)

    assert event_names(case)[-2:] == ["contact-restored", "intake-attended"]
    assert case.new_events[-2].event.facts[Field.REFERRAL_STATUS] == "scheduled"
    assert not case.referral.flags.contact_lost


TRY = RecordContactAttempt(ContactAttemptKind.PHONE)
AT_NOON = datetime.combine(TODAY, time(12), UTC)


@pytest.mark.parametrize("phase", PHASES)
def test_vain_attempts_are_counted_in_every_phase_and_nobody_is_sent_them(phase: str) -> None:
    case = case_after(*PHASES[phase])
    events = event_names(case)

    for day in (1, 2, 2):
        handle(case, TRY, replace(FROM_ALLEGRO, occurred_at=AT_NOON + timedelta(days=day)))

    assert len(case.referral.contact_attempts) == 2
    assert event_names(case) == events


@pytest.mark.parametrize("end", ENDS)
def test_a_case_that_ended_is_refused_an_attempt_and_from_a_partner_enters_the_history(end: str) -> None:
    before, ending = ENDS[end]
    case = case_after(*before, ending)
    steps = len(actions(case))

    with pytest.raises(TransitionNotAllowed):
        handle(case, TRY)
    handle(case, TRY, FROM_ALLEGRO)

    assert len(actions(case)) == steps + 1
    assert case.referral.contact_attempts == ()


REACHING: list[Command] = [GiveSignal(SignalKind.CONTACT_RESTORED), ATTEND]


@given(
    tried=st.sets(st.integers(-45, 45).map(lambda number: number * 2 + 1), min_size=1, max_size=6),
    reached=st.lists(st.tuples(st.integers(-45, 45).map(lambda number: number * 2), st.integers(0, 1)), max_size=3),
    random=st.randoms(use_true_random=False),
)
def test_whatever_the_order_of_facts_the_attempts_since_the_last_contact_count(
    tried: set[int], reached: list[tuple[int, int]], random: Random
) -> None:
    case = case_after(CONFIRM, SCHEDULE)
    commands: list[tuple[int, Command]] = [(hours, TRY) for hours in tried]
    commands += [(hours, REACHING[number]) for hours, number in reached]
    random.shuffle(commands)

    for hours, command in commands:
        context = BY_REFERRER if isinstance(command, GiveSignal) else FROM_ALLEGRO
        handle(case, command, replace(context, occurred_at=AT_NOON + timedelta(hours=hours)))

    last = max((hours for hours, _ in reached), default=-1000)
    assert len(case.referral.contact_attempts) == sum(hours > last for hours in tried)


Fact = tuple[int, type[ReportContactLost] | type[ReportContactRestored]]
"""A report of so many days ago."""

FACTS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([ReportContactLost, ReportContactRestored])),
    min_size=1,
    max_size=8,
    unique_by=lambda fact: fact[0],
)


def reported(case: Case, facts: list[Fact]) -> list[str]:
    """Report facts on their days as a partner; return the events."""
    for day_number, kind in facts:
        day = TODAY - timedelta(days=day_number)
        at_noon = datetime.combine(day, time(12), UTC)
        handle(case, kind(day), replace(FROM_ALLEGRO, occurred_at=at_noon))
    return [name for name in event_names(case) if name.startswith("contact-")]


@given(facts=FACTS, random=st.randoms(use_true_random=False), phase=st.sampled_from(list(PHASES)))
def test_whatever_the_order_of_facts_the_newest_counts_and_nothing_is_reported_twice(
    facts: list[Fact], random: Random, phase: str
) -> None:
    case, shuffled = case_after(*PHASES[phase]), list(facts)
    random.shuffle(shuffled)

    events = reported(case, shuffled)

    newest = min(facts, key=lambda fact: fact[0])
    assert case.referral.flags.contact_lost is (newest[1] is ReportContactLost)
    assert events == [("contact-lost", "contact-restored")[number % 2] for number in range(len(events))]
    assert reported(case, shuffled) == events


def test_contact_that_was_restored_on_the_day_of_the_loss_counts_whenever_that_is_reported() -> None:
    case = case_after(CONFIRM, LOST)
    next_day = replace(FROM_ALLEGRO, occurred_at=FROM_ALLEGRO.occurred_at + timedelta(days=1))
    assert case.referral.contact_changed_at is not None
    at_night = case.referral.contact_changed_at.replace(hour=20)
    case.referral = replace(case.referral, contact_changed_at=at_night)

    handle(case, RESTORED, next_day)

    assert not case.referral.flags.contact_lost


@given(moments=st.permutations([("lost", 3), ("unreachable", 2), ("restored", 1)]))
def test_contact_that_was_restored_last_leaves_the_referral_open_in_any_order(moments: list[tuple[str, int]]) -> None:
    case = case_after(CONFIRM)
    for kind, days in moments:
        day = TODAY - timedelta(days=days)
        commands: dict[str, Command] = {
            "lost": ReportContactLost(day),
            "unreachable": MarkUnreachable(),
            "restored": ReportContactRestored(day),
        }
        handle(case, commands[kind], replace(FROM_ALLEGRO, occurred_at=datetime.combine(day, time(12), UTC)))

    assert (case.referral.status, case.referral.flags.contact_lost) == (ReferralStatus.CONFIRMED, False)


@pytest.mark.parametrize(
    "command", [LOST, RESTORED, ReportOtherHelp((LifeDomain.HOUSING,)), ChangeCounsellor(COUNSELLOR)]
)
def test_only_the_finance_team_reports_what_concerns_guidance_even_when_it_would_change_nothing(
    command: Command,
) -> None:
    for role in (OrganisationRole.REFERRER, OrganisationRole.CREDIT_BANK, OrganisationRole.PARTNER_SYSTEM):
        with pytest.raises(Forbidden):
            handle(case_after(CONFIRM), command, replace(BY_REFERRER, role=role, system=System.API))


def test_an_older_day_than_the_last_report_is_refused_and_from_a_partner_enters_the_history() -> None:
    day = TODAY - timedelta(days=1)
    case = case_after(CONFIRM, LOST)

    with pytest.raises(TransitionNotAllowed, match="later than this"):
        handle(case, ReportContactRestored(day))
    handle(case, ReportContactRestored(day), FROM_ALLEGRO)

    assert actions(case)[-1] == "report_contact_restored"
    assert case.referral.flags.contact_lost


OVER: list[Command] = [LOST, ReportOtherHelp((LifeDomain.HOUSING,)), ChangeCounsellor(OTHER)]


@pytest.mark.parametrize("command", OVER)
def test_a_case_that_is_over_is_refused_and_from_a_partner_enters_the_history(command: Command) -> None:
    case = case_after(*RUNNING, CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY))
    events, steps = event_names(case), len(actions(case))

    with pytest.raises(TransitionNotAllowed):
        handle(case, command)
    handle(case, command, FROM_ALLEGRO)

    assert (event_names(case), len(actions(case))) == (events, steps + 1)


def test_each_report_of_other_help_is_its_own_and_the_same_domains_again_report_nothing() -> None:
    case = case_after(CONFIRM)
    housing, both = (LifeDomain.HOUSING,), (LifeDomain.HOUSING, LifeDomain.HEALTH)

    for domains in (housing, housing, both, housing):
        handle(case, ReportOtherHelp(domains))

    reported_domains = [
        new.event.facts[Field.OTHER_HELP_LIFE_DOMAINS] for new in case.new_events if "other" in new.event.type
    ]
    assert reported_domains == [["housing"], ["housing", "health"]]


def test_another_counsellor_guides_the_referral_its_planned_talk_and_its_trajectory() -> None:
    planned, running = case_after(CONFIRM, SCHEDULE), case_after(*RUNNING)

    for case in (planned, running):
        for counsellor in (OTHER, OTHER, Counsellor(OTHER.name)):
            handle(case, ChangeCounsellor(counsellor))

    assert event_names(planned)[-1] == event_names(running)[-1] == "counsellor-changed"
    assert event_names(planned).count("counsellor-changed") == event_names(running).count("counsellor-changed") == 1
    assert planned.appointment is not None
    assert (planned.referral.counsellor, planned.appointment.counsellor) == (OTHER, OTHER)
    assert running.trajectory is not None
    assert (running.referral.counsellor, running.trajectory.counsellor) == (OTHER, OTHER)
    assert running.appointment is not None
    assert (running.appointment.status, running.appointment.counsellor) == (AppointmentStatus.ATTENDED, COUNSELLOR)


def test_the_part_of_the_earlier_counsellor_ends_where_that_of_the_new_one_begins() -> None:
    case = case_after(*RUNNING, ChangeCounsellor(OTHER))

    parts = [
        (each.contact, each.from_on, each.until_on) for each in case.new_parties if each.role is PartyRole.COUNSELLOR
    ]
    assert parts == [(COUNSELLOR.name, TODAY, TODAY), (OTHER.name, TODAY, None)]
    assert case.ended_parties == {PartyRole.COUNSELLOR: TODAY}


def test_another_telephone_of_the_same_counsellor_is_news_and_no_other_part() -> None:
    case = case_after(*RUNNING, ChangeCounsellor(Counsellor(COUNSELLOR.name, "010-5550177")))

    assert event_names(case)[-1] == "counsellor-changed"
    assert len([each for each in case.new_parties if each.role is PartyRole.COUNSELLOR]) == 1
