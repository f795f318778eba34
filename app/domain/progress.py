"""Where a case is, for those who wait for it (*stand* and *volgende stap*)."""

from collections.abc import Mapping
from datetime import date, datetime

from app.domain.case import Case
from app.domain.clocks import clocks_of
from app.domain.codes import NextStep, ProgressState, TrajectoryStatus
from app.domain.fields import Field
from app.domain.terms import DECISION, Terms

_OF_TRAJECTORY: Mapping[TrajectoryStatus, tuple[ProgressState, NextStep]] = {
    TrajectoryStatus.PLANNING: (ProgressState.PLANNING, NextStep.PLAN),
    TrajectoryStatus.RUNNING: (ProgressState.RUNNING, NextStep.DECISION),
    TrajectoryStatus.PAUSED: (ProgressState.PAUSED, NextStep.RESUMPTION),
    TrajectoryStatus.DECIDED: (ProgressState.DECIDED, NextStep.SERVICE),
}


def progress_now(case: Case, terms: Terms, now: datetime) -> dict[Field, str | None]:
    """Return where a case is that is between its first talk and its end; nothing of another."""
    has_ended = case.trajectory is not None and not case.is_guided
    if case.referral.intake_held_on is None or has_ended or not case.goes_on:
        return {}
    return progress_facts(case, terms, now)


def progress_facts(case: Case, terms: Terms, now: datetime) -> dict[Field, str | None]:
    """Return where a case is that is not over: its state, what comes next, and by when the counsellor decides."""
    (state, following), due_on = _state_of(case), _due_on(case, terms, now)
    return {
        Field.PROGRESS_STATE: state.value,
        Field.PROGRESS_NEXT_STEP: following.value,
        Field.PROGRESS_DUE_ON: due_on.isoformat() if due_on else None,
    }


def _state_of(case: Case) -> tuple[ProgressState, NextStep]:
    if case.referral.flags.contact_lost:
        return ProgressState.CONTACT_LOST, NextStep.CONTACT
    if case.trajectory is None:
        return ProgressState.INTAKE, NextStep.INTAKE_RESULT
    return _OF_TRAJECTORY[case.trajectory.status]


def _due_on(case: Case, terms: Terms, now: datetime) -> date | None:
    """Return the day by which the counsellor decides, as the term runs; None once it decided."""
    clocks = clocks_of(case, terms, now)
    return next((each.due_on for each in clocks if each.term.code == DECISION and each.is_open), None)
