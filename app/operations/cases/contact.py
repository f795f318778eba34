"""Handlers of contact with the client: lost, restored, or lost for good; what the referrer signals of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

from app.domain import lifecycle
from app.domain.asking import asked_to_restore_until, restore_by, unasked
from app.domain.case import Case, Handler, Step
from app.domain.codes import (
    CaseLead,
    ClosureReason,
    ReferralStatus,
    RequestedAction,
    SignalKind,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.commands import (
    ActionContext,
    Command,
    GiveSignal,
    MarkUnreachable,
    RecordContactAttempt,
    ReportContactLost,
    ReportContactRestored,
)
from app.domain.details import Detail
from app.domain.errors import TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action, Guard, Machine
from app.domain.local_time import AMSTERDAM, local_date
from app.domain.terms import RESTORE_CONTACT
from app.domain.values import Signal

_RESTORING = frozenset({Guard.CONTACT_RESTORED})


def record_contact_attempt(case: Case, command: RecordContactAttempt, context: ActionContext) -> None:
    """Count an attempt to reach the client, in vain; the same moment again changes nothing.

    Once contact was restored or the client appeared, what was tried before counts no longer, whenever it is reported.
    """
    moment, step = context.occurred_at.astimezone(UTC), Step(action=Action.RECORD_CONTACT_ATTEMPT, reason=command.kind)
    lifecycle.require_role(step.machine, step.action, context.role)
    referral = case.referral
    if moment in referral.contact_attempts or case.notes_only(step, context, is_late=not case.goes_on):
        return
    case.transition(step, context)
    if referral.in_contact_at is None or moment > referral.in_contact_at:
        case.referral = replace(case.referral, contact_attempts=tuple(sorted({*referral.contact_attempts, moment})))


def report_contact_lost(case: Case, command: ReportContactLost, context: ActionContext) -> None:
    """Record that nobody can reach the client; while that is known the same again changes nothing.

    Raises:
        TransitionNotAllowed: contact changed later than this; a partner's report only enters the history.
    """
    step, moment = _lost(case, command.lost_on, context), _moment_of(command.lost_on, context)
    lifecycle.require_role(step.machine, step.action, context.role)
    if case.referral.flags.contact_lost:
        _note_moment(case, moment)
    elif not _notes_only(case, step, moment, context, is_over=not case.goes_on):
        _lose(case, step, moment, context)


def report_contact_restored(case: Case, command: ReportContactRestored, context: ActionContext) -> None:
    """Record that contact was restored, and reopen what ended for want of it; the same again changes nothing.

    Raises:
        TransitionNotAllowed: contact changed later than this; a partner's report only enters the history.
    """
    step, moment = _restored(case, command.restored_on), _moment_of(command.restored_on, context)
    lifecycle.require_role(step.machine, step.action, context.role)
    note_in_contact(case, _end_of_day(moment))
    if not case.is_contact_lost:
        _note_moment(case, moment)
    elif not _notes_only(case, step, _end_of_day(moment), context, is_over=case.is_beyond(step)):
        _restore(case, step, moment, context)


def mark_unreachable(case: Case, command: MarkUnreachable, context: ActionContext) -> None:
    """End the referral because the client cannot be reached; the referrer may refer again."""
    facts: dict[Field, FactValue] = {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT.value}
    step = Step(action=Action.MARK_UNREACHABLE, event=EventType.REFERRAL_CLOSED, facts=facts)
    if case.notes_only(step, context, is_late=not case.is_contact_lost and _is_outdated(case, context.occurred_at)):
        return
    lose_contact_first(case, step, local_date(context.occurred_at), context)
    if case.transition(step, context):
        case.referral = replace(case.referral, closure_reason=ClosureReason.NO_CONTACT)


def give_signal(case: Case, command: GiveSignal, context: ActionContext) -> None:
    """Notify the counsellor of a change on the referrer's side; restored contact reopens an unreachable client's case.

    A trajectory stays as it is: its counsellor reports whether it goes on.
    """
    is_restored = command.kind is SignalKind.CONTACT_RESTORED
    reopens = is_restored and case.referral.status is ReferralStatus.UNREACHABLE
    signal = Signal(id=case.new_id(), kind=command.kind, given_at=context.occurred_at, text=command.text)
    facts: dict[Field, FactValue] = {Field.SIGNAL_ID: str(signal.id), Field.SIGNAL_KIND: command.kind.value}
    action = Action.REOPEN if reopens else Action.GIVE_SIGNAL
    case.transition(Step(action=action, event=EventType.SIGNAL_GIVEN, reason=command.kind, facts=facts), context)
    case.new_signals += (signal,)
    if is_restored:
        note_in_contact(case, context.occurred_at)
        _set_flag(case, context.occurred_at, lost=False)
    if reopens:
        case.referral = replace(case.referral, closure_reason=None)


def lose_contact_first(case: Case, step: Step, day: date, context: ActionContext) -> None:
    """Report contact lost before a step that ends the case for want of it, unless that was reported.

    Raises:
        TransitionNotAllowed, Forbidden: the step cannot be made, or not before the referrer could restore contact.
    """
    case.check(step, context)
    if reason := unasked(case, case.rules.terms, context.occurred_at):
        if not context.catch_up:
            raise TransitionNotAllowed(reason)
        _note_unasked(case, step, day, context)
    moment = _moment_of(day, context)
    if Guard.IN_CONTACT in case.guards and not (context.catch_up and _is_outdated(case, moment)):
        _lose(case, _lost(case, day, context), moment, context)


def _note_unasked(case: Case, step: Step, day: date, context: ActionContext) -> None:
    """Flag a case that a partner closed before the referrer could restore contact, and notify the counsellor."""
    if not case.goes_on or case.is_beyond(step):
        return
    terms = case.rules.terms
    by = asked_to_restore_until(case, terms, context.occurred_at) or restore_by(case, terms, day)
    facts = {Field.TERM_CODE: RESTORE_CONTACT, Field.TERM_DUE_ON: by.isoformat() if by else None}
    case.report(EventType.CLOSED_UNASKED, facts, context)
    case.referral = replace(case.referral, flags=replace(case.referral.flags, closed_unasked=True))


def note_in_contact(case: Case, moment: datetime) -> None:
    """Note that the client was in contact, after which the attempts of before count no longer."""
    at = max(moment.astimezone(UTC), case.referral.in_contact_at or moment.astimezone(UTC))
    attempts = tuple(each for each in case.referral.contact_attempts if each > at)
    case.referral = replace(case.referral, in_contact_at=at, contact_attempts=attempts)


def restore_by_appearing(case: Case, context: ActionContext) -> None:
    """Report that contact was restored, if it was lost: the client appeared.

    That is reported before the appearance, so that it says nothing of it to whom the appearance is not disclosed.
    """
    moment = context.occurred_at
    if case.referral.flags.contact_lost and not _is_outdated(case, moment):
        _restore(case, _restored(case, local_date(moment)), moment, context)


def _lose(case: Case, step: Step, moment: datetime, context: ActionContext) -> None:
    case.transition(step, context)
    _set_flag(case, moment, lost=True)


def _restore(case: Case, step: Step, moment: datetime, context: ActionContext) -> None:
    reopened = case.referral.status is ReferralStatus.UNREACHABLE
    case.transition(step, context)
    if reopened:
        case.referral = replace(case.referral, closure_reason=None)
    _set_flag(case, moment, lost=False)
    _reopen_trajectory(case, context)


def _reopen_trajectory(case: Case, context: ActionContext) -> None:
    """Let guidance that stopped for want of contact go on where it was."""
    trajectory = case.trajectory
    if trajectory is None or trajectory.status is not TrajectoryStatus.STOPPED:
        return
    if trajectory.closure_reason is not ClosureReason.NO_CONTACT:
        return
    if any(each.code is not TrajectoryResult.NO_FURTHER_SUPPORT for each in trajectory.results):
        action = Action.REOPEN_DECIDED
    else:
        action = Action.REOPEN if trajectory.plan else Action.REOPEN_PLANNING
    reopened = Step(machine=Machine.TRAJECTORY, action=action, event=EventType.TRAJECTORY_RESUMED)
    case.transition(reopened, context, _RESTORING)
    if case.trajectory:
        case.trajectory = replace(case.trajectory, closure_reason=None, ended_on=None)


def _notes_only(case: Case, step: Step, moment: datetime, context: ActionContext, *, is_over: bool) -> bool:
    """Enter in the history only what a partner reports and the case has gone beyond; return whether that was all.

    Raises:
        TransitionNotAllowed: somebody else reports what contact has gone beyond.
    """
    is_outdated = _is_outdated(case, moment)
    if is_outdated and not context.catch_up:
        raise TransitionNotAllowed(Detail.CONTACT_CHANGED_SINCE())
    return case.notes_only(step, context, is_late=is_outdated or is_over)


def _is_outdated(case: Case, moment: datetime) -> bool:
    changed_at = case.referral.contact_changed_at
    return changed_at is not None and moment < changed_at


def _set_flag(case: Case, moment: datetime, *, lost: bool) -> None:
    _note_moment(case, moment)
    flags = replace(case.referral.flags, contact_lost=lost, closed_unasked=lost and case.referral.flags.closed_unasked)
    case.referral = replace(case.referral, flags=flags)


def _note_moment(case: Case, moment: datetime) -> None:
    before = case.referral.contact_changed_at
    case.referral = replace(case.referral, contact_changed_at=max(before, moment) if before else moment)


def _moment_of(day: date, context: ActionContext) -> datetime:
    """Return the moment of a report about a day: its own when it is on that day, else noon in Amsterdam."""
    occurred_at = context.occurred_at
    if local_date(occurred_at) == day:
        return occurred_at.astimezone(UTC)
    return datetime.combine(day, time(12), AMSTERDAM).astimezone(UTC)


def _end_of_day(moment: datetime) -> datetime:
    """Return the last moment of a day in Amsterdam: of what is reported of one day, restored contact counts."""
    return datetime.combine(local_date(moment), time.max, AMSTERDAM).astimezone(UTC)


def _lost(case: Case, day: date, context: ActionContext) -> Step:
    facts: dict[Field, FactValue] = {
        Field.CONTACT_LOST_ON: day.isoformat(),
        Field.REFERRAL_REQUESTED_ACTION: RequestedAction.RESTORE_CONTACT.value,
        **_led_by(case),
    }
    # The term runs from the report: a day in the past leaves the referrer as long.
    if by := restore_by(case, case.rules.terms, local_date(context.occurred_at)):
        facts[Field.CONTACT_RESTORE_BY] = by.isoformat()
    return Step(action=Action.REPORT_CONTACT_LOST, event=EventType.CONTACT_LOST, facts=facts)


def _restored(case: Case, day: date) -> Step:
    facts: dict[Field, FactValue] = {Field.CONTACT_RESTORED_ON: day.isoformat(), **_led_by(case)}
    return Step(action=Action.REPORT_CONTACT_RESTORED, event=EventType.CONTACT_RESTORED, facts=facts)


def _led_by(case: Case) -> dict[Field, FactValue]:
    """Return who directs the case, on which rules depend: the counsellor, unless the referral names somebody."""
    lead = CaseLead.ANOTHER if case.contents.case_lead else CaseLead.COUNSELLOR
    return {Field.REFERRAL_LED_BY: lead.value}


HANDLERS: Mapping[type[Command], Handler] = {
    RecordContactAttempt: record_contact_attempt,
    ReportContactLost: report_contact_lost,
    ReportContactRestored: report_contact_restored,
    MarkUnreachable: mark_unreachable,
    GiveSignal: give_signal,
}
"""What carries out each command about contact with the client."""
