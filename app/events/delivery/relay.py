"""From the outbox to deliveries: which receiver is owed which event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import structlog

from app.database import Connection, Database
from app.domain.codes import DisclosureOccasion
from app.domain.errors import Unavailable
from app.domain.events import ABOUT_TERMS, ARRIVALS
from app.domain.fields import Field, FieldValues
from app.domain.identifiers import NewId
from app.domain.ports import Clock
from app.domain.receivers import SubscriptionKey
from app.domain.values import Organisation
from app.events.delivery.context import CaseLookup, EventContext
from app.events.delivery.routing import Route, delivery_of, occasion_of, reader_of, receiver_for, routes, withheld
from app.loops import Failed, attempt
from app.models.access.organisation import load_organisations
from app.models.cases.referral import RoutedReferral
from app.models.delivery.delivery import Delivery, insert_deliveries
from app.models.delivery.outbox import StoredEvent, defer_oldest, take_unrelayed
from app.models.delivery.subscription import Subscription, operators_subscriptions, subscriptions_of
from app.privacy.gate import PrivacyGate, Receiver

__all__ = ["Relay"]

BATCH = 500
DEFERRAL = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Makes the deliveries of stored events, in the order in which the events were stored."""

    db: Database
    cases: CaseLookup
    gate: PrivacyGate
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
        subscriptions = _by_organisation(tx, _readers(waiting, referrals))
        terms = {stored.event.type for stored in waiting} & ABOUT_TERMS
        of_operators = operators_subscriptions(tx, terms) if terms else []
        receivers = _arrived_at(tx, waiting)
        owed = list(self._owed(waiting, referrals, subscriptions, of_operators, receivers))
        cases, now = self._cases(tx, owed), self.clock.now()
        insert_deliveries(tx, [self._delivery(each, cases.get(each.stored.event.id), now) for each in owed])
        return waiting

    def _owed(
        self,
        waiting: Sequence[StoredEvent],
        referrals: Mapping[UUID, RoutedReferral],
        subscriptions: Mapping[UUID, Sequence[Subscription]],
        of_operators: Sequence[Subscription],
        receivers: Mapping[UUID, Organisation],
    ) -> Iterator[_Owed]:
        # The same for most receivers of a batch.
        agrees = cache(self.gate.policy.agrees)
        operators = {each.organisation_id for each in of_operators}
        for stored in waiting:
            # A referral that was erased in the meantime concerns nobody.
            if referral := referrals.get(stored.event.subject_id):
                reader = reader_of(stored, referral)
                of_reader = subscriptions.get(reader, ()) if reader else ()
                arrived_at = receivers.get(stored.event.id)
                for route in routes(stored, referral, of_reader, of_operators, arrived_at):
                    is_operator = route.organisation_id in operators
                    receiver = receiver_for(
                        route.receiver, stored.event.type, arrived_at or referral.referrer, is_operator=is_operator
                    )
                    occasion = occasion_of(route.receiver, stored.event.type)
                    # What may never be sent makes no delivery.
                    if agrees(receiver.kind, occasion):
                        yield _Owed(stored=stored, route=route, receiver=receiver, occasion=occasion)

    def _cases(self, tx: Connection, owed: Sequence[_Owed]) -> Mapping[UUID, EventContext]:
        """Return what is known of the cases of events on which the gate decides by the case, by the event's id."""
        depends = cache(self.gate.depends_on_case)
        asked = {
            each.stored.event.id: each.stored.event
            for each in owed
            if each.is_gated
            and each.stored.event.type not in ARRIVALS
            and depends(each.receiver.kind, each.occasion, Field.REFERRAL_ID, each.receiver.inside)
        }
        return self.cases.load_contexts(tx, list(asked.values()), with_client=False) if asked else {}

    def _delivery(self, owed: _Owed, case: EventContext | None, now: datetime) -> Delivery:
        new = delivery_of(owed.stored, owed.route, self.new_id(now), now)
        return new if self._is_sent(owed, case) else withheld(new, now)

    def _is_sent(self, owed: _Owed, case: EventContext | None) -> bool:
        if not owed.is_gated:
            return True
        # What an event did not disclose when it was recorded it does not disclose afterwards.
        is_disclosed = case is None or case.disclosed is None or Field.REFERRAL_ID in case.disclosed
        facts: FieldValues = case.facts if case else {}
        return is_disclosed and self.gate.would_release(
            owed.receiver.kind, owed.occasion, Field.REFERRAL_ID, facts, inside=owed.receiver.inside
        )


@dataclass(frozen=True, kw_only=True)
class _Owed:
    """An event with one receiver that it concerns, as the delivery layer and as the privacy gate know it."""

    stored: StoredEvent
    route: Route
    receiver: Receiver
    occasion: DisclosureOccasion

    @property
    def is_gated(self) -> bool:
        """Whether the gate decides before the delivery waits for anything, and again when it is sent.

        How much waits for a subscriber, and for how long, then says nothing of events that are withheld from it.
        """
        return isinstance(self.route.receiver, SubscriptionKey)


def _arrived_at(tx: Connection, waiting: Sequence[StoredEvent]) -> Mapping[UUID, Organisation]:
    """Return the organisations at which clients arrive, by the id of the event."""
    arrivals = {
        each.event.id: each.organisation_id
        for each in waiting
        if each.event.type in ARRIVALS and each.organisation_id is not None
    }
    found = load_organisations(tx, set(arrivals.values())) if arrivals else {}
    return {event_id: found[id] for event_id, id in arrivals.items() if id in found}


def _readers(waiting: Sequence[StoredEvent], referrals: Mapping[UUID, RoutedReferral]) -> set[UUID]:
    known = [(stored, referrals.get(stored.event.subject_id)) for stored in waiting]
    return {reader for stored, referral in known if referral and (reader := reader_of(stored, referral))}


def _by_organisation(tx: Connection, organisation_ids: Collection[UUID]) -> dict[UUID, list[Subscription]]:
    found: dict[UUID, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions_of(tx, organisation_ids):
        found[subscription.organisation_id].append(subscription)
    return found
