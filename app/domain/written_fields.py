"""Which fields a command writes: used to refuse and record writes to fields owned by another party."""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    ClosureReason,
    ReferralStatus,
    TrajectoryStatus,
)
from app.domain.commands import (
    AnswerWithdrawal,
    CancelAppointment,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    ForwardReferral,
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
from app.domain.fields import Field
from app.domain.values import Counsellor

WrittenFields = Mapping[Field, object]
"""Values by field."""


def fields_written(command: Command) -> WrittenFields:
    """Return the fields that a command writes; those that it leaves out are absent.

    A signal and a party write no field that has one value.
    """
    read = _FIELDS_OF.get(type(command))
    return {field: value for field, value in read(command).items() if value is not None} if read else {}


def _confirmed(command: ConfirmReferral) -> WrittenFields:
    return {Field.REFERRAL_STATUS: ReferralStatus.CONFIRMED, **_counsellor(command.counsellor)}


def _planned(command: ScheduleIntake) -> WrittenFields:
    return {
        Field.APPOINTMENT_STARTS_AT: command.starts_at.astimezone(UTC),
        Field.APPOINTMENT_PLACE: command.place,
        Field.APPOINTMENT_THREE_WAY: command.three_way,
        Field.APPOINTMENT_PARTICIPANTS: command.participants or None,
        **_counsellor(command.counsellor),
    }


def _decided(command: RecordResult) -> WrittenFields:
    return {
        Field.RESULT_CODE: command.result,
        Field.RESULT_DECIDED_ON: command.decided_on,
        Field.RESULT_DROP_OUT_REASON: command.drop_out_reason,
    }


def _applied(command: RecordKbrStatus) -> WrittenFields:
    return {
        Field.KBR_STATUS: command.status,
        Field.KBR_CHANGED_ON: command.changed_on,
        Field.KBR_SERVICE_DECISION_MEETING_ON: command.service_decision_meeting_on,
    }


def _counsellor(given: Counsellor | None) -> WrittenFields:
    return {Field.COUNSELLOR_NAME: given.name, Field.COUNSELLOR_PHONE: given.phone} if given else {}


_ATTENDANCE = {True: AppointmentStatus.ATTENDED, False: AppointmentStatus.MISSED}
_RESPONSE = {True: AppointmentResponse.ACCEPTED, False: AppointmentResponse.OTHER_TIMES}

_FIELDS_OF: Mapping[type, Callable[[Any], WrittenFields]] = {
    ConfirmReferral: _confirmed,
    RejectReferral: lambda command: {Field.REFERRAL_REJECTION_REASON: command.reason},
    ForwardReferral: lambda _: {Field.REFERRAL_STATUS: ReferralStatus.FORWARDED},
    WithdrawReferral: lambda command: {Field.REFERRAL_WITHDRAWAL_REASON: command.reason},
    AnswerWithdrawal: lambda command: {Field.REFERRAL_STATUS: ReferralStatus.WITHDRAWN if command.granted else None},
    EnterInError: lambda _: {Field.REFERRAL_STATUS: ReferralStatus.ENTERED_IN_ERROR},
    MarkUnreachable: lambda _: {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT},
    ScheduleIntake: _planned,
    RespondToAppointment: lambda command: {Field.APPOINTMENT_RESPONSE: _RESPONSE[command.accepted]},
    CancelAppointment: lambda command: {Field.APPOINTMENT_CANCELLATION_REASON: command.reason},
    RecordAttendance: lambda command: {Field.APPOINTMENT_STATUS: _ATTENDANCE[command.attended]},
    ConcludeIntake: lambda command: {
        Field.INTAKE_RESULT: command.result,
        Field.INTAKE_CONCLUDED_ON: command.concluded_on,
    },
    SignPlan: lambda command: {
        Field.PLAN_SIGNED_ON: command.signed_on,
        Field.PLAN_DOCUMENT_REFERENCE: command.document_reference,
    },
    PauseTrajectory: lambda _: {Field.TRAJECTORY_STATUS: TrajectoryStatus.PAUSED},
    ResumeTrajectory: lambda _: {Field.TRAJECTORY_STATUS: TrajectoryStatus.RUNNING},
    RecordResult: _decided,
    CloseTrajectory: lambda command: {
        Field.TRAJECTORY_CLOSURE_REASON: command.reason,
        Field.TRAJECTORY_ENDED_ON: command.closed_on,
    },
    RecordKbrStatus: _applied,
}
