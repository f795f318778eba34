"""Recording how attempts ended, and what follows from it for deliveries, receivers and the evidence of disclosures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.database import Connection
from app.domain.codes import System
from app.domain.events import ARRIVALS, NOTICES
from app.domain.fields import FactValue, Field
from app.domain.receivers import ReceiverKey, SubscriptionKey, subscription_id_of, system_of
from app.events.delivery.attempt import AttemptResult
from app.events.delivery.breaker import next_state
from app.events.delivery.notices import publish_breaker_changes
from app.events.delivery.outcome import not_tried, update_after
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery
from app.events.http.send_result import SendResult
from app.models.delivery.attempt import Attempt, AttemptOutcome, insert_attempts
from app.models.delivery.delivery import DeliveryState, DeliveryUpdate, change_subscription_status, update_deliveries
from app.models.delivery.disclosure import insert_disclosures
from app.models.delivery.lease import attempts_under_way, end_attempts, leases_of
from app.models.delivery.receiver_health import Breaker, count_attempts, lock_receivers, make_due, save_breakers
from app.models.delivery.subscription import SubscriptionStatus, lock_subscription, note_health

__all__ = ["AttemptRecorder", "DeliveredHook", "Recorded", "SentToPartner", "log_recorded"]

log = structlog.get_logger()


@dataclass(frozen=True)
class SentToPartner:
    """What a partner's system accepted about a referral, by field."""

    system: System
    referral_id: UUID
    fields: Mapping[Field, FactValue]


DeliveredHook = Callable[[Connection, Sequence[SentToPartner], datetime], None]
"""Is called in the transaction that records deliveries to partner systems as delivered, with the time of that."""


def ignore(_tx: Connection, _sent: Sequence[SentToPartner], _now: datetime) -> None:
    """Record nothing else."""


@dataclass(frozen=True)
class Recorded:
    """What operators are to know of attempts that were recorded.

    Attributes:
        breakers: those that were opened or closed.
        given_up: the deliveries that are not tried again.
    """

    breakers: Sequence[Breaker] = ()
    given_up: Sequence[DeliveryUpdate] = ()


@dataclass(frozen=True, kw_only=True)
class AttemptRecorder:
    """Records attempts in one transaction.

    Attributes:
        random: returns numbers from 0 up to 1, for the jitter of waits.
        on_delivered: what else is to be recorded of deliveries to partner systems.
    """

    builder: DeliveryBuilder
    random: Callable[[], float]
    on_delivered: DeliveredHook = ignore

    def record(self, tx: Connection, results: Sequence[AttemptResult]) -> Recorded:
        """Record how attempts ended; return what operators are to know of it.

        Only of deliveries that are still leased for that attempt: another worker took the others, or they were recorded
        before, by a commit whose confirmation was lost.
        """
        if not results:
            return Recorded()
        # Subscriptions before receivers, in the order in which pausing one locks them: otherwise the two could wait
        # for each other.
        disabled = self._update_subscriptions(tx, results)
        leased = {each.delivery.id for each in _end_leased(tx, [each.prepared for each in results])}
        results = [each for each in results if each.prepared.delivery.id in leased]
        changed = self._update_breakers(tx, results)
        publish_breaker_changes(tx, self.builder, changed, disabled, _reasons(results))
        updates = [update_after(each.prepared.delivery, each.result, each.ended_at, self.random) for each in results]
        update_deliveries(tx, updates)
        insert_attempts(tx, [_attempt(each) for each in results])
        self._record_delivered(tx, [each for each in results if each.result.outcome is AttemptOutcome.DELIVERED])
        return Recorded(changed, [each for each in updates if each.state is DeliveryState.DEAD])

    def release(self, tx: Connection, broken_off: Sequence[PreparedDelivery]) -> None:
        """End the leases of attempts that a stop broke off, so that another worker makes them now; none is a try.

        They may have arrived, which their next attempt asks or says.
        """
        if not broken_off:
            return
        leased = _end_leased(tx, broken_off)
        now = self.builder.clock.now()
        update_deliveries(tx, [not_tried(each.delivery, now) for each in leased])
        make_due(tx, {each.delivery.receiver for each in leased}, now)

    def _record_delivered(self, tx: Connection, delivered: Sequence[AttemptResult]) -> None:
        # A test or a notice discloses nothing about anybody.
        disclosing = [each for each in delivered if each.prepared.payload.fields]
        insert_disclosures(
            tx, [self.builder.disclosure(each.prepared, each.ended_at, each.result.shown) for each in disclosing]
        )
        sent = []
        for each in delivered:
            is_arrival = each.prepared.payload.event.type in ARRIVALS
            # What arrives is a record of its own there, and not the partner's own record of the referral.
            if (system := system_of(each.prepared.delivery.receiver)) and not is_arrival:
                referral_id = each.prepared.payload.event.subject_id
                sent.append(SentToPartner(system, referral_id, each.prepared.payload.fields))
                external_id = each.result.external_id
                if external_id and external_id != each.prepared.partner_id:
                    self.builder.cases.link(tx, system, external_id, referral_id)
        if sent:
            self.on_delivered(tx, sent, self.builder.clock.now())

    def _update_breakers(self, tx: Connection, results: Sequence[AttemptResult]) -> Sequence[Breaker]:
        """Count the attempts and move on the breakers; return those that opened or closed."""
        by_receiver = defaultdict(list)
        for each in sorted(results, key=lambda each: each.ended_at):
            by_receiver[each.prepared.delivery.receiver].append(each)
        counts = {key: Counter(each.result.outcome for each in some) for key, some in by_receiver.items()}
        now = self.builder.clock.now()
        moves = [
            (before, next_state(before, _significant(before, by_receiver[receiver]), now, self.random))
            for receiver, before in count_attempts(tx, counts, now).items()
        ]
        save_breakers(tx, [after for before, after in moves if after != before])
        return [after for before, after in moves if before.is_closed != after.is_closed]

    def _update_subscriptions(self, tx: Connection, results: Sequence[AttemptResult]) -> Set[UUID]:
        """Record the health of subscriptions; return those that are disabled by it."""
        now = self.builder.clock.now()
        outcomes = [
            (id, each.result.outcome)
            for each in results
            if not each.result.sender_fault and (id := subscription_id_of(each.prepared.delivery.receiver))
        ]
        succeeded = {id for id, outcome in outcomes if outcome is AttemptOutcome.DELIVERED}
        note_health(tx, succeeded, {id for id, _ in outcomes} - succeeded, now)
        gone = {id for id, outcome in outcomes if outcome is AttemptOutcome.GONE}
        return {id for id in sorted(gone) if _disable(tx, id, now)}


