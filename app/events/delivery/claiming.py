"""Taking the deliveries that are due, and building what they contain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.receivers import PartnerKey, ReceiverKey, system_of
from app.events.delivery.breaker import concurrency_limit
from app.events.delivery.outcome import update_after
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery
from app.events.delivery.settings import DeliverySettings
from app.events.http.send_result import SendResult
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.claim import (
    RECEIVERS_PER_CLAIM,
    DueReceiver,
    due_deliveries,
    next_due_moments,
    take_due_receivers,
    waiting_deliveries,
)
from app.models.delivery.delivery import Delivery, update_deliveries
from app.models.delivery.lease import BegunAttempt, Lease, insert_leases
from app.models.delivery.receiver_health import look_at_receivers, make_due

__all__ = ["Claim", "Claimer"]


@dataclass(frozen=True)
class Claim:
    """What was taken: the number of deliveries, and those of them that may be sent."""

    number: int
    prepared: Sequence[PreparedDelivery]


@dataclass(frozen=True, kw_only=True)
class _Quota:
    """How many deliveries of a receiver are chosen in one look at what is due.

    Attributes:
        room: how many more it may be sent now.
        share: how many of these are chosen, so that other receivers get some too.
    """

    receiver: DueReceiver
    room: int
    share: int

    @property
    def key(self) -> ReceiverKey:
        """The key of the receiver."""
        return self.receiver.receiver

    def next_look(self, *, found: int, next_due: datetime | None, now: datetime, leased: datetime) -> datetime | None:
        """Return when the receiver is to be looked at next; None when only something that happens is a reason.

        Args:
            found: how many deliveries were chosen.
            next_due: when another becomes due.
            now: the moment of the choice; there may be more than the share, but other receivers come first.
            leased: until when what was chosen must have ended.
        """
        reasons = (
            now if found == self.share < self.room else next_due,
            leased if found else None,
            self.receiver.lease_until,
            None if self.room else self.receiver.breaker.retry_at,
        )
        return min((each for each in reasons if each is not None), default=None)


@dataclass(frozen=True, kw_only=True)
class Claimer:
    """Chooses and takes deliveries.

    Attributes:
        connected: the partner systems that are connected; what is owed to another waits until it is.
    """

    builder: DeliveryBuilder
    settings: DeliverySettings
    connected: Collection[System]

    def take(self, tx: Connection, room: int) -> Claim:
        """Take at most ``room`` deliveries that may be sent now under leases, and build what they contain.

        Of a receiver no more are taken than its concurrency limit less what it has in flight, so that a slow receiver
        delays nobody else.
        """
        now = self.builder.clock.now()
        return self._begin(tx, self._due(tx, now, room), now)

    def due(self, tx: Connection, room: int) -> Sequence[UUID]:
        """Return the ids of the deliveries that :meth:`take` would take; they stay due."""
        now = self.builder.clock.now()
        due = self._due(tx, now, room)
        make_due(tx, {each.receiver for each in due}, now)
        return [each.id for each in due]

    def take_these(self, tx: Connection, ids: Collection[UUID]) -> Claim:
        """Take these deliveries, as far as they still wait."""
        return self._begin(tx, waiting_deliveries(tx, ids), self.builder.clock.now())

    def fail(self, tx: Connection, delivery_id: UUID) -> None:
        """Count a failed attempt for a delivery that cannot be built."""
        now = self.builder.clock.now()
        failed = SendResult(outcome=AttemptOutcome.FAILED, error_class="cannot-be-packed")
        waiting = waiting_deliveries(tx, [delivery_id])
        update_deliveries(tx, [update_after(each, failed, now, self.settings.random) for each in waiting])

    def _begin(self, tx: Connection, taken: Sequence[Delivery], now: datetime) -> Claim:
        built = self.builder.build(tx, taken)
        update_deliveries(tx, built.obstacles)
        insert_leases(tx, self._leases(built.prepared, now))
        # What is not sent makes room at once, and lets the rest of its chain go.
        make_due(tx, {each.delivery.receiver for each in built.obstacles}, now)
        return Claim(len(taken), built.prepared)

    def _due(self, tx: Connection, now: datetime, room: int) -> Sequence[Delivery]:
        """Return at most ``room`` deliveries that may be sent now; their receivers are locked."""
        limit = min(room, RECEIVERS_PER_CLAIM)
        while receivers := take_due_receivers(tx, now, limit, self._unserved):
            found = self._due_of(tx, now, receivers, ceil(room / len(receivers)))
            if found or len(receivers) < limit:
                # Shares are rounded up: what there is no room for stays due.
                make_due(tx, {each.receiver for each in found[room:]}, now)
                return found[:room]
        return ()

    def _due_of(self, tx: Connection, now: datetime, receivers: Sequence[DueReceiver], most: int) -> Sequence[Delivery]:
        """Return what may be sent to receivers, at most ``most`` each, and store when each is looked at next."""
        quotas = [self._quota(each, now, most) for each in receivers]
        under_way = [id for each in receivers for id in each.under_way]
        due = due_deliveries(tx, now, {each.key: each.share for each in quotas if each.share}, under_way)
        look_at_receivers(tx, self._next_looks(tx, now, quotas, Counter(each.receiver for each in due)))
        return due

    def _next_looks(
        self, tx: Connection, now: datetime, quotas: Sequence[_Quota], found: Counter[ReceiverKey]
    ) -> dict[ReceiverKey, datetime | None]:
        """Return when each receiver is looked at next, given how many deliveries of it were found."""
        next_due = next_due_moments(tx, [each.key for each in quotas if found[each.key] < each.share], now)
        leased = now + self._lease
        return {
            each.key: each.next_look(found=found[each.key], next_due=next_due.get(each.key), now=now, leased=leased)
            for each in quotas
        }

    def _quota(self, receiver: DueReceiver, now: datetime, most: int) -> _Quota:
        room = self._room(receiver, now)
        return _Quota(receiver=receiver, room=room, share=min(room, most))

    def _room(self, receiver: DueReceiver, now: datetime) -> int:
        limit = concurrency_limit(receiver.breaker, self._usual_limit(receiver.receiver), now)
        return max(limit - len(receiver.under_way), 0)

    def _leases(self, prepared: Sequence[PreparedDelivery], now: datetime) -> list[Lease]:
        """Return one lease for each receiver."""
        attempts: dict[ReceiverKey, dict[UUID, BegunAttempt]] = {}
        for each in prepared:
            attempts.setdefault(each.delivery.receiver, {})[each.delivery.id] = each.begun
        return [
            Lease(id=self.builder.new_id(now), receiver=receiver, until=now + self._lease, attempts=begun)
            for receiver, begun in attempts.items()
        ]

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.settings.lease_seconds)

    @property
    def _unserved(self) -> list[ReceiverKey]:
        return [PartnerKey(system) for system in System if system not in self.connected]

    def _usual_limit(self, receiver: ReceiverKey) -> int:
        return self.settings.partner_limit if system_of(receiver) else self.settings.webhook_limit
