"""From the outbox to deliveries: which receiver is owed which event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from app.database import Connection, Database
from app.domain.identifiers import NewId
from app.domain.ports import Clock
from app.domain.values import Organisation
from app.events.delivery.context import CaseLookup
from app.events.delivery.routing import FilterAttributes, Route, has_filter, occasion_of, receiver_kind, routes
from app.models.delivery.delivery import Delivery, DeliveryState, insert_deliveries
from app.models.delivery.outbox import StoredEvent, take_unrelayed
from app.models.delivery.subscription import Subscription, subscriptions_of
from app.privacy.policy import Policy

__all__ = ["Relay"]

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Makes the deliveries of stored events, in the order in which the events were stored."""

    db: Database
    cases: CaseLookup
    policy: Policy
    clock: Clock
    new_id: NewId

    async def once(self) -> int:
        """Relay the oldest waiting events, at most 500; return how many, 0 when none wait or another relay works."""
        # Nobody needs to look for new deliveries when none were made.
        if relayed := await self.db.write_without_notifying(self._relay):
            self.db.notify()
        return relayed

    def _relay(self, tx: Connection) -> int:
        waiting = take_unrelayed(tx, BATCH, self.clock.now())
        if not waiting:
            return 0
        referrers = self.cases.referrers(tx, {stored.event.subject_id for stored in waiting})
        subscriptions = _by_organisation(tx, referrers)
        attributes = self._filter_attributes(tx, referrers, subscriptions)
        insert_deliveries(tx, list(self._deliveries(waiting, referrers, subscriptions, attributes)))
        return len(waiting)

    def _filter_attributes(
        self,
        tx: Connection,
        referrers: Mapping[UUID, Organisation],
        subscriptions: Mapping[UUID, Sequence[Subscription]],
    ) -> Mapping[UUID, FilterAttributes]:
        filtering = {owner for owner, owned in subscriptions.items() if any(map(has_filter, owned))}
        asked = {referral_id for referral_id, referrer in referrers.items() if referrer.id in filtering}
        return self.cases.filter_attributes(tx, asked) if asked else {}

    def _deliveries(
        self,
        waiting: Sequence[StoredEvent],
        referrers: Mapping[UUID, Organisation],
        subscriptions: Mapping[UUID, Sequence[Subscription]],
        attributes: Mapping[UUID, FilterAttributes],
    ) -> Iterator[Delivery]:
        now = self.clock.now()
        # The same for most receivers of a batch.
        agrees = cache(self.policy.agrees)
        for stored in waiting:
            # A referral that was erased in the meantime concerns nobody.
            if referrer := referrers.get(stored.event.subject_id):
                known = attributes.get(stored.event.subject_id, FilterAttributes())
                for route in routes(stored, referrer, subscriptions.get(referrer.id, ()), known):
                    # What may never be sent makes no delivery.
                    kind = receiver_kind(route.receiver, referrer)
                    if agrees(kind, occasion_of(route.receiver, stored.event.type)):
                        yield self._delivery(stored, route, now)

    def _delivery(self, stored: StoredEvent, route: Route, now: datetime) -> Delivery:
        return Delivery(
            id=self.new_id(now),
            event_id=stored.event.id,
            event_position=stored.position,
            receiver=route.receiver,
            organisation_id=route.organisation_id,
            subject_id=stored.event.subject_id,
            subject_type=stored.event.subject_type,
            created_at=now,
            next_attempt_at=now,
            state=DeliveryState.PARKED if route.is_parked else DeliveryState.PENDING,
        )


def _by_organisation(tx: Connection, referrers: Mapping[UUID, Organisation]) -> dict[UUID, list[Subscription]]:
    found: dict[UUID, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions_of(tx, {referrer.id for referrer in referrers.values()}):
        found[subscription.organisation_id].append(subscription)
    return found
