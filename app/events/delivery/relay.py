"""From the outbox to deliveries: which receiver is owed which event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

import structlog

from app.database import Connection, Database
from app.domain.errors import Unavailable
from app.domain.identifiers import NewId
from app.domain.ports import Clock
from app.events.delivery.context import CaseLookup
from app.events.delivery.routing import delivery_of, occasion_of, receiver_kind, routes
from app.loops import Failed, attempt
from app.models.cases.referral import RoutedReferral
from app.models.delivery.delivery import Delivery, insert_deliveries
from app.models.delivery.outbox import StoredEvent, defer_oldest, take_unrelayed
from app.models.delivery.subscription import Subscription, subscriptions_of
from app.privacy.policy import Policy

__all__ = ["Relay"]

BATCH = 500
DEFERRAL = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Makes the deliveries of stored events, in the order in which the events were stored."""

    db: Database
    cases: CaseLookup
    policy: Policy
    clock: Clock
    new_id: NewId

    async def once(self) -> int:
        """Relay the oldest waiting events, at most 500; return how many, 0 when none wait or another relay works.

        An event that cannot be relayed is deferred for five minutes at a time, with the later ones of its chain, so
        that it does not stop the others.
        """
        return await self._relay_at_most(BATCH)

    async def _relay_at_most(self, limit: int) -> int:
        relayed = await attempt(self.db.write_without_notifying(self._relay, limit), passing=(Unavailable,))
        if isinstance(relayed, Failed):
            return await (self._relay_at_most(limit // 2) if limit > 1 else self._defer_oldest(relayed.error))
        for late in (stored for stored in relayed if stored.was_deferred):
            log.info("deferred_event_relayed", event_id=str(late.event.id))
        # Nobody needs to look for new deliveries when none were made.
        if relayed:
            self.db.notify()
        return len(relayed)

    async def _defer_oldest(self, error: Exception) -> int:
        now = self.clock.now()
        deferred = await self.db.write_without_notifying(defer_oldest, now, now + DEFERRAL)
        if deferred is None:
            return 0
        if deferred.is_new:
            # The type only: a message or a trace may hold personal data.
            log.error("event_deferred", event_id=str(deferred.id), error=type(error).__name__)
        return 1

    def _relay(self, tx: Connection, limit: int) -> Sequence[StoredEvent]:
        waiting = take_unrelayed(tx, limit, self.clock.now())
        if not waiting:
            return ()
        referrals = self.cases.routed_referrals(tx, {stored.event.subject_id for stored in waiting})
        subscriptions = _by_organisation(tx, {each.referrer.id for each in referrals.values()})
        insert_deliveries(tx, list(self._deliveries(waiting, referrals, subscriptions)))
        return waiting

    def _deliveries(
        self,
        waiting: Sequence[StoredEvent],
        referrals: Mapping[UUID, RoutedReferral],
        subscriptions: Mapping[UUID, Sequence[Subscription]],
    ) -> Iterator[Delivery]:
        now = self.clock.now()
        # The same for most receivers of a batch.
        agrees = cache(self.policy.agrees)
        for stored in waiting:
            # A referral that was erased in the meantime concerns nobody.
            if referral := referrals.get(stored.event.subject_id):
                for route in routes(stored, referral, subscriptions.get(referral.referrer.id, ())):
                    # What may never be sent makes no delivery.
                    kind = receiver_kind(route.receiver, referral.referrer)
                    if agrees(kind, occasion_of(route.receiver, stored.event.type)):
                        yield delivery_of(stored, route, self.new_id(now), now)


def _by_organisation(tx: Connection, organisation_ids: Collection[UUID]) -> dict[UUID, list[Subscription]]:
    found: dict[UUID, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions_of(tx, organisation_ids):
        found[subscription.organisation_id].append(subscription)
    return found
