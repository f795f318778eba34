"""Deleting what deliveries leave behind once it is older than its term; what is owed stays, however old it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, String, and_, bindparam, cast, delete, func, or_, select

from app.domain.identifiers import first_id_at
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models.base import Id, ReceiverText, UtcDateTime
from app.models.batch import in_batch, run_batch
from app.models.bulk import is_any_of
from app.models.delivery.attempt import attempt
from app.models.delivery.delivery import DeliveryState, delivery, delivery_sequence, in_state
from app.models.delivery.event_feed import Feed, event_feed, event_feed_entry
from app.models.delivery.receiver_health import endpoint, lock_receivers
from app.models.delivery.subscription import subscription

__all__ = ["purge_attempts", "purge_deliveries", "purge_ended_receivers", "purge_feeds"]


def purge_attempts(tx: Connection, before: datetime, most: int) -> int:
    """Delete attempts from before this time; return how many."""
    return run_batch(tx, _PURGE_ATTEMPTS, {"before": before, "first_id": first_id_at(before)}, most)


def purge_deliveries(tx: Connection, before: datetime, most: int) -> int:
    """Delete deliveries that ended before this time, with their attempts; return how many.

    Those that an organisation reads by polling are deleted with the entries of its feed, by :func:`purge_feeds`.
    """
    ids = tx.scalars(_EXPIRED, {"before": before, "first_id": first_id_at(before), "most": most}).all()
    if ids:
        tx.execute(_DELETE_ATTEMPTS, {"ids": ids})
        tx.execute(_DELETE_DELIVERIES, {"ids": ids})
    return len(ids)


def purge_feeds(tx: Connection, before: datetime, most: int) -> int:
    """Delete the oldest entries of feeds, with their deliveries, that were made before this time; return how many."""
    purged = 0
    for owner, settled_position in tx.execute(_FEEDS_TO_PURGE, {"before": before}).all():
        if purged < most:
            purged += _purge_feed(tx, Feed(owner, settled_position=settled_position), before, most - purged)
    return purged


def _purge_feed(tx: Connection, feed: Feed, before: datetime, most: int) -> int:
    last, deliveries = 0, []
    for number, delivery_id, ended_at, position in tx.execute(
        _FIRST_ENTRIES, {"owner": feed.organisation_id, "most": most}
    ):
        # An event without a delivery is added to the feed again, unless the feed is known to be past it.
        if ended_at >= before or position > feed.settled_position:
            break
        last = number
        deliveries.append(delivery_id)
    tx.execute(_DELETE_ENTRIES, {"owner": feed.organisation_id, "last": last})
    tx.execute(_DELETE_DELIVERIES, {"ids": deliveries})
    return len(deliveries)


def purge_ended_receivers(tx: Connection, most: int) -> int:
    """Delete the totals and sequence numbers of subscriptions that were removed and are owed nothing; return how many.

    Their deliveries and disclosures stay until their own term.
    """
    known = {SubscriptionKey(id) for id in tx.scalars(select(subscription.c.id))}
    ended = [each for each in tx.scalars(_SUBSCRIBERS) if each not in known]
    purged = 0
    for receiver in ended:
        if purged < most:
            purged += _purge_receiver(tx, receiver, most - purged)
    return purged


def _purge_receiver(tx: Connection, receiver: ReceiverKey, most: int) -> int:
    # Locked, so that nothing becomes owed between the look and the deletion.
    lock_receivers(tx, [receiver])
    if tx.scalar(_IS_OWED, {"receiver": receiver}):
        return 0
    purged = run_batch(tx, _PURGE_SEQUENCES, {"receiver": receiver}, most)
    # Last, because it is what the rest is found by.
    return purged + tx.execute(_DELETE_ENDPOINT, {"receiver": receiver}).rowcount if purged < most else purged


_BEFORE, _FIRST_ID = bindparam("before", type_=UtcDateTime), bindparam("first_id", type_=Id)
_OWNER, _RECEIVER = bindparam("owner", type_=Id), bindparam("receiver", type_=ReceiverText)

# Identifiers grow with time, so the oldest rows are found by their key, without an index of their own.
_PURGE_ATTEMPTS = delete(attempt).where(
    in_batch(attempt, attempt.c.delivery_id < _FIRST_ID, attempt.c.started_at < _BEFORE, by=attempt.c.delivery_id)
)

_IS_POLLED = cast(delivery.c.receiver, String).startswith("poll:")
_SETTLED_POSITION = (
    select(event_feed.c.settled_position)
    .where(event_feed.c.organisation_id == delivery.c.organisation_id)
    .scalar_subquery()
)
# As in ``_purge_feed``.
_IS_PASSED = and_(in_state(DeliveryState.WITHHELD), delivery.c.event_position <= _SETTLED_POSITION)
_EXPIRED = (
    select(delivery.c.id)
    .where(
        delivery.c.id < _FIRST_ID,
        delivery.c.finished_at < _BEFORE,
        in_state(DeliveryState.DELIVERED, DeliveryState.WITHHELD, DeliveryState.DEAD),
        or_(~_IS_POLLED, _IS_PASSED),
    )
    .order_by(delivery.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_DELETE_ATTEMPTS = delete(attempt).where(is_any_of(attempt.c.delivery_id, "ids"))
_DELETE_DELIVERIES = delete(delivery).where(is_any_of(delivery.c.id, "ids"))


def _feeds_to_purge() -> Select[Any]:
    """Return the feeds whose first entry has expired, found in one probe of an index each."""
    first = (
        select(func.min(event_feed_entry.c.number))
        .where(event_feed_entry.c.organisation_id == event_feed.c.organisation_id)
        .correlate(event_feed)
        .scalar_subquery()
    )
    same_feed = event_feed_entry.c.organisation_id == event_feed.c.organisation_id
    return (
        select(event_feed.c.organisation_id, event_feed.c.settled_position)
        .join(event_feed_entry, and_(same_feed, event_feed_entry.c.number == first))
        .join(delivery, delivery.c.id == event_feed_entry.c.delivery_id)
        .where(delivery.c.finished_at < _BEFORE, delivery.c.event_position <= event_feed.c.settled_position)
        .with_for_update(of=event_feed, skip_locked=True)
    )


_FEEDS_TO_PURGE = _feeds_to_purge()
_FIRST_ENTRIES = (
    select(
        event_feed_entry.c.number,
        event_feed_entry.c.delivery_id,
        delivery.c.finished_at,
        delivery.c.event_position,
    )
    .join(delivery, delivery.c.id == event_feed_entry.c.delivery_id)
    .where(event_feed_entry.c.organisation_id == _OWNER)
    .order_by(event_feed_entry.c.number)
    .limit(bindparam("most"))
)
_DELETE_ENTRIES = delete(event_feed_entry).where(
    event_feed_entry.c.organisation_id == _OWNER, event_feed_entry.c.number <= bindparam("last")
)

_SUBSCRIBERS = select(endpoint.c.receiver).where(cast(endpoint.c.receiver, String).startswith("subscription:"))
_OPEN = (DeliveryState.PENDING, DeliveryState.PARKED)
_IS_OWED = select(
    or_(*(select(delivery.c.id).where(delivery.c.receiver == _RECEIVER, in_state(each)).exists() for each in _OPEN))
)
_PURGE_SEQUENCES = delete(delivery_sequence).where(
    in_batch(delivery_sequence, delivery_sequence.c.receiver == _RECEIVER)
)
_DELETE_ENDPOINT = delete(endpoint).where(endpoint.c.receiver == _RECEIVER)
