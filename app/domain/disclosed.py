"""What was disclosed to the referrer of a case, as it was then; a referrer reads this, not the case as it is now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.domain.codes import ConsentScope
from app.domain.fields import FactValue, Field, FieldValues, Value
from app.domain.values import Consent, works_on


class DisclosedValue(NamedTuple):
    """A value as it was disclosed, in its JSON form.

    Attributes:
        consent: what the client had to agree to; None when it was disclosed without consent.
    """

    value: FactValue
    consent: ConsentScope | None = None


DisclosedFields = Mapping[Field, DisclosedValue]
"""What one event disclosed, by field."""

_Values = Mapping[Field, tuple[DisclosedValue, ...]]
"""For each field its newest value of each consent, oldest first."""


@dataclass(frozen=True)
class InForce:
    """What the client's consent permits on a day; consent works from its day on."""

    scopes: frozenset[ConsentScope]

    @classmethod
    def of(cls, consent: Consent, day: date) -> InForce:
        """Return what the consent that is recorded now permits on a day, in local time."""
        return cls(consent.scopes if works_on(consent.given_on, day) else frozenset())

    def __contains__(self, scope: object) -> bool:
        """Return whether something that was disclosed under this consent, or without any, may still be read."""
        return scope is None or scope in self.scopes


@dataclass(frozen=True)
class EventDisclosure:
    """What an event disclosed to the referrer when it was recorded.

    Attributes:
        fields: empty when it disclosed nothing.
        asked: other facts on which the rules depend, as they were; never disclosed.
    """

    fields: DisclosedFields
    asked: Mapping[Field, FactValue] = field(default_factory=dict)


@dataclass(frozen=True)
class DisclosedRecord:
    """Everything that was disclosed about a case, as it was disclosed last.

    Attributes:
        values: of the referral and its trajectory.
        appointments: of each appointment, in the order in which they were disclosed.
    """

    values: _Values = field(default_factory=dict)
    appointments: Mapping[UUID, _Values] = field(default_factory=dict)

    def adding(self, disclosed: DisclosedFields, appointment_id: UUID | None = None) -> DisclosedRecord:
        """Return the record with more values, of an appointment or of the rest of the case."""
        if not disclosed:
            return self
        if appointment_id is None:
            return replace(self, values=_added(self.values, disclosed))
        known = self.appointments.get(appointment_id, {})
        return replace(self, appointments={**self.appointments, appointment_id: _added(known, disclosed)})

    def read(self, in_force: InForce) -> FieldValues:
        """Return the newest values of the referral and its trajectory that may still be read."""
        return dict(_read(self.values, in_force))

    def read_appointment(self, appointment_id: UUID, in_force: InForce) -> FieldValues:
        """Return the newest values of an appointment that may still be read; none when it was not disclosed."""
        return dict(_read(self.appointments.get(appointment_id, {}), in_force))

    def under_consent(self, in_force: InForce) -> frozenset[Field]:
        """Return the fields whose newest value that may be read was disclosed with the client's consent."""
        newest = (
            (name, _last(values, in_force))
            for part in (self.values, *self.appointments.values())
            for name, values in part.items()
        )
        return frozenset(name for name, last in newest if last and last.consent)


def _added(known: _Values, disclosed: DisclosedFields) -> _Values:
    return {**known, **{name: (*_kept(known.get(name, ()), new.consent), new) for name, new in disclosed.items()}}


def _kept(values: Collection[DisclosedValue], superseded: ConsentScope | None) -> Iterator[DisclosedValue]:
    # What anybody may read from now on replaces everything; what needs consent replaces what needed the same.
    return (each for each in values if superseded is not None and each.consent is not superseded)


def _read(values: _Values, in_force: InForce) -> Iterator[tuple[Field, Value]]:
    for name, disclosed in values.items():
        if last := _last(disclosed, in_force):
            yield name, tuple(last.value) if isinstance(last.value, list) else last.value


def _last(values: Collection[DisclosedValue], in_force: InForce) -> DisclosedValue | None:
    return next((each for each in reversed(tuple(values)) if each.consent in in_force), None)
