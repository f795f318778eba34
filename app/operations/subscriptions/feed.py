"""Reading events by polling: the events that a webhook would get, for who cannot receive calls."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.errors import Forbidden
from app.domain.events import MOMENT_OF, EventType
from app.domain.receivers import PollKey
from app.domain.values import Organisation
from app.events.contract.envelope import Origin
from app.events.delivery.context import StoredCaseLookup
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery
from app.models.delivery.delivery import Delivery, DeliveryState, insert_deliveries
from app.models.delivery.disclosure import insert_disclosures
from app.models.delivery.event_feed import (
    Feed,
    entries_after,
    last_position_before,
    lock_feed,
    newest_position,
    read_feed,
    save_feed,
    unassigned_events,
)
from app.models.delivery.outbox import StoredEvent
from app.operations.services import Services
from app.privacy.policy import Occasion, Policy

__all__ = ["EventFeed", "EventPage"]

LONGEST_WRITE = timedelta(minutes=2)
"""No transaction lives so long: statements end after 15 seconds, silent transactions after 10."""

# So many at once are taken into a feed; an organisation that polls for the first time may be owed thousands.
BATCH = 200

# So far may the outbox run ahead before a feed notes that there was nothing for it.
_MARCH = 5_000


@dataclass(frozen=True)
class EventPage:
    """Events in the order of the feed, as CloudEvents in JSON, and the number after which to read on."""

    events: Sequence[bytes]
    last_number: int


@dataclass(frozen=True)
class EventFeed:
    """Hands an organisation its events.

    Attributes:
        owner: the organisation that polls.
        origin: names the hub in the events.

    Raises:
        Forbidden: the organisation does not refer.
    """

    services: Services
    origin: Origin
    owner: Organisation

    def __post_init__(self) -> None:
        """Check that the owner is one that is told by events."""
        if self.owner.role is not OrganisationRole.REFERRER:
            raise Forbidden("Events are for referring organisations; others are told by their own system.")

    def has_work(self, tx: Connection, after: int) -> bool:
        """Return whether :meth:`next_page` would give or keep something."""
        feed = read_feed(tx, self.owner.id)
        if feed.last_number > after or unassigned_events(tx, feed, self._types(), 1):
            return True
        return newest_position(tx) > feed.settled_position + _MARCH and self._settled(tx) > feed.settled_position

    def next_page(self, tx: Connection, after: int, limit: int) -> EventPage:
        """Return the events that follow a number of the feed, and record that they were told.

        What an event holds is decided now, with the consent recorded now; one that may no longer be told is left out.
        """
        feed = lock_feed(tx, self.owner.id)
        if feed.last_number - after < limit:
            self._bring_up_to_date(tx, feed)
        entries = entries_after(tx, self.owner.id, after, limit)
        now = self.services.clock.now()
        prepared_deliveries = self._table().pack(tx, [delivery for _, delivery in entries])
        insert_disclosures(tx, [self._table().disclosure(each, now) for each in prepared_deliveries])
        told = {each.delivery.id: self._envelope(each) for each in prepared_deliveries}
        events = [told[delivery.id] for _, delivery in entries if delivery.id in told]
        return EventPage(events, entries[-1][0] if entries else after)

    def _bring_up_to_date(self, tx: Connection, feed: Feed) -> None:
        fresh = unassigned_events(tx, feed, self._types(), BATCH)
        if fresh:
            feed = self._extend(tx, feed, fresh)
        # With a whole batch there may be more, and all before a settled position must be in the feed.
        if len(fresh) < BATCH and (settled := self._settled(tx)) > feed.settled_position:
            save_feed(tx, replace(feed, settled_position=settled), ())

    def _extend(self, tx: Connection, feed: Feed, fresh: Sequence[StoredEvent]) -> Feed:
        """Put events into the feed; those of which nothing may be told are noted, and take no number."""
        now = self.services.clock.now()
        offered = [self._delivery(each, now) for each in fresh]
        prepared_deliveries = [
            prepared for each in _one_of_a_chain_at_once(offered) for prepared in self._table().pack(tx, each)
        ]
        given = {each.delivery.id: each.delivery for each in prepared_deliveries}
        insert_deliveries(tx, [given.get(each.id) or _withheld(each) for each in offered])
        told = [each.id for each in offered if each.id in given]
        extended = replace(feed, last_number=feed.last_number + len(told))
        save_feed(tx, extended, told)
        return extended

    def _settled(self, tx: Connection) -> int:
        return last_position_before(tx, self.services.clock.now() - LONGEST_WRITE)

    def _types(self) -> frozenset[EventType]:
        return _types_for(self.services.policy, self.owner)

    def _delivery(self, stored: StoredEvent, now: datetime) -> Delivery:
        return Delivery(
            id=self.services.new_id(now),
            event_id=stored.event.id,
            event_position=stored.position,
            receiver=PollKey(self.owner.id),
            organisation_id=self.owner.id,
            subject_id=stored.event.subject_id,
            subject_type=stored.event.subject_type,
            created_at=now,
            next_attempt_at=now,
            state=DeliveryState.DELIVERED,
            finished_at=now,
        )

    def _table(self) -> DeliveryBuilder:
        services = self.services
        return DeliveryBuilder(
            clock=services.clock,
            new_id=services.new_id,
            cases=StoredCaseLookup(services.vault),
            vault=services.vault,
            gate=services.gate,
            origin=self.origin,
        )

    def _envelope(self, prepared: PreparedDelivery) -> bytes:
        sequence = prepared.delivery.sequence
        # Narrows the type: every parcel is numbered.
        assert sequence is not None  # noqa: S101
        return self.origin.envelope(prepared.event, prepared.fields, sequence)


def _withheld(delivery: Delivery) -> Delivery:
    return replace(delivery, state=DeliveryState.WITHHELD, last_error="nothing-released")


def _types_for(policy: Policy, owner: Organisation) -> frozenset[EventType]:
    kind = owner.kind or "unknown"
    return frozenset(
        each for each, moment in MOMENT_OF.items() if moment is not None and policy.agrees(kind, Occasion.of(moment))
    )


def _one_of_a_chain_at_once(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """Part deliveries, in order, so that no part holds two of one chain: each is numbered after the one before."""
    seen: dict[UUID, int] = defaultdict(int)
    parts: list[list[Delivery]] = []
    for each in deliveries:
        place = seen[each.subject_id]
        seen[each.subject_id] += 1
        if place == len(parts):
            parts.append([])
        parts[place].append(each)
    return parts
