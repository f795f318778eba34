"""What a stated fact says of which fields, so that a word on what another party owns is refused by name and kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    ClosureReason,
    ReferralStatus,
    System,
    TrajectoryStatus,
)
from app.domain.commands import (
    AnswerWithdrawal,
    CancelAppointment,
    CloseTrajectory,
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

Stated = Mapping[Field, object]
"""Values by field."""


@dataclass(frozen=True)
class OwnershipViolation:
    """What somebody said of fields of a referral that are another's to say.

    Attributes:
        system: where the organisation that said it registers.
    """

    referral_id: UUID
    system: System
    values: Stated


def fields_written(fact: object) -> Stated:
    """Return what a fact says of fields; what it leaves out it says nothing of.

    A signal and the joining of a party say nothing of a field that has one value.
    """
    say = _SAY.get(type(fact))
    return {field: value for field, value in say(fact).items() if value is not None} if say else {}


def _confirmed(fact: ConfirmReferral) -> Stated:
    return {Field.REFERRAL_STATUS: ReferralStatus.CONFIRMED, **_counsellor(fact.counsellor)}


def _planned(fact: ScheduleIntake) -> Stated:
    return {
        Field.APPOINTMENT_STARTS_AT: fact.starts_at.astimezone(UTC),
        Field.APPOINTMENT_PLACE: fact.place,
        Field.APPOINTMENT_THREE_WAY: fact.three_way,
        Field.APPOINTMENT_PARTICIPANTS: fact.participants or None,
        **_counsellor(fact.counsellor),
    }


def _decided(fact: RecordResult) -> Stated:
    return {
        Field.RESULT_CODE: fact.result,
        Field.RESULT_DECIDED_ON: fact.decided_on,
        Field.RESULT_DROP_OUT_REASON: fact.drop_out_reason,
    }


def _applied(fact: RecordKbrStatus) -> Stated:
    return {
        Field.KBR_STATUS: fact.status,
        Field.KBR_CHANGED_ON: fact.changed_on,
        Field.KBR_SERVICE_DECISION_MEETING_ON: fact.service_decision_meeting_on,
    }


def _counsellor(given: Counsellor | None) -> Stated:
    return {Field.COUNSELLOR_NAME: given.name, Field.COUNSELLOR_PHONE: given.phone} if given else {}


_ATTENDANCE = {True: AppointmentStatus.ATTENDED, False: AppointmentStatus.MISSED}
_RESPONSE = {True: AppointmentResponse.ACCEPTED, False: AppointmentResponse.OTHER_TIMES}

_SAY: Mapping[type, Callable[[Any], Stated]] = {
    ConfirmReferral: _confirmed,
    RejectReferral: lambda fact: {Field.REFERRAL_REJECTION_REASON: fact.reason},
    ForwardReferral: lambda _: {Field.REFERRAL_STATUS: ReferralStatus.FORWARDED},
    WithdrawReferral: lambda fact: {Field.REFERRAL_WITHDRAWAL_REASON: fact.reason},
    AnswerWithdrawal: lambda fact: {Field.REFERRAL_STATUS: ReferralStatus.WITHDRAWN if fact.granted else None},
    EnterInError: lambda _: {Field.REFERRAL_STATUS: ReferralStatus.ENTERED_IN_ERROR},
    MarkUnreachable: lambda _: {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT},
    ScheduleIntake: _planned,
    RespondToAppointment: lambda fact: {Field.APPOINTMENT_RESPONSE: _RESPONSE[fact.accepted]},
    CancelAppointment: lambda fact: {Field.APPOINTMENT_CANCELLATION_REASON: fact.reason},
    RecordAttendance: lambda fact: {Field.APPOINTMENT_STATUS: _ATTENDANCE[fact.attended]},
    ConcludeIntake: lambda fact: {Field.INTAKE_RESULT: fact.result, Field.INTAKE_CONCLUDED_ON: fact.concluded_on},
    SignPlan: lambda fact: {
        Field.PLAN_SIGNED_ON: fact.signed_on,
        Field.PLAN_DOCUMENT_REFERENCE: fact.document_reference,
    },
    PauseTrajectory: lambda _: {Field.TRAJECTORY_STATUS: TrajectoryStatus.PAUSED},
    ResumeTrajectory: lambda _: {Field.TRAJECTORY_STATUS: TrajectoryStatus.RUNNING},
    RecordResult: _decided,
    CloseTrajectory: lambda fact: {
        Field.TRAJECTORY_CLOSURE_REASON: fact.reason,
        Field.TRAJECTORY_ENDED_ON: fact.closed_on,
    },
    RecordKbrStatus: _applied,
}
