"""The events of a referral, with the fields that are disclosed to the referrer and those that are withheld."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.events import OCCASION_OF, EventType
from app.domain.field_values import has_value
from app.domain.fields import Field
from app.domain.receivers import ReceiverKey, system_of
from app.events.contract.catalogue import fields_for
from app.events.delivery.context import CaseLookup, EventContext
from app.events.delivery.routing import referrer_as_receiver
from app.models.delivery.delivery import Delivery, DeliveryState, deliveries_about
from app.models.delivery.outbox import StoredEvent, chain_events
from app.operations.services import Services


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One event of a referral, from the referrer's side.

    Attributes:
        delivered_to: the receivers that have it.
        disclosed: the fields that may be disclosed to the referrer at this moment; empty when it receives nothing.
        withheld: the other fields of the event.
    """

    position: int
    type: EventType
    source: System
    occurred_at: datetime
    delivered_to: tuple[ReceiverKey, ...]
    disclosed: tuple[Field, ...]
    withheld: tuple[Field, ...]

    @property
    def reached_referrer(self) -> bool:
        """Return whether the referrer received it, through its own system or a webhook."""
        return any(system_of(receiver) is not System.ALLEGRO for receiver in self.delivered_to)


def disclosure_timeline(
    tx: Connection, services: Services, referral_id: UUID, after_position: int = 0
) -> list[TimelineEntry]:
    """Return the timeline of a referral after a position, oldest first."""
    events = [stored for stored in chain_events(tx, referral_id) if stored.position > after_position]
    lookup, about = CaseLookup(services.vault), [stored.event for stored in events]
    known = lookup.load_contexts(tx, about, with_client=True)
    cases = lookup.load_contexts(tx, about, with_client=False)
    deliveries = deliveries_about(tx, referral_id)
    return [_entry(services, stored, (known[stored.event.id], cases[stored.event.id]), deliveries) for stored in events]


_Contexts = tuple[EventContext, EventContext]
"""What is known of the case of an event, and what of it the event disclosed to the referrer."""


def _entry(services: Services, stored: StoredEvent, contexts: _Contexts, deliveries: list[Delivery]) -> TimelineEntry:
    disclosed, withheld = _split_fields(services, stored, contexts)
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
        disclosed=disclosed,
        withheld=withheld,
    )


def _split_fields(
    services: Services, stored: StoredEvent, contexts: _Contexts
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    occasion = OCCASION_OF[stored.event.type]
    if occasion is None:
        return (), ()
    known, case = contexts
    receiver = referrer_as_receiver(case.referrer)
    offered = {Field(name) for name in stored.event.facts} | fields_for(stored.event.type, occasion)
    released = services.gate.release(receiver, occasion, case.facts)
    valued = [field for field in Field if field in offered and has_value(known.facts.get(field))]
    disclosed = tuple(field for field in valued if field in released.fields)
    return disclosed, tuple(field for field in valued if field not in released.fields)
