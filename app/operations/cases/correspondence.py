"""Handlers of what the sides of a case ask and tell each other: questions, answers, and signals of the credit bank."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from app.domain import lifecycle
from app.domain.case import Case, Handler, Step
from app.domain.codes import InformationRequestStatus
from app.domain.commands import (
    ActionContext,
    AnswerInformation,
    Command,
    GiveBankSignal,
    RequestInformation,
    WithdrawInformationRequest,
)
from app.domain.details import Detail
from app.domain.errors import NotFound, TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action, Machine
from app.domain.local_time import local_date
from app.domain.terms import ANSWER_QUESTION
from app.domain.values import InformationRequest, Signal

MOST_OPEN = 20
"""How many questions may wait for the referrer of a case at a time."""


def request_information(case: Case, command: RequestInformation, context: ActionContext) -> None:
    """Ask the referrer for information; terms that pause are paused. A question of the same reference is the same.

    Raises:
        TransitionNotAllowed: the case is over, or too many questions are open; what a partner reports then only enters
            the history.
    """
    step = Step(action=Action.REQUEST_INFORMATION, event=EventType.INFORMATION_REQUESTED, reason=command.topic)
    lifecycle.require_role(step.machine, step.action, context.role)
    if command.reference and _with_reference(case, command.reference):
        return
    if case.notes_only(step, context, is_late=not case.goes_on):
        return
    if sum(each.is_open for each in case.information_requests) >= MOST_OPEN:
        raise TransitionNotAllowed(Detail.MANY_REQUESTS_OPEN(most=MOST_OPEN))
    new = InformationRequest(
        id=case.new_id(),
        topic=command.topic,
        due_on=command.due_on or _due_on(case, context),
        asked_at=context.occurred_at,
        question=command.question,
        reference=command.reference,
    )
    case.transition(replace(step, facts=_facts(new)), context)
    case.information_requests += (new,)
    case.referral = replace(case.referral, question_count=len(case.information_requests))


def answer_information(case: Case, command: AnswerInformation, context: ActionContext) -> None:
    """Answer a question of the counsellor; the same again changes nothing.

    Raises:
        NotFound: there is no such question.
        TransitionNotAllowed: it was answered or withdrawn; what a partner reports then only enters the history.
    """
    asked = _asked(case, command)
    if asked.status is InformationRequestStatus.ANSWERED and asked.answer == command.answer:
        return
    answered = replace(
        asked, status=InformationRequestStatus.ANSWERED, answer=command.answer, ended_at=context.occurred_at
    )
    step = Step(action=Action.ANSWER_INFORMATION, event=EventType.INFORMATION_ANSWERED, facts=_facts(answered))
    _end(case, asked, answered, step, context)


def withdraw_information_request(case: Case, command: WithdrawInformationRequest, context: ActionContext) -> None:
    """No longer ask a question; the same again changes nothing.

    Raises:
        NotFound: there is no such question.
        TransitionNotAllowed: it was answered; what a partner reports then only enters the history.
    """
    asked = _asked(case, command)
    if asked.status is InformationRequestStatus.WITHDRAWN:
        return
    withdrawn = replace(asked, status=InformationRequestStatus.WITHDRAWN, ended_at=context.occurred_at)
    step = Step(
        action=Action.WITHDRAW_INFORMATION_REQUEST,
        event=EventType.INFORMATION_REQUEST_WITHDRAWN,
        facts=_facts(withdrawn),
    )
    _end(case, asked, withdrawn, step, context)


def give_bank_signal(case: Case, command: GiveBankSignal, context: ActionContext) -> None:
    """Notify the counsellor of what the credit bank signals."""
    signal = Signal(id=case.new_id(), kind=command.kind, given_at=context.occurred_at, text=command.text)
    facts: dict[Field, FactValue] = {Field.SIGNAL_ID: str(signal.id), Field.BANK_SIGNAL_KIND: command.kind.value}
    step = Step(
        machine=Machine.TRAJECTORY,
        action=Action.GIVE_BANK_SIGNAL,
        event=EventType.BANK_SIGNAL_GIVEN,
        reason=command.kind,
        facts=facts,
    )
    case.transition(step, context)
    case.new_signals += (signal,)


def _end(case: Case, asked: InformationRequest, ended: InformationRequest, step: Step, context: ActionContext) -> None:
    lifecycle.require_role(step.machine, step.action, context.role)
    if case.notes_only(step, context, is_late=not asked.is_open):
        return
    if not asked.is_open:
        raise TransitionNotAllowed(Detail.REQUEST_ENDED(status=asked.status))
    case.transition(step, context)
    case.replace_information_request(ended)
    flags = case.referral.flags
    if flags.awaiting_information and not any(each.is_open for each in case.information_requests):
        # Whoever answers knows that; whether the counsellor waits for others is worked out with the terms.
        case.referral = replace(case.referral, flags=replace(flags, awaiting_information=False))


def _asked(case: Case, command: AnswerInformation | WithdrawInformationRequest) -> InformationRequest:
    reference = command.reference if isinstance(command, WithdrawInformationRequest) else None
    for each in case.information_requests:
        if each.id == command.request_id or (reference is not None and each.reference == reference):
            return each
    raise NotFound(Detail.NO_INFORMATION_REQUEST())


def _with_reference(case: Case, reference: str) -> bool:
    return any(each.reference == reference for each in case.information_requests)


def _due_on(case: Case, context: ActionContext) -> date:
    day = local_date(context.occurred_at)
    term = case.rules.terms.term(ANSWER_QUESTION, case.referral.organisation.kind, day)
    return term.length.after(day, case.rules.terms.calendar) if term else day


def _facts(request: InformationRequest) -> dict[Field, FactValue]:
    return {
        Field.INFORMATION_ID: str(request.id),
        Field.INFORMATION_TOPIC: request.topic.value,
        Field.INFORMATION_STATUS: request.status.value,
        Field.INFORMATION_DUE_ON: request.due_on.isoformat(),
    }


HANDLERS: Mapping[type[Command], Handler] = {
    RequestInformation: request_information,
    AnswerInformation: answer_information,
    WithdrawInformationRequest: withdraw_information_request,
    GiveBankSignal: give_bank_signal,
}
"""What carries out each command by which the sides of a case ask and tell each other something."""
