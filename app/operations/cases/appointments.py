"""Handlers of appointments: planned, moved, cancelled, attended or missed, and reported on the day before."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

from app.domain import lifecycle
from app.domain.case import Case, Handler, Step
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    OrganisationRole,
    RequestedAction,
)
from app.domain.commands import (
    ActionContext,
    CancelAppointment,
    Command,
    ProposeAppointment,
    RecordAttendance,
    ReportAppointmentDue,
    ScheduleIntake,
)
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action, Machine
from app.domain.local_time import local_date
from app.domain.meetings import is_to_report_due
from app.domain.values import Appointment, Participant
from app.operations.cases import proposals
from app.operations.cases.contact import note_in_contact, restore_by_appearing
from app.operations.cases.first_talk import is_inferred, note_first_talk
from app.operations.cases.planning import (
    follow_decision_meeting,
    name_counsellor,
    plan,
    require_phase,
    steps_of,
    take_step,
)
from app.operations.cases.proposals import asking_term, decline, propose_appointment, withdraw_proposal

# From this number of missed appointments on the referrer is asked to restore contact.
_ASK_HELP_AFTER = 1
_REFERRERS = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM})


def schedule_intake(case: Case, command: ScheduleIntake, context: ActionContext) -> None:
    """Plan an appointment of a kind, or move the one that is planned.

    A three-way meeting on which the referrer's worker was not asked is proposed with its one time (decision 0083); what
    a partner reports as planned is planned, and the worker is asked to accept it or to give other times.
    """
    if not context.catch_up and _is_to_propose(case, command):
        propose_appointment(case, _as_proposal(command), context)
        return
    require_phase(case, command.kind, context)
    step = Step(action=steps_of(command.kind).plan[0])
    if case.notes_only(step, context, is_late=_is_known(case, command)):
        return
    name_counsellor(case, command.counsellor)
    plan(case, _planned_as(case, command), command.starts_at, context)


def cancel_appointment(case: Case, command: CancelAppointment, context: ActionContext) -> None:
    """Cancel a planned appointment, which can be planned again, or withdraw a proposal.

    A referrer cancels the intake, and of a proposal or a meeting its own attendance; the counsellor is notified.
    """
    _require_role(Action.CANCEL_APPOINTMENT, context)
    if _is_over(case, command, context):
        case.note(Step(action=Action.CANCEL_APPOINTMENT, reason=command.reason), context)
        return
    found = _named(case, command) or case.planned(command.kind) or case.proposed(command.kind)
    kind = found.kind if found else command.kind
    is_intake = kind is AppointmentKind.INTAKE and (found is None or found.starts_at is not None)
    if found and context.role in _REFERRERS and not is_intake:
        decline(case, found, context)
    elif found and found.is_proposed:
        withdraw_proposal(case, found, command.reason, context)
    else:
        _cancel(case, found if found and found.is_planned else None, replace(command, kind=kind), context)


def record_attendance(case: Case, command: RecordAttendance, context: ActionContext) -> None:
    """Record that the client appeared at an appointment, or did not; and so of the other participants."""
    _require_role(Action.ATTEND, context)
    # A partner may report on an appointment whose planning it never reported.
    found = _named(case, command) or case.planned(command.kind)
    kind = found.kind if found else command.kind
    planned = found if found and found.is_planned else None
    if planned:
        planned = replace(planned, participants=_with_attendance(planned.participants, command.others))
    if kind is not AppointmentKind.INTAKE:
        _record_meeting(case, planned, replace(command, kind=kind), context)
    elif command.attended:
        _attend(case, planned, context)
    else:
        _miss(case, planned, AppointmentKind.INTAKE, context)


def report_appointment_due(case: Case, command: ReportAppointmentDue, context: ActionContext) -> None:
    """Report, once, on the day before that an appointment takes place; not any more when it has begun."""
    found = next((each for each in case.appointments if each.id == command.appointment_id), None)
    if found is None or found.starts_at is None or not is_to_report_due(case, found, case.now):
        return
    case.replace_appointment(replace(found, is_due_reported=True))
    if case.now < found.starts_at:
        step = Step(action=Action.SCHEDULE, event=EventType.APPOINTMENT_DUE, appointment_id=found.id)
        case.emit(step, context, case.referral.status)


def _is_to_propose(case: Case, command: ScheduleIntake) -> bool:
    """Return whether the referrer's worker is to be asked first: it gave no such time, and was not asked in vain."""
    if not command.three_way or asking_term(case) is None:
        return False
    of_kind = [each for each in case.appointments if each.kind is command.kind]
    was_given = any(command.starts_at in each.other_times for each in of_kind)
    was_in_vain = bool(of_kind) and of_kind[-1].status is AppointmentStatus.LAPSED
    return not was_given and not was_in_vain


def _as_proposal(command: ScheduleIntake) -> ProposeAppointment:
    return ProposeAppointment(
        times=(command.starts_at,),
        kind=command.kind,
        place=command.place,
        counsellor=command.counsellor,
        participants=command.participants,
        minutes=command.minutes,
    )


def _is_known(case: Case, command: ScheduleIntake) -> bool:
    """Return whether a report says what a proposal already led to: the partner registers what was agreed."""
    planned = case.planned(command.kind)
    return (
        planned is not None
        and bool(planned.proposed_times)
        and planned.starts_at == command.starts_at
        and command.place in (None, planned.place)
    )


