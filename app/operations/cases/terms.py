"""The terms of a case: what each change means for them, information that is awaited, and extensions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain import lifecycle
from app.domain.awaited import turned
from app.domain.case import Case, Handler, Step
from app.domain.clocks import TermClock, as_reported, clocks_of, news_of, weeks_due
from app.domain.commands import (
    ActionContext,
    AwaitInformation,
    Command,
    ExtendTerm,
    InformationReceived,
    ReportProgress,
)
from app.domain.details import Detail
from app.domain.errors import TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.lifecycle import Action, Machine
from app.domain.milestones import noted
from app.domain.progress import progress_facts
from app.domain.term_facts import Extension, TermFacts
from app.domain.terms import ANSWER_PROPOSAL, DECISION
from app.domain.values import HistoryEntry
from app.operations.cases.proposals import lapse_overtaken


def note_terms(case: Case, entries: Iterable[HistoryEntry]) -> None:
    """Note what further history entries of a case mean for its terms.

    What is recorded quietly is not reported: what is due by now counts as reported.
    """
    lapse_overtaken(case)
    case.term_facts = facts_with(case, entries)
    _show_awaited(case)
    clocks = clocks_of(case, case.rules.terms, case.now)
    case.term_facts = case.term_facts.of_clocks({each.key for each in clocks})
    if case.rules.suppress_events:
        take_as_reported(case, clocks)
    _move_decision(case, clocks)
    _move_answers(case, clocks)


def facts_with(case: Case, entries: Iterable[HistoryEntry]) -> TermFacts:
    """Return what the terms of a case depend on, with further history entries of it."""
    recorded = tuple(entries)
    return turned(noted(case, case.term_facts, recorded), recorded)


def take_as_reported(case: Case, clocks: Sequence[TermClock]) -> None:
    """Let everything count as reported that is due by now of the clocks of a case, and of its progress."""
    news, weeks = news_of(case, clocks, case.now), weeks_due(case, case.rules.terms, case.now)
    case.term_facts = as_reported(case.term_facts, news, weeks)


def await_information(case: Case, command: AwaitInformation, context: ActionContext) -> None:
    """Note that the counsellor waits for information; terms that pause pause. The same again changes nothing.

    Raises:
        TransitionNotAllowed: information was received later than this; a partner's report then only enters the history.
    """
    _require_role(Action.AWAIT_INFORMATION, context)
    facts, moment, step = case.term_facts, context.occurred_at, Step(action=Action.AWAIT_INFORMATION)
    is_awaited = facts.noted_since is not None
    is_late = is_awaited or any(each >= moment for each in facts.received)
    if moment in facts.awaited or case.notes_only(step, context, is_late=is_late) or is_awaited:
        return
    if is_late:
        raise TransitionNotAllowed(Detail.INFORMATION_CHANGED_SINCE())
    case.transition(step, context)


def information_received(case: Case, command: InformationReceived, context: ActionContext) -> None:
    """Note that the counsellor has what it waited for; terms that paused go on. The same again changes nothing.

    Raises:
        TransitionNotAllowed: nothing is awaited, or only since later; a partner's report then only enters the history.
    """
    _require_role(Action.RECEIVE_INFORMATION, context)
    facts, moment, step = case.term_facts, context.occurred_at, Step(action=Action.RECEIVE_INFORMATION)
    since = facts.noted_since
    if moment in facts.received or case.notes_only(step, context, is_late=since is None or moment < since):
        return
    if since is None and facts.open_requests:
        raise TransitionNotAllowed(Detail.ONLY_REQUESTS_OPEN())
    if since and moment < since:
        raise TransitionNotAllowed(Detail.INFORMATION_CHANGED_SINCE())
    case.transition(step, context)


def extend_term(case: Case, command: ExtendTerm, context: ActionContext) -> None:
    """Move the last day of a term; that of the decision is reported to the referrers to whom progress is.

    The same again changes nothing.

    Raises:
        TransitionNotAllowed: no such term runs in this case, or it ends on that day or later already; a partner's
            report, which counts its days itself, then only enters the history if the city has such a term.
    """
    _require_role(Action.EXTEND_TERM, context)
    clocks = [each for each in clocks_of(case, case.rules.terms, case.now) if each.term.code == command.term]
    if any(_is_extended_so(each, command) for each in clocks):
        return
    clock = next((each for each in reversed(clocks) if each.can_be_extended), None)
    if refusal := _refusal(clock, command):
        if not context.catch_up or command.term not in case.rules.terms.codes:
            raise refusal
        case.note(Step(action=Action.EXTEND_TERM, reason=command.reason), context)
    elif clock:
        _extend(case, clock, command, context)


def _is_extended_so(clock: TermClock, command: ExtendTerm) -> bool:
    extension = clock.extended
    return extension is not None and (extension.due_on, extension.reason) == (command.due_on, command.reason)


def _refusal(clock: TermClock | None, command: ExtendTerm) -> TransitionNotAllowed | None:
    """Return why a term cannot be extended; None when it can."""
    if clock is None:
        return TransitionNotAllowed(Detail.NO_TERM_RUNS(term=command.term))
    if command.due_on <= clock.due_on:
        return TransitionNotAllowed(Detail.TERM_ENDS_LATER(term=command.term, due_on=clock.due_on.isoformat()))
    return None


def _extend(case: Case, clock: TermClock, command: ExtendTerm, context: ActionContext) -> None:
    reported = {**progress_facts(case, case.rules.terms, case.now), Field.PROGRESS_DUE_ON: command.due_on.isoformat()}
    step = Step(
        action=Action.EXTEND_TERM,
        event=EventType.TERM_EXTENDED if command.term == DECISION else None,
        reason=command.reason,
        facts={**reported, Field.TERM_EXTENSION_REASON: command.reason.value},
    )
    case.transition(step, context)
    extension = Extension(command.due_on, command.reason, context.occurred_at)
    case.term_facts = case.term_facts.with_extension(clock.key, extension)


def report_progress(case: Case, command: ReportProgress, context: ActionContext) -> None:
    """Report where the case is, some weeks after the first talk, and take earlier weeks as reported.

    Nothing is reported of a week that is not due, was reported before or is not agreed with the referrer, nor after the
    end.
    """
    terms, now = case.rules.terms, case.now
    due = weeks_due(case, terms, now)
    if command.week not in due:
        return
    facts = {Field.PROGRESS_WEEK: command.week, **progress_facts(case, terms, now)}
    case.report(EventType.PROGRESS_REPORTED, facts, context)
    reported = [week for week in due if week <= command.week]
    case.term_facts = as_reported(case.term_facts, (), reported)


def _require_role(action: Action, context: ActionContext) -> None:
    """Refuse whoever never takes a step, before an answer shows which terms run."""
    lifecycle.require_role(Machine.REFERRAL, action, context.role)


def _show_awaited(case: Case) -> None:
    """Show whether information is awaited: of a case that is over nothing is."""
    is_awaited = case.goes_on and case.term_facts.awaited_since is not None
    if is_awaited is not case.referral.flags.awaiting_information:
        flags = replace(case.referral.flags, awaiting_information=is_awaited)
        case.referral = replace(case.referral, flags=flags)


def _move_decision(case: Case, clocks: Sequence[TermClock]) -> None:
    """Let the trajectory be due when the term for the decision ends."""
    if case.trajectory is None:
        return
    for clock in clocks:
        if clock.term.code == DECISION and clock.is_open and clock.due_on != case.trajectory.due_on:
            case.trajectory = replace(case.trajectory, due_on=clock.due_on)


def _move_answers(case: Case, clocks: Sequence[TermClock]) -> None:
    """Let workers answer proposals until the term ends that the counsellor extended."""
    until = max((each.due_on for each in clocks if each.term.code == ANSWER_PROPOSAL and each.extended), default=None)
    for each in case.current_appointments if until else ():
        if until and each.awaits_answer and each.answer_by and each.answer_by < until:
            case.replace_appointment(replace(each, answer_by=until))


HANDLERS: Mapping[type[Command], Handler] = {
    AwaitInformation: await_information,
    InformationReceived: information_received,
    ExtendTerm: extend_term,
    ReportProgress: report_progress,
}
"""What carries out each command about the terms of a case."""
