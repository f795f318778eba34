"""Handlers of a trajectory: planned, paused, resumed, decided, applied for, closed; and who takes part."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.case import Case, Handler, Step
from app.domain.codes import (
    ClosureReason,
    DropOutReason,
    KbrStatus,
    OrganisationRole,
    ReferralStatus,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.commands import (
    ActionContext,
    AddParty,
    CloseTrajectory,
    Command,
    PauseTrajectory,
    RecordKbrStatus,
    RecordResult,
    ResumeTrajectory,
    SignPlan,
)
from app.domain.details import Detail
from app.domain.errors import Forbidden, TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import KBR_ACTION, Action, Machine, is_ended
from app.domain.local_time import local_date
from app.domain.values import KbrApplication, Party, Plan, RecordedResult, Trajectory
from app.operations.cases.contact import lose_contact_first
from app.operations.cases.first_talk import is_inferred, note_first_talk, open_trajectory
from app.operations.cases.planning import decision_meeting_of


def sign_plan(case: Case, command: SignPlan, context: ActionContext) -> None:
    """Record that the client signed the support plan; a newer registration replaces an older one.

    Before the result of the intake, the plan opens the trajectory; it is signed at a talk, so one took place by then.
    """
    if case.trajectory is None:
        _start_with_plan(case, command, context)
    elif context.catch_up and is_inferred(case) and command.signed_on < case.trajectory.started_on:
        note_first_talk(case, command.signed_on)
    step = Step(
        machine=Machine.TRAJECTORY,
        action=Action.SIGN_PLAN,
        event=EventType.PLAN_SIGNED,
        facts={Field.PLAN_SIGNED_ON: command.signed_on.isoformat()},
    )
    case.transition(step, context)
    case.trajectory = replace(_trajectory(case), plan=Plan(command.signed_on, command.document_reference))


def _start_with_plan(case: Case, command: SignPlan, context: ActionContext) -> None:
    """Open the trajectory of a case by its plan; after an intake that led to nothing it is over at once."""
    referral = case.referral
    is_late = context.catch_up and referral.status is ReferralStatus.CONCLUDED
    if not is_late:
        case.reach(Step(action=Action.START_WITH_PLAN), context)
    if referral.intake_held_on is None or (is_inferred(case) and command.signed_on < referral.intake_held_on):
        note_first_talk(case, command.signed_on)
    open_trajectory(case, case.new_id(), command.signed_on, context)
    if is_late:
        case.trajectory = replace(
            _trajectory(case),
            status=TrajectoryStatus.STOPPED,
            closure_reason=referral.closure_reason,
            ended_on=referral.intake_concluded_on,
        )


def pause_trajectory(case: Case, command: PauseTrajectory, context: ActionContext) -> None:
    """Pause the guidance."""
    _trajectory(case)
    paused = Step(machine=Machine.TRAJECTORY, action=Action.PAUSE, event=EventType.TRAJECTORY_PAUSED)
    case.transition(paused, context)


def resume_trajectory(case: Case, command: ResumeTrajectory, context: ActionContext) -> None:
    """Resume the guidance."""
    _trajectory(case)
    resumed = Step(machine=Machine.TRAJECTORY, action=Action.RESUME, event=EventType.TRAJECTORY_RESUMED)
    case.transition(resumed, context)


def record_result(case: Case, command: RecordResult, context: ActionContext) -> None:
    """Record a result; *wil geen (verdere) ondersteuning* is a drop-out and ends the trajectory.

    The first result is a feedback moment; a later one is reported as a change. A drop-out is no first result.
    """
    trajectory = _trajectory(case)
    if command.result is TrajectoryResult.NO_FURTHER_SUPPORT:
        _drop_out(case, command, context)
    else:
        decided = Step(
            machine=Machine.TRAJECTORY,
            action=Action.DECIDE,
            event=EventType.TRAJECTORY_CHANGED if _is_decided(trajectory) else EventType.RESULT_RECORDED,
            reason=command.result,
            facts=_result_facts(command),
        )
        case.transition(decided, context)
    result = RecordedResult(command.result, command.decided_on, command.drop_out_reason)
    case.trajectory = replace(_trajectory(case), results=(*trajectory.results, result))


def close_trajectory(case: Case, command: CloseTrajectory, context: ActionContext) -> None:
    """End the guidance: closed after a decision, stopped before one."""
    decided = _trajectory(case).status is TrajectoryStatus.DECIDED
    step = Step(
        machine=Machine.TRAJECTORY,
        action=Action.CLOSE,
        event=EventType.TRAJECTORY_CLOSED if decided else EventType.TRAJECTORY_STOPPED,
        reason=command.reason,
        facts={Field.TRAJECTORY_CLOSURE_REASON: command.reason.value},
    )
    if command.reason is ClosureReason.NO_CONTACT:
        lose_contact_first(case, step, command.closed_on, context)
    if case.transition(step, context):
        case.trajectory = replace(_trajectory(case), closure_reason=command.reason, ended_on=command.closed_on)


def record_kbr_status(case: Case, command: RecordKbrStatus, context: ActionContext) -> None:
    """Record the status of the application to the credit bank; the first report makes the application."""
    known = _trajectory(case).kbr_application
    application = known or KbrApplication(id=case.new_id(), status=command.status)
    step = Step(
        machine=Machine.KBR_APPLICATION,
        action=KBR_ACTION[command.status],
        event=EventType.KBR_APPLICATION_CHANGED,
        facts={
            Field.KBR_STATUS: command.status.value,
            Field.KBR_CHANGED_ON: command.changed_on.isoformat() if command.changed_on else None,
        },
        record_id=application.id,
    )
    status = case.transition(step, context)
    if status is None:
        return
    meeting_at = decision_meeting_of(case, _trajectory(case))
    changed = replace(
        application,
        status=KbrStatus(status),
        changed_on=command.changed_on,
        service_decision_meeting_on=command.service_decision_meeting_on
        or application.service_decision_meeting_on
        or (local_date(meeting_at) if meeting_at else None),
    )
    case.trajectory = replace(_trajectory(case), kbr_application=changed)


def add_party(case: Case, command: AddParty, context: ActionContext) -> None:
    """Add an organisation that takes part.

    Raises:
        Forbidden: only the finance team says who takes part.
        TransitionNotAllowed: the trajectory has ended.
    """
    if context.role is not OrganisationRole.FINANCE_TEAM:
        team = OrganisationRole.FINANCE_TEAM
        raise Forbidden(Detail.ADDED_BY_ANOTHER_ROLE(team=team, role=context.role))
    if is_ended(_trajectory(case).status):
        raise TransitionNotAllowed(Detail.TRAJECTORY_ENDED())
    party = Party(
        id=case.new_id(),
        organisation=command.organisation,
        role=command.role,
        contact=command.contact,
        from_on=command.from_on or case.now.date(),
    )
    case.new_parties += (party,)


def _trajectory(case: Case) -> Trajectory:
    if case.trajectory is None:
        raise TransitionNotAllowed(Detail.NO_TRAJECTORY_YET())
    return case.trajectory


def _is_decided(trajectory: Trajectory) -> bool:
    return any(each.code is not TrajectoryResult.NO_FURTHER_SUPPORT for each in trajectory.results)


def _drop_out(case: Case, command: RecordResult, context: ActionContext) -> None:
    reason = command.drop_out_reason or DropOutReason.UNKNOWN
    lost = reason is DropOutReason.LOST_CONTACT
    closure = ClosureReason.NO_CONTACT if lost else ClosureReason.NO_SUPPORT_WANTED
    step = Step(
        machine=Machine.TRAJECTORY,
        action=Action.DROP_OUT,
        event=EventType.TRAJECTORY_STOPPED,
        reason=reason,
        facts={**_result_facts(command), Field.TRAJECTORY_CLOSURE_REASON: closure.value},
    )
    ended_on = command.decided_on or context.occurred_at.date()
    if lost:
        lose_contact_first(case, step, ended_on, context)
    if case.transition(step, context):
        case.trajectory = replace(_trajectory(case), closure_reason=closure, ended_on=ended_on)


def _result_facts(command: RecordResult) -> dict[Field, FactValue]:
    return {
        Field.RESULT_CODE: command.result.value,
        Field.RESULT_DECIDED_ON: command.decided_on.isoformat() if command.decided_on else None,
        Field.RESULT_DROP_OUT_REASON: command.drop_out_reason.value if command.drop_out_reason else None,
    }


HANDLERS: Mapping[type[Command], Handler] = {
    SignPlan: sign_plan,
    PauseTrajectory: pause_trajectory,
    ResumeTrajectory: resume_trajectory,
    RecordResult: record_result,
    CloseTrajectory: close_trajectory,
    RecordKbrStatus: record_kbr_status,
    AddParty: add_party,
}
"""What carries out each command about a trajectory."""
