"""Handlers of proposals: the referrer's worker is asked which time suits before an appointment is planned."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from app.domain import lifecycle
from app.domain.case import Case, Handler, Step
from app.domain.codes import AppointmentKind, AppointmentResponse, AppointmentStatus, CancellationReason
from app.domain.commands import (
    ActionContext,
    Command,
    DecideOnProposal,
    ProposeAppointment,
    RespondToAppointment,
)
from app.domain.details import Detail
from app.domain.errors import NotFound, TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action, Guard, Machine
from app.domain.local_time import local_date
from app.domain.meetings import clashing, is_overtaken, is_to_decide
from app.domain.terms import ANSWER_PROPOSAL, Term
from app.domain.values import Appointment
from app.operations.cases.planning import (
    by_hub,
    name_counsellor,
    plan,
    put_appointment,
    require_phase,
    steps_of,
    take_step,
)
from app.privacy.json_values import to_json_value


def propose_appointment(case: Case, command: ProposeAppointment, context: ActionContext) -> None:
    """Ask the referrer's worker which of some times suits; a later proposal of the same kind replaces it.

    Where the workers of this kind of referrer are not asked, a partner's proposal is planned at once.

    Raises:
        TransitionNotAllowed: not in this state, or workers of this kind of referrer are not asked.
    """
    action = Action.PROPOSE if command.kind is AppointmentKind.INTAKE else Action.PROPOSE_MEETING
    lifecycle.require_role(Machine.REFERRAL, action, context.role)
    term = asking_term(case)
    if term is None and not context.catch_up:
        raise TransitionNotAllowed(Detail.TIMES_NOT_ASKED())
    require_phase(case, command.kind, context)
    before = case.proposed(command.kind)
    new = _proposal(case, command, term)
    if term is None:
        plan(case, new, _first_left(case, new) or new.proposed_times[0], context)
        return
    step = Step(action=action, event=EventType.APPOINTMENT_PROPOSED, appointment_id=new.id)
    planned = case.planned(command.kind)
    # A partner's feed can show the proposal after what came of it.
    is_answered = planned is not None and planned.starts_at in new.proposed_times
    if case.notes_only(step, context, is_late=is_answered or is_overtaken(case, new)):
        return
    take_step(case, command.kind, step, context)
    if before:
        case.replace_appointment(replace(before, status=AppointmentStatus.REPLACED))
    name_counsellor(case, command.counsellor)
    put_appointment(case, new if command.counsellor is None else replace(new, counsellor=command.counsellor))


def respond_to_appointment(case: Case, command: RespondToAppointment, context: ActionContext) -> None:
    """Answer a proposal or a three-way meeting on behalf of the referrer's worker; a time that suits is planned.

    A partner's answer to what is not open any more enters the history only, and one that chooses no proposed time that
    is still to come proposes other times.
    """
    lifecycle.require_role(Machine.REFERRAL, Action.RESPOND, context.role)
    asked = _asked(case, command)
    if asked is None and not context.catch_up:
        raise NotFound(Detail.NOT_THE_PRESENT_APPOINTMENT())
    if asked is None or (context.catch_up and not _takes_answer(asked)):
        case.note(Step(action=Action.RESPOND), context)
        return
    chosen = _chosen(case, asked, command)
    others = command.other_times
    if command.accepted and asked.is_proposed and chosen is None and command.chosen_time:
        others = (command.chosen_time,)
    accepts = command.accepted and (chosen is not None or not asked.is_proposed)
    response = AppointmentResponse.ACCEPTED if accepts else AppointmentResponse.OTHER_TIMES
    answered = replace(asked, response=response, other_times=tuple(each.astimezone(UTC) for each in others))
    _answer(case, asked, answered, chosen, context)
    if asked.is_proposed and chosen:
        plan(case, answered, chosen, by_hub(context), is_agreed=True)


def decline(case: Case, appointment: Appointment, context: ActionContext) -> None:
    """Cancel the attendance of the referrer's worker; whether the appointment takes place is the counsellor's.

    Raises:
        TransitionNotAllowed: the worker was not asked to take part, or nothing comes of the appointment any more.
    """
    declined = replace(appointment, response=AppointmentResponse.DECLINED)
    step = replace(_responded(declined, None), action=Action.CANCEL_ATTENDANCE)
    is_asked = {Guard.ATTENDANCE_ASKED} if appointment.is_asked_to_attend else frozenset[Guard]()
    case.transition(step, context, (case.guards - {Guard.ATTENDANCE_ASKED}) | is_asked)
    case.replace_appointment(declined)


def withdraw_proposal(
    case: Case, proposal: Appointment, reason: CancellationReason | None, context: ActionContext
) -> None:
    """End a proposal, without a reason because it lapsed; the referrer is notified, because it was asked."""
    _, event = steps_of(proposal.kind).cancel
    facts: dict[Field, FactValue] = {Field.APPOINTMENT_CANCELLATION_REASON: reason.value} if reason else {}
    step = Step(action=Action.CANCEL_PROPOSAL, event=event, reason=reason, facts=facts, appointment_id=proposal.id)
    if case.notes_only(step, context, is_late=not case.goes_on):
        return
    case.transition(step, context)
    status = AppointmentStatus.CANCELLED if reason else AppointmentStatus.LAPSED
    case.replace_appointment(replace(proposal, status=status, cancellation_reason=reason))


def decide_on_proposal(case: Case, command: DecideOnProposal, context: ActionContext) -> None:
    """Plan the first time that is left of a proposal that nobody answered in time; without one it lapses.

    The counsellor is notified of it; an answer in the meantime leaves nothing to decide.
    """
    proposal = next((each for each in case.current_appointments if each.id == command.appointment_id), None)
    if proposal is None or not is_to_decide(case, proposal, case.now):
        return
    chosen = _first_left(case, proposal)
    unanswered = replace(proposal, response=AppointmentResponse.NOT_ANSWERED)
    case.emit(_responded(unanswered, chosen), context, case.referral.status)
    case.replace_appointment(unanswered)
    if chosen:
        plan(case, unanswered, chosen, by_hub(context), is_agreed=True)
    else:
        withdraw_proposal(case, unanswered, None, context)


def lapse_overtaken(case: Case) -> None:
    """Let proposals lapse that cannot be planned any more: the end, or the talk itself, is reported instead."""
    for each in case.current_appointments:
        if each.is_proposed and is_overtaken(case, each):
            case.replace_appointment(replace(each, status=AppointmentStatus.LAPSED))


def asking_term(case: Case) -> Term | None:
    """Return the term within which the referrer's worker answers proposals; None where it is not asked."""
    return case.rules.terms.term(ANSWER_PROPOSAL, case.referral.organisation.kind, local_date(case.now))


