"""Proposed and planned appointments in time: when one is decided on, reported on the day before, or overtaken."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from app.domain.case import Case
from app.domain.codes import AppointmentKind, AppointmentResponse, ReferralStatus
from app.domain.lifecycle import Action
from app.domain.local_time import local_date, midnight
from app.domain.values import Appointment

USUAL_MINUTES = 60
"""How long an appointment counts as lasting where that was not said."""

_DAY = timedelta(days=1)


def _any(_: Appointment) -> bool:
    return True


def _is_planned_intake(appointment: Appointment) -> bool:
    return appointment.is_planned and appointment.kind is AppointmentKind.INTAKE


def _is_planned_meeting(appointment: Appointment) -> bool:
    return appointment.is_planned and appointment.kind is not AppointmentKind.INTAKE


def _can_be_answered(appointment: Appointment) -> bool:
    is_open = appointment.is_planned or appointment.is_proposed
    return is_open and appointment.response is not AppointmentResponse.NOT_ASKED


_FITS: Mapping[Action, Callable[[Appointment], bool]] = {
    Action.RESPOND: _can_be_answered,
    Action.CANCEL_ATTENDANCE: lambda it: it.is_asked_to_attend,
    Action.CANCEL_PROPOSAL: lambda it: it.is_proposed,
    Action.CANCEL_APPOINTMENT: _is_planned_intake,
    Action.ATTEND: _is_planned_intake,
    Action.MISS: _is_planned_intake,
    Action.CANCEL_MEETING: _is_planned_meeting,
    Action.ATTEND_MEETING: _is_planned_meeting,
    Action.MISS_MEETING: _is_planned_meeting,
}

# Where the intake can still be planned, or moved.
_BEFORE_INTAKE = frozenset(
    {
        ReferralStatus.RECEIVED,
        ReferralStatus.CONFIRMED,
        ReferralStatus.SCHEDULED,
        ReferralStatus.MISSED,
        ReferralStatus.APPOINTMENT_CANCELLED,
    }
)


def decided_at(proposal: Appointment) -> datetime:
    """Return from when on the hub decides on a proposal that nobody answered.

    That is after the last day for an answer, or once the last of its times has passed.
    """
    last = max(proposal.proposed_times)
    return min(last, midnight(proposal.answer_by + _DAY)) if proposal.answer_by else last


def is_to_decide(case: Case, proposal: Appointment, now: datetime) -> bool:
    """Return whether the hub decides now on a proposal of a case that goes on."""
    return case.goes_on and proposal.awaits_answer and now >= decided_at(proposal)


def due_at(starts_at: datetime) -> datetime:
    """Return when it is reported that an appointment takes place on the next day: when the day before begins."""
    return midnight(local_date(starts_at) - _DAY)


def is_to_report_due(case: Case, appointment: Appointment, now: datetime) -> bool:
    """Return whether it is to be reported now that an appointment takes place on the next day."""
    starts_at = _to_report(case, appointment)
    return starts_at is not None and due_at(starts_at) <= now


def next_moments(case: Case) -> Iterator[datetime]:
    """Return when the hub decides on proposals and reports appointments of the next day, as far as it has to."""
    for each in case.appointments:
        if each.awaits_answer and case.goes_on:
            yield decided_at(each)
        if starts_at := _to_report(case, each):
            yield due_at(starts_at)


def acted_on(case: Case, action: Action) -> Appointment | None:
    """Return the appointment that an action would be about; the newest where it can be about any."""
    return next(filter(_FITS.get(action, _any), reversed(case.newest_appointments)), case.appointment)


def is_overtaken(case: Case, proposal: Appointment) -> bool:
    """Return whether nothing can come of an open proposal any more: the case is over, or its intake took place."""
    is_late = proposal.kind is AppointmentKind.INTAKE and case.referral.status not in _BEFORE_INTAKE
    return not case.goes_on or is_late


def clashing(case: Case, kind: AppointmentKind, starts_at: datetime, minutes: int | None) -> Appointment | None:
    """Return an appointment of another kind that is planned in the case at the same time, or None."""
    others = (each for each in case.current_appointments if each.is_planned and each.kind is not kind)
    return next((each for each in others if _overlap(each, starts_at, minutes)), None)


def end_of(starts_at: datetime, minutes: int | None) -> datetime:
    """Return when an appointment ends."""
    return starts_at + timedelta(minutes=minutes or USUAL_MINUTES)


def _overlap(planned: Appointment, starts_at: datetime, minutes: int | None) -> bool:
    planned_at = planned.starts_at
    if planned_at is None:
        return False
    return planned_at < end_of(starts_at, minutes) and starts_at < end_of(planned_at, planned.minutes)


def _to_report(case: Case, appointment: Appointment) -> datetime | None:
    if appointment.is_due_reported or not appointment.is_planned or not case.goes_on:
        return None
    is_intake = appointment.kind is AppointmentKind.INTAKE
    return None if is_intake and case.referral.status is not ReferralStatus.SCHEDULED else appointment.starts_at
