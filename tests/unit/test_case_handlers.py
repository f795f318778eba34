"""Commands change a case in memory: each handler against the transition table, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.case import Case
from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    DropOutReason,
    IntakeResult,
    KbrStatus,
    PartyRole,
    ReferralStatus,
    RejectionReason,
    SignalKind,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.commands import (
    ActionContext,
    AddParty,
    AmendReferral,
    AnswerWithdrawal,
    CancelAppointment,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    ForwardReferral,
    GiveSignal,
    MarkUnreachable,
    PauseTrajectory,
    RecordAttendance,
    RecordKbrStatus,
    RecordResult,
    RejectReferral,
    RespondToAppointment,
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
    WithdrawReferral,
)
from app.domain.errors import Forbidden, TransitionNotAllowed
from app.operations.cases.execute import HANDLERS
from tests.support.unstored_case import (
    BY_REFERRER,
    BY_TEAM,
    CLIENT,
    CONTENTS,
    COUNSELLOR,
    FROM_ALLEGRO,
    NOW,
    REGISTER,
    TODAY,
    handle,
    new_case,
)

CONFIRM = ConfirmReferral(COUNSELLOR)
SCHEDULE = ScheduleIntake(starts_at=NOW + timedelta(days=3))
CONCLUDE = ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY)
TO_TRAJECTORY = (CONFIRM, SCHEDULE, RecordAttendance(attended=True), CONCLUDE)
DECIDE = RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY)


def case_after(*commands: Command) -> Case:
    """Return a case after its registration and these commands."""
    case = new_case()
    for command in (REGISTER, *commands):
        handle(case, command)
    return case


def actions(case: Case) -> list[str]:
    """Return the actions of the pending history; automatic ones in brackets."""
    return [f"({each.action})" if each.implied else each.action for each in case.new_history]


def event_names(case: Case) -> list[str]:
    return [new.event.type.split(".")[3] for new in case.new_events]


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == set(Command.__args__)


PLAY: list[tuple[Command, str, ReferralStatus]] = [
    (CONFIRM, "confirmed", ReferralStatus.CONFIRMED),
    (SCHEDULE, "intake-scheduled", ReferralStatus.SCHEDULED),
    (SCHEDULE, "intake-rescheduled", ReferralStatus.SCHEDULED),
    (RecordAttendance(attended=False), "intake-missed", ReferralStatus.MISSED),
    (SCHEDULE, "intake-scheduled", ReferralStatus.SCHEDULED),
    (CancelAppointment(CancellationReason.CLIENT_CANCELLED), "intake-cancelled", ReferralStatus.APPOINTMENT_CANCELLED),
    (SCHEDULE, "intake-scheduled", ReferralStatus.SCHEDULED),
    (RecordAttendance(attended=True), "intake-attended", ReferralStatus.ATTENDED),
]


def test_each_step_of_a_referral_sets_its_status_and_adds_history_and_one_event() -> None:
    case, wrong = case_after(), []
    for command, event, status in PLAY:
        before = len(case.new_events), len(case.new_history)
        handle(case, command)
        after = len(case.new_events) - before[0], len(case.new_history) - before[1]
        if (after, event_names(case)[-1], case.referral.status) != ((1, 1), event, status):
            wrong.append((command, after, event_names(case)[-1], case.referral.status))

    assert wrong == []
    assert [each.status for each in case.appointments] == [
        AppointmentStatus.REPLACED,
        AppointmentStatus.MISSED,
        AppointmentStatus.CANCELLED,
        AppointmentStatus.ATTENDED,
    ]


def test_a_result_that_needs_help_opens_a_trajectory_with_its_first_parties() -> None:
    case = case_after(*TO_TRAJECTORY)

    assert case.trajectory is not None
    assert (case.trajectory.status, case.trajectory.counsellor) == (TrajectoryStatus.PLANNING, COUNSELLOR)
    assert case.trajectory.due_on == TODAY + timedelta(weeks=13)
    assert [each.organisation for each in case.new_parties] == ["DOCK", "Expertiseteam Financiën"]
    assert event_names(case)[-2:] == ["concluded", "started"]
    assert {new.event.trajectory_id for new in case.new_events[-2:]} == {case.trajectory.id}


def test_a_result_without_help_closes_the_referral() -> None:
    case = case_after(*TO_TRAJECTORY[:3], ConcludeIntake(IntakeResult.NOT_ELIGIBLE, TODAY))

    assert case.trajectory is None
    assert case.referral.closure_reason is ClosureReason.NOT_ELIGIBLE
    assert event_names(case)[-2:] == ["concluded", "closed"]


def test_the_life_of_a_trajectory() -> None:
    case = case_after(*TO_TRAJECTORY)
    for command in (SignPlan(TODAY, "RDD-1"), PauseTrajectory(), ResumeTrajectory(), DECIDE, DECIDE):
        handle(case, command)
    for status in (KbrStatus.SUBMITTED, KbrStatus.RECEIVED):
        handle(case, RecordKbrStatus(status, TODAY))
    handle(case, CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY))

    assert case.trajectory is not None
    assert case.trajectory.kbr_application is not None
    assert (case.trajectory.status, case.trajectory.ended_on) == (TrajectoryStatus.CLOSED, TODAY)
    assert case.trajectory.kbr_application.status is KbrStatus.RECEIVED
    assert len(case.trajectory.results) == 2
    assert event_names(case)[6:] == [
        "plan-signed",
        "paused",
        "resumed",
        "result-recorded",
        "changed",
        "kbr-application-changed",
        "kbr-application-changed",
        "closed",
    ]


def test_a_drop_out_ends_the_trajectory_with_its_reason() -> None:
    case = case_after(
        *TO_TRAJECTORY, RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.LOST_CONTACT)
    )

    assert case.trajectory is not None
    assert case.trajectory.status is TrajectoryStatus.STOPPED
    assert case.trajectory.closure_reason is ClosureReason.NO_CONTACT


def test_a_partners_later_report_implies_the_steps_before_it() -> None:
    case = case_after()

    handle(case, CONCLUDE, FROM_ALLEGRO)

    assert actions(case)[:5] == ["register", "(confirm)", "(schedule)", "(attend)", "conclude"]
    assert case.referral.status is ReferralStatus.CONCLUDED


def test_a_partners_older_report_enters_the_history_and_moves_nothing() -> None:
    case = case_after(*TO_TRAJECTORY)
    case.referral = replace(case.referral, disclosed_status=ReferralStatus.CONCLUDED)
    events = event_names(case)

    handle(case, CONFIRM, FROM_ALLEGRO)

    assert actions(case)[-1] == "confirm"
    assert (case.referral.status, event_names(case)) == (ReferralStatus.CONCLUDED, events)


def test_what_the_referrer_said_changes_with_an_event_and_the_same_again_with_none() -> None:
    case = case_after()
    moved = replace(CONTENTS, area="Noord", reason="Huurachterstand")

    handle(case, AmendReferral(moved))
    handle(case, AmendReferral(moved, CLIENT))

    assert (case.contents, case.referral.area) == (moved, "Noord")
    assert event_names(case) == ["received", "amended"]


def test_a_withdrawal_takes_effect_at_once_until_the_referral_is_confirmed() -> None:
    withdraw = WithdrawReferral(WithdrawalReason.HELPED_ELSEWHERE)

    at_once, asked = case_after(withdraw), case_after(CONFIRM, withdraw)

    assert at_once.referral.status is ReferralStatus.WITHDRAWN
    assert (asked.referral.status, asked.referral.flags.withdrawal_requested) == (ReferralStatus.CONFIRMED, True)
    handle(asked, AnswerWithdrawal(granted=True))
    assert (asked.referral.status, asked.referral.flags.withdrawal_requested) == (ReferralStatus.WITHDRAWN, False)


def test_the_worker_answers_the_present_proposal() -> None:
    case = case_after(CONFIRM, replace(SCHEDULE, three_way=True))
    assert case.appointment is not None

    handle(case, RespondToAppointment(case.appointment.id, accepted=True))

    assert case.appointment.response is AppointmentResponse.ACCEPTED


def test_a_case_ends_in_other_ways_too() -> None:
    ends: list[tuple[Case, ReferralStatus]] = [
        (case_after(RejectReferral(RejectionReason.CRISIS)), ReferralStatus.REJECTED),
        (case_after(ForwardReferral("kredietbank")), ReferralStatus.FORWARDED),
        (case_after(CONFIRM, MarkUnreachable()), ReferralStatus.UNREACHABLE),
        (case_after(EnterInError()), ReferralStatus.ENTERED_IN_ERROR),
    ]

    assert [case.referral.status for case, _ in ends] == [status for _, status in ends]


def test_restored_contact_clears_the_flag() -> None:
    case = case_after(*TO_TRAJECTORY)
    case.referral = replace(case.referral, flags=replace(case.referral.flags, contact_lost=True))

    handle(case, GiveSignal(SignalKind.CONTACT_RESTORED))

    assert not case.referral.flags.contact_lost


REFUSED: list[tuple[str, tuple[Command, ...], Command, ActionContext, type[Exception]]] = [
    ("confirming by the referrer", (), CONFIRM, BY_REFERRER, Forbidden),
    ("confirming twice", (CONFIRM,), CONFIRM, BY_TEAM, TransitionNotAllowed),
    ("planning before confirming", (), SCHEDULE, BY_TEAM, TransitionNotAllowed),
    ("signing without a trajectory", (), SignPlan(TODAY), BY_TEAM, TransitionNotAllowed),
    ("granting what nobody asked", (CONFIRM,), AnswerWithdrawal(granted=True), BY_TEAM, TransitionNotAllowed),
    (
        "a party by the referrer",
        TO_TRAJECTORY,
        AddParty(organisation="Humanitas", role=PartyRole.SUPPORT),
        BY_REFERRER,
        Forbidden,
    ),
]


@pytest.mark.parametrize(
    ("before", "command", "context", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused_adds_no_event(
    before: tuple[Command, ...], command: Command, context: ActionContext, error: type[Exception]
) -> None:
    case = case_after(*before)
    events = case.new_events

    with pytest.raises(error):
        handle(case, command, context)

    assert case.new_events == events


def test_a_case_that_was_loaded_for_reading_cannot_change() -> None:
    case = replace(new_case(), change_rules=None)

    with pytest.raises(RuntimeError, match="lock it through a unit of work"):
        handle(case, CONFIRM)