def _proposal(case: Case, command: ProposeAppointment, term: Term | None) -> Appointment:
    return Appointment(
        id=case.new_id(),
        starts_at=None,
        place=command.place,
        three_way=True,
        counsellor=command.counsellor or case.referral.counsellor,
        status=AppointmentStatus.PROPOSED,
        response=AppointmentResponse.REQUESTED,
        kind=command.kind,
        minutes=command.minutes,
        participants=command.participants,
        proposed_times=tuple(sorted({each.astimezone(UTC) for each in command.times})),
        proposed_at=case.now,
        answer_by=term.length.after(local_date(case.now), case.rules.terms.calendar) if term else None,
    )


def _asked(case: Case, command: RespondToAppointment) -> Appointment | None:
    """Return what is answered: the appointment that was named, or whichever waits for an answer."""
    current = case.current_appointments
    if command.appointment_id:
        return next((each for each in current if each.id == command.appointment_id), None)
    asked = [each for each in current if each.response is not AppointmentResponse.NOT_ASKED]
    return max(asked, key=lambda each: each.awaits_answer, default=None)


def _takes_answer(asked: Appointment) -> bool:
    """Return whether a partner's answer still counts: to an open proposal, or the first to what is planned."""
    return asked.is_proposed or asked.response is AppointmentResponse.REQUESTED


def _chosen(case: Case, asked: Appointment, command: RespondToAppointment) -> datetime | None:
    """Return which proposed time was accepted; None when none was, or it has passed."""
    if not command.accepted or not asked.is_proposed:
        return None
    times = asked.proposed_times
    chosen = command.chosen_time or (times[0] if len(times) == 1 else None)
    if chosen is None or chosen not in times or chosen <= case.now:
        return None
    return chosen.astimezone(UTC)


def _first_left(case: Case, proposal: Appointment) -> datetime | None:
    """Return the first proposed time that is still to come, if possible one at which nothing else is planned."""
    left = [each for each in proposal.proposed_times if each > case.now]
    free = (each for each in left if clashing(case, proposal.kind, each, proposal.minutes) is None)
    return next(free, left[0] if left else None)


def _answer(
    case: Case, asked: Appointment, answered: Appointment, chosen: datetime | None, context: ActionContext
) -> None:
    is_asked = asked.response is not AppointmentResponse.NOT_ASKED
    guards = case.guards | {Guard.RESPONSE_REQUESTED} if is_asked else case.guards - {Guard.RESPONSE_REQUESTED}
    step = _responded(answered, chosen)
    if case.notes_only(step, context, is_late=not is_asked):
        return
    case.transition(step, context, guards)
    case.replace_appointment(answered)


def _responded(answered: Appointment, chosen: datetime | None) -> Step:
    facts: dict[Field, FactValue] = {Field.APPOINTMENT_RESPONSE: answered.response.value}
    if chosen:
        facts[Field.APPOINTMENT_STARTS_AT] = to_json_value(chosen)
    return Step(action=Action.RESPOND, event=EventType.APPOINTMENT_RESPONDED, facts=facts, appointment_id=answered.id)


HANDLERS: Mapping[type[Command], Handler] = {
    ProposeAppointment: propose_appointment,
    RespondToAppointment: respond_to_appointment,
    DecideOnProposal: decide_on_proposal,
}
"""What carries out each command about a proposal."""
