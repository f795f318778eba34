"""What the event layer reads of a case at the moment of sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import System
from app.domain.events import Event
from app.domain.field_values import (
    appointment_values,
    field_values,
    information_values,
    onward_values,
    signal_values,
    stated_facts,
)
from app.domain.fields import Field, FieldValues, consent_values
from app.domain.values import Organisation, Signal
from app.models.cases.appointment import appointments_by_id
from app.models.cases.correspondence import signals_by_id
from app.models.cases.disclosed import open_disclosure
from app.models.cases.external_id import external_id_of, link
from app.models.cases.loading import ReferrerContext, load_cases, load_referrer_contexts
from app.models.cases.referral import RoutedReferral, routed_referrals
from app.vault import Vault

__all__ = ["CaseLookup", "EventContext"]

_SIGNAL = Field.SIGNAL_ID.value


@dataclass(frozen=True)
class EventContext:
    """What is known of the case of an event at the moment of sending.

    Attributes:
        referrer: the organisation that referred.
        facts: for the finance team every field of the case as it is now, with what the event itself states in its
            place; for the referrer what the event disclosed when it was recorded, with the consent of now.
        disclosed: the fields that the event disclosed to the referrer; None for the finance team.
    """

    referrer: Organisation
    facts: FieldValues
    disclosed: frozenset[Field] | None = None


class CaseLookup:
    """Looks up cases; many at once, in a fixed number of queries."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def routed_referrals(self, tx: Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, RoutedReferral]:
        """Return what routing reads of referrals, by id; erased ones are left out."""
        return routed_referrals(tx, referral_ids)

    def load_contexts(
        self, tx: Connection, events: Sequence[Event], *, with_client: bool
    ) -> Mapping[UUID, EventContext]:
        """Return the context of each event about a referral by the event's id; those of erased referrals are left out.

        Args:
            tx: reads only.
            events: about referrals.
            with_client: True for the finance team; False for referrers, who are sent what was disclosed and nothing
                else of the client.
        """
        return self._with_client(tx, events) if with_client else self._for_referrers(tx, events)

    def _for_referrers(self, tx: Connection, events: Sequence[Event]) -> Mapping[UUID, EventContext]:
        cases = load_referrer_contexts(tx, self._vault, {event.subject_id for event in events})
        return {event.id: _as_disclosed(event, case) for event in events if (case := cases.get(event.subject_id))}

    def _with_client(self, tx: Connection, events: Sequence[Event]) -> Mapping[UUID, EventContext]:
        cases = load_cases(tx, self._vault, {event.subject_id for event in events})
        known = {id: (case.referral.organisation, field_values(case)) for id, case in cases.items()}
        appointments = appointments_by_id(
            tx, self._vault, {event.appointment_id for event in events if event.appointment_id}
        )
        signals = signals_by_id(tx, self._vault, {UUID(str(id)) for each in events if (id := each.facts.get(_SIGNAL))})
        contexts = {}
        for event in events:
            if found := known.get(event.subject_id):
                referrer, facts = found
                facts = facts | _written(event, cases[event.subject_id], signals)
                if appointment := appointments.get(event.appointment_id or event.id):
                    facts = facts | appointment_values(appointment)
                contexts[event.id] = EventContext(referrer, facts | stated_facts(event))
        return contexts

    def partner_ids(self, tx: Connection, system: System, referral_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the partner's own ids of referrals; those it does not know are left out."""
        return external_id_of(tx, system, referral_ids)

    def link(self, tx: Connection, system: System, partner_id: str, referral_id: UUID) -> None:
        """Store the partner's own id of a referral; the same again changes nothing."""
        link(tx, system, partner_id, referral_id)


def _written(event: Event, case: Case, signals: Mapping[UUID, Signal]) -> FieldValues:
    """Return the question or signal that an event is about, with its texts."""
    for each in case.information_requests:
        if str(each.id) == event.facts.get(Field.INFORMATION_ID):
            return information_values(each)
    for onward in case.onward_referrals:
        if str(onward.id) == event.facts.get(Field.ONWARD_ID):
            return onward_values(onward)
    signal = signals.get(UUID(str(event.facts[_SIGNAL]))) if _SIGNAL in event.facts else None
    return signal_values(signal) if signal else {}


def _as_disclosed(event: Event, case: ReferrerContext) -> EventContext:
    disclosure = open_disclosure(case.sealer, event.id, event.sealed_disclosure)
    values = {**disclosure.asked, **{name: disclosed.value for name, disclosed in disclosure.fields.items()}}
    facts: FieldValues = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return EventContext(case.referrer, facts | consent_values(case.consent), frozenset(disclosure.fields))
