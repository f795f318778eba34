"""The days on which a city does not work: the national holidays, with its own corrections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache


class LiberationDay(StrEnum):
    """In which years the city does not work on 5 May."""

    NEVER = "never"
    EVERY_FIVE_YEARS = "every_five_years"
    ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class CityHolidays:
    """How a city differs from the national holidays.

    Attributes:
        added: further days on which it does not work.
        removed: holidays on which it does.
    """

    good_friday: bool
    liberation_day: LiberationDay
    added: frozenset[date]
    removed: frozenset[date]

    def calendar(self) -> Callable[[int], frozenset[date]]:
        """Return what returns the days of a year on which the city does not work, weekends aside."""
        return cache(self._of)

    def _of(self, year: int) -> frozenset[date]:
        # The library takes tenths of a second to load, and most commands count no working days.
        from holidays import country_holidays  # noqa: PLC0415

        found = country_holidays("NL", years=year, categories=("public", "optional"), language="en_US")
        days = {day for day, name in found.items() if self._observes(day, name)}
        added = {day for day in self.added if day.year == year}
        return frozenset((days | added) - self.removed)

    def _observes(self, day: date, name: str) -> bool:
        if name == "Good Friday":
            return self.good_friday
        if name != "Liberation Day":
            return True
        every_five = self.liberation_day is LiberationDay.EVERY_FIVE_YEARS and day.year % 5 == 0
        return every_five or self.liberation_day is LiberationDay.ALWAYS
