"""The terms of docs/explanation/domain.md, section 5, and the days by which they are counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.codes import ReferrerKind
from app.domain.local_time import AMSTERDAM, local_date, midnight
from app.domain.terms import Length, Milestone, Term, Terms, Unit
from app.domain.working_days import WorkingCalendar
from app.reference import load_reference
from app.reference.city_holidays import CityHolidays, LiberationDay

TERMS = load_reference("rotterdam").terms
DAY = date(2026, 3, 2)

_W = ReferrerKind


def length_of(code: str, kind: ReferrerKind | None, day: date = DAY) -> tuple[int, str] | None:
    term = TERMS.term(code, kind, day)
    return (term.length.amount, term.length.unit) if term else None


def test_each_kind_of_referrer_has_the_terms_that_were_agreed_with_it() -> None:
    for kind in (*ReferrerKind, None):
        upper = {
            _W.EXIT: 3,
            _W.PRESTATIE010: 3,
            _W.DETENTIE_REINTEGRATIE: 3,
            _W.WERK_EN_INKOMEN: 5,
            _W.STATUSHOUDERS: 5,
        }
        early = (8, "weeks") if kind in {_W.DETENTIE_REINTEGRATIE, _W.PRESTATIE010} else None
        assert length_of("confirmation", kind) == (24, "hours")
        assert length_of("contact", kind) == (upper.get(kind, 2) if kind else 2, "working_days")
        assert length_of("invitation", kind) == ((5, "working_days") if kind is _W.SCHULDENRECHTER else None)
        assert length_of("intake", kind) == (10, "working_days")
        assert length_of("decision", kind) == (13, "weeks")
        assert length_of("first_result", kind) == early
        assert length_of("service_decision", kind) == (56, "days")
        assert length_of("creditor_agreement", kind) == (120, "days")
        assert length_of("monitoring", kind) == (1, "months")
        assert length_of("aftercare", kind) == (3, "months")


def test_the_decision_takes_eight_weeks_for_talks_before_2020_and_thirteen_since() -> None:
    for first_talk_on, weeks in ((date(2019, 12, 31), 8), (date(2020, 1, 1), 13), (date(2026, 3, 2), 13)):
        assert length_of("decision", _W.WIJKTEAM, first_talk_on) == (weeks, "weeks")
        assert (TERMS.decision_due_on(None, first_talk_on) - first_talk_on).days == 7 * weeks


def test_a_talk_of_before_the_first_term_of_the_decision_has_that_one() -> None:
    talk = date(1950, 1, 2)
    for kind in (None, *ReferrerKind):
        term = TERMS.term("decision", kind, talk)
        assert term == TERMS.term("decision", kind, date(2000, 1, 1))
        assert TERMS.decision_due_on(kind, talk) == talk + timedelta(weeks=8)
        assert TERMS.term("intake", kind, talk) is None


def test_the_weeks_of_progress_are_those_of_the_kind() -> None:
    expected = {
        _W.WERK_EN_INKOMEN: [8],
        _W.STATUSHOUDERS: [8],
        _W.EXIT: [8, 13],
        _W.WELZIJNSORGANISATIE: [8, 13],
        _W.RECLASSERING: [8, 13],
    }
    for kind in (*ReferrerKind, None):
        weeks = [week for week, _ in TERMS.progress_days(kind, DAY)]
        assert weeks == (expected.get(kind, []) if kind else [])
    assert dict(TERMS.progress_days(_W.EXIT, DAY)) == {8: date(2026, 4, 27), 13: date(2026, 6, 1)}


def test_a_term_of_the_kind_comes_before_a_newer_one_for_all() -> None:
    own = replace(TERMS.terms[0], referrer_kinds=frozenset({_W.EXIT}), length=Length(1, Unit.DAYS))
    newer = replace(TERMS.terms[0], valid_from=date(2025, 1, 1), length=Length(2, Unit.DAYS))
    terms = Terms(terms=(TERMS.terms[0], own, newer))

    def amount(kind: ReferrerKind, day: date) -> int | None:
        term = terms.term("confirmation", kind, day)
        return term.length.amount if term else None

    assert amount(_W.EXIT, DAY) == 1
    assert amount(_W.WIJKTEAM, DAY) == 2
    assert amount(_W.WIJKTEAM, date(2024, 1, 1)) == 24
    assert amount(_W.WIJKTEAM, date(2018, 1, 1)) is None


@pytest.mark.parametrize(
    ("start", "working_days", "end"),
    [
        # A weekend does not count, nor does the day itself.
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 2, date(2026, 3, 10)),
        # King's Day on Monday 27 April 2026; on Saturday 26 April 2025, because 27 April was a Sunday.
        (date(2026, 4, 24), 1, date(2026, 4, 28)),
        (date(2025, 4, 25), 1, date(2025, 4, 28)),
        (date(2027, 4, 26), 1, date(2027, 4, 28)),
        # Good Friday and Liberation Day are working days in Rotterdam; Easter Monday is not.
        (date(2026, 4, 2), 2, date(2026, 4, 7)),
        (date(2025, 5, 2), 1, date(2025, 5, 5)),
        # Ascension, on a Thursday; Whit Monday.
        (date(2026, 5, 13), 1, date(2026, 5, 15)),
        (date(2026, 5, 22), 1, date(2026, 5, 26)),
        # Both days of Christmas, and New Year's Day.
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2025, 12, 24), 10, date(2026, 1, 12)),
    ],
)
def test_working_days_follow_the_dutch_calendar(start: date, working_days: int, end: date) -> None:
    assert TERMS.calendar.shifted(start, working_days) == end
    assert TERMS.calendar.between(start, end) == working_days
    if TERMS.calendar.is_working_day(start):
        assert TERMS.calendar.shifted(end, -working_days) == start


def test_a_city_says_which_days_differ_from_the_national_holidays() -> None:
    rotterdam = CityHolidays(
        good_friday=False, liberation_day=LiberationDay.NEVER, added=frozenset(), removed=frozenset()
    )
    friday, fifth, lustrum = date(2026, 4, 3), date(2026, 5, 5), date(2025, 5, 5)
    eve, easter_monday = date(2026, 12, 24), date(2026, 4, 6)

    def works(city: CityHolidays, *days: date) -> list[bool]:
        return [WorkingCalendar(city.calendar()).is_working_day(day) for day in days]

    assert works(rotterdam, friday, fifth, lustrum, eve, easter_monday) == [True, True, True, True, False]
    assert works(replace(rotterdam, good_friday=True), friday) == [False]
    assert works(replace(rotterdam, liberation_day=LiberationDay.ALWAYS), fifth, lustrum) == [False, False]
    assert works(replace(rotterdam, liberation_day=LiberationDay.EVERY_FIVE_YEARS), fifth, lustrum) == [True, False]
    assert works(replace(rotterdam, added=frozenset({eve})), eve) == [False]
    assert works(replace(rotterdam, removed=frozenset({easter_monday})), easter_monday) == [True]


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        # The night to 29 March 2026 has 23 hours, the one to 25 October 2026 has 25.
        ("2026-03-28T12:00+01:00", Length(24, Unit.HOURS), "2026-03-29T13:00+02:00"),
        ("2026-10-24T12:00+02:00", Length(24, Unit.HOURS), "2026-10-25T11:00+01:00"),
        ("2026-03-28T23:30+01:00", Length(1, Unit.DAYS), "2026-03-30T00:00+02:00"),
        ("2026-10-24T23:30+02:00", Length(1, Unit.DAYS), "2026-10-26T00:00+01:00"),
        # The day is that of the city, also in the hours in which it is still yesterday in UTC.
        ("2026-06-30T22:30+00:00", Length(1, Unit.DAYS), "2026-07-03T00:00+02:00"),
        ("2026-04-24T10:00+02:00", Length(2, Unit.WORKING_DAYS), "2026-04-30T00:00+02:00"),
        ("2026-01-31T09:00+01:00", Length(1, Unit.MONTHS), "2026-03-01T00:00+01:00"),
        ("2026-11-30T09:00+01:00", Length(3, Unit.MONTHS), "2027-03-01T00:00+01:00"),
        ("2026-03-02T09:00+01:00", Length(13, Unit.WEEKS), "2026-06-02T00:00+02:00"),
    ],
)
def test_a_term_ends_hours_later_or_after_the_last_local_day(start: str, length: Length, end: str) -> None:
    assert TERMS.end_of(length, datetime.fromisoformat(start)) == datetime.fromisoformat(end)


def test_a_term_approaches_hours_or_days_before_its_last_day() -> None:
    end = midnight(date(2026, 4, 30))

    assert TERMS.before(Length(4, Unit.HOURS), end) == datetime(2026, 4, 29, 20, tzinfo=AMSTERDAM)
    assert TERMS.before(Length(1, Unit.WORKING_DAYS), end) == midnight(date(2026, 4, 28))
    assert TERMS.before(Length(2, Unit.WORKING_DAYS), end) == midnight(date(2026, 4, 24))
    assert TERMS.before(Length(1, Unit.WEEKS), end) == midnight(date(2026, 4, 22))


def test_every_term_starts_and_ends_with_milestones_and_approaches_within_its_length() -> None:
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)
    for term in TERMS.terms:
        end = TERMS.end_of(term.length, start)
        assert start <= TERMS.before(term.approaches, end) < end, term.code
        assert term.until or term.reminds, term.code
        assert term.start not in term.until, term.code


def test_no_term_holds_without_its_data() -> None:
    assert Terms().term("decision", None, DAY) is None
    with pytest.raises(ValueError, match="no term decision"):
        Terms().decision_due_on(None, DAY)
    assert isinstance(TERMS.terms[0], Term)
    assert {each.start for each in TERMS.terms} | {m for each in TERMS.terms for m in each.until} == set(Milestone)
    assert local_date(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)
