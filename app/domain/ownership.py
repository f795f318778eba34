"""Who owns which field of a referral, and what holds when two systems say different things about it.

Source: ``docs/explanation/domain.md``, section 9. What each city laid down is data: ``app/reference``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from json import dumps
from typing import Any, TypeVar

from app.domain.case import Case
from app.domain.codes import HelpOrganisationKind, System
from app.domain.commands import AmendReferral
from app.domain.fields import OF_CLIENT, OF_CONTENTS, Field, FieldSpec
from app.domain.values import HelpOrganisation

P = TypeVar("P")

MOST_SENDS = 5
"""How often one field of one referral is sent within ``LOOP_WINDOW`` while two sides contradict each other."""

LOOP_WINDOW = timedelta(hours=1)


class Owner(StrEnum):
    """Who decides on a field."""

    REFERRER = "referrer"
    """The system in which the referrer registers; the API for those without one."""
    ALLEGRO = "allegro"
    HUB = "hub"


class ConflictReason(StrEnum):
    """Why two values contradict each other."""

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
        """Return whether a system decides on a field of a referral.

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
    reason: ConflictReason | None = None


NOTHING_NEW = Resolution()


def resolve(base: bytes, hub: bytes, partner: bytes, *, owns: bool) -> Resolution:
    """Settle one field by three values, each as a fingerprint of its canonical form.

    Args:
        base: what the partner last said or was last sent.
        hub: what the hub has now.
        partner: what the partner says now.
        owns: whether the partner decides on the field.
    """
    if partner in (hub, base):
        return NOTHING_NEW
    if hub != base:
        return Resolution(take=owns, reason=ConflictReason.BOTH_CHANGED)
    return Resolution(take=True) if owns else Resolution(reason=ConflictReason.NOT_THE_OWNER)


_CONTENTS = {spec.field: spec for spec in OF_CONTENTS if spec.write}
_CLIENT = {spec.field: spec for spec in OF_CLIENT if spec.write}

REFERRER_FIELDS: Mapping[Field, FieldSpec[Any]] = {**_CONTENTS, **_CLIENT}
"""Every field of a referral that two systems can change."""


def statement_of(case: Case) -> AmendReferral:
    """Return what the referrer said in a case, as the command that states it."""
    return AmendReferral(case.contents, case.client.details)


def referrer_values(command: AmendReferral) -> dict[Field, object]:
    """Return what is said, by field; nothing of the client when the command leaves it as it is."""
    values: dict[Field, object] = {field: spec.read(command.contents) for field, spec in _CONTENTS.items()}
    if command.client:
        values |= {field: spec.read(command.client) for field, spec in _CLIENT.items()}
    return values


def changed_fields(before: AmendReferral, after: AmendReferral) -> dict[Field, object]:
    """Return what is said otherwise than before, by field."""
    old = referrer_values(before)
    return {field: value for field, value in referrer_values(after).items() if field in old and value != old[field]}


def with_values(command: AmendReferral, values: Mapping[Field, object]) -> AmendReferral:
    """Return what is said with other values in these fields."""
    contents, client = command.contents, command.client
    for field, value in values.items():
        if field in _CONTENTS:
            contents = _written(_CONTENTS[field], contents, value)
        elif client:
            client = _written(_CLIENT[field], client, value)
    return AmendReferral(contents, client)


def _written(spec: FieldSpec[P], part: P, value: object) -> P:
    return spec.write(part, value) if spec.write else part


_PHONES = frozenset({Field.CLIENT_PHONE, Field.WORKER_PHONE})
_EMAILS = frozenset({Field.CLIENT_EMAIL, Field.WORKER_EMAIL})


def json_form(value: object) -> object:
    """Return a value as JSON holds it: dates as text, sets in order, organisations as objects."""
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [json_form(each) for each in value]
        case HelpOrganisation():
            return asdict(value)
        case date():
            return value.isoformat()
        case _:
            return value


def normalise(field: Field, value: object) -> str:
    """Return the form in which two values of a field are compared; the empty text stands for nothing at all.

    Systems write the same in other ways: spaces, the order of a list, a phone number with or without its country.
    """
    form = json_form(value)
    if isinstance(form, str):
        return _normalise_text(field, form)
    if isinstance(form, list):
        return dumps(sorted(map(_normalise_item, form))) if form else ""
    return "" if form is None else dumps(form)


def _normalise_item(item: object) -> str:
    match item:
        # As it was stored before kinds were asked for.
        case {"kind": HelpOrganisationKind.UNKNOWN.value, "name": str(name)}:
            return name
        case {"kind": kind, **others}:
            return f"{kind}: {others.get('name') or ''}"
        case _:
            return str(item)


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
