"""The tables of a city's file with its terms, the weeks of progress and the holidays."""

from collections import Counter
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PositiveInt
from pydantic_core import PydanticCustomError

from app.data_file import Table, Text, known
from app.domain.codes import OrganisationRole, ReferrerKind
from app.domain.terms import DECISION, Length, Milestone, ProgressWeeks, Term, Unit
from app.reference.city_holidays import CityHolidays, LiberationDay


def _length(row: object) -> Length:
    match row:
        case [int(amount), str(unit)] if amount > 0 and unit in {*Unit}:
            return Length(amount, Unit(unit))
    units = ", ".join(Unit)
    raise PydanticCustomError("length", "must be [number, unit], with a unit of: {units}", {"units": units})


_Kinds = list[Annotated[ReferrerKind, known(ReferrerKind)]]
_LengthPair = Annotated[Length, BeforeValidator(_length)]
_MilestoneName = Annotated[Milestone, known(Milestone)]
_ALL: tuple[ReferrerKind | None, ...] = (None,)
_OWNERS = (OrganisationRole.FINANCE_TEAM, OrganisationRole.CREDIT_BANK)


def _is_an_owner(role: OrganisationRole) -> OrganisationRole:
    if role not in _OWNERS:
        raise PydanticCustomError("owner", "must be one of: {owners}", {"owners": ", ".join(_OWNERS)})
    return role


class TermTable(Table):
    """A row of the terms."""

    code: Text
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
            is_of_credit_bank=self.of is OrganisationRole.CREDIT_BANK,
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


class ProgressTable(Table):
    """A row of the weeks of progress."""

    valid_from: date
    referrer_kinds: _Kinds
    weeks: list[PositiveInt]

    def to_progress(self) -> ProgressWeeks:
        """Return the row."""
        return ProgressWeeks(self.valid_from, frozenset(self.referrer_kinds), tuple(sorted(self.weeks)))


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
