"""What a case waits for follows from its state, and since when from the step that made it so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.awaited import awaited_now, awaited_of_counsellor, awaited_of_referrer
from app.domain.case import Case
from app.domain.codes import (
    AppointmentKind,
    CancellationReason,
    ClosureReason,
    IntakeResult,
    KbrStatus,
    OrganisationRole,
    RejectionReason,
    SignalKind,
    TrajectoryResult,
    WithdrawalReason,
)
from app.domain.commands import (
    AnswerWithdrawal,
    AwaitInformation,
    CancelAppointment,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    GiveSignal,
    InformationReceived,
    PauseTrajectory,
    RecordAttendance,
    RecordKbrStatus,
    RecordResult,
    RejectReferral,
    ReportContactLost,
    ReportContactRestored,
    RespondToAppointment,
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
    WithdrawReferral,
)
from app.reference import load_reference
from tests.support.unstored_case import COUNSELLOR, NOW, REGISTER, TODAY, handle, new_case

TERMS = load_reference("rotterdam").terms
MEETING = NOW + timedelta(days=7)
CONFIRM = ConfirmReferral(COUNSELLOR)
SCHEDULE, PROPOSE = ScheduleIntake(starts_at=MEETING), ScheduleIntake(starts_at=MEETING, three_way=True)
ATTEND, MISS = RecordAttendance(attended=True), RecordAttendance(attended=False)
CONCLUDE, SIGN = ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY), SignPlan(TODAY)
MEET = ScheduleIntake(starts_at=MEETING, kind=AppointmentKind.FOLLOW_UP)
OTHER_TIMES = RespondToAppointment(None, accepted=False, other_times=(MEETING + timedelta(days=1),))
ACCEPT = RespondToAppointment(None, accepted=True)
DECIDE = RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY)

Life = Sequence[Command]


def hours_after(number: int) -> datetime:
    return NOW + timedelta(hours=number)


def lived(*commands: Command) -> Case:
    """Return a case after commands, each an hour after the one before."""
    case = new_case()
    handle(case, REGISTER)
    for number, command in enumerate(commands, 1):
        handle(case, command, occurred_at=hours_after(number))
    return case


def of_counsellor(*commands: Command) -> tuple[str, datetime] | None:
    found = awaited_of_counsellor(lived(*commands))
    return (found.step.value, found.since) if found else None


def of_referrer(*commands: Command) -> tuple[str, datetime] | None:
    found = awaited_of_referrer(lived(*commands), TERMS)
    return (found.step.value, found.since) if found else None


@pytest.mark.parametrize(
    ("commands", "step", "since"),
    [
        ((), "confirmation", 0),
        ((CONFIRM,), "appointment", 1),
        ((CONFIRM, GiveSignal(SignalKind.SUPPORT_STOPPED)), "appointment", 1),
        ((CONFIRM, SCHEDULE, MISS), "appointment", 3),
        ((CONFIRM, SCHEDULE, CancelAppointment(CancellationReason.CLIENT_CANCELLED)), "appointment", 3),
        ((CONFIRM, SCHEDULE, ATTEND), "intake_result", 3),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE), "plan", 4),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN), "decision", 5),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, PauseTrajectory(), ResumeTrajectory()), "decision", 7),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, DECIDE), "service", 6),
        ((CONFIRM, ReportContactLost(TODAY)), "contact", 2),
        ((CONFIRM, ReportContactLost(TODAY), ReportContactRestored(TODAY)), "appointment", 3),
        ((CONFIRM, AwaitInformation(), InformationReceived()), "appointment", 3),
        ((CONFIRM, WithdrawReferral(WithdrawalReason.OTHER)), "withdrawal_answer", 2),
        ((CONFIRM, WithdrawReferral(WithdrawalReason.OTHER), AnswerWithdrawal(granted=False)), "appointment", 3),
        ((CONFIRM, AwaitInformation(), WithdrawReferral(WithdrawalReason.OTHER)), "withdrawal_answer", 3),
    ],
)
def test_the_counsellor_has_a_next_step_since_it_is_its_turn(commands: Life, step: str, since: int) -> None:
    found = of_counsellor(*commands)

    assert found is not None
    assert found[0] == step
    if step != "contact":
        assert found[1] == hours_after(since)


@pytest.mark.parametrize(
    "commands",
    [
        (CONFIRM, AwaitInformation()),
        (CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, PauseTrajectory()),
        (CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, DECIDE, RecordKbrStatus(KbrStatus.SUBMITTED, TODAY)),
        (RejectReferral(RejectionReason.NOT_ELIGIBLE),),
        (CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY)),
        (CONFIRM, AwaitInformation(), RejectReferral(RejectionReason.NOT_ELIGIBLE)),
    ],
)
def test_what_waits_for_others_or_is_over_waits_for_no_step_of_the_counsellor(commands: Life) -> None:
    assert of_counsellor(*commands) is None


@pytest.mark.parametrize(
    ("commands", "step"),
    [
        ((CONFIRM, PROPOSE), None),
        ((CONFIRM, PROPOSE, OTHER_TIMES), "other_time"),
        ((CONFIRM, PROPOSE, ACCEPT), "attendance"),
        ((CONFIRM, PROPOSE, OTHER_TIMES, PROPOSE), None),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, MEET), "decision"),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, replace(PROPOSE, kind=MEET.kind), OTHER_TIMES), "other_time"),
        ((CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, PauseTrajectory(), MEET), "attendance"),
    ],
)
def test_proposals_and_meetings_show_whose_turn_it_is(commands: Life, step: str | None) -> None:
    found = of_counsellor(*commands)

    assert (found[0] if found else None) == step


def test_attendance_is_awaited_from_the_time_of_the_appointment_on() -> None:
    case = lived(CONFIRM, SCHEDULE)

    assert awaited_now(case, TERMS, MEETING - timedelta(seconds=1)) == ()
    (awaited,) = awaited_now(case, TERMS, MEETING)
    assert (awaited.of, awaited.step.value, awaited.since) == (OrganisationRole.FINANCE_TEAM, "attendance", MEETING)


def test_the_referrer_is_asked_for_information_or_for_an_answer_until_it_gave_it() -> None:
    assert of_referrer(CONFIRM) is None
    assert of_referrer(CONFIRM, PROPOSE) == ("appointment_answer", hours_after(2))
    assert of_referrer(CONFIRM, PROPOSE, ACCEPT) is None
    assert of_referrer(CONFIRM, AwaitInformation(), SCHEDULE) == ("information", hours_after(2))
    assert of_referrer(CONFIRM, AwaitInformation(), InformationReceived()) is None
    assert of_referrer(CONFIRM, AwaitInformation(), RejectReferral(RejectionReason.NOT_ELIGIBLE)) is None
