"""What the event layer asks about a case at the moment of sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.events import Event
from app.domain.field_values import appointment_values, field_values
from app.domain.fields import Field, FieldValues
from app.domain.queries import EVERYTHING
from app.domain.values import Organisation
from app.events.delivery.routing import FilterAttributes
from app.models.access.organisation import to_organisation
from app.models.cases.appointment import appointments_by_id
from app.models.cases.external_id import external_id_of, link
from app.models.cases.referral import load_referral_rows
from app.models.cases.repository import load_cases, load_feedback_values
from app.vault import Vault

__all__ = ["Case", "CaseLookup", "StoredCaseLookup"]


@dataclass(frozen=True)
class Case:
    """What an event is about.

    Attributes:
        referrer: the organisation that referred.
        facts: every field of the case as it is now, with what the event itself says in its place.
    """

    referrer: Organisation
    facts: FieldValues


class CaseLookup(Protocol):
    """Gives what is known of cases; many at once, in a fixed number of queries."""

    def referrers(self, tx: Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, Organisation]:
        """Return the referring organisations by referral."""
        ...

    def traits(self, tx: Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, FilterAttributes]:
        """Return what filters ask about referrals."""
        ...

    def about(self, tx: Connection, events: Sequence[Event], *, in_full: bool) -> Mapping[UUID, Case]:
        """Return the case of each event by the event's id; those of erased referrals are left out.

        ``in_full`` False leaves out the client and what the referrer said: referrers are never told of these.
        """
        ...

    def partner_ids(self, tx: Connection, system: System, referral_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the partner's own ids of referrals; those it does not know are left out."""
        ...

    def link(self, tx: Connection, system: System, partner_id: str, referral_id: UUID) -> None:
        """Keep the partner's own id of a referral; the same again changes nothing."""
        ...


class StoredCaseLookup:
    """Cases as the hub stores them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def referrers(self, tx: Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, Organisation]:
        """Return the referring organisations by referral."""
        return {row.id: to_organisation(row) for row in load_referral_rows(tx, referral_ids, EVERYTHING)}

    def traits(self, tx: Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, FilterAttributes]:
        """Return what filters ask about referrals."""
        rows = load_referral_rows(tx, referral_ids, EVERYTHING)
        return {row.id: FilterAttributes(row.area, row.worker_index) for row in rows}

    def about(self, tx: Connection, events: Sequence[Event], *, in_full: bool) -> Mapping[UUID, Case]:
        """Return the case of each event by the event's id; those of erased referrals are left out."""
        known = self._in_full(tx, events) if in_full else _for_referrers(tx, events)
        appointments = appointments_by_id(tx, {event.appointment_id for event in events if event.appointment_id})
        cases = {}
        for event in events:
            if found := known.get(event.subject_id):
                referrer, facts = found
                if appointment := appointments.get(event.appointment_id or event.id):
                    facts = facts | appointment_values(appointment)
                cases[event.id] = Case(referrer, facts | stated_facts(event))
        return cases

    def _in_full(self, tx: Connection, events: Sequence[Event]) -> Mapping[UUID, tuple[Organisation, FieldValues]]:
        files = load_cases(tx, self._vault, {event.subject_id for event in events})
        return {id: (file.referral.organisation, field_values(file)) for id, file in files.items()}

    def partner_ids(self, tx: Connection, system: System, referral_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the partner's own ids of referrals; those it does not know are left out."""
        return external_id_of(tx, system, referral_ids)

    def link(self, tx: Connection, system: System, partner_id: str, referral_id: UUID) -> None:
        """Keep the partner's own id of a referral; the same again changes nothing."""
        link(tx, system, partner_id, referral_id)


def _for_referrers(tx: Connection, events: Sequence[Event]) -> Mapping[UUID, tuple[Organisation, FieldValues]]:
    guided = {event.subject_id for event in events if event.trajectory_id}
    return load_feedback_values(tx, {event.subject_id for event in events}, guided)


def stated_facts(event: Event) -> FieldValues:
    """Return what the event itself says; it stands, also where the case has moved on since."""
    facts: FieldValues = {
        Field(name): tuple(value) if isinstance(value, list) else value for name, value in event.facts.items()
    }
    if event.trajectory_id:
        facts[Field.TRAJECTORY_ID] = event.trajectory_id
    return facts | {Field.OCCURRED_AT: event.occurred_at}
