"""The milestones that a case has reached, from which its terms run and with which they end."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from app.domain.case import Case
from app.domain.codes import ClosureReason, KbrStatus, SignalKind, TrajectoryResult, TrajectoryStatus
from app.domain.lifecycle import Action, Machine, is_ended
from app.domain.local_time import midnight
from app.domain.term_facts import Requested, TermFacts
from app.domain.terms import Milestone
from app.domain.values import HistoryEntry, InformationRequest, Trajectory

_REACHED_BY: Mapping[Action, tuple[Milestone, ...]] = {
    Action.CONFIRM: (Milestone.PROCESSED,),
    Action.REJECT: (Milestone.PROCESSED,),
    Action.FORWARD: (Milestone.PROCESSED,),
    Action.SCHEDULE: (Milestone.INTAKE_PLANNED,),
    Action.DECIDE: (Milestone.DECIDED,),
    Action.GRANT: (Milestone.BANK_DECIDED, Milestone.BANK_GRANTED),
    Action.REFUSE: (Milestone.BANK_DECIDED,),
    Action.RETRACT: (Milestone.BANK_DECIDED,),
}

_BANK_DECIDED = frozenset({KbrStatus.GRANTED, KbrStatus.REJECTED, KbrStatus.WITHDRAWN})

_CONTACT_RESTORED = frozenset({Action.REPORT_CONTACT_RESTORED, Action.REOPEN})

# Nobody is called to ask how it goes who died, moved away or was registered twice.
_WITHOUT_AFTERCARE = frozenset({ClosureReason.DECEASED, ClosureReason.MOVED_AWAY, ClosureReason.DUPLICATE})


def milestones(case: Case) -> Mapping[Milestone, datetime]:
    """Return when each milestone was reached, those that were not left out; a day counts from its beginning."""
    found = {**case.term_facts.reached, **{each: midnight(day) for each, day in _days(case)}}
    found.pop(Milestone.CASE_ENDED, None)
    if proposed := [each.proposed_at for each in case.appointments if each.awaits_answer and each.proposed_at]:
        # As long as one is not answered; of several the first.
        found[Milestone.APPOINTMENT_PROPOSED] = min(proposed)
    if requests := case.term_facts.open_requests:
        # As long as one is not answered; of several the first.
        found[Milestone.INFORMATION_REQUESTED] = min(each.since for each in requests)
    found[Milestone.RECEIVED] = case.referral.received_at
    if not case.goes_on:
        found[Milestone.CASE_ENDED] = _ended_at(case)
    return found


def noted(case: Case, facts: TermFacts, entries: Iterable[HistoryEntry]) -> TermFacts:
    """Return the facts with the milestones and pauses of further history entries of a case, in any order.

    Of a milestone that is reported twice the earlier moment counts.
    """
    reached, awaited, received = dict(facts.reached), facts.awaited, facts.received
    for entry in entries:
        _note_contact(reached, entry)
        for each in _REACHED_BY.get(Action(entry.action), ()):
            reached[each] = min(entry.occurred_at, reached.get(each, entry.occurred_at))
        if not case.goes_on and entry.to_status != entry.from_status and entry.machine != Machine.KBR_APPLICATION:
            reached[Milestone.CASE_ENDED] = entry.occurred_at
        awaited = _with(awaited, entry, Action.AWAIT_INFORMATION)
        received = _with(received, entry, Action.RECEIVE_INFORMATION)
    if case.goes_on:
        reached.pop(Milestone.CASE_ENDED, None)
    if not case.referral.flags.contact_lost:
        _forget_contact(reached)
    requested = {str(each.id): _requested(each) for each in case.information_requests}
    return replace(facts, reached=reached, awaited=awaited, received=received, requested=requested)


def _requested(request: InformationRequest) -> Requested:
    # One that was answered before it is said to have been asked was asked then.
    until = max(request.ended_at, request.asked_at) if request.ended_at else None
    return Requested(request.asked_at, request.due_on, until)


def _note_contact(reached: dict[Milestone, datetime], entry: HistoryEntry) -> None:
    """Note since when contact is lost, and that the referrer could not restore it; each loss starts anew.

    What only entered the history, because contact has changed since, has no event and counts for nothing.
    """
    if entry.event_type is None:
        return
    if entry.action == Action.REPORT_CONTACT_LOST:
        lost_at = reached.get(Milestone.CONTACT_LOST, entry.occurred_at)
        reached[Milestone.CONTACT_LOST] = min(lost_at, entry.occurred_at)
    elif entry.reason == SignalKind.CONTACT_NOT_RESTORED and Milestone.CONTACT_LOST in reached:
        reached.setdefault(Milestone.CONTACT_ANSWERED, entry.occurred_at)
    elif entry.action in _CONTACT_RESTORED or entry.reason == SignalKind.CONTACT_RESTORED:
        _forget_contact(reached)


def _forget_contact(reached: dict[Milestone, datetime]) -> None:
    reached.pop(Milestone.CONTACT_LOST, None)
    reached.pop(Milestone.CONTACT_ANSWERED, None)


def _with(moments: tuple[datetime, ...], entry: HistoryEntry, action: Action) -> tuple[datetime, ...]:
    """Return the moments of an action with that of a history entry, if it is of this action."""
    return tuple(sorted({*moments, entry.occurred_at})) if entry.action == action else moments


def _days(case: Case) -> Iterator[tuple[Milestone, date]]:
    """Return the milestones whose day the case has."""
    if case.first_talk_on:
        yield Milestone.FIRST_TALK, case.first_talk_on
    if trajectory := case.trajectory:
        yield from _days_of(trajectory)


def _days_of(trajectory: Trajectory) -> Iterator[tuple[Milestone, date]]:
    # A drop-out decides as long as it ends the trajectory: where contact is restored, the decision is still to be made.
    has_ended = is_ended(trajectory.status)
    counting = [
        each for each in trajectory.results if has_ended or each.code is not TrajectoryResult.NO_FURTHER_SUPPORT
    ]
    decided = [each.decided_on for each in counting if each.decided_on]
    if decided:
        yield Milestone.DECIDED, min(decided)
    if application := trajectory.kbr_application:
        if application.service_decision_meeting_on:
            yield Milestone.SERVICE_DECISION_MEETING, application.service_decision_meeting_on
        if application.changed_on and application.status in _BANK_DECIDED:
            yield Milestone.BANK_DECIDED, application.changed_on
        if application.changed_on and application.status is KbrStatus.GRANTED:
            yield Milestone.BANK_GRANTED, application.changed_on
    is_served = trajectory.status is TrajectoryStatus.CLOSED and trajectory.closure_reason not in _WITHOUT_AFTERCARE
    if is_served and trajectory.ended_on:
        yield Milestone.SERVICE_ENDED, trajectory.ended_on


def _ended_at(case: Case) -> datetime:
    if case.trajectory and case.trajectory.ended_on:
        return midnight(case.trajectory.ended_on)
    return case.term_facts.reached.get(Milestone.CASE_ENDED, case.referral.received_at)
