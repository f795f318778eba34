"""What the event layer reads of a case at the moment of sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.events import Event
from app.domain.field_values import appointment_values, field_values
from app.domain.fields import Field, FieldValues
from app.domain.values import Organisation
from app.models.cases.appointment import appointments_by_id
from app.models.cases.external_id import external_id_of, link
from app.models.cases.loading import load_cases, load_feedback_values
from app.models.cases.referral import RoutedReferral, routed_referrals
from app.vault import Vault

__all__ = ["CaseLookup", "EventContext", "stated_facts"]


@dataclass(frozen=True)
class EventContext:
    """What is known of the case of an event at the moment of sending.

    Attributes:
        referrer: the organisation that referred.
        facts: every field of the case as it is now, with what the event itself states in its place.
    """

    referrer: Organisation
    facts: FieldValues


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
            with_client: False leaves out the client and what the referrer wrote, which is never sent to referrers.
        """
        known = self._with_client(tx, events) if with_client else self._for_referrers(tx, events)
        appointment_ids = {event.appointment_id for event in events if event.appointment_id}
        appointments = appointments_by_id(tx, self._vault, appointment_ids)
        contexts = {}
        for event in events:
            if found := known.get(event.subject_id):
                referrer, facts = found
                if appointment := appointments.get(event.appointment_id or event.id):
                    facts = facts | appointment_values(appointment)
                contexts[event.id] = EventContext(referrer, facts | stated_facts(event))
        return contexts

    def _with_client(self, tx: Connection, events: Sequence[Event]) -> Mapping[UUID, tuple[Organisation, FieldValues]]:
        cases = load_cases(tx, self._vault, {event.subject_id for event in events})
        return {id: (case.referral.organisation, field_values(case)) for id, case in cases.items()}

    def _for_referrers(
        self, tx: Connection, events: Sequence[Event]
    ) -> Mapping[UUID, tuple[Organisation, FieldValues]]:
        guided = {event.subject_id for event in events if event.trajectory_id}
        return load_feedback_values(tx, self._vault, {event.subject_id for event in events}, guided)

    def partner_ids(self, tx: Connection, system: System, referral_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the partner's own ids of referrals; those it does not know are left out."""
        return external_id_of(tx, system, referral_ids)

    def link(self, tx: Connection, system: System, partner_id: str, referral_id: UUID) -> None:
        """Store the partner's own id of a referral; the same again changes nothing."""
        link(tx, system, partner_id, referral_id)


def stated_facts(event: Event) -> FieldValues:
    """Return what the event itself states, which is sent even if the case has moved on since."""
    facts: FieldValues = {
        Field(name): tuple(value) if isinstance(value, list) else value for name, value in event.facts.items()
    }
    if event.trajectory_id:
        facts[Field.TRAJECTORY_ID] = event.trajectory_id
    return facts | {Field.OCCURRED_AT: event.occurred_at}
