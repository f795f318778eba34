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
    cases = CaseLookup(services.vault).load_contexts(tx, [stored.event for stored in events], with_client=False)
    deliveries = deliveries_about(tx, referral_id)
    return [_entry(services, stored, cases[stored.event.id], deliveries) for stored in events]


def _entry(services: Services, stored: StoredEvent, case: EventContext, deliveries: list[Delivery]) -> TimelineEntry:
    disclosed, withheld = _split_fields(services, stored, case)
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
    services: Services, stored: StoredEvent, case: EventContext
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    occasion = OCCASION_OF[stored.event.type]
    if occasion is None:
        return (), ()
    receiver = referrer_as_receiver(case.referrer)
    offered = {Field(name) for name in stored.event.facts} | fields_for(stored.event.type, occasion)
    released = services.gate.release(receiver, occasion, case.facts)
    known = [field for field in Field if field in offered and has_value(case.facts.get(field))]
    disclosed = tuple(field for field in known if field in released.fields)
    return disclosed, tuple(field for field in known if field not in released.fields)
