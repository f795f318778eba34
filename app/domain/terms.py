"""Terms (*termijnen*): how long may pass between two milestones of a case, as the data of a city says."""

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from app.domain.codes import OrganisationRole, ReferrerKind
from app.domain.local_time import local_date, midnight
from app.domain.working_days import WorkingCalendar

DECISION = "decision"
"""The term within which the counsellor decides; every city has one for every kind of referrer."""

RESTORE_CONTACT = "restore_contact"
"""The term within which a referrer is asked to restore contact, before the case is closed for want of it.

Only the kinds of referrer with whom asking was agreed have one.
"""

ANSWER_PROPOSAL = "answer_proposal"
"""The term within which a referrer's worker answers a proposal for an appointment.

Only the kinds of referrer whose workers are asked have one.
"""

ANSWER_QUESTION = "answer_question"
"""The term within which a referrer is asked to answer a question, where the counsellor names no day; for every kind."""

_MONTHS_OF_YEAR = 12


class Milestone(StrEnum):
    """What happens in a case that a term can start from or wait for."""

    RECEIVED = "received"
    PROCESSED = "processed"
    INTAKE_PLANNED = "intake_planned"
    FIRST_TALK = "first_talk"
    DECIDED = "decided"
    SERVICE_DECISION_MEETING = "service_decision_meeting"
    BANK_DECIDED = "bank_decided"
    BANK_GRANTED = "bank_granted"
    APPOINTMENT_PROPOSED = "appointment_proposed"
    CONTACT_LOST = "contact_lost"
    CONTACT_ANSWERED = "contact_answered"
    INFORMATION_REQUESTED = "information_requested"
    CASE_ENDED = "case_ended"
    SERVICE_ENDED = "service_ended"


class Unit(StrEnum):
    """In what a term is counted."""

    HOURS = "hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True)
class Length:
    """A number of units, such as two working days."""

    amount: int
    unit: Unit

    def times(self, number: int) -> "Length":
        """Return a length that is this number of times as long."""
        return Length(self.amount * number, self.unit)

    def after(self, day: date, calendar: WorkingCalendar) -> date:
        """Return the day on which it is over when it starts on a day; a negative amount leads to an earlier one.

        Raises:
            ValueError: hours are no days.
        """
        match self.unit:
            case Unit.WORKING_DAYS:
                return calendar.shifted(day, self.amount)
            case Unit.DAYS:
                return day + timedelta(days=self.amount)
            case Unit.WEEKS:
                return day + timedelta(weeks=self.amount)
            case Unit.MONTHS:
                return _months_after(day, self.amount)
            case Unit.HOURS:
                raise ValueError("hours do not lead from a day to a day")


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where it is shorter."""
    year, month = divmod(day.year * _MONTHS_OF_YEAR + day.month - 1 + months, _MONTHS_OF_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long something may take, for some or all kinds of referrer, from a day on.

    Attributes:
        code: names it; each kind of referrer has one term of a name at a time.
        label: in Dutch.
        start: the milestone from which it runs.
        until: the milestones that end it, whichever comes first.
        valid_from: it holds for what starts on this day or later.
        referrer_kinds: empty: every kind that has no term of this name of its own.
        pauses: whether it is paused while information is awaited.
        approaches: how long before its end it is said to approach.
        times: how often it runs, one after the other.
        reminds: the record does not know what it waits for, so that it is over on its last day and never breached.
        bound: who has to do in time what it waits for.
    """

    code: str
    label: str
    start: Milestone
    until: frozenset[Milestone]
    length: Length
    valid_from: date
    approaches: Length
    referrer_kinds: frozenset[ReferrerKind] = frozenset()
    pauses: bool = False
    times: int = 1
    reminds: bool = False
    bound: OrganisationRole = OrganisationRole.FINANCE_TEAM

    def is_for(self, kind: ReferrerKind | None) -> bool:
        """Return whether it can apply to this kind of referrer."""
        return not self.referrer_kinds or kind in self.referrer_kinds


@dataclass(frozen=True)
class ProgressWeeks:
    """After how many weeks since the first talk a kind of referrer is reported where the case is."""

    valid_from: date
    referrer_kinds: frozenset[ReferrerKind]
    weeks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of a city, with its calendar.

    Attributes:
        progress: when it is reported where a case is.
    """

    terms: Sequence[Term] = ()
    progress: Sequence[ProgressWeeks] = ()
    calendar: WorkingCalendar = field(default_factory=lambda: WorkingCalendar(lambda _: frozenset()))

    @cached_property
    def _by_code(self) -> Mapping[str, Sequence[Term]]:
        found: dict[str, list[Term]] = {}
        for each in self.terms:
            found.setdefault(each.code, []).append(each)
        return found

    @property
    def codes(self) -> Collection[str]:
        """The names of the terms, in the order of the city's data."""
        return self._by_code.keys()

    def start_of(self, code: str) -> Milestone:
        """Return the milestone from which the terms of this name run; KeyError when there is none."""
        return self._by_code[code][0].start

    def term(self, code: str, kind: ReferrerKind | None, day: date) -> Term | None:
        """Return the term of this name that holds for what starts on a day; None without one.

        One for the kind of referrer comes before one for all of them, and a newer one before an older one. What follows
        on any talk is decided: a talk from before the first term of the decision has that term.
        """
        of_kind = [each for each in self._by_code.get(code, ()) if each.is_for(kind)]
        holding = [each for each in of_kind if each.valid_from <= day]
        if code == DECISION and not holding:
            return min(of_kind, key=lambda each: each.valid_from, default=None)
        return max(holding, key=lambda each: (bool(each.referrer_kinds), each.valid_from), default=None)

    def decision_due_on(self, kind: ReferrerKind | None, first_talk_on: date) -> date:
        """Return by when the counsellor decides.

        Raises:
            ValueError: the city has no term for it.
        """
        term = self.term(DECISION, kind, first_talk_on)
        if term is None:
            raise ValueError(f"no term {DECISION}")
        return term.length.after(first_talk_on, self.calendar)

    def progress_days(self, kind: ReferrerKind | None, first_talk_on: date) -> Iterator[tuple[int, date]]:
        """Return after which weeks since the first talk it is reported where the case is, each with its day."""
        holding = [each for each in self.progress if kind in each.referrer_kinds and each.valid_from <= first_talk_on]
        newest = max(holding, key=lambda each: each.valid_from, default=None)
        for week in newest.weeks if newest else ():
            yield week, first_talk_on + timedelta(weeks=week)

    def end_of(self, length: Length, moment: datetime) -> datetime:
        """Return from which moment on a term has passed that starts at a moment: hours later, or after the last day."""
        if length.unit is Unit.HOURS:
            return moment + timedelta(hours=length.amount)
        return midnight(length.after(local_date(moment), self.calendar) + timedelta(days=1))

    def before(self, length: Length, end: datetime) -> datetime:
        """Return from which moment on an end is said to approach."""
        if length.unit is Unit.HOURS:
            return end - timedelta(hours=length.amount)
        last_day = local_date(end - timedelta(microseconds=1))
        return midnight(length.times(-1).after(last_day, self.calendar))
