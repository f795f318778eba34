"""What a case waits for: of its referrer, and of its counsellor (*wie is aan zet*)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from app.domain.asking import asked_to_restore_since
from app.domain.case import Case
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    AwaitedStep,
    ConsentScope,
    KbrStatus,
    OrganisationRole,
    ReferralStatus,
    TrajectoryStatus,
)
from app.domain.disclosed import InForce
from app.domain.fields import Field
from app.domain.lifecycle import Action
from app.domain.local_time import midnight
from app.domain.meetings import is_overtaken
from app.domain.term_facts import TermFacts
from app.domain.terms import Terms
from app.domain.values import Appointment, HistoryEntry

# These leave the status as it is, and make it another's turn.
_TURNS = frozenset(
    {
        Action.REQUEST_WITHDRAWAL,
        Action.REFUSE_WITHDRAWAL,
        Action.RESCHEDULE,
        Action.PROPOSE,
        Action.PROPOSE_MEETING,
        Action.SCHEDULE_MEETING,
        Action.RESCHEDULE_MEETING,
        Action.CANCEL_MEETING,
        Action.CANCEL_ATTENDANCE,
        Action.CANCEL_PROPOSAL,
        Action.ATTEND_MEETING,
        Action.MISS_MEETING,
        Action.RESPOND,
        Action.AWAIT_INFORMATION,
        Action.RECEIVE_INFORMATION,
        Action.REQUEST_INFORMATION,
        Action.ANSWER_INFORMATION,
        Action.WITHDRAW_INFORMATION_REQUEST,
        Action.GIVE_BANK_SIGNAL,
        Action.RECORD_CONTACT_ATTEMPT,
        Action.REFER_ONWARD,
        Action.REPORT_ONWARD_STATUS,
        Action.REPORT_CONTACT_LOST,
        Action.REPORT_CONTACT_RESTORED,
    }
)

# Where the intake is planned, its appointment says what is next.
_OF_REFERRAL: Mapping[ReferralStatus, AwaitedStep] = {
    ReferralStatus.RECEIVED: AwaitedStep.CONFIRMATION,
    ReferralStatus.CONFIRMED: AwaitedStep.APPOINTMENT,
    ReferralStatus.MISSED: AwaitedStep.APPOINTMENT,
    ReferralStatus.APPOINTMENT_CANCELLED: AwaitedStep.APPOINTMENT,
    ReferralStatus.ATTENDED: AwaitedStep.INTAKE_RESULT,
}
# One that is paused waits for nobody.
_OF_TRAJECTORY: Mapping[TrajectoryStatus, AwaitedStep] = {
    TrajectoryStatus.PLANNING: AwaitedStep.PLAN,
    TrajectoryStatus.RUNNING: AwaitedStep.DECISION,
    TrajectoryStatus.DECIDED: AwaitedStep.SERVICE,
}
_AT_CREDIT_BANK = frozenset({KbrStatus.SUBMITTED, KbrStatus.RECEIVED, KbrStatus.IN_PROGRESS})

_TO_BE_PROPOSED_AGAIN = frozenset({AppointmentResponse.OTHER_TIMES, AppointmentResponse.DECLINED})

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The moment of what has no end."""

_WHATEVER_CONSENT = InForce(frozenset(ConsentScope))


@dataclass(frozen=True)
class Awaited:
    """A step that a case waits for.

    Attributes:
        of: the referrer or the finance team.
        since: since when; where that is later, the step is not awaited yet.
    """

    of: OrganisationRole
    step: AwaitedStep
    since: datetime


def awaited_now(case: Case, terms: Terms, now: datetime) -> tuple[Awaited, ...]:
    """Return what a case waits for at a moment, of each at most one step."""
    both = (awaited_of_referrer(case, terms), awaited_of_counsellor(case))
    return tuple(each for each in both if each and each.since <= now)


def awaited_of_referrer(case: Case, terms: Terms) -> Awaited | None:
    """Return which step of the referrer a case that goes on waits for."""
    if not case.goes_on:
        return None
    if case.referral.flags.awaiting_information:
        since = case.term_facts.awaited_since or _turned_at(case)
        return Awaited(OrganisationRole.REFERRER, AwaitedStep.INFORMATION, since)
    if any(each.response is AppointmentResponse.REQUESTED for each in _standing(case)):
        return Awaited(OrganisationRole.REFERRER, AwaitedStep.APPOINTMENT_ANSWER, _turned_at(case))
    asked_at = asked_to_restore_since(case, terms)
    return Awaited(OrganisationRole.REFERRER, AwaitedStep.CONTACT, asked_at) if asked_at else None


