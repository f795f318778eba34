"""What planning an appointment changes, whoever asks for it: the counsellor, the referrer's worker or the hub."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.domain.case import Case, Step
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    OrganisationRole,
    ReferralStatus,
    System,
)
from app.domain.commands import ActionContext
from app.domain.details import Detail
from app.domain.errors import TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import CALENDAR, FactValue, Field
from app.domain.lifecycle import Action
from app.domain.local_time import local_date
from app.domain.meetings import due_at
from app.domain.values import Appointment, Counsellor, Trajectory
from app.privacy.json_values import to_json_value


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What the steps of a kind of appointment are called, and which events report them."""

    plan: tuple[Action, EventType]
    move: tuple[Action, EventType]
    cancel: tuple[Action, EventType]
    attend: tuple[Action, EventType]
    miss: tuple[Action, EventType]


_OF_INTAKE = Steps(
    plan=(Action.SCHEDULE, EventType.INTAKE_SCHEDULED),
    move=(Action.RESCHEDULE, EventType.INTAKE_RESCHEDULED),
    cancel=(Action.CANCEL_APPOINTMENT, EventType.INTAKE_CANCELLED),
    attend=(Action.ATTEND, EventType.INTAKE_ATTENDED),
    miss=(Action.MISS, EventType.INTAKE_MISSED),
)
_OF_MEETING = Steps(
    plan=(Action.SCHEDULE_MEETING, EventType.MEETING_SCHEDULED),
    move=(Action.RESCHEDULE_MEETING, EventType.MEETING_RESCHEDULED),
    cancel=(Action.CANCEL_MEETING, EventType.MEETING_CANCELLED),
    attend=(Action.ATTEND_MEETING, EventType.MEETING_ATTENDED),
    miss=(Action.MISS_MEETING, EventType.MEETING_MISSED),
)


def steps_of(kind: AppointmentKind) -> Steps:
    """Return the steps of a kind of appointment: only the intake moves the referral on."""
    return _OF_INTAKE if kind is AppointmentKind.INTAKE else _OF_MEETING


def plan(case: Case, new: Appointment, starts_at: datetime, context: ActionContext, *, is_agreed: bool = False) -> None:
    """Plan an appointment, which is new or was proposed; it moves the one of its kind that is planned.

    Args:
        case: the case.
        new: the appointment.
        starts_at: when it begins.
        context: who plans it.
        is_agreed: whether it follows on an answer to a proposal, or on its absence.

    Raises:
        TransitionNotAllowed, Forbidden: it cannot be planned in this state, or not by this role.
    """
    starts_at = starts_at.astimezone(UTC)
    before, steps = case.planned(new.kind), steps_of(new.kind)
    action, event = steps.move if _is_move(case, new.kind, before) else steps.plan
    facts: dict[Field, FactValue] = {
        Field.APPOINTMENT_STARTS_AT: to_json_value(starts_at),
        Field.APPOINTMENT_RESPONSE: new.response.value,
        Field.APPOINTMENT_CALENDAR_URL: CALENDAR,
    }
    step = Step(action=action, event=event, appointment_id=new.id, facts=facts)
    is_late = not take_step(case, new.kind, step, context, is_agreed=is_agreed)
    if before and not is_late and before.id != new.id:
        case.replace_appointment(replace(before, status=AppointmentStatus.REPLACED))
    planned = _continuing(new, before)
    planned = replace(
        planned,
        starts_at=starts_at,
        status=AppointmentStatus.SCHEDULED,
        is_due_reported=case.now >= due_at(starts_at),
    )
    put_appointment(case, _as_past(case, planned) if is_late else planned)
    if not is_late:
        follow_decision_meeting(case, planned)


def take_step(
    case: Case, kind: AppointmentKind, step: Step, context: ActionContext, *, is_agreed: bool = False
) -> bool:
    """Take a step about an appointment; return False when it came too late and only enters the history.

    Only steps about the intake change the status. A partner may report on a meeting before what led to it.

    Raises:
        TransitionNotAllowed, Forbidden: it cannot be taken in this state, or not by this role.
    """
    if kind is AppointmentKind.INTAKE:
        return case.transition(step, context) is not None
    case.check(step, context)
    # A referrer that answers need not know that guidance goes on.
    if case.notes_only(step, context, is_late=not case.goes_on and not is_agreed):
        return False
    case.record(step, context)
    return True


def require_phase(case: Case, kind: AppointmentKind, context: ActionContext) -> None:
    """Refuse a meeting about the service before there is guidance; a partner may report it first.

    Raises:
        TransitionNotAllowed: there is no trajectory.
    """
    is_of_guidance = kind is AppointmentKind.SERVICE_DECISION_MEETING and context.role is OrganisationRole.FINANCE_TEAM
    if is_of_guidance and not context.catch_up and case.trajectory is None:
        raise TransitionNotAllowed(Detail.NO_TRAJECTORY_YET())


def by_hub(context: ActionContext) -> ActionContext:
    """Return the context of what the hub does because of a step of somebody else."""
    return ActionContext(
        role=OrganisationRole.FINANCE_TEAM, system=System.API, occurred_at=context.occurred_at, catch_up=True
    )


def put_appointment(case: Case, appointment: Appointment) -> None:
    """Add an appointment to a case, or replace the one that has its id."""
    if any(each.id == appointment.id for each in case.appointments):
        case.replace_appointment(appointment)
    else:
        case.appointments += (appointment,)


def name_counsellor(case: Case, counsellor: Counsellor | None) -> None:
    """Let somebody guide the client, if a step about an appointment names somebody."""
    if counsellor:
        case.referral = replace(case.referral, counsellor=counsellor)


def follow_decision_meeting(case: Case, meeting: Appointment) -> None:
    """Let the application to the credit bank know on which day the service is decided on, or that it is not planned."""
    if meeting.kind is not AppointmentKind.SERVICE_DECISION_MEETING or case.trajectory is None:
        return
    application, day = case.trajectory.kbr_application, local_date(meeting.starts_at) if meeting.starts_at else None
    if application is None:
        return
    if meeting.status is AppointmentStatus.CANCELLED:
        day = None if application.service_decision_meeting_on == day else application.service_decision_meeting_on
    changed = replace(application, service_decision_meeting_on=day)
    case.trajectory = replace(case.trajectory, kbr_application=changed)


def decision_meeting_of(case: Case, trajectory: Trajectory) -> datetime | None:
    """Return when the planned meeting begins at which the credit bank decides on the service; None without one."""
    known = trajectory.kbr_application
    planned = case.planned(AppointmentKind.SERVICE_DECISION_MEETING)
    return planned.starts_at if planned and (known is None or known.service_decision_meeting_on is None) else None


def _is_move(case: Case, kind: AppointmentKind, before: Appointment | None) -> bool:
    return case.referral.status is ReferralStatus.SCHEDULED if kind is AppointmentKind.INTAKE else before is not None


def _continuing(new: Appointment, before: Appointment | None) -> Appointment:
    """Return a new appointment as one of the series of the one that it moves."""
    if before is None or before.id == new.id:
        return replace(new, series_id=new.series_id or new.id)
    return replace(new, series_id=before.series_id or before.id, moves=before.moves + 1)


def _as_past(case: Case, appointment: Appointment) -> Appointment:
    took_place = appointment.kind is AppointmentKind.INTAKE and case.referral.intake_held_on is not None
    status = AppointmentStatus.ATTENDED if took_place else AppointmentStatus.CANCELLED
    return replace(appointment, status=status, response=AppointmentResponse.NOT_ASKED)
