"""Events by polling: the events that a webhook would send, for organisations that cannot receive calls."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from time import monotonic
from uuid import UUID

from app.database import Connection, Database
from app.domain.codes import DisclosureOccasion, OrganisationRole
from app.domain.details import Detail
from app.domain.errors import Forbidden
from app.domain.events import ABOUT_TERMS, EventType, moment_of
from app.domain.receivers import PollKey
from app.domain.values import Organisation
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery
from app.events.delivery.routing import FINANCE_TEAM_KIND, Route, delivery_of, kind_of, withheld
from app.models.delivery.delivery import Delivery, DeliveryState, insert_deliveries
from app.models.delivery.disclosure import insert_disclosures, not_recorded
from app.models.delivery.event_feed import (
    Feed,
    entries_after,
    first_unreadable_position,
    last_position_before,
    lock_feed,
    newest_position,
    read_feed,
    save_feed,
    unassigned_events,
)
from app.models.delivery.outbox import StoredEvent
from app.operations.services import Services
from app.operations.subscriptions.waiting_polls import WaitingPoll, WaitingPolls
from app.privacy.policy import Policy

__all__ = ["EventFeed", "EventPage", "PollRequest"]

LONGEST_WRITE = timedelta(minutes=2)
"""No transaction lasts this long: statements end after 15 seconds, idle transactions after 10."""

# An organisation that polls for the first time may have thousands of events waiting.
BATCH = 200

# With many events that may not be disclosed a page is empty, and the next one begins after them.
MOST_BATCHES = 10

MAX_UNSETTLED_POSITIONS = 5_000
"""How far the outbox may run ahead before a feed that gets no events records that it has seen all of it."""


@dataclass(frozen=True, kw_only=True)
class PollRequest:
    """Which events are asked for.

    Attributes:
        after: number in the feed after which to read; 0 is from the first event.
        limit: the most events on a page.
        wait_seconds: how long to wait for an event when there is none yet.
        client: who asks.
    """

    after: int
    limit: int
    wait_seconds: float
    client: str


@dataclass(frozen=True)
class EventPage:
    """Events in the order of the feed, as CloudEvents in JSON, and the number after which to read on."""

    events: Sequence[bytes]
    last_number: int


@dataclass(frozen=True)
class EventFeed:
    """The events of an organisation, in an order of their own.

    Attributes:
        owner: the organisation that polls.
        builder: builds the events.

    Raises:
        Forbidden: the organisation neither refers nor is the finance team.
    """

    services: Services
    builder: DeliveryBuilder
    owner: Organisation

    def __post_init__(self) -> None:
        """Check that the owner receives events."""
        if self.owner.role not in (OrganisationRole.REFERRER, OrganisationRole.FINANCE_TEAM):
            raise Forbidden(Detail.EVENTS_FOR_OTHERS())

    async def poll(self, db: Database, polls: WaitingPolls, request: PollRequest, stop: asyncio.Event) -> EventPage:
        """Return the next page, as soon as there is an event, or an empty one when the wait is over or must stop.

        Raises:
            TooManyRequests: it would wait, and the client waits as often as it may.
            Unavailable: it would wait, and as many wait as may.
        """
        if not request.wait_seconds:
            return await self._read_on(db, request.after, request.limit)
        until, page = monotonic() + request.wait_seconds, EventPage((), request.after)
        with polls.place(request.client):
            while True:
                looks = polls.looks
                page = await self._read_on(db, page.last_number, request.limit)
                remaining = until - monotonic()
                if page.events or remaining <= 0 or stop.is_set():
                    return page
                waiting = WaitingPoll(
                    organisation_id=self.owner.id, types=self._types, after=page.last_number, looks=looks, stop=stop
                )
                if not await polls.wait(waiting, remaining):
                    return page

    async def _read_on(self, db: Database, after: int, limit: int) -> EventPage:
        page = EventPage((), after)
        for _ in range(MOST_BATCHES):
            # Read first, because most polls find nothing, and a write would wake everyone who waits.
            if page.events or not await db.read(self.has_work, page.last_number):
                break
            page = await db.write(self.next_page, page.last_number, limit)
        return page

    def has_work(self, tx: Connection, after: int) -> bool:
        """Return whether :meth:`next_page` would return an event or write anything."""
        feed = read_feed(tx, self.owner.id)
        if feed.last_number > after or unassigned_events(tx, feed, self._types, 1):
            return True
        ahead = newest_position(tx) - feed.settled_position
        return ahead > MAX_UNSETTLED_POSITIONS and self._settled(tx, feed) > feed.settled_position

    def next_page(self, tx: Connection, after: int, limit: int) -> EventPage:
        """Return the events that follow a number of the feed, and record them as disclosed.

        Their content is decided now, with the consent recorded now; an event that may no longer be disclosed is left
        out.
        """
        feed = lock_feed(tx, self.owner.id)
        # A number that was not reached yet, such as one from before a restore, is the last one.
        after = min(after, feed.last_number)
        room = limit - (feed.last_number - after)
        # Only what is returned on this page gets a number: numbers count what was disclosed, and nothing else.
        built = self._extend(tx, feed, min(room, BATCH)) if room > 0 else {}
        entries = entries_after(tx, self.owner.id, after, limit)
        built |= self._built(tx, [delivery for _, delivery in entries if delivery.id not in built])
        released = [built[delivery.id] for _, delivery in entries if delivery.id in built]
        now = self.services.clock.now()
        # A page that is read again with the same content discloses nothing more.
        insert_disclosures(tx, not_recorded(tx, [self.builder.disclosure(each, now) for each in released]))
        # Entries are deleted after their term; then there is nothing up to the last number.
        last_number = entries[-1][0] if entries else feed.last_number
        return EventPage([each.body for each in released], last_number)

    def _extend(self, tx: Connection, feed: Feed, most: int) -> dict[UUID, PreparedDelivery]:
        """Add the oldest events that the feed lacks; return those that are released, as they were built.

        An event without a released field is stored as withheld, without a number.
        """
        fresh = unassigned_events(tx, feed, self._types, most)
        now = self.services.clock.now()
        offered = [self._delivery(each, now) for each in fresh]
        built: dict[UUID, PreparedDelivery] = {}
        for batch in _one_of_a_chain_at_once(offered):
            built |= self._built(tx, batch)
        insert_deliveries(tx, [_decided(each, built.get(each.id)) for each in offered])
        numbered = [each.id for each in offered if each.id in built]
        # With as many as were asked for there may be more, and all before a settled position must be in the feed.
        settled = self._settled(tx, feed) if len(fresh) < most else 0
        extended = replace(
            feed,
            last_number=feed.last_number + len(numbered),
            settled_position=max(feed.settled_position, settled),
        )
        if extended != feed:
            save_feed(tx, extended, numbered)
        return built

    def _built(self, tx: Connection, deliveries: Sequence[Delivery]) -> dict[UUID, PreparedDelivery]:
        return {each.delivery.id: each for each in self.builder.build(tx, deliveries).prepared}

    def _settled(self, tx: Connection, feed: Feed) -> int:
        """Return up to which position the feed has everything that it will ever have."""
        settled = last_position_before(tx, self.services.clock.now() - LONGEST_WRITE)
        unreadable = first_unreadable_position(tx, feed)
        return settled if unreadable is None else min(settled, unreadable - 1)

    @cached_property
    def _types(self) -> frozenset[EventType]:
        return _types_for(self.services.policy, self.owner)

    def _delivery(self, stored: StoredEvent, now: datetime) -> Delivery:
        new = delivery_of(stored, Route(PollKey(self.owner.id), self.owner.id), self.services.new_id(now), now)
        return replace(new, state=DeliveryState.DELIVERED, finished_at=now)


def _decided(delivery: Delivery, built: PreparedDelivery | None) -> Delivery:
    if built is None:
        return withheld(delivery, delivery.created_at)
    return replace(delivery, sequence=built.begun.sequence)


def _types_for(policy: Policy, owner: Organisation) -> frozenset[EventType]:
    if owner.role is OrganisationRole.FINANCE_TEAM:
        return ABOUT_TERMS if policy.agrees(FINANCE_TEAM_KIND, DisclosureOccasion.HANDLING) else frozenset()
    kind = kind_of(owner)
    return frozenset(
        each for each in EventType if (occasion := moment_of(each)) is not None and policy.agrees(kind, occasion)
    )


def _one_of_a_chain_at_once(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """Return deliveries in batches, in order, with one of a chain in each: it is numbered after the one before it."""
    seen: dict[UUID, int] = defaultdict(int)
    parts: list[list[Delivery]] = []
    for each in deliveries:
        place = seen[each.subject_id]
        seen[each.subject_id] += 1
        if place == len(parts):
            parts.append([])
        parts[place].append(each)
    return parts
