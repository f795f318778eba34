"""Who owns which field of a referral, and what holds when two systems say different things about it.

Source: ``docs/explanation/domain.md``, section 9. What each city laid down is data: ``app/reference``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from json import dumps
from typing import Any

from app.domain.codes import (
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    IncomeSituation,
    LifeDomain,
    System,
    Threat,
)
from app.domain.commands import AmendReferral
from app.domain.fields import Field

MOST_SENDS = 5
"""How often one field of one referral is sent within ``LOOP_WINDOW`` while two sides contradict each other."""

LOOP_WINDOW = timedelta(hours=1)


class Owner(StrEnum):
    """Who has the last word on a field."""

    REFERRER = "referrer"
    """The system in which the referrer registers; the API for those without one."""
    ALLEGRO = "allegro"
    HUB = "hub"


class Reason(StrEnum):
    """Why two values stand against each other."""

    NOT_THE_OWNER = "not-the-owner"
    BOTH_CHANGED = "both-changed"
    LOOP = "loop"


@dataclass(frozen=True)
class FieldGroup:
    """Fields that have one owner together."""

    name: str
    owner: Owner
    fields: frozenset[Field]


@dataclass(frozen=True)
class Ownership:
    """The owner of every field."""

    groups: tuple[FieldGroup, ...] = ()

    @cached_property
    def _owners(self) -> Mapping[Field, Owner]:
        return {field: group.owner for group in self.groups for field in group.fields}

    def owner_of(self, field: Field) -> Owner:
        """Return the owner of a field; KeyError when the city laid down none, which the loader refuses."""
        return self._owners[field]

    def owns(self, system: System, field: Field, referrer_system: System) -> bool:
        """Return whether a system has the last word on a field of a referral.

        Args:
            system: the system that speaks.
            field: the field it speaks about.
            referrer_system: where the organisation that referred registers.
        """
        owner = self.owner_of(field)
        return system is (referrer_system if owner is Owner.REFERRER else _SYSTEMS.get(owner))


_SYSTEMS: Mapping[Owner, System] = {Owner.ALLEGRO: System.ALLEGRO}


@dataclass(frozen=True)
class Resolution:
    """What becomes of what a partner says about a field.

    Attributes:
        take: whether the partner's value replaces the hub's.
        reason: why the value that lost is kept as a conflict; None when nothing is lost.
    """

    take: bool = False
    reason: Reason | None = None


NOTHING_NEW = Resolution()


def resolve(base: bytes, hub: bytes, partner: bytes, *, owns: bool) -> Resolution:
    """Settle one field by three values, each as a fingerprint of its canonical form.

    Args:
        base: what the partner last said or was last sent.
        hub: what the hub has now.
        partner: what the partner says now.
        owns: whether the partner has the last word.
    """
    if partner in (hub, base):
        return NOTHING_NEW
    if hub != base:
        return Resolution(take=owns, reason=Reason.BOTH_CHANGED)
    return Resolution(take=True) if owns else Resolution(reason=Reason.NOT_THE_OWNER)


@dataclass(frozen=True)
class FieldAccessor:
    """Where a field stands in what a referrer says, and how its stored form is read back."""

    path: tuple[str, ...]
    read: Callable[[Any], object]


def _same(value: object) -> object:
    return value


def _each(kind: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda values: tuple(map(kind, values))


_CONTENTS: Mapping[Field, tuple[str, Callable[[Any], object]]] = {
    Field.REFERRAL_AREA: ("area", _same),
    Field.REFERRAL_THREE_WAY_MEETING: ("three_way_meeting", _same),
    Field.REFERRAL_MEETING_PLACE: ("meeting_place", _same),
    Field.REFERRAL_INCOME_SITUATION: ("income_situation", IncomeSituation),
    Field.REFERRAL_DEBT_SEVERITY: ("debt_severity", DebtSeverity),
    Field.REFERRAL_THREATS: ("threats", _each(Threat)),
    Field.REFERRAL_PROTECTIVE_ADMINISTRATION: ("protective_administration", _same),
    Field.REFERRAL_RUNNING_WSNP: ("running_wsnp", _same),
    Field.REFERRAL_WMO_INDICATION: ("wmo_indication", _same),
    Field.REFERRAL_LIVES_IN_MUNICIPALITY: ("lives_in_municipality", _same),
    Field.REFERRAL_CASE_LEAD: ("case_lead", _same),
    Field.REFERRAL_OTHER_ORGANISATIONS: ("other_organisations", tuple),
    Field.REFERRAL_REASON: ("reason", _same),
    Field.REFERRAL_MOTIVATION: ("motivation", _same),
    Field.ASSESSMENT_DONE_BY: ("assessment_done_by", _same),
    Field.ASSESSMENT_LIFE_DOMAINS: ("life_domains", _each(LifeDomain)),
    Field.CONSENT_SCOPES: ("consent.scopes", lambda values: frozenset(map(ConsentScope, values))),
    Field.CONSENT_GIVEN_ON: ("consent.given_on", date.fromisoformat),
    Field.CONSENT_EVIDENCE: ("consent.evidence", _same),
    Field.WORKER_NAME: ("worker.name", _same),
    Field.WORKER_PHONE: ("worker.phone", _same),
    Field.WORKER_EMAIL: ("worker.email", _same),
}

_CLIENT: Mapping[Field, tuple[str, Callable[[Any], object]]] = {
    Field.CLIENT_GIVEN_NAME: ("given_name", _same),
    Field.CLIENT_FAMILY_NAME: ("family_name", _same),
    Field.CLIENT_BIRTH_DATE: ("birth_date", date.fromisoformat),
    Field.CLIENT_SEX: ("sex", _same),
    Field.CLIENT_ADDRESS: ("address", _same),
    Field.CLIENT_PHONE: ("phone", _same),
    Field.CLIENT_EMAIL: ("email", _same),
    Field.CLIENT_PREFERRED_CHANNEL: ("preferred_channel", ContactChannel),
    Field.CLIENT_INTERPRETER_LANGUAGE: ("interpreter_language", _same),
    Field.CLIENT_CONTACT_CAUTIONS: ("contact_cautions", _each(ContactCaution)),
}

# The BSN is not among them: it says who the client is, and never changes afterwards.
REFERRER_FIELDS: Mapping[Field, FieldAccessor] = {
    field: FieldAccessor((part, *path.split(".")), read)
    for part, table in (("contents", _CONTENTS), ("client", _CLIENT))
    for field, (path, read) in table.items()
}
"""Every field of a referral that two systems can change."""


def referrer_values(fact: AmendReferral) -> dict[Field, object]:
    """Return what is said, by field; nothing of the client when the fact leaves it as it is."""
    return {
        field: _at(fact, each.path) for field, each in REFERRER_FIELDS.items() if _at(fact, each.path[:1]) is not None
    }


def changed_fields(before: AmendReferral, after: AmendReferral) -> dict[Field, object]:
    """Return what is said otherwise than before, by field."""
    old = referrer_values(before)
    return {field: value for field, value in referrer_values(after).items() if field in old and value != old[field]}


def with_values(fact: AmendReferral, values: Mapping[Field, object]) -> AmendReferral:
    """Return what is said with other values in these fields."""
    for field, value in values.items():
        fact = _with(fact, REFERRER_FIELDS[field].path, value)
    return fact


def _at(record: Any, path: Iterable[str]) -> Any:
    for name in path:
        record = getattr(record, name)
    return record


def _with(record: Any, path: tuple[str, ...], value: object) -> Any:
    name, *rest = path
    return replace(record, **{name: _with(getattr(record, name), tuple(rest), value) if rest else value})


_PHONES = frozenset({Field.CLIENT_PHONE, Field.WORKER_PHONE})
_EMAILS = frozenset({Field.CLIENT_EMAIL, Field.WORKER_EMAIL})


def json_form(value: object) -> object:
    """Return a value as JSON holds it: dates as text, sets in order."""
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def normalise(field: Field, value: object) -> str:
    """Return the form in which two values of a field are compared; the empty text stands for nothing at all.

    Systems write the same in other ways: spaces, the order of a list, a phone number with or without its country.
    """
    form = json_form(value)
    if isinstance(form, str):
        return _normalise_text(field, form)
    if isinstance(form, (tuple, list)):
        return dumps(sorted(map(str, form))) if form else ""
    return "" if form is None else dumps(form)


def _normalise_text(field: Field, text: str) -> str:
    if field in _PHONES:
        return _normalise_phone(text)
    plain = " ".join(text.split())
    return plain.casefold() if field in _EMAILS else plain


def _normalise_phone(text: str) -> str:
    digits = "".join(mark for mark in text if mark.isdigit() or mark == "+")
    for country in ("+31", "0031"):
        if digits.startswith(country):
            return "0" + digits.removeprefix(country).removeprefix("0")
    return digits
