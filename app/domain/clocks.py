"""The clocks of a case (*lopende termijnen*): what follows of its milestones and the city's terms, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.domain.case import Case
from app.domain.codes import ClockState
from app.domain.local_time import local_date, midnight
from app.domain.meetings import next_moments
from app.domain.milestones import milestones
from app.domain.term_facts import Extension, Pause, Reported, TermFacts
from app.domain.terms import Milestone, Term, Terms, Unit

_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class TermClock:
    """A term that runs, or ran, in a case.

    Attributes:
        occurrence: which of its runs this is, from 1.
        due_at: from when on it has passed, unless it was met; while it is paused, as if it went on at once.
        approaches_at: from when on it is said to approach.
        paused_since: since when it is paused; None when it runs.
        met_at: when what it waits for happened, or the case ended.
    """

    term: Term
    occurrence: int
    started_at: datetime
    due_at: datetime
    approaches_at: datetime
    paused_since: datetime | None = None
    extended: Extension | None = None
    met_at: datetime | None = None

    @property
    def key(self) -> str:
        """Its name within the case."""
        return key_of(self.term.code, self.occurrence)

    @property
    def due_on(self) -> date:
        """The last day on which it has not passed."""
        return local_date(self.due_at - _MOMENT)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for something."""
        return self.met_at is None

    @property
    def can_be_extended(self) -> bool:
        """Whether the counsellor can move its last day; a reminder has none to keep."""
        return self.is_open and not self.term.reminds

    @property
    def runs(self) -> bool:
        """Whether it is open and does not pause."""
        return self.is_open and self.paused_since is None

    def state(self, now: datetime) -> ClockState:
        """Return where it is at a moment."""
        if not self.is_open:
            return ClockState.MET
        if self.paused_since:
            return ClockState.PAUSED
        if now >= self.due_at:
            return ClockState.BREACHED
        return ClockState.APPROACHING if now >= self.approaches_at else ClockState.RUNNING


@dataclass(frozen=True)
class News:
    """What is to be reported of a clock."""

    clock: TermClock
    reported: Reported


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a case asks for attention.

    Attributes:
        next_at: when something is to be reported of it next; None: never, unless it changes.
        due_at: when the first of its open clocks ends.
        breached_at: when the first of those ended, or ends, that are breached then.
    """

    next_at: datetime | None
    due_at: datetime | None
    breached_at: datetime | None


def key_of(code: str, occurrence: int) -> str:
    """Return the name of a clock within its case."""
    return f"{code}/{occurrence}"


def clocks_of(case: Case, terms: Terms, now: datetime) -> Sequence[TermClock]:
    """Return the clocks of a case that have started, in the order of the city's terms."""
    reached = milestones(case)
    return tuple(clock for code in terms.codes for clock in _runs(case, terms, code, reached, now))


def news_of(case: Case, clocks: Sequence[TermClock], now: datetime) -> Sequence[News]:
    """Return what is to be reported of the clocks of a case and was not yet."""
    reported = case.term_facts.reported
    return [News(clock, due) for clock in clocks if (due := _due_to_report(clock, reported.get(clock.key), now))]


def weeks_due(case: Case, terms: Terms, now: datetime) -> Sequence[int]:
    """Return the weeks of progress that are due and were not reported; none once the case is over."""
    return [week for week, day in _unreported(case, terms) if midnight(day) <= now]


def schedule_of(case: Case, terms: Terms, now: datetime) -> Schedule:
    """Return when a case asks for attention."""
    clocks = [clock for clock in clocks_of(case, terms, now) if clock.is_open]
    reported = case.term_facts.reported
    moments = [at for clock in clocks if (at := _next_of(clock, reported.get(clock.key)))]
    moments += [*(midnight(day) for _, day in _unreported(case, terms)), *next_moments(case)]
    breaches = [clock.due_at for clock in clocks if clock.runs and not clock.term.reminds]
    return Schedule(
        next_at=min(moments, default=None),
        due_at=min((clock.due_at for clock in clocks), default=None),
        breached_at=min(breaches, default=None),
    )


