"""A city's reference data: areas, institutions, terms and the bands of its tables. Data, not code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.ownership import Ownership
from app.reference.ownership import read_ownership


class UnknownMunicipality(ValueError):
    """There is no reference data set of this name."""


@dataclass(frozen=True)
class Institution:
    """An organisation that every installation in this city has from the start."""

    code: str
    name: str
    role: OrganisationRole
    system: System


@dataclass(frozen=True)
class Term:
    """How long something may take, from a day on, for some or all kinds of referrer."""

    valid_from: date
    weeks: int
    referrer_kinds: frozenset[ReferrerKind]

    def holds(self, kind: ReferrerKind | None, day: date) -> bool:
        """Return whether the term applies to this kind of referrer on this day."""
        return self.valid_from <= day and (not self.referrer_kinds or kind in self.referrer_kinds)


@dataclass(frozen=True)
class Band:
    """A row of a table of numbers: from ``low`` up to and including ``high`` (None: no upper end)."""

    name: str
    low: int
    high: int | None

    def holds(self, number: int) -> bool:
        """Return whether the number falls in the band."""
        return self.low <= number and (self.high is None or number <= self.high)


@dataclass(frozen=True)
class Retention:
    """How long the hub keeps what nobody needs any more (*bewaartermijnen*).

    Attributes:
        quarantine: contents of a record in quarantine, from when it came.
        decided_conflict: the three values of a conflict, which may be personal, from its decision.
        held_fields: what partners hold of a referral that is over, from its last change.
    """

    quarantine: timedelta
    decided_conflict: timedelta
    held_fields: timedelta


@dataclass(frozen=True)
class Reference:
    """The reference data of one city."""

    municipality: str
    areas: frozenset[str]
    institutions: tuple[Institution, ...]
    decision_terms: tuple[Term, ...]
    age_bands: tuple[Band, ...]
    decision_week_bands: tuple[Band, ...]
    retention: Retention
    ownership: Ownership = field(default_factory=Ownership)

    def institution(self, role: OrganisationRole) -> Institution:
        """Return the city's institution with this role; StopIteration when the city has none."""
        return next(each for each in self.institutions if each.role is role)

    def decision_weeks(self, kind: ReferrerKind | None, intake_on: date) -> int:
        """Return the weeks within which the counsellor decides, by the newest term that holds at the intake."""
        holding = [term for term in self.decision_terms if term.holds(kind, intake_on)]
        return max(holding, key=lambda term: (term.valid_from, bool(term.referrer_kinds))).weeks


@cache
def load_reference(municipality: str) -> Reference:
    """Read the data set of a city from this package.

    Raises:
        UnknownMunicipality: no data set has this name.
        FaultyOwnership: a field has no owner, or more than one.
    """
    source = files(__package__).joinpath(f"{municipality}.toml")
    if not source.is_file():
        raise UnknownMunicipality(f"No reference data for '{municipality}'; add app/reference/{municipality}.toml.")
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    return Reference(
        municipality=data["municipality"],
        areas=frozenset(data["areas"]),
        institutions=tuple(
            Institution(each["code"], each["name"], OrganisationRole(each["role"]), System(each["system"]))
            for each in data["institutions"]
        ),
        decision_terms=tuple(
            Term(each["valid_from"], each["weeks"], frozenset(map(ReferrerKind, each.get("referrer_kinds", ()))))
            for each in data["decision_terms"]
        ),
        age_bands=_bands(data["age_bands"]),
        decision_week_bands=_bands(data["decision_week_bands"]),
        ownership=read_ownership(data["field_groups"]),
        retention=_retention(data["retention"]),
    )


def _retention(days: Mapping[str, int]) -> Retention:
    return Retention(
        quarantine=timedelta(days=days["quarantine_days"]),
        decided_conflict=timedelta(days=days["decided_conflict_days"]),
        held_fields=timedelta(days=days["held_fields_days"]),
    )


def _bands(rows: list[list[str | int]]) -> tuple[Band, ...]:
    return tuple(Band(str(row[0]), int(row[1]), int(row[2]) if len(row) > 2 else None) for row in rows)
