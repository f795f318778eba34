"""Dates of birth; of some people only the year, or the year and the month, are known.

The Dutch registers (BRP, StUF) write zeros for what is not known: ``1965-00-00``, ``1965-03-00``.
"""

import re
from datetime import date
from typing import Self

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_NOT_KNOWN = "00"

# In the middle of what is possible, so that an age is wrong by half a year at most.
_MONTH, _DAY = 7, 15


class PartialDate(str):
    """A date without a day, or without month and day; it is its own text, with zeros for what is not known."""

    __slots__ = ()

    @classmethod
    def of(cls, year: int, month: int | None = None) -> Self:
        """Return the date with this year and, if it is known, this month.

        Raises:
            ValueError: there is no such month.
        """
        date(year, month or 1, 1)
        return cls(f"{year:04d}-{month or 0:02d}-{_NOT_KNOWN}")

    @property
    def year(self) -> int:
        """The year."""
        return int(self[:4])

    @property
    def month(self) -> int | None:
        """The month, if it is known."""
        return int(self[5:7]) or None

    def isoformat(self) -> str:
        """Return the text."""
        return str(self)


BirthDate = date | PartialDate
"""A date of birth; at least the year is known."""


def read_birth_date(text: str) -> BirthDate:
    """Return the date of birth in a text.

    Raises:
        ValueError: it is not ``YYYY-MM-DD`` with zeros for what is not known, or there is no such day.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("not a date of birth")
    year, month, day = found.groups()
    if day != _NOT_KNOWN:
        return date(int(year), int(month), int(day))
    return PartialDate.of(int(year), int(month) or None)


def first_possible(birth_date: BirthDate) -> date:
    """Return the first day on which somebody with this date of birth can have been born."""
    if isinstance(birth_date, date):
        return birth_date
    return date(birth_date.year, birth_date.month or 1, 1)


def reckoned_day(birth_date: BirthDate) -> date:
    """Return the day of birth by which an age is computed: the date itself, or the middle of what is possible."""
    if isinstance(birth_date, date):
        return birth_date
    return date(birth_date.year, birth_date.month, _DAY) if birth_date.month else date(birth_date.year, _MONTH, 1)
