"""The one way in which operations announce what happened."""

from collections.abc import Sequence

from app.database import Connection
from app.domain.codes import System
from app.domain.events import Event, NewEvent
from app.models.delivery.outbox import append_events

__all__ = ["NewEvent", "record", "record_all"]


def record(tx: Connection, event: Event, *, source_system: System, quiet: bool = False) -> None:
    """Announce an event in the transaction of the change, so that neither can exist without the other.

    The caller holds the lock on the event's referral, so that the events of a chain are numbered in the order
    in which they commit.

    Args:
        tx: the transaction of the change.
        event: what happened.
        source_system: where the fact arose; its own system is not notified (no echo).
        quiet: True for replay and backfill: the event is history only and is never sent.
    """
    record_all(tx, [NewEvent(event, source_system, quiet)])


def record_all(tx: Connection, events: Sequence[NewEvent]) -> None:
    """Announce events of one transaction in this order, in one statement; the same terms as for one."""
    append_events(tx, events)
