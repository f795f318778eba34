"""The delivery engine: one for webhooks and partner systems alike.

A turn relays what has happened; a round then acknowledges what has come back, takes what is due, and sends it. No
transaction is open while on the network.
At least once, in order per referral and receiver, in parallel across referrals. A crash leaves leases behind; when
they run out, the same deliveries go again under the same ids.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from uuid import UUID

import structlog

from app.database import Connection, Database
from app.domain.codes import System
from app.domain.errors import PartnerError, Unavailable
from app.domain.events import NOTICES
from app.domain.ports import PartnerSink
from app.domain.receivers import ReceiverKey, SubscriptionKey, subscription_id_of, system_of
from app.events.delivery.breaker import after, cap_of
from app.events.delivery.notices import publish_breaker_changes
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery, message_of
from app.events.http.webhook import WebhookSender
from app.events.outcome import AttemptOutcome, Outcome, outcome_of, settlement_of
from app.models.delivery.claim import due_deliveries, take
from app.models.delivery.delivery import (
    Attempt,
    change_subscription_status,
    insert_attempts,
    settle,
)
from app.models.delivery.disclosure import insert_disclosures
from app.models.delivery.receiver_health import BreakerState, Endpoint, count_tries, save_breakers
from app.models.delivery.subscription import SubscriptionStatus, lock_subscription, note_health

__all__ = ["DeliveryEngine", "DeliverySettings"]

POLL_SECONDS = 1.0

# A try that came back waits so long for others, because one transaction for many costs little more than for one.
GATHER_SECONDS = 0.008

# A lease must outlive the slowest try and the writing down of how it ended; else a delivery would be sent twice.
_MARGIN_SECONDS = 10.0

log = structlog.get_logger()


@dataclass(frozen=True)
class DeliverySettings:
    """How much at once, how long, and the chance in the waits between tries.

    Attributes:
        partner_cap: deliveries in flight to one partner's system.
        webhook_cap: deliveries in flight to one subscription.
        in_flight_cap: deliveries in flight in all, in this process.
        try_seconds: the longest that one try may take.
        lease_seconds: after so long without news, another worker may send it again.

    Raises:
        ValueError: the lease does not outlive a try.
    """

    partner_cap: int = 32
    webhook_cap: int = 25
    in_flight_cap: int = 1000
    try_seconds: float = 45.0
    lease_seconds: float = 90.0
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        """Check the terms against each other."""
        if self.lease_seconds < self.try_seconds + _MARGIN_SECONDS:
            raise ValueError(f"lease_seconds: must exceed try_seconds by {_MARGIN_SECONDS:g} at least")


@dataclass(frozen=True)
class _AttemptResult:
    """A try that came back."""

    prepared: PreparedDelivery
    outcome: Outcome
    started_at: datetime
    duration_ms: int
    ended_at: datetime


@dataclass(frozen=True)
class _Taken:
    """What a round took: how many in all, and those that may leave."""

    number: int
    prepared_deliveries: Sequence[PreparedDelivery]


_Selector = Callable[[Connection], Sequence[UUID]]
"""Chooses which deliveries are taken."""


class DeliveryEngine:
    """Sends what is due.

    Args:
        sinks: the partner systems that are connected; what is owed to another waits until it is.
    """

    def __init__(
        self,
        db: Database,
        table: DeliveryBuilder,
        sinks: Mapping[System, PartnerSink],
        webhook: WebhookSender,
        settings: DeliverySettings | None = None,
    ) -> None:
        self._db = db
        self._table = table
        self._clock = table.clock
        self._sinks = sinks
        self._webhook = webhook
        self._settings = settings or DeliverySettings()
        self._bell = db.listen()
        self._relay_rests_until = 0.0
        self._sending: set[asyncio.Task[None]] = set()
        self._returned: list[_AttemptResult] = []

    async def run(self, stop: asyncio.Event, relay: Callable[[], Awaitable[int]]) -> None:
        """Send what falls due until ``stop`` is set; then wait for what is in flight and write it down.

        Args:
            stop: ends the loop.
            relay: makes deliveries of what has happened; asked before each round, in one loop with it, because two
                loops that wake together look in vain while the other one works, and on one core that is a delay.
        """
        while not stop.is_set():
            try:
                await self._relay_by(relay)
                if not await self._round() or self._sending:
                    await self._news()
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever one round meets
                _log_fault("delivery round failed", error)
                await asyncio.sleep(POLL_SECONDS)
        await self._finish()

    async def drain(self) -> int:
        """Send until nothing is due now and nothing is in flight; return how many deliveries were taken."""
        taken = 0
        while (took := await self._round()) or self._sending or self._returned:
            taken += took
            if self._sending:
                await self._news()
        return taken

    async def _relay_by(self, relay: Callable[[], Awaitable[int]]) -> None:
        """Relay what has happened; when that fails it rests a while, and what is due already is sent all the same."""
        if monotonic() < self._relay_rests_until:
            return
        try:
            await relay()
        except Exception as error:  # noqa: BLE001 - what cannot be relayed must not stop what can be sent
            self._relay_rests_until = monotonic() + POLL_SECONDS
            _log_fault("relay failed", error)

    async def _news(self) -> None:
        """Wait until something falls due or comes back, and then a moment for more to come back."""
        if not self._returned:
            await self._bell.wait(POLL_SECONDS)
        if self._sending:
            await asyncio.wait(self._sending, timeout=GATHER_SECONDS)

    async def _finish(self) -> None:
        if self._sending:
            await asyncio.wait(self._sending)
        await self._write(partial(_by_id, ()))

    async def _round(self) -> int:
        """Write down what came back and take what is due, in one transaction; return how many were taken."""
        room = self._settings.in_flight_cap - len(self._sending)
        try:
            return await self._write(lambda tx: self._due(tx, room))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one delivery that cannot be packed must not stop the others
            await self._write(partial(_by_id, ()))
            return await self._bisect(await self._db.read(self._due, room), error)

    async def _bisect(self, due: Sequence[UUID], error: Exception) -> int:
        """Halve a batch until the delivery that spoils it is alone; that one counts as a failed try."""
        if len(due) == 1:
            _log_fault("delivery cannot be packed", error, delivery=str(due[0]))
            await self._db.write(self._set_aside, due)
            return 1
        middle, taken = len(due) // 2, 0
        for half in (due[:middle], due[middle:]):
            try:
                taken += await self._write(partial(_by_id, half))
            except Unavailable:
                raise
            except Exception as fault:  # noqa: BLE001 - looked into further
                taken += await self._bisect(half, fault)
        return taken

    async def _write(self, choose: _Selector) -> int:
        """Write down what came back, take what is chosen and start on it; what came back is kept when that fails.

        Should the next round come too late for it, the lease runs out and it is sent again.
        """
        returned, self._returned = self._returned, []
        try:
            changed, taken = await self._db.write_quietly(self._turn, returned, choose)
        except Exception:
            self._returned = returned + self._returned
            raise
        _tell(changed)
        for prepared in taken.prepared_deliveries:
            task = asyncio.create_task(self._try(prepared))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return taken.number

    def _turn(
        self, tx: Connection, returned: Sequence[_AttemptResult], choose: _Selector
    ) -> tuple[Sequence[Endpoint], _Taken]:
        # In this order, because what came back makes room and opens the way for the rest of its chain.
        changed = self._write_down(tx, returned) if returned else ()
        return changed, self._take(tx, choose(tx))

    def _due(self, tx: Connection, room: int) -> Sequence[UUID]:
        if room <= 0:
            return ()
        now = self._clock.now()
        return due_deliveries(tx, now, lambda one, breaker: cap_of(breaker, self._cap_of(one), now), room)

    def _take(self, tx: Connection, due: Sequence[UUID]) -> _Taken:
        if not due:
            return _Taken(0, ())
        now = self._clock.now()
        lease_until = now + timedelta(seconds=self._settings.lease_seconds)
        taken = take(tx, due, now, lease_until, self._table.new_id(now))
        return _Taken(len(taken), self._table.pack(tx, taken))

    def _set_aside(self, tx: Connection, due: Sequence[UUID]) -> None:
        now = self._clock.now()
        failed = Outcome(AttemptOutcome.FAILED, error_class="cannot-be-packed")
        taken = take(tx, due, now, now, self._table.new_id(now))
        settle(tx, [settlement_of(one, failed, now, self._settings.random) for one in taken])

    def _cap_of(self, receiver: ReceiverKey) -> int:
        system = system_of(receiver)
        if system is None:
            return self._settings.webhook_cap
        return self._settings.partner_cap if system in self._sinks else 0

    async def _try(self, prepared: PreparedDelivery) -> None:
        started_at, started = self._clock.now(), monotonic()
        try:
            outcome = await self._outcome(prepared)
        finally:
            self._bell.ring()
        duration_ms = round((monotonic() - started) * 1000)
        self._returned.append(_AttemptResult(prepared, outcome, started_at, duration_ms, self._clock.now()))

    async def _outcome(self, prepared: PreparedDelivery) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.try_seconds):
                return await self._deliver(prepared)
        except (PartnerError, TimeoutError) as error:
            return outcome_of(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is shown and tried again, never lost
            _log_fault("delivery failed", error, delivery=str(prepared.delivery.id))
            return outcome_of(error)

    async def _deliver(self, prepared: PreparedDelivery) -> Outcome:
        system = system_of(prepared.delivery.receiver)
        if system is None:
            return await self._webhook.send(self._table.letter(prepared))
        receipt = await self._sinks[system].deliver(message_of(prepared))
        return Outcome(AttemptOutcome.DELIVERED, external_id=receipt.external_id)

    def _write_down(self, tx: Connection, returned: Sequence[_AttemptResult]) -> Sequence[Endpoint]:
        """Write how tries ended; return the receivers whose breakers opened or closed."""
        chance = self._settings.random
        # Subscriptions before deliveries, in the order in which pausing one locks them: else the two could wait for
        # each other.
        disabled = self._note_subscriptions(tx, returned)
        changed = self._note_endpoints(tx, returned)
        publish_breaker_changes(tx, self._table, changed, disabled, _reasons(returned))
        settle(tx, [settlement_of(one.prepared.delivery, one.outcome, one.ended_at, chance) for one in returned])
        insert_attempts(tx, [_attempt(one) for one in returned])
        arrived = [one for one in returned if one.outcome.verdict is AttemptOutcome.DELIVERED]
        # A test or a notice tells of nobody.
        told = [one for one in arrived if one.prepared.fields]
        insert_disclosures(tx, [self._table.disclosure(one.prepared, one.ended_at) for one in told])
        self._table.remember(tx, [one.prepared for one in arrived], self._clock.now())
        self._link_cases(tx, arrived)
        return changed

    def _note_endpoints(self, tx: Connection, returned: Sequence[_AttemptResult]) -> Sequence[Endpoint]:
        """Count the tries and turn the breakers; give those that opened or closed."""
        tries = defaultdict(list)
        for one in sorted(returned, key=lambda each: each.ended_at):
            tries[one.prepared.delivery.receiver].append(one)
        counts = {receiver: Counter(one.outcome.verdict.value for one in some) for receiver, some in tries.items()}
        now, chance = self._clock.now(), self._settings.random
        turned = [
            (stood, after(stood, _telling(stood, tries[receiver]), now, chance))
            for receiver, stood in count_tries(tx, counts).items()
        ]
        save_breakers(tx, [stands for stood, stands in turned if stands != stood])
        return [stands for stood, stands in turned if _is_closed(stood) != _is_closed(stands)]

    def _link_cases(self, tx: Connection, arrived: Sequence[_AttemptResult]) -> None:
        for one in arrived:
            partner_id, system = one.outcome.external_id, system_of(one.prepared.delivery.receiver)
            if system and partner_id and partner_id != one.prepared.partner_id:
                self._table.cases.link(tx, system, partner_id, one.prepared.delivery.subject_id)

    def _note_subscriptions(self, tx: Connection, returned: Sequence[_AttemptResult]) -> Set[UUID]:
        """Note how subscriptions do; give those that are disabled by it."""
        now = self._clock.now()
        told = [
            (id, one.outcome.verdict)
            for one in returned
            if not one.outcome.sender_fault and (id := subscription_id_of(one.prepared.delivery.receiver))
        ]
        succeeded = {id for id, verdict in told if verdict is AttemptOutcome.DELIVERED}
        note_health(tx, succeeded, {id for id, _ in told} - succeeded, now)
        gone = {id for id, verdict in told if verdict is AttemptOutcome.GONE}
        return {id for id in sorted(gone) if self._disable(tx, id, now)}

    def _disable(self, tx: Connection, subscription_id: UUID, now: datetime) -> bool:
        found = lock_subscription(tx, subscription_id)
        # Of several that come back together, or one after another, the first one disables it.
        if found is None or found.status is SubscriptionStatus.DISABLED:
            return False
        change_subscription_status(tx, subscription_id, SubscriptionStatus.DISABLED, now, "gone")
        log.warning("endpoint disabled", receiver=SubscriptionKey(subscription_id).text, reason="gone")
        return True


def _by_id(ids: Sequence[UUID], _tx: Connection) -> Sequence[UUID]:
    return ids


def _attempt(one: _AttemptResult) -> Attempt:
    return Attempt(
        delivery_id=one.prepared.delivery.id,
        number=one.prepared.delivery.attempts,
        started_at=one.started_at,
        duration_ms=one.duration_ms,
        outcome=one.outcome.verdict.value,
        status_code=one.outcome.status_code,
        error_class=one.outcome.error_class,
    )


def _telling(stood: Endpoint, tries: Sequence[_AttemptResult]) -> list[Outcome]:
    """Return the outcomes that tell of a receiver: no failed notice opens a breaker, so none leads to a notice."""
    forgiven = NOTICES if _is_closed(stood) else ()
    return [
        one.outcome
        for one in tries
        if one.outcome.verdict is not AttemptOutcome.FAILED or one.prepared.event.type not in forgiven
    ]


def _reasons(returned: Sequence[_AttemptResult]) -> Mapping[ReceiverKey, str]:
    """Return by receiver the kind of error of its last failed try."""
    failed = [one for one in returned if one.outcome.verdict is AttemptOutcome.FAILED and not one.outcome.sender_fault]
    failed.sort(key=lambda one: one.ended_at)
    return {one.prepared.delivery.receiver: one.outcome.error_class or "failed" for one in failed}


def _is_closed(endpoint: Endpoint) -> bool:
    return endpoint.state is BreakerState.CLOSED


def _tell(changed: Sequence[Endpoint]) -> None:
    """Log each breaker that opened or closed, once: not each time that the receiver is found to be still down."""
    for stands in changed:
        if _is_closed(stands):
            log.info("endpoint recovered", receiver=stands.receiver.text)
        else:
            retry_at = stands.retry_at.isoformat() if stands.retry_at else None
            log.warning("endpoint failing", receiver=stands.receiver.text, failures=stands.failures, retry_at=retry_at)


def _log_fault(what: str, error: Exception, **about: str) -> None:
    # By name only: a message or a trace may hold what was sent.
    log.error(what, error=type(error).__name__, **about)
