"""The first talk of the intake, from which the terms run, and the trajectory that follows on it.

The plan is signed at the first talk if possible, and the result of the intake comes with a later one: both orders are
legal (domain.md section 5). Whichever is recorded first opens the trajectory.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.domain.case import Case, Step
from app.domain.codes import ClosureReason, ReferralStatus, TrajectoryStatus
from app.domain.commands import ActionContext
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action, Machine
from app.domain.values import Trajectory
from app.operations.cases.parties import add_first_parties


def is_inferred(case: Case) -> bool:
    """Return whether the day of the first talk can come from what followed on it, as nobody recorded the talk yet."""
    referral, plan = case.referral, case.trajectory.plan if case.trajectory else None
    if plan and referral.intake_held_on == plan.signed_on:
        return True
    is_concluded = referral.status is ReferralStatus.CONCLUDED
    return is_concluded and referral.intake_held_on in (None, referral.intake_concluded_on)


def note_first_talk(case: Case, day: date) -> None:
    """Note the day of the first talk; the terms of a trajectory that is open run from it."""
    case.referral = replace(case.referral, intake_held_on=day)
    if case.trajectory:
        case.trajectory = replace(case.trajectory, started_on=day, due_on=_due_on(case, day))


def open_trajectory(case: Case, trajectory_id: UUID, day: date, context: ActionContext) -> None:
    """Open the trajectory of a case that has none, due after the term that holds on the day of the first talk.

    Args:
        case: after its first talk.
        trajectory_id: of the trajectory.
        day: on which it is opened, from which the referrer and the finance team take part.
        context: who opens it.
    """
    opened = Step(
        machine=Machine.TRAJECTORY,
        action=Action.OPEN,
        event=EventType.TRAJECTORY_STARTED,
        record_id=trajectory_id,
        trajectory_id=trajectory_id,
    )
    case.transition(opened, context)
    # A talk that was recorded later than what it led to had taken place by then.
    first_talk = min(case.referral.intake_held_on or day, day)
    case.trajectory = Trajectory(
        id=trajectory_id,
        status=TrajectoryStatus.PLANNING,
        started_on=first_talk,
        due_on=_due_on(case, first_talk),
        counsellor=case.referral.counsellor,
    )
    add_first_parties(case, day)


def ending_facts(case: Case) -> dict[Field, FactValue]:
    """Return what the event of the end of a referral states of a trajectory that ends with it.

    The status is read by whoever may read it. A reason would show everyone else that there was a plan.
    """
    return {Field.TRAJECTORY_STATUS: TrajectoryStatus.STOPPED.value} if case.is_guided else {}


def end_trajectory(case: Case, reason: ClosureReason, day: date, context: ActionContext) -> None:
    """End the trajectory that the plan opened, if it is under way, because its referral ends; without an event."""
    if case.trajectory and case.is_guided:
        case.trajectory = replace(case.trajectory, closure_reason=reason, ended_on=day)
        case.transition(Step(machine=Machine.TRAJECTORY, action=Action.CLOSE, reason=reason), context)


def _due_on(case: Case, first_talk: date) -> date:
    return case.rules.terms.decision_due_on(case.referral.organisation.kind, first_talk)