def awaited_of_counsellor(case: Case) -> Awaited | None:
    """Return which step of the counsellor a case that goes on waits for, perhaps from a later moment on."""
    return next(_steps_of_counsellor(case), None) if case.goes_on else None


def asked_until(case: Case, terms: Terms) -> datetime | None:
    """Return until when the referrer is asked for something, as far as it was disclosed to it; None when it is not.

    It follows from what was disclosed, with whatever consent, and from what the referrer answered: how the case is must
    not show in its absence.
    """
    read = case.disclosed.read(_WHATEVER_CONSENT).get(Field.REFERRAL_FLAGS)
    flags = read if isinstance(read, tuple) else ()
    if "awaiting_information" in flags or ("contact_lost" in flags and asked_to_restore_since(case, terms)):
        return FOREVER
    known = (case.disclosed.read_appointment(each, _WHATEVER_CONSENT) for each in case.disclosed.appointments)
    return max(filter(None, map(answered_until, known)), default=None)


def answered_until(known: Mapping[Field, object]) -> datetime | None:
    """Return until when the referrer is asked to answer an appointment that was disclosed so; None when it is not."""
    if known.get(Field.APPOINTMENT_RESPONSE) != AppointmentResponse.REQUESTED:
        return None
    if known.get(Field.APPOINTMENT_STATUS) not in (None, AppointmentStatus.SCHEDULED, AppointmentStatus.PROPOSED):
        return None
    if starts_at := known.get(Field.APPOINTMENT_STARTS_AT):
        return datetime.fromisoformat(str(starts_at))
    last_day = known.get(Field.APPOINTMENT_ANSWER_BY)
    return midnight(date.fromisoformat(str(last_day)) + timedelta(days=1)) if last_day else None


def turned(facts: TermFacts, entries: Iterable[HistoryEntry]) -> TermFacts:
    """Return the facts with the moment of the last of further history entries that made it another's turn."""
    moments = [each.occurred_at for each in entries if each.from_status != each.to_status or each.action in _TURNS]
    return replace(facts, turned_at=moments[-1]) if moments else facts


def _steps_of_counsellor(case: Case) -> Iterator[Awaited]:
    """Return the steps of the counsellor in a case that goes on; the first comes before the others."""
    flags, planned, turned_at = case.referral.flags, _planned(case), _turned_at(case)
    if flags.withdrawal_requested:
        yield _of_counsellor(AwaitedStep.WITHDRAWAL_ANSWER, turned_at)
    if flags.contact_lost:
        yield _of_counsellor(AwaitedStep.CONTACT, case.referral.contact_changed_at or turned_at)
    if flags.awaiting_information:
        return
    if any(each.response in _TO_BE_PROPOSED_AGAIN for each in _standing(case)):
        yield _of_counsellor(AwaitedStep.OTHER_TIME, turned_at)
    if planned and planned.starts_at:
        yield _of_counsellor(AwaitedStep.ATTENDANCE, planned.starts_at)
    elif case.proposed(AppointmentKind.INTAKE) is None and (step := _next_step(case)):
        yield _of_counsellor(step, turned_at)
    meetings = (each.starts_at for each in case.current_appointments if each.is_planned and each is not planned)
    if begins_at := min(filter(None, meetings), default=None):
        yield _of_counsellor(AwaitedStep.ATTENDANCE, begins_at)


def _of_counsellor(step: AwaitedStep, since: datetime) -> Awaited:
    return Awaited(OrganisationRole.FINANCE_TEAM, step, since)


def _planned(case: Case) -> Appointment | None:
    is_scheduled = case.referral.status is ReferralStatus.SCHEDULED
    return case.planned(AppointmentKind.INTAKE) if is_scheduled else None


def _standing(case: Case) -> Iterator[Appointment]:
    """Return the proposals and planned appointments that can still lead to something."""
    return (each for each in case.current_appointments if not is_overtaken(case, each))


def _next_step(case: Case) -> AwaitedStep | None:
    trajectory = case.trajectory
    if step := _OF_REFERRAL.get(case.referral.status):
        return step
    if trajectory is None:
        # The intake is planned, and its appointment is not known.
        return AwaitedStep.ATTENDANCE
    application = trajectory.kbr_application
    is_at_bank = application is not None and application.status in _AT_CREDIT_BANK
    return None if is_at_bank else _OF_TRAJECTORY.get(trajectory.status)


def _turned_at(case: Case) -> datetime:
    return case.term_facts.turned_at or case.referral.received_at
