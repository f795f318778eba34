"""Dates of birth that are known in part."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.advice import age_on
from app.domain.birth_date import BirthDate, PartialDate, first_possible, read_birth_date, reckoned_day

YEARS, MONTHS = st.integers(1900, 2100), st.none() | st.integers(1, 12)
BIRTH_DATES = st.dates() | st.builds(PartialDate.of, YEARS, MONTHS)


@given(BIRTH_DATES)
def test_a_date_of_birth_is_read_as_it_is_written(birth_date: BirthDate) -> None:
    assert read_birth_date(birth_date.isoformat()) == birth_date


@given(YEARS, MONTHS)
def test_what_is_known_of_a_partial_date_is_its_year_and_month(year: int, month: int | None) -> None:
    partial = PartialDate.of(year, month)

    assert (partial.year, partial.month) == (year, month)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1965",
        "1965-03",
        "1965-3-0",
        "1965-00-12",
        "1965-13-00",
        "1965-02-30",
        "0000-00-00",
        "1965-00-00 ",
        "١٩٦٥-00-00",
    ],
)
def test_what_is_no_date_of_birth_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_birth_date(text)


@pytest.mark.parametrize(
    ("birth_date", "first", "reckoned"),
    [
        (date(1965, 3, 31), date(1965, 3, 31), date(1965, 3, 31)),
        (PartialDate.of(1965, 2), date(1965, 2, 1), date(1965, 2, 15)),
        (PartialDate.of(1965), date(1965, 1, 1), date(1965, 7, 1)),
    ],
)
def test_an_age_is_reckoned_from_the_middle_of_what_is_possible(
    birth_date: BirthDate, first: date, reckoned: date
) -> None:
    assert (first_possible(birth_date), reckoned_day(birth_date)) == (first, reckoned)
    assert [age_on(birth_date, reckoned.replace(year=2026)), age_on(birth_date, date(2025, 12, 31))] == [61, 60]
