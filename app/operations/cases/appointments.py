"""Handlers of intake appointments: planned, moved, answered, cancelled, attended or missed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from uuid import UUID

from app.domain.case import Case, Handler, Step
from app.domain.codes import AppointmentResponse, AppointmentStatus, ReferralStatus, RequestedAction
from app.domain.commands import (
    ActionContext,
    CancelAppointment,
    Command,
    RecordAttendance,
    RespondToAppointment,
    ScheduleIntake,
)
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action
from app.domain.local_time import local_date
from app.domain.values import Appointment
from app.operations.cases.contact import restore_by_appearing
from app.operations.cases.first_talk import is_inferred, note_first_talk

# From this number of missed appointments on the referrer is asked to restore contact.
_ASK_HELP_AFTER = 1


def schedule_intake(case: Case, command: ScheduleIntake, context: ActionContext) -> None:
    """Plan the intake, or move it when one is planned.

    A three-way meeting is a proposal: the referrer's worker is asked to accept it or to give other times.
    """
    appointment_id = case.new_id()
    moves = case.referral.status is ReferralStatus.SCHEDULED
    if moves and (planned := _still_planned(case)):
        case.replace_appointment(replace(planned, status=AppointmentStatus.REPLACED))
    if command.counsellor:
        case.referral = replace(case.referral, counsellor=command.counsellor)
    step = Step(
        action=Action.RESCHEDULE if moves else Action.SCHEDULE,
        event=EventType.INTAKE_RESCHEDULED if moves else EventType.INTAKE_SCHEDULED,
        appointment_id=appointment_id,
    )
    is_late = case.transition(step, context) is None
    appointment = Appointment(
        id=appointment_id,
        starts_at=command.starts_at.astimezone(UTC),
        place=command.place,
        three_way=command.three_way,
        counsellor=case.referral.counsellor,
        status=AppointmentStatus.SCHEDULED,
        response=AppointmentResponse.REQUESTED if command.three_way else AppointmentResponse.NOT_ASKED,
        participants=command.participants,
    )
    case.appointments += (_as_past(case, appointment) if is_late else appointment,)


def respond_to_appointment(case: Case, command: RespondToAppointment, context: ActionContext) -> None:
    """Accept the proposed three-way meeting on behalf of the referrer's worker, or give other times."""
    planned = _present_appointment(case, command.appointment_id)
    response = AppointmentResponse.ACCEPTED if command.accepted else AppointmentResponse.OTHER_TIMES
    step = Step(
        action=Action.RESPOND,
        event=EventType.APPOINTMENT_RESPONDED,
        facts={Field.APPOINTMENT_RESPONSE: response.value},
        appointment_id=planned.id,
    )
    case.transition(step, context, case.guards)
    case.replace_appointment(replace(planned, response=response, other_times=command.other_times))


def cancel_appointment(case: Case, command: CancelAppointment, context: ActionContext) -> None:
    """Cancel the planned intake; it can be planned again."""
    planned = _planned(case, command.appointment_id)
    step = Step(
        action=Action.CANCEL_APPOINTMENT,
        event=EventType.INTAKE_CANCELLED,
        reason=command.reason,
        facts={Field.APPOINTMENT_CANCELLATION_REASON: command.reason.value},
        appointment_id=planned.id if planned else None,
    )
    if case.transition(step, context) and planned:
        cancelled = replace(planned, status=AppointmentStatus.CANCELLED, cancellation_reason=command.reason)
        case.replace_appointment(cancelled)


def record_attendance(case: Case, command: RecordAttendance, context: ActionContext) -> None:
    """Record that the client appeared at the intake, or did not."""
    planned = _planned(case, command.appointment_id)
    if command.attended:
        _attend(case, planned, context)
    else:
        _miss(case, planned, context)


def _attend(case: Case, planned: Appointment | None, context: ActionContext) -> None:
    step = Step(
        action=Action.ATTEND,
        event=EventType.INTAKE_ATTENDED,
        appointment_id=planned.id if planned else None,
    )
    if not case.is_beyond(step):
        restore_by_appearing(case, context)
    if case.transition(step, context) is None and not is_inferred(case):
        return
    day, known = local_date(context.occurred_at), case.referral.intake_held_on
    # Where the plan was signed, a later talk is a second one.
    note_first_talk(case, min(day, known) if known and case.trajectory and case.trajectory.plan else day)
    if planned:
        case.replace_appointment(replace(planned, status=AppointmentStatus.ATTENDED))


def _miss(case: Case, planned: Appointment | None, context: ActionContext) -> None:
    count = case.referral.missed_count + 1
    facts: dict[Field, FactValue] = {Field.ATTENDANCE_MISSED_COUNT: count}
    if count >= _ASK_HELP_AFTER:
        facts[Field.REFERRAL_REQUESTED_ACTION] = RequestedAction.RESTORE_CONTACT.value
    step = Step(
        action=Action.MISS,
        event=EventType.INTAKE_MISSED,
        facts=facts,
        appointment_id=planned.id if planned else None,
    )
    if case.transition(step, context) is None:
        return
    case.referral = replace(case.referral, missed_count=count)
    if planned:
        case.replace_appointment(replace(planned, status=AppointmentStatus.MISSED))


def _present_appointment(case: Case, appointment_id: UUID) -> Appointment:
    present = case.appointment
    if present is None or present.id != appointment_id:
        raise NotFound(Detail.NOT_THE_PRESENT_APPOINTMENT())
    return present


def _planned(case: Case, appointment_id: UUID | None) -> Appointment | None:
    if appointment_id:
        _present_appointment(case, appointment_id)
    return _still_planned(case)


def _still_planned(case: Case) -> Appointment | None:
    # A partner may report on an intake whose planning it never reported; the newest appointment is then an old one.
    newest = case.appointment
    return newest if newest and newest.status is AppointmentStatus.SCHEDULED else None


def _as_past(case: Case, appointment: Appointment) -> Appointment:
    took_place = case.referral.intake_held_on is not None
    status = AppointmentStatus.ATTENDED if took_place else AppointmentStatus.CANCELLED
    return replace(appointment, status=status, response=AppointmentResponse.NOT_ASKED)


HANDLERS: Mapping[type[Command], Handler] = {
    ScheduleIntake: schedule_intake,
    RespondToAppointment: respond_to_appointment,
    CancelAppointment: cancel_appointment,
    RecordAttendance: record_attendance,
}
"""What carries out each command about an appointment."""
