"""What happened to a referral, what was told of it to the referrer, and what was withheld."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.receivers import PartnerKey, ReceiverKey, system_of
from app.events.contract.catalogue import fields_for
from app.events.delivery.context import Case, StoredCaseLookup
from app.events.delivery.routing import receiver_for
from app.models.delivery.delivery import Delivery, DeliveryState, deliveries_about
from app.models.delivery.outbox import StoredEvent, chain_events
from app.operations.services import Services


@dataclass(frozen=True)
class TimelineEntry:
    """One event of a referral chain, from the referrer's side.

    Attributes:
        delivered_to: the receivers that have it.
        told: the fields that the referrer may be told at this moment; empty when it is told nothing.
        withheld: the fields that the event holds and the referrer is not told.
    """

    position: int
    type: EventType
    source: System
    occurred_at: datetime
    delivered_to: tuple[ReceiverKey, ...]
    told: tuple[Field, ...]
    withheld: tuple[Field, ...]

    @property
    def referrer_was_told(self) -> bool:
        """Return whether the referrer has it, through its own system or a webhook."""
        return any(system_of(receiver) is not System.ALLEGRO for receiver in self.delivered_to)


def disclosure_timeline(
    tx: Connection, services: Services, referral_id: UUID, after_position: int = 0
) -> list[TimelineEntry]:
    """Return the chapters of a referral chain after a position, oldest first."""
    events = [stored for stored in chain_events(tx, referral_id) if stored.position > after_position]
    cases = StoredCaseLookup(services.vault).about(tx, [stored.event for stored in events], in_full=False)
    deliveries = deliveries_about(tx, referral_id)
    return [_chapter(services, stored, cases[stored.event.id], deliveries) for stored in events]


def _chapter(services: Services, stored: StoredEvent, case: Case, deliveries: list[Delivery]) -> TimelineEntry:
    told, withheld = _at_the_gate(services, stored, case)
    return TimelineEntry(
        position=stored.position,
        type=stored.event.type,
        source=stored.source_system,
        occurred_at=stored.event.occurred_at,
        delivered_to=tuple(
            each.receiver
            for each in deliveries
            if each.event_id == stored.event.id and each.state is DeliveryState.DELIVERED
        ),
        told=told,
        withheld=withheld,
    )


def _at_the_gate(services: Services, stored: StoredEvent, case: Case) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    occasion = OCCASION_OF[stored.event.type]
    if occasion is None:
        return (), ()
    receiver = receiver_for(PartnerKey(case.referrer.system), case.referrer)
    fields_written = {Field(name) for name in stored.event.facts} | fields_for(stored.event.type, occasion)
    released = services.gate.release(receiver, occasion, case.facts)
    held = [field for field in Field if field in fields_written and case.facts.get(field) not in (None, ())]
    told = tuple(field for field in held if field in released.fields)
    return told, tuple(field for field in held if field not in released.fields)
