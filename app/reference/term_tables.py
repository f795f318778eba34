"""The tables of a city's file with its terms, the weeks of progress and the holidays."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt
from pydantic_core import PydanticCustomError

from app.data_file import Table, Text, known
from app.domain.codes import OrganisationRole, ReferrerKind
from app.domain.terms import ANSWER_QUESTION, DECISION, RESTORE_CONTACT, Length, Milestone, ProgressWeeks, Term, Unit
from app.reference.city_holidays import CityHolidays, LiberationDay

# A thousand months after the last year that a request may name is still a date.
_MOST = 1000
_CODE = r"^[a-z0-9][a-z0-9._-]{0,79}$"


def _length(row: object) -> Length:
    match row:
        case [int(amount), str(unit)] if 0 < amount <= _MOST and unit in {*Unit} and amount is not True:
            return Length(amount, Unit(unit))
    details = {"most": _MOST, "units": ", ".join(Unit)}
    raise PydanticCustomError("length", "must be [number from 1 to {most}, unit], with a unit of: {units}", details)


def _code(name: object) -> object:
    if isinstance(name, str) and re.fullmatch(_CODE, name, re.ASCII):
        return name
    words = "must be at most 80 characters of a-z, 0-9, dot, underscore and hyphen, the first of a-z or 0-9"
    raise PydanticCustomError("code", words)


_Kinds = list[Annotated[ReferrerKind, known(ReferrerKind)]]
_LengthPair = Annotated[Length, BeforeValidator(_length)]
_MilestoneName = Annotated[Milestone, known(Milestone)]
_ALL: tuple[ReferrerKind | None, ...] = (None,)
_STARTS = {
    DECISION: Milestone.FIRST_TALK,
    RESTORE_CONTACT: Milestone.CONTACT_LOST,
    ANSWER_QUESTION: Milestone.INFORMATION_REQUESTED,
}
_OWNERS = (OrganisationRole.FINANCE_TEAM, OrganisationRole.CREDIT_BANK, OrganisationRole.REFERRER)


def _is_an_owner(role: OrganisationRole) -> OrganisationRole:
    if role not in _OWNERS:
        raise PydanticCustomError("owner", "must be one of: {owners}", {"owners": ", ".join(_OWNERS)})
    return role


class TermTable(Table):
    """A row of the terms."""

    code: Annotated[str, BeforeValidator(_code)]
    label: Text
    start: _MilestoneName
    until: list[_MilestoneName]
    length: _LengthPair
    approaches: _LengthPair
    pauses: bool
    valid_from: date
    referrer_kinds: _Kinds | None = None
    times: PositiveInt = 1
    reminds: bool = False
    of: Annotated[OrganisationRole, known(OrganisationRole), AfterValidator(_is_an_owner)] = (
        OrganisationRole.FINANCE_TEAM
    )

    def to_term(self) -> Term:
        """Return the term."""
        return Term(
            code=self.code,
            label=self.label,
            start=self.start,
            until=frozenset(self.until),
            length=self.length,
            valid_from=self.valid_from,
            approaches=self.approaches,
            referrer_kinds=frozenset(self.referrer_kinds or ()),
            pauses=self.pauses,
            times=self.times,
            reminds=self.reminds,
            bound=self.of,
        )


def without_contradictions(terms: list[TermTable]) -> list[TermTable]:
    """Refuse two terms of a name that hold for the same kind from the same day on, and terms without a decision."""
    held = Counter((each.code, each.valid_from, kind) for each in terms for kind in each.referrer_kinds or _ALL)
    if twice := sorted({code for (code, _, _), count in held.items() if count > 1}):
        raise PydanticCustomError(
            "terms", "more than one term from the same day on for the same kind: {codes}", {"codes": ", ".join(twice)}
        )
    starts = Counter(code for code, _ in {(each.code, each.start) for each in terms})
    if torn := sorted(code for code, count in starts.items() if count > 1):
        raise PydanticCustomError("terms", "start at different milestones: {codes}", {"codes": ", ".join(torn)})
    if not any(each.code == DECISION and not each.referrer_kinds for each in terms):
        raise PydanticCustomError("terms", "no term decision for every kind of referrer; add one")
    return terms


def possible(term: TermTable) -> TermTable:
    """Refuse a term that could never run, end or be counted as it is used."""
    if faults := "; ".join(_faults_of(term)):
        raise PydanticCustomError("term", "{faults}", {"faults": faults})
    return term


def _faults_of(term: TermTable) -> Iterator[str]:
    if term.start in term.until:
        yield f"ends with '{term.start}', from which it starts; leave that out of until"
    if not term.until and not term.reminds:
        yield "has no end; name milestones in until, or let it remind"
    if term.times > 1 and not term.reminds:
        yield "runs more than once and does not remind; leave out times"
    if term.approaches.unit is term.length.unit and term.approaches.amount > term.length.amount:
        yield "approaches before it starts; shorten approaches"
    start = _STARTS.get(term.code)
    if start and term.start is not start:
        yield f"starts from another milestone than '{start}', on which the hub counts"
    if start and (term.length.unit is Unit.HOURS or term.reminds):
        yield "has a last day; count it in another unit than hours, and let it not remind"


class ProgressTable(Table):
    """A row of the weeks of progress."""

    valid_from: date
    referrer_kinds: _Kinds
    weeks: list[Annotated[int, Field(ge=1, le=_MOST)]]

    def to_progress(self) -> ProgressWeeks:
        """Return the row."""
        return ProgressWeeks(self.valid_from, frozenset(self.referrer_kinds), tuple(sorted(self.weeks)))


def once_each(rows: list[ProgressTable]) -> list[ProgressTable]:
    """Refuse two rows of weeks that hold for the same kind from the same day on."""
    held = Counter((row.valid_from, kind) for row in rows for kind in {*row.referrer_kinds})
    if twice := ", ".join(sorted({kind for (_, kind), count in held.items() if count > 1})):
        raise PydanticCustomError(
            "progress", "more than one row from the same day on for: {kinds}; give each kind once", {"kinds": twice}
        )
    return rows


def without_doubt(holidays: "HolidaysTable") -> "HolidaysTable":
    """Refuse days that are added and removed."""
    if both := ", ".join(sorted(str(day) for day in {*holidays.added} & {*holidays.removed})):
        raise PydanticCustomError("holidays", "both added and removed: {days}; name each day once", {"days": both})
    return holidays


class HolidaysTable(Table):
    """How the city differs from the national holidays."""

    good_friday: bool
    liberation_day: Annotated[LiberationDay, known(LiberationDay)]
    added: list[date]
    removed: list[date]

    def to_holidays(self) -> CityHolidays:
        """Return the holidays."""
        return CityHolidays(
            good_friday=self.good_friday,
            liberation_day=self.liberation_day,
            added=frozenset(self.added),
            removed=frozenset(self.removed),
        )