def log_recorded(recorded: Recorded) -> None:
    """Log each delivery that was given up, and each breaker that opened or closed.

    Once, not each time that the receiver is found to be still down.
    """
    for each in recorded.given_up:
        about = {"receiver": each.delivery.receiver.text, "delivery": str(each.delivery.id)}
        log.warning("delivery_given_up", reason=each.last_error, attempts=each.delivery.attempts, **about)
    for breaker in recorded.breakers:
        if breaker.is_closed:
            log.info("endpoint_recovered", receiver=breaker.receiver.text)
        else:
            retry_at = breaker.retry_at.isoformat() if breaker.retry_at else None
            log.warning(
                "endpoint_failing", receiver=breaker.receiver.text, failures=breaker.failures, retry_at=retry_at
            )


def _end_leased(tx: Connection, attempts: Sequence[PreparedDelivery]) -> Sequence[PreparedDelivery]:
    """Return those of these attempts that are still leased, and end their leases."""
    receivers = {each.delivery.receiver for each in attempts}
    lock_receivers(tx, receivers)
    leases = leases_of(tx, receivers)
    under_way = attempts_under_way(leases)
    leased = [each for each in attempts if under_way.get(each.delivery.id) == each.begun]
    end_attempts(tx, leases, {each.delivery.id for each in leased})
    return leased


def _disable(tx: Connection, subscription_id: UUID, now: datetime) -> bool:
    found = lock_subscription(tx, subscription_id)
    # Of several that end together, or one after another, the first one disables it.
    if found is None or found.status is SubscriptionStatus.DISABLED:
        return False
    change_subscription_status(tx, subscription_id, SubscriptionStatus.DISABLED, now, "gone")
    log.warning("endpoint_disabled", receiver=SubscriptionKey(subscription_id).text, reason="gone")
    return True


def _attempt(of: AttemptResult) -> Attempt:
    return Attempt(
        delivery_id=of.prepared.delivery.id,
        number=of.prepared.delivery.attempts,
        started_at=of.started_at,
        duration_ms=of.duration_ms,
        outcome=of.result.outcome,
        status_code=of.result.status_code,
        error_class=of.result.error_class,
    )


def _significant(breaker: Breaker, results: Sequence[AttemptResult]) -> list[SendResult]:
    """Return the results that count for a breaker: no failed notice opens one, so that none leads to a notice."""
    forgiven = NOTICES if breaker.is_closed else ()
    return [
        each.result
        for each in results
        if each.result.outcome is not AttemptOutcome.FAILED or each.prepared.payload.event.type not in forgiven
    ]


def _reasons(results: Sequence[AttemptResult]) -> Mapping[ReceiverKey, str]:
    """Return, by receiver, the error class of its last failed attempt."""
    failed = [each for each in results if each.result.outcome is AttemptOutcome.FAILED and not each.result.sender_fault]
    failed.sort(key=lambda each: each.ended_at)
    return {each.prepared.delivery.receiver: each.result.error_class or "failed" for each in failed}