def as_reported(facts: TermFacts, news: Sequence[News], weeks: Sequence[int]) -> TermFacts:
    """Return the facts with what is reported now, so that it is reported once."""
    reported = {**facts.reported, **{each.clock.key: each.reported for each in news}}
    return replace(facts, reported=reported, reported_weeks=tuple(sorted({*facts.reported_weeks, *weeks})))


def _runs(
    case: Case, terms: Terms, code: str, reached: Mapping[Milestone, datetime], now: datetime
) -> Iterator[TermClock]:
    started_at = reached.get(terms.start_of(code))
    term = terms.term(code, case.referral.organisation.kind, local_date(started_at)) if started_at else None
    if started_at is None or term is None:
        return
    met_at = min((reached[each] for each in term.until if each in reached), default=None)
    for occurrence in range(1, term.times + 1):
        begins_at = started_at if occurrence == 1 else terms.end_of(term.length.times(occurrence - 1), started_at)
        if occurrence > 1 and begins_at > (now if met_at is None else min(now, met_at)):
            return
        end = _asked_until(case, term) or terms.end_of(term.length.times(occurrence), started_at)
        clock = TermClock(
            term=term,
            occurrence=occurrence,
            started_at=begins_at,
            due_at=end,
            approaches_at=end,
            extended=case.term_facts.extensions.get(key_of(code, occurrence)),
            met_at=met_at,
        )
        yield _ending(_with_due(clock, terms, case.term_facts.pauses), terms, now)


def _asked_until(case: Case, term: Term) -> datetime | None:
    """Return the end of the first day by which a question to the referrer is to be answered; None for other terms."""
    if term.start is not Milestone.INFORMATION_REQUESTED:
        return None
    return midnight(min(each.due_on for each in case.term_facts.open_requests) + _DAY)


def _with_due(clock: TermClock, terms: Terms, pauses: Sequence[Pause]) -> TermClock:
    """Return a clock that ends as the counsellor extended it, and later by as long as it stood still since."""
    counts_from = clock.started_at
    if clock.extended:
        counts_from = max(counts_from, clock.extended.extended_at)
        clock = replace(clock, due_at=midnight(clock.extended.due_on + _DAY))
    for pause in pauses if clock.term.pauses else ():
        # What ended before, or is paused after it has passed, is no longer than it was.
        if pause.since >= clock.due_at or (clock.met_at and pause.since >= clock.met_at):
            continue
        if pause.until is None:
            return replace(clock, paused_since=max(pause.since, clock.started_at))
        clock = replace(clock, due_at=_later(clock, terms, max(pause.since, counts_from), pause.until))
    return clock


def _later(clock: TermClock, terms: Terms, since: datetime, until: datetime) -> datetime:
    if until <= since:
        return clock.due_at
    if clock.term.length.unit is Unit.HOURS:
        return clock.due_at + (until - since)
    first, last = local_date(since), local_date(until)
    if clock.term.length.unit is Unit.WORKING_DAYS:
        day = terms.calendar.shifted(clock.due_on, terms.calendar.between(first, last))
    else:
        day = clock.due_on + (last - first)
    return midnight(day + _DAY)


def _ending(clock: TermClock, terms: Terms, now: datetime) -> TermClock:
    if clock.term.reminds and clock.due_at <= now:
        clock = replace(clock, met_at=min(clock.due_at, clock.met_at or clock.due_at))
    return replace(clock, approaches_at=terms.before(clock.term.approaches, clock.due_at))


def _due_to_report(clock: TermClock, reported: Reported | None, now: datetime) -> Reported | None:
    if not clock.runs or reported is Reported.BREACHED:
        return None
    if now >= clock.due_at:
        return Reported.BREACHED
    return Reported.APPROACHING if reported is None and now >= clock.approaches_at else None


def _next_of(clock: TermClock, reported: Reported | None) -> datetime | None:
    if not clock.runs or reported is Reported.BREACHED:
        return None
    return clock.approaches_at if reported is None else clock.due_at


def _unreported(case: Case, terms: Terms) -> Iterator[tuple[int, date]]:
    if case.first_talk_on is None or not case.goes_on:
        return
    for week, day in terms.progress_days(case.referral.organisation.kind, case.first_talk_on):
        if week not in case.term_facts.reported_weeks:
            yield week, day
