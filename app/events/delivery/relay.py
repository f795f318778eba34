"""From the outbox to deliveries: who is owed which event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.database import Connection, Database
from app.domain.identifiers import NewId
from app.domain.ports import Clock
from app.domain.values import Organisation
from app.events.delivery.context import CaseLookup
from app.events.delivery.routing import FilterAttributes, Route, has_filter, occasion_of, receiver_for, routes
from app.models.delivery.delivery import Delivery, DeliveryState, insert_deliveries
from app.models.delivery.outbox import StoredEvent, take_unrelayed
from app.models.delivery.subscription import Subscription, subscriptions_of
from app.privacy.policy import Policy

__all__ = ["Relay"]

BATCH = 500


@dataclass(frozen=True)
class Relay:
    """Makes the deliveries of stored events, in the order in which they were stored."""

    db: Database
    cases: CaseLookup
    policy: Policy
    clock: Clock
    new_id: NewId

    async def once(self) -> int:
        """Relay the oldest waiting events, at most 500; return how many, 0 when none wait or another is at it."""
        # Quietly, because what moves nothing must not wake everyone.
        if moved := await self.db.write_quietly(self._relay):
            self.db.ring()
        return moved

    def _relay(self, tx: Connection) -> int:
        waiting = take_unrelayed(tx, BATCH, self.clock.now())
        if not waiting:
            return 0
        referrers = self.cases.referrers(tx, {stored.event.subject_id for stored in waiting})
        subscriptions = _by_organisation(tx, referrers)
        traits = self._traits(tx, referrers, subscriptions)
        insert_deliveries(tx, list(self._deliveries(waiting, referrers, subscriptions, traits)))
        return len(waiting)

    def _traits(
        self,
        tx: Connection,
        referrers: Mapping[UUID, Organisation],
        subscriptions: Mapping[UUID, Sequence[Subscription]],
    ) -> Mapping[UUID, FilterAttributes]:
        filtering = {owner for owner, held in subscriptions.items() if any(map(has_filter, held))}
        asked = {referral_id for referral_id, referrer in referrers.items() if referrer.id in filtering}
        return self.cases.traits(tx, asked) if asked else {}

    def _deliveries(
        self,
        waiting: Sequence[StoredEvent],
        referrers: Mapping[UUID, Organisation],
        subscriptions: Mapping[UUID, Sequence[Subscription]],
        traits: Mapping[UUID, FilterAttributes],
    ) -> Iterator[Delivery]:
        for stored in waiting:
            # A referral that was erased meanwhile has nobody left to be told.
            if referrer := referrers.get(stored.event.subject_id):
                known = traits.get(stored.event.subject_id, FilterAttributes())
                for route in routes(stored, referrer, subscriptions.get(referrer.id, ()), known):
                    if self._may_ever_be_told(stored, route, referrer):
                        yield self._delivery(stored, route)

    def _may_ever_be_told(self, stored: StoredEvent, route: Route, referrer: Organisation) -> bool:
        kind = receiver_for(route.receiver, referrer).kind
        return self.policy.agrees(kind, occasion_of(route.receiver, stored.event.type))

    def _delivery(self, stored: StoredEvent, route: Route) -> Delivery:
        now = self.clock.now()
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
            state=DeliveryState.PARKED if route.held else DeliveryState.PENDING,
        )


def _by_organisation(tx: Connection, referrers: Mapping[UUID, Organisation]) -> dict[UUID, list[Subscription]]:
    found: dict[UUID, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions_of(tx, {referrer.id for referrer in referrers.values()}):
        found[subscription.organisation_id].append(subscription)
    return found
