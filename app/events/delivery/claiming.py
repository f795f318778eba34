"""Taking the deliveries that are due, and building what they contain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.receivers import ReceiverKey, system_of
from app.events.delivery.breaker import concurrency_limit
from app.events.delivery.outcome import update_after
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery
from app.events.delivery.settings import DeliverySettings
from app.events.http.send_result import SendResult
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.claim import due_deliveries, lock_deliveries, take
from app.models.delivery.delivery import update_locked_deliveries

__all__ = ["Claim", "Claimer"]


@dataclass(frozen=True)
class Claim:
    """What was taken: the number of deliveries, and those of them that may be sent."""

    number: int
    prepared: Sequence[PreparedDelivery]


@dataclass(frozen=True, kw_only=True)
class Claimer:
    """Chooses and takes deliveries.

    Attributes:
        connected: the partner systems that are connected; what is owed to another waits until it is.
    """

    builder: DeliveryBuilder
    settings: DeliverySettings
    connected: Collection[System]

    def due(self, tx: Connection, room: int) -> Sequence[UUID]:
        """Return the ids of at most ``room`` deliveries that may be sent now."""
        if room <= 0:
            return ()
        now = self.builder.clock.now()
        return due_deliveries(
            tx,
            now,
            lambda receiver, breaker: concurrency_limit(breaker, self._usual_limit(receiver), now),
            room,
        )

    def take(self, tx: Connection, ids: Sequence[UUID]) -> Claim:
        """Take deliveries under a lease, and build what they contain."""
        if not ids:
            return Claim(0, ())
        now = self.builder.clock.now()
        token = self.builder.new_id(now)
        locked = lock_deliveries(tx, ids, now, token)
        built = self.builder.build(tx, locked)
        update_locked_deliveries(tx, built.obstacles)
        lease_until = now + timedelta(seconds=self.settings.lease_seconds)
        take(tx, {each.delivery.id: each.sequence for each in built.prepared}, lease_until, token)
        return Claim(len(locked), built.prepared)

    def fail(self, tx: Connection, delivery_id: UUID) -> None:
        """Count a failed attempt for a delivery that cannot be built."""
        now = self.builder.clock.now()
        failed = SendResult(outcome=AttemptOutcome.FAILED, error_class="cannot-be-packed")
        locked = lock_deliveries(tx, [delivery_id], now, self.builder.new_id(now))
        update_locked_deliveries(tx, [update_after(each, failed, now, self.settings.random) for each in locked])

    def _usual_limit(self, receiver: ReceiverKey) -> int:
        system = system_of(receiver)
        if system is None:
            return self.settings.webhook_limit
        return self.settings.partner_limit if system in self.connected else 0
