"""Days on which the city works: not in weekends, not on holidays (*werkdagen*)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are working days.

    Attributes:
        holidays_of: the days in a year on which the city does not work, weekends aside.
    """

    holidays_of: Callable[[int], frozenset[date]]

    def is_working_day(self, day: date) -> bool:
        """Return whether the city works on a day."""
        return day.weekday() < _SATURDAY and day not in self.holidays_of(day.year)

    def shifted(self, day: date, working_days: int) -> date:
        """Return the working day that is this number of working days after a day, or before it where it is negative.

        The day itself does not count: the first working day after a Friday is Monday.
        """
        step = _DAY if working_days > 0 else -_DAY
        for _ in range(abs(working_days)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def between(self, start: date, end: date) -> int:
        """Return how many working days there are after ``start``, up to and including ``end``."""
        days = ((start + _DAY * number) for number in range(1, (end - start).days + 1))
        return sum(1 for day in days if self.is_working_day(day))
