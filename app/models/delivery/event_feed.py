"""Event feeds: the events of each organisation that polls, in the order in which they were added to its feed.

Positions of events are assigned before transactions commit, so a lower one may appear after a higher one was read.
A feed therefore has numbers of its own, assigned when an event is added to it: reading on from a number misses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
    update,
)

from app.domain.events import EventType
from app.domain.receivers import PollKey, ReceiverKey
from app.models.access.organisation import organisation
from app.models.base import Id, ReceiverText, UtcDateTime, insert_row, insert_together, metadata
from app.models.bulk import GivenRow, Parameters, bulk_query
from app.models.delivery.delivery import Delivery, delivery, to_delivery
from app.models.delivery.outbox import StoredEvent, event, to_stored_event

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
    row = tx.execute(_FEED, {"owner": organisation_id}).mappings().first()
    return _feed(row) if row else Feed(organisation_id)


def lock_feed(tx: Connection, organisation_id: UUID) -> Feed:
    """Return the feed of an organisation, locked until the end of the transaction."""
    if row := tx.execute(_LOCKED_FEED, {"owner": organisation_id}).mappings().first():
        return _feed(row)
    # Of two first polls at once, one finds that the row exists now, and its transaction runs again.
    new = Feed(organisation_id)
    insert_row(
        tx,
        event_feed,
        {
            "organisation_id": new.organisation_id,
            "last_number": new.last_number,
            "settled_position": new.settled_position,
        },
    )
    return new


def _feed(row: RowMapping) -> Feed:
    return Feed(row["organisation_id"], row["last_number"], row["settled_position"])


def save_feed(tx: Connection, feed: Feed, delivery_ids: Sequence[UUID]) -> None:
    """Store a feed with its new entries; the last one has the number ``feed.last_number``."""
    tx.execute(
        _CHANGED_FEED,
        {
            "owner": feed.organisation_id,
            "last_number": feed.last_number,
            "settled_position": feed.settled_position,
        },
    )
    first = feed.last_number - len(delivery_ids) + 1
    entries = [
        {"organisation_id": feed.organisation_id, "number": number, "delivery_id": delivery_id}
        for number, delivery_id in enumerate(delivery_ids, first)
    ]
    insert_together(tx, [(event_feed_entry, entries)])


def unassigned_events(tx: Connection, feed: Feed, types: Collection[EventType], limit: int) -> list[StoredEvent]:
    """Return the oldest events about this organisation's referrals that its feed does not have yet, oldest first.

    Later events of a chain wait for one that cannot be read, such as one of a later release.
    """
    values = {
        "known": _KNOWN_TYPES,
        "owner": feed.organisation_id,
        "receiver": PollKey(feed.organisation_id),
        "settled_position": feed.settled_position,
        "types": sorted(types),
        "most": limit,
    }
    return [to_stored_event(row) for row in tx.execute(_UNASSIGNED, values).mappings()]


def entries_after(tx: Connection, organisation_id: UUID, number: int, limit: int) -> list[tuple[int, Delivery]]:
    """Return the entries of a feed that follow a number, in order, each with its delivery."""
    rows = tx.execute(_ENTRIES, {"owner": organisation_id, "after": number, "most": limit})
    return [(row["number"], to_delivery(row)) for row in rows.mappings()]


def last_position_before(tx: Connection, moment: datetime) -> int:
    """Return the position of the newest event that was recorded before this moment, 0 when there is none."""
    return tx.scalar(_LAST_BEFORE, {"moment": moment}) or 0


def first_unreadable_position(tx: Connection, feed: Feed) -> int | None:
    """Return the position of the oldest event of this organisation that cannot be read, None when there is none."""
    values = {"owner": feed.organisation_id, "settled_position": feed.settled_position, "known": _KNOWN_TYPES}
    position: int | None = tx.scalar(_FIRST_UNREADABLE, values)
    return position


@dataclass(frozen=True)
class FeedNews:
    """What a feed has for those who wait.

    Attributes:
        last_number: number of its newest entry, 0 when it has none.
        is_behind: whether there are events that it does not have yet.
    """

    last_number: int
    is_behind: bool


def news_of_feeds(tx: Connection, wanted: Mapping[frozenset[EventType], Set[UUID]]) -> dict[UUID, FeedNews]:
    """Return the news of the feeds of organisations, each given with the types of events that it gets.

    On PostgreSQL one statement for all organisations with the same types.
    """
    found: dict[UUID, FeedNews] = {}
    for types, owners in wanted.items():
        same = {"known": _KNOWN_TYPES, "types": sorted(types)}
        rows: list[GivenRow] = [{"owner": owner, "receiver": PollKey(owner).text} for owner in sorted(owners)]
        for row in _NEWS.run(tx, rows, same):
            found[row["owner"]] = FeedNews(row["last_number"] or 0, row["is_behind"])
    return found


def newest_position(tx: Connection) -> int:
    """Return the position of the newest event, 0 when there is none."""
    return tx.scalar(_NEWEST) or 0


# Built once, because building a statement costs as much as running it.
_OWNER, _MOST = bindparam("owner", type_=Id), bindparam("most", type_=Integer)

_FEED = select(event_feed).where(event_feed.c.organisation_id == _OWNER)
_LOCKED_FEED = _FEED.with_for_update()
_CHANGED_FEED = update(event_feed).where(event_feed.c.organisation_id == _OWNER)

_ENTRIES = (
    select(event_feed_entry.c.number, *delivery.c)
    .join_from(event_feed_entry, delivery, delivery.c.id == event_feed_entry.c.delivery_id)
    .where(event_feed_entry.c.organisation_id == _OWNER, event_feed_entry.c.number > bindparam("after"))
    .order_by(event_feed_entry.c.number)
    .limit(_MOST)
)

_KNOWN_TYPES = [each.value for each in EventType]


def _cannot_be_read(table: FromClause) -> ColumnElement[bool]:
    return and_(table.c.type.not_in(bindparam("known", expanding=True)), table.c.quiet.is_(False))


_EARLIER = event.alias("earlier_event")
_HAS_TO_WAIT = (
    select(1)
    .where(
        _EARLIER.c.subject_id == event.c.subject_id,
        _EARLIER.c.position <= event.c.position,
        _cannot_be_read(_EARLIER),
    )
    .correlate(event)
    .exists()
)
_FIRST_UNREADABLE = select(func.min(event.c.position)).where(
    event.c.organisation_id == _OWNER,
    event.c.position > bindparam("settled_position"),
    _cannot_be_read(event),
)


def _unassigned(
    owner: ColumnElement[UUID], settled_position: ColumnElement[int], receiver: ColumnElement[ReceiverKey]
) -> ColumnElement[bool]:
    assigned = (
        select(delivery.c.id)
        .where(delivery.c.event_id == event.c.id, delivery.c.receiver == receiver)
        .correlate_except(delivery)
    )
    return and_(
        event.c.organisation_id == owner,
        event.c.position > settled_position,
        event.c.type.in_(bindparam("types", expanding=True)),
        event.c.quiet.is_(False),
        ~assigned.exists(),
        ~_HAS_TO_WAIT,
    )


_UNASSIGNED = (
    select(event)
    .where(_unassigned(_OWNER, bindparam("settled_position"), bindparam("receiver", type_=ReceiverText)))
    .order_by(event.c.position)
    .limit(_MOST)
)


def _news(given: Parameters) -> Select[Any]:
    # Of an organisation that never polled there is no feed.
    settled_position = func.coalesce(event_feed.c.settled_position, 0)
    behind = select(event.c.id).where(_unassigned(given["owner"], settled_position, given["receiver"]))
    is_behind = behind.correlate_except(event).exists()
    return (
        select(organisation.c.id.label("owner"), event_feed.c.last_number, is_behind.label("is_behind"))
        .join_from(organisation, event_feed, event_feed.c.organisation_id == organisation.c.id, isouter=True)
        .where(organisation.c.id == given["owner"])
    )


_NEWS = bulk_query({"owner": Id(), "receiver": ReceiverText()}, _news)

_LAST_BEFORE = (
    select(event.c.position)
    .where(event.c.recorded_at < bindparam("moment", type_=UtcDateTime))
    .order_by(event.c.position.desc())
    .limit(1)
)
_NEWEST = select(func.max(event.c.position))
