"""Handlers of a referral: amended, confirmed, rejected, forwarded, withdrawn, concluded."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from app.domain.case import Case, Handler, Step
from app.domain.codes import (
    ClosureReason,
    IntakeResult,
    ReferralStatus,
    WithdrawalReason,
)
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    AnswerWithdrawal,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    ForwardReferral,
    RegisterReferral,
    RejectReferral,
    WithdrawReferral,
)
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action, is_open
from app.domain.local_time import local_date
from app.operations.cases.consent import change_of, recorder_of
from app.operations.cases.first_talk import end_trajectory, ending_facts, note_first_talk, open_trajectory
from app.operations.cases.onward import (
    LONGEST_REASON,
    add_onward_referral,
    new_onward_referral,
    receiver_code,
    receiving_organisation,
)

_CLOSURE_OF_RESULT = {
    IntakeResult.NO_SUPPORT_WANTED: ClosureReason.NO_SUPPORT_WANTED,
    IntakeResult.NOT_ELIGIBLE: ClosureReason.NOT_ELIGIBLE,
    IntakeResult.UNKNOWN: ClosureReason.UNKNOWN,
}

# The action is kept as the reason of a history entry, which has room for no more characters.


def register_referral(case: Case, command: RegisterReferral, context: ActionContext) -> None:
    """Put a client forward to the finance team; the case is new."""
    case.transition(Step(action=Action.REGISTER, event=EventType.REFERRAL_RECEIVED), context)


def amend_referral(case: Case, command: AmendReferral, context: ActionContext) -> None:
    """Change what the referrer said; the referrer alone owns it. The same again changes nothing."""
    client = case.client.details if command.client is None else command.client
    if (command.contents, client) == (case.contents, case.client.details):
        return
    before, stated = case.contents.consent, command.contents.consent
    reason = change_of(before, stated)
    case.transition(Step(action=Action.AMEND, event=EventType.REFERRAL_AMENDED, reason=reason), context)
    recorder = recorder_of(case.referral.organisation, context)
    consent = before if stated == before else stated.recorded(recorder, case.now)
    case.amend(replace(command.contents, consent=consent), replace(client, bsn=case.client.details.bsn))


def confirm_referral(case: Case, command: ConfirmReferral, context: ActionContext) -> None:
    """Take the referral on, on behalf of the finance team.

    A partner's report that comes after what implied it is an event when the referrer does not know of it yet.
    """
    step = Step(action=Action.CONFIRM, event=EventType.REFERRAL_CONFIRMED)
    is_late = case.transition(step, context) is None
    if is_late and case.referral.disclosed_status is ReferralStatus.RECEIVED:
        case.emit(step, context, ReferralStatus.CONFIRMED)
    if command.counsellor:
        case.referral = replace(case.referral, counsellor=command.counsellor)


def reject_referral(case: Case, command: RejectReferral, context: ActionContext) -> None:
    """Refuse the referral with a coded reason."""
    case.transition(
        Step(
            action=Action.REJECT,
            event=EventType.REFERRAL_REJECTED,
            reason=command.reason,
            facts={Field.REFERRAL_REJECTION_REASON: command.reason.value},
        ),
        context,
    )
    case.referral = replace(case.referral, rejection_reason=command.reason)


def forward_referral(case: Case, command: ForwardReferral, context: ActionContext) -> None:
    """Pass the referral on; it arrives there if the client agreed to be referred."""
    reason = receiver_code(command)[:LONGEST_REASON]
    step = Step(action=Action.FORWARD, event=EventType.REFERRAL_FORWARDED, reason=reason)
    if case.transition(step, context) is None:
        return
    receiver = receiving_organisation(case, command.organisation_code)
    add_onward_referral(case, new_onward_referral(case, receiver, command, context), context)


def withdraw_referral(case: Case, command: WithdrawReferral, context: ActionContext) -> None:
    """Take the referral back: at once until it is confirmed, by a request to the counsellor afterwards.

    A partner that clears a referral away after it was over takes nothing back.
    """
    if context.catch_up and not (is_open(case.referral.status) and case.goes_on):
        return
    at_once = case.referral.status is ReferralStatus.RECEIVED
    case.transition(
        Step(
            action=Action.WITHDRAW if at_once else Action.REQUEST_WITHDRAWAL,
            event=EventType.REFERRAL_WITHDRAWN if at_once else EventType.WITHDRAWAL_REQUESTED,
            reason=command.reason,
            facts={Field.REFERRAL_WITHDRAWAL_REASON: command.reason.value},
        ),
        context,
    )
    flags = replace(case.referral.flags, withdrawal_requested=not at_once)
    case.referral = replace(case.referral, withdrawal_reason=command.reason, flags=flags)
    if at_once:
        # The referrer knows what it did itself, whatever is disclosed to it.
        case.referral = replace(case.referral, closure_reason=ClosureReason.WITHDRAWN_BY_REFERRER)


def answer_withdrawal(case: Case, command: AnswerWithdrawal, context: ActionContext) -> None:
    """Grant or refuse a requested withdrawal."""
    if command.granted:
        reason = case.referral.withdrawal_reason or WithdrawalReason.OTHER
        facts = {Field.REFERRAL_WITHDRAWAL_REASON: reason.value, **ending_facts(case)}
        granted = Step(action=Action.GRANT_WITHDRAWAL, event=EventType.REFERRAL_WITHDRAWN, facts=facts)
        case.transition(granted, context)
        case.referral = replace(case.referral, closure_reason=ClosureReason.WITHDRAWN_BY_REFERRER)
        end_trajectory(case, ClosureReason.WITHDRAWN_BY_REFERRER, local_date(context.occurred_at), context)
    else:
        case.transition(Step(action=Action.REFUSE_WITHDRAWAL), context)
        case.referral = replace(case.referral, withdrawal_reason=None)
    case.referral = replace(case.referral, flags=replace(case.referral.flags, withdrawal_requested=False))


def enter_in_error(case: Case, command: EnterInError, context: ActionContext) -> None:
    """Mark a referral as made by mistake."""
    case.transition(Step(action=Action.ENTER_IN_ERROR, event=EventType.REFERRAL_WITHDRAWN), context)


def conclude_intake(case: Case, command: ConcludeIntake, context: ActionContext) -> None:
    """Record what the intake led to; open a trajectory, or close the referral when nothing follows."""
    missed = case.referral.status is ReferralStatus.MISSED
    unattended = missed and command.result is IntakeResult.NO_SUPPORT_WANTED
    step = Step(
        action=Action.CONCLUDE_UNATTENDED if unattended else Action.CONCLUDE,
        event=EventType.REFERRAL_CONCLUDED,
        reason=command.result,
        facts={
            Field.INTAKE_RESULT: command.result.value,
            Field.INTAKE_CONCLUDED_ON: command.concluded_on.isoformat(),
        },
        trajectory_id=_trajectory_of(case, command),
    )
    if case.transition(step, context) is None:
        _correct_result(case, step, command, context)
        return
    _set_result(case, command)
    if not unattended and case.referral.intake_held_on is None:
        note_first_talk(case, command.concluded_on)
    _follow_up(case, step.trajectory_id, command, context)


def _trajectory_of(case: Case, command: ConcludeIntake) -> UUID | None:
    """Return the id of the trajectory that follows on a result: the one that the plan opened, or a new one."""
    if not command.result.opens_trajectory:
        return None
    return case.trajectory.id if case.trajectory else case.new_id()


def _correct_result(case: Case, step: Step, command: ConcludeIntake, context: ActionContext) -> None:
    """Let a result that a partner reports after the intake was concluded replace the earlier one, unless it is older.

    A trajectory that the earlier result opened goes on: the partner itself reports whether it ends.
    """
    referral = case.referral
    is_news = (referral.intake_result, referral.intake_concluded_on) != (command.result, command.concluded_on)
    is_older = referral.intake_concluded_on is not None and command.concluded_on < referral.intake_concluded_on
    if referral.status is not ReferralStatus.CONCLUDED or not is_news or is_older:
        return
    _set_result(case, command)
    trajectory_id = case.trajectory.id if case.trajectory else step.trajectory_id
    case.emit(replace(step, trajectory_id=trajectory_id), context, referral.status)
    if case.trajectory is None:
        case.referral = replace(case.referral, closure_reason=None)
        _follow_up(case, trajectory_id, command, context)


def _set_result(case: Case, command: ConcludeIntake) -> None:
    case.referral = replace(case.referral, intake_result=command.result, intake_concluded_on=command.concluded_on)


def _follow_up(case: Case, trajectory_id: UUID | None, command: ConcludeIntake, context: ActionContext) -> None:
    if trajectory_id is None:
        _close(case, _CLOSURE_OF_RESULT[command.result], command, context)
    elif case.trajectory is None:
        open_trajectory(case, trajectory_id, command.concluded_on, context)


def _close(case: Case, reason: ClosureReason, command: ConcludeIntake, context: ActionContext) -> None:
    """Close a referral that leads to nothing; a trajectory that the plan opened ends with it, by the same event."""
    case.referral = replace(case.referral, closure_reason=reason)
    facts = {**_closure_facts(reason), **ending_facts(case)}
    end_trajectory(case, reason, command.concluded_on, context)
    case.emit(Step(action=Action.CONCLUDE, event=EventType.REFERRAL_CLOSED, facts=facts), context, case.referral.status)


def _closure_facts(reason: ClosureReason) -> dict[Field, FactValue]:
    return {Field.REFERRAL_CLOSURE_REASON: reason.value}


HANDLERS: Mapping[type[Command], Handler] = {
    RegisterReferral: register_referral,
    AmendReferral: amend_referral,
    ConfirmReferral: confirm_referral,
    RejectReferral: reject_referral,
    ForwardReferral: forward_referral,
    WithdrawReferral: withdraw_referral,
    AnswerWithdrawal: answer_withdrawal,
    EnterInError: enter_in_error,
    ConcludeIntake: conclude_intake,
}
"""What carries out each command about a referral."""
