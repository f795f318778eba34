"""Event feeds: the events of each organisation that polls, in the order in which they were added to its feed.

Positions of events are assigned before transactions commit, so a lower one may appear after a higher one was read.
A feed therefore has numbers of its own, assigned when an event is added to it: reading on from a number misses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Integer, RowMapping, Select, Table, func, insert, select, update

from app.domain.events import EventType
from app.domain.receivers import PollKey
from app.models.base import Id, metadata
from app.models.cases.referral import referral
from app.models.delivery.delivery import Delivery, delivery, to_delivery
from app.models.delivery.outbox import StoredEvent, event, load_events

event_feed = Table(
    "event_feed",
    metadata,
    Column("organisation_id", Id, primary_key=True),
    Column("last_number", Integer, nullable=False),
    Column("settled_position", BigInteger, nullable=False),
)

event_feed_entry = Table(
    "event_feed_entry",
    metadata,
    Column("organisation_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("delivery_id", Id, nullable=False),
)


@dataclass(frozen=True)
class Feed:
    """How far the feed of an organisation is.

    Attributes:
        last_number: number of its newest entry, 0 when it has none.
        settled_position: up to this position of the outbox no new event can appear.
    """

    organisation_id: UUID
    last_number: int = 0
    settled_position: int = 0


def read_feed(tx: Connection, organisation_id: UUID) -> Feed:
    """Return the feed of an organisation; one that never polled has an empty feed."""
    row = tx.execute(select(event_feed).where(event_feed.c.organisation_id == organisation_id)).mappings().first()
    return _feed(row) if row else Feed(organisation_id)


def lock_feed(tx: Connection, organisation_id: UUID) -> Feed:
    """Return the feed of an organisation, locked until the end of the transaction."""
    query = select(event_feed).where(event_feed.c.organisation_id == organisation_id).with_for_update()
    if row := tx.execute(query).mappings().first():
        return _feed(row)
    # Of two first polls at once, one finds that the row exists now, and its transaction runs again.
    new = Feed(organisation_id)
    tx.execute(insert(event_feed), asdict(new))
    return new


def _feed(row: RowMapping) -> Feed:
    return Feed(row["organisation_id"], row["last_number"], row["settled_position"])


def save_feed(tx: Connection, feed: Feed, delivery_ids: Sequence[UUID]) -> None:
    """Store a feed with its new entries; the last one has the number ``feed.last_number``."""
    changed = update(event_feed).where(event_feed.c.organisation_id == feed.organisation_id)
    tx.execute(changed.values(last_number=feed.last_number, settled_position=feed.settled_position))
    first = feed.last_number - len(delivery_ids) + 1
    if delivery_ids:
        entries = [
            {"organisation_id": feed.organisation_id, "number": number, "delivery_id": delivery_id}
            for number, delivery_id in enumerate(delivery_ids, first)
        ]
        tx.execute(insert(event_feed_entry), entries)


def unassigned_events(tx: Connection, feed: Feed, types: Collection[EventType], limit: int) -> list[StoredEvent]:
    """Return the oldest events about this organisation's referrals that its feed does not have yet."""
    ids = list(tx.scalars(_unfed(feed, types).limit(limit)))
    return sorted(load_events(tx, ids).values(), key=lambda stored: stored.position)


def entries_after(tx: Connection, organisation_id: UUID, number: int, limit: int) -> list[tuple[int, Delivery]]:
    """Return the entries of a feed that follow a number, in order, each with its delivery."""
    entry = event_feed_entry.c
    query = (
        select(entry.number, *delivery.c)
        .join_from(event_feed_entry, delivery, delivery.c.id == entry.delivery_id)
        .where(entry.organisation_id == organisation_id, entry.number > number)
        .order_by(entry.number)
        .limit(limit)
    )
    return [(row["number"], to_delivery(row)) for row in tx.execute(query).mappings()]


def last_position_before(tx: Connection, moment: datetime) -> int:
    """Return the position of the newest event that was recorded before this moment, 0 when there is none."""
    query = select(event.c.position).where(event.c.recorded_at < moment).order_by(event.c.position.desc()).limit(1)
    return tx.scalar(query) or 0


def newest_position(tx: Connection) -> int:
    """Return the position of the newest event, 0 when there is none."""
    return tx.scalar(select(func.max(event.c.position))) or 0


def _unfed(feed: Feed, types: Collection[EventType]) -> Select[UUID]:
    known = (
        select(delivery.c.id)
        .where(delivery.c.event_id == event.c.id, delivery.c.receiver == PollKey(feed.organisation_id))
        .exists()
    )
    return (
        select(event.c.id)
        .join(referral, referral.c.id == event.c.subject_id)
        .where(referral.c.organisation_id == feed.organisation_id)
        .where(event.c.position > feed.settled_position)
        .where(event.c.type.in_(sorted(types)), event.c.quiet.is_(False), ~known)
        .order_by(event.c.position)
    )
