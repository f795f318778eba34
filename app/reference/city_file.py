"""Reads the reference data of a city from TOML; a file with a fault is refused."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, NonNegativeInt, PositiveInt
from pydantic_core import PydanticCustomError

from app.data_file import Document, FaultyFile, Names, Table, Text, describe, known, read
from app.domain.codes import OrganisationRole, ReferrerKind, RoutingAdvice, System
from app.domain.fields import Field
from app.domain.ownership import FieldGroup, Owner, Ownership
from app.domain.terms import Terms
from app.domain.working_days import WorkingCalendar
from app.reference.city import AgreedAdvice, AskedConsent, Band, Institution, Reference, Retention
from app.reference.term_tables import (
    HolidaysTable,
    ProgressTable,
    TermTable,
    once_each,
    possible,
    without_contradictions,
    without_doubt,
)

_ROW_NAMES = ("code", "name")


class UnknownMunicipality(ValueError):
    """There is no reference data set of this name."""


class FaultyReference(ValueError):
    """The reference data of a city cannot be used; a line for each fault names table, row, key and remedy."""


@cache
def load_reference(municipality: str) -> Reference:
    """Return the data set of a city from this package.

    Raises:
        UnknownMunicipality: no data set has this name.
        FaultyReference: the data set has a fault, for example a field without an owner.
        TOMLDecodeError: the data set is not TOML.
    """
    source = files(__package__).joinpath(f"{municipality}.toml")
    if not source.is_file():
        raise UnknownMunicipality(f"No reference data for '{municipality}'; add app/reference/{municipality}.toml.")
    return read_reference(tomllib.loads(source.read_text(encoding="utf-8")))


def read_reference(document: Document) -> Reference:
    """Return the reference data in a document.

    Raises:
        FaultyReference: with every fault.
    """
    try:
        return read(_CityTable, document).to_reference()
    except FaultyFile as error:
        raise FaultyReference("\n".join(describe(each, document, _ROW_NAMES) for each in error.faults)) from error


def _band(row: object) -> Band:
    match row:
        case [str(name), int(low)]:
            return Band(name, low, None)
        case [str(name), int(low), int(high)] if low <= high:
            return Band(name, low, high)
    raise PydanticCustomError("band", "must be [name, lowest] or [name, lowest, highest]")


_Kind = Annotated[ReferrerKind, known(ReferrerKind)]


class _InstitutionTable(Table):
    code: Text
    name: Text
    role: Annotated[OrganisationRole, known(OrganisationRole)]
    system: Annotated[System, known(System)]

    def to_institution(self) -> Institution:
        return Institution(code=self.code, name=self.name, role=self.role, system=self.system)


class _AdviceTable(Table):
    code: Annotated[RoutingAdvice, known(RoutingAdvice)]
    only_for: list[_Kind] | None = None
    except_for: list[_Kind] | None = None

    def to_advice(self) -> AgreedAdvice:
        return AgreedAdvice(self.code, frozenset(self.only_for or ()), frozenset(self.except_for or ()))


def _without_repeats(rows: list[_AdviceTable]) -> list[_AdviceTable]:
    counts = Counter(row.code for row in rows)
    if twice := ", ".join(sorted(code for code, count in counts.items() if count > 1)):
        raise PydanticCustomError("advice", "more than one row: {codes}; give each advice once", {"codes": twice})
    return rows


class _AskedConsentTable(Table):
    valid_from: date
    referrer_kinds: list[_Kind]

    def to_asked(self) -> AskedConsent:
        return AskedConsent(self.valid_from, frozenset(self.referrer_kinds))


class _RetentionTable(Table):
    quarantine_days: PositiveInt
    decided_conflict_days: PositiveInt
    known_values_days: PositiveInt
    attempts_days: PositiveInt
    deliveries_days: PositiveInt
    partner_accounts_days: PositiveInt
    silent_workers_days: PositiveInt

    def to_retention(self) -> Retention:
        return Retention(
            quarantine=timedelta(days=self.quarantine_days),
            decided_conflict=timedelta(days=self.decided_conflict_days),
            known_values=timedelta(days=self.known_values_days),
            attempts=timedelta(days=self.attempts_days),
            deliveries=timedelta(days=self.deliveries_days),
            partner_accounts=timedelta(days=self.partner_accounts_days),
            silent_workers=timedelta(days=self.silent_workers_days),
        )


class _LinkingTable(Table):
    days_apart: NonNegativeInt


class _FieldGroupTable(Table):
    name: Text
    owner: Annotated[Owner, known(Owner)]
    fields: list[Annotated[Field, known(Field)]]

    def to_group(self) -> FieldGroup:
        return FieldGroup(self.name, self.owner, frozenset(self.fields))


def _with_one_owner(groups: list[_FieldGroupTable]) -> list[_FieldGroupTable]:
    owners = Counter(field for group in groups for field in group.fields)
    if faults := "; ".join(_ownership_faults(owners)):
        raise PydanticCustomError("owners", "{faults}", {"faults": faults})
    return groups


def _ownership_faults(owners: Counter[Field]) -> Iterator[str]:
    if twice := sorted(field for field, count in owners.items() if count > 1):
        yield f"more than one owner: {', '.join(twice)}; name each field once"
    if missing := sorted(set(Field) - owners.keys()):
        yield f"no owner: {', '.join(missing)}; add them to a group"


_Band = Annotated[Band, BeforeValidator(_band)]


class _CityTable(Table):
    municipality: Text
    areas: Names
    institutions: list[_InstitutionTable]
    holidays: Annotated[HolidaysTable, AfterValidator(without_doubt)]
    terms: Annotated[list[Annotated[TermTable, AfterValidator(possible)]], AfterValidator(without_contradictions)]
    progress_weeks: Annotated[list[ProgressTable], AfterValidator(once_each)]
    routing_advice: Annotated[list[_AdviceTable], AfterValidator(_without_repeats)]
    consent_to_refer: list[_AskedConsentTable]
    age_bands: list[_Band]
    decision_week_bands: list[_Band]
    retention: _RetentionTable
    linking: _LinkingTable
    field_groups: Annotated[list[_FieldGroupTable], AfterValidator(_with_one_owner)]

    def to_reference(self) -> Reference:
        return Reference(
            municipality=self.municipality,
            areas=frozenset(self.areas),
            institutions=tuple(each.to_institution() for each in self.institutions),
            terms=Terms(
                terms=tuple(each.to_term() for each in self.terms),
                progress=tuple(each.to_progress() for each in self.progress_weeks),
                calendar=WorkingCalendar(self.holidays.to_holidays().calendar()),
            ),
            routing_advice=tuple(each.to_advice() for each in self.routing_advice),
            consent_to_refer=tuple(each.to_asked() for each in self.consent_to_refer),
            age_bands=tuple(self.age_bands),
            decision_week_bands=tuple(self.decision_week_bands),
            retention=self.retention.to_retention(),
            days_between_case_and_referral=timedelta(days=self.linking.days_apart),
            ownership=Ownership(tuple(each.to_group() for each in self.field_groups)),
        )