def _planned_as(case: Case, command: ScheduleIntake) -> Appointment:
    """Return the appointment that is planned: the open proposal of its kind, or a new one."""
    proposal = case.proposed(command.kind)
    given = {each for appointment in case.appointments for each in appointment.other_times}
    asked = AppointmentResponse.REQUESTED if command.three_way else AppointmentResponse.NOT_ASKED
    if command.three_way and proposal is None and _was_in_vain(case, command.kind):
        asked = AppointmentResponse.NOT_ANSWERED
    planned = Appointment(
        id=proposal.id if proposal else case.new_id(),
        starts_at=command.starts_at.astimezone(UTC),
        place=command.place,
        three_way=command.three_way or (proposal is not None and command.starts_at in given),
        counsellor=case.referral.counsellor,
        status=AppointmentStatus.SCHEDULED,
        response=AppointmentResponse.ACCEPTED if command.starts_at in given else asked,
        kind=command.kind,
        minutes=command.minutes,
        participants=command.participants,
    )
    if proposal is None:
        return planned
    return replace(
        planned,
        place=command.place or proposal.place,
        minutes=command.minutes or proposal.minutes,
        participants=command.participants or proposal.participants,
        other_times=proposal.other_times,
        proposed_times=proposal.proposed_times,
        proposed_at=proposal.proposed_at,
        answer_by=proposal.answer_by,
    )


def _was_in_vain(case: Case, kind: AppointmentKind) -> bool:
    newest = next((each for each in reversed(case.appointments) if each.kind is kind), None)
    return newest is not None and newest.status is AppointmentStatus.LAPSED


def _cancel(case: Case, planned: Appointment | None, command: CancelAppointment, context: ActionContext) -> None:
    kind = command.kind
    action, event = steps_of(kind).cancel
    step = Step(
        action=action,
        event=event,
        reason=command.reason,
        facts={Field.APPOINTMENT_CANCELLATION_REASON: command.reason.value},
        appointment_id=planned.id if planned else None,
    )
    if take_step(case, kind, step, context) and planned:
        cancelled = replace(planned, status=AppointmentStatus.CANCELLED, cancellation_reason=command.reason)
        case.replace_appointment(cancelled)
        follow_decision_meeting(case, cancelled)


def _record_meeting(case: Case, planned: Appointment | None, command: RecordAttendance, context: ActionContext) -> None:
    kind = command.kind
    if not command.attended:
        _miss(case, planned, kind, context)
        return
    action, event = steps_of(kind).attend
    step = Step(action=action, event=event, appointment_id=planned.id if planned else None)
    case.check(step, context)
    note_in_contact(case, context.occurred_at)
    restore_by_appearing(case, context)
    if take_step(case, kind, step, context) and planned:
        case.replace_appointment(replace(planned, status=AppointmentStatus.ATTENDED))


def _attend(case: Case, planned: Appointment | None, context: ActionContext) -> None:
    step = Step(
        action=Action.ATTEND,
        event=EventType.INTAKE_ATTENDED,
        appointment_id=planned.id if planned else None,
    )
    note_in_contact(case, context.occurred_at)
    if not case.is_beyond(step):
        restore_by_appearing(case, context)
    if case.transition(step, context) is None and not is_inferred(case):
        return
    day, known = local_date(context.occurred_at), case.referral.intake_held_on
    # Where the plan was signed, a later talk is a second one.
    note_first_talk(case, min(day, known) if known and case.trajectory and case.trajectory.plan else day)
    if planned:
        case.replace_appointment(replace(planned, status=AppointmentStatus.ATTENDED))


def _miss(case: Case, planned: Appointment | None, kind: AppointmentKind, context: ActionContext) -> None:
    count = case.referral.missed_count + 1
    facts: dict[Field, FactValue] = {Field.ATTENDANCE_MISSED_COUNT: count}
    if count >= _ASK_HELP_AFTER:
        facts[Field.REFERRAL_REQUESTED_ACTION] = RequestedAction.RESTORE_CONTACT.value
    action, event = steps_of(kind).miss
    step = Step(action=action, event=event, facts=facts, appointment_id=planned.id if planned else None)
    if not take_step(case, kind, step, context):
        return
    case.referral = replace(case.referral, missed_count=count)
    if planned:
        case.replace_appointment(replace(planned, status=AppointmentStatus.MISSED))


def _with_attendance(
    participants: tuple[Participant, ...], recorded: tuple[Participant, ...]
) -> tuple[Participant, ...]:
    """Return the participants with who of them appeared; who was not named before is added."""
    known = {(each.name, each.role): each for each in participants}
    return tuple((known | {(each.name, each.role): each for each in recorded}).values())


def _is_over(case: Case, command: CancelAppointment, context: ActionContext) -> bool:
    """Return whether the system of a referrer cancels what is not open any more."""
    if context.role not in _REFERRERS or not context.catch_up:
        return False
    named = command.appointment_id
    open_ones = [each for each in case.current_appointments if each.is_planned or each.is_proposed]
    return not any(each.id == named if named else each.kind is command.kind for each in open_ones)


def _named(case: Case, command: CancelAppointment | RecordAttendance) -> Appointment | None:
    """Return the appointment that a command names; None when it names none.

    Raises:
        NotFound: it is not the newest of its kind.
    """
    if command.appointment_id is None:
        return None
    for each in case.newest_appointments:
        if each.id == command.appointment_id:
            return each
    raise NotFound(Detail.NOT_THE_PRESENT_APPOINTMENT())


def _require_role(action: Action, context: ActionContext) -> None:
    """Refuse whoever never takes a step, before an answer shows which appointments there are."""
    lifecycle.require_role(Machine.REFERRAL, action, context.role)


HANDLERS: Mapping[type[Command], Handler] = {
    **proposals.HANDLERS,
    ScheduleIntake: schedule_intake,
    CancelAppointment: cancel_appointment,
    RecordAttendance: record_attendance,
    ReportAppointmentDue: report_appointment_due,
}
"""What carries out each command about an appointment."""
