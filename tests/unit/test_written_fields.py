"""Which fields a command writes."""

from datetime import date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    DropOutReason,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    PartyRole,
    ReferralStatus,
    RejectionReason,
    SignalKind,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.commands import (
    AddParty,
    AnswerWithdrawal,
    CancelAppointment,
    ChangeCounsellor,
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
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
    RespondToAppointment,
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
    WithdrawReferral,
    WrittenFields,
    fields_written,
)
from app.domain.fields import Field
from app.domain.values import Counsellor, Participant

DAY, LATER = date(2026, 11, 23), date(2026, 12, 1)
AT_TEN = datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=1)))
APPOINTMENT = UUID(int=1)
ANNA = Counsellor("Anna", "010-1")
OF_ANNA: WrittenFields = {Field.COUNSELLOR_NAME: "Anna", Field.COUNSELLOR_PHONE: "010-1"}

SAYS: list[tuple[Command, WrittenFields]] = [
    (ConfirmReferral(ANNA), {Field.REFERRAL_STATUS: ReferralStatus.CONFIRMED, **OF_ANNA}),
    (
        RejectReferral(RejectionReason.INCOMPLETE),
        {Field.REFERRAL_REJECTION_REASON: RejectionReason.INCOMPLETE},
    ),
    (ForwardReferral("bank"), {Field.REFERRAL_STATUS: ReferralStatus.FORWARDED}),
    (
        WithdrawReferral(next(iter(WithdrawalReason))),
        {Field.REFERRAL_WITHDRAWAL_REASON: next(iter(WithdrawalReason))},
    ),
    (AnswerWithdrawal(True), {Field.REFERRAL_STATUS: ReferralStatus.WITHDRAWN}),
    (EnterInError(), {Field.REFERRAL_STATUS: ReferralStatus.ENTERED_IN_ERROR}),
    (ReportContactLost(DAY), {Field.CONTACT_LOST_ON: DAY}),
    (ReportContactRestored(LATER), {Field.CONTACT_RESTORED_ON: LATER}),
    (ReportOtherHelp((LifeDomain.HOUSING,)), {Field.OTHER_HELP_LIFE_DOMAINS: (LifeDomain.HOUSING,)}),
    (ChangeCounsellor(ANNA), OF_ANNA),
    (MarkUnreachable(), {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT}),
    (
        ScheduleIntake(
            starts_at=AT_TEN,
            place="library",
            three_way=True,
            counsellor=ANNA,
            participants=(Participant("interpreter"),),
        ),
        {
            Field.APPOINTMENT_STARTS_AT: AT_TEN,
            Field.APPOINTMENT_PLACE: "library",
            Field.APPOINTMENT_THREE_WAY: True,
            Field.APPOINTMENT_PARTICIPANTS: ("interpreter",),
            **OF_ANNA,
        },
    ),
    (RespondToAppointment(APPOINTMENT, True), {Field.APPOINTMENT_RESPONSE: AppointmentResponse.ACCEPTED}),
    (
        RespondToAppointment(APPOINTMENT, False, (AT_TEN,)),
        {Field.APPOINTMENT_RESPONSE: AppointmentResponse.OTHER_TIMES},
    ),
    (
        CancelAppointment(next(iter(CancellationReason))),
        {Field.APPOINTMENT_CANCELLATION_REASON: next(iter(CancellationReason))},
    ),
    (RecordAttendance(True), {Field.APPOINTMENT_STATUS: AppointmentStatus.ATTENDED}),
    (RecordAttendance(False), {Field.APPOINTMENT_STATUS: AppointmentStatus.MISSED}),
    (
        ConcludeIntake(next(iter(IntakeResult)), DAY),
        {Field.INTAKE_RESULT: next(iter(IntakeResult)), Field.INTAKE_CONCLUDED_ON: DAY},
    ),
    (SignPlan(DAY, "RDD-1"), {Field.PLAN_SIGNED_ON: DAY, Field.PLAN_DOCUMENT_REFERENCE: "RDD-1"}),
    (PauseTrajectory(), {Field.TRAJECTORY_STATUS: TrajectoryStatus.PAUSED}),
    (ResumeTrajectory(), {Field.TRAJECTORY_STATUS: TrajectoryStatus.RUNNING}),
    (
        RecordResult(TrajectoryResult.SOCIAL_LOAN, DAY, next(iter(DropOutReason))),
        {
            Field.RESULT_CODE: TrajectoryResult.SOCIAL_LOAN,
            Field.RESULT_DECIDED_ON: DAY,
            Field.RESULT_DROP_OUT_REASON: next(iter(DropOutReason)),
        },
    ),
    (
        CloseTrajectory(ClosureReason.NO_CONTACT, DAY),
        {Field.TRAJECTORY_CLOSURE_REASON: ClosureReason.NO_CONTACT, Field.TRAJECTORY_ENDED_ON: DAY},
    ),
    (
        RecordKbrStatus(KbrStatus.GRANTED, DAY, LATER),
        {
            Field.KBR_STATUS: KbrStatus.GRANTED,
            Field.KBR_CHANGED_ON: DAY,
            Field.KBR_SERVICE_DECISION_MEETING_ON: LATER,
        },
    ),
]


@pytest.mark.parametrize(("fact", "says"), SAYS, ids=lambda each: type(each).__name__)
def test_a_fact_says_of_each_field_what_it_holds(fact: Command, says: WrittenFields) -> None:
    assert fields_written(fact) == says


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        (ConfirmReferral(), {Field.REFERRAL_STATUS: ReferralStatus.CONFIRMED}),
        (
            ScheduleIntake(starts_at=AT_TEN),
            {Field.APPOINTMENT_STARTS_AT: AT_TEN, Field.APPOINTMENT_THREE_WAY: False},
        ),
        (AnswerWithdrawal(False), {}),
        (GiveSignal(next(iter(SignalKind))), {}),
        (AddParty(organisation="bank", role=next(iter(PartyRole))), {}),
    ],
)
def test_what_a_fact_leaves_out_it_says_nothing_of(fact: Command, says: WrittenFields) -> None:
    assert fields_written(fact) == says


def test_a_moment_is_stated_in_utc() -> None:
    said = fields_written(ScheduleIntake(starts_at=AT_TEN))[Field.APPOINTMENT_STARTS_AT]

    assert isinstance(said, datetime)
    assert said.isoformat() == "2026-11-23T09:00:00+00:00"
