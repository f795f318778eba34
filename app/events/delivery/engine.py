"""The delivery engine: one for webhooks and partner systems alike.

A round records the attempts that ended, takes what is due and starts to send it, all of it in one transaction; no
transaction is open while on the network. Deliveries arrive at least once, in order per subject and receiver, in
parallel across subjects. A crash leaves leases behind; when they run out, the same deliveries are sent again under the
same ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from time import monotonic
from uuid import UUID

import structlog

from app.database import Connection, Database
from app.domain.errors import Unavailable
from app.events.delivery.attempt import AttemptResult, AttemptRunner, Channels
from app.events.delivery.claiming import Claim, Claimer
from app.events.delivery.payload import DeliveryBuilder, PreparedDelivery
from app.events.delivery.recording import AttemptRecorder, DeliveredHook, Recorded, ignore, log_recorded
from app.events.delivery.settings import DeliverySettings
from app.loops import Failed, attempt, attempt_round, run_forever

__all__ = ["DeliveryEngine"]

# A result waits this long for others, because one transaction for many costs little more than for one.
GATHER_SECONDS = 0.008

log = structlog.get_logger()

_Take = Callable[[Connection], Claim]

RelayOnce = Callable[[], Awaitable[int]]
"""Makes deliveries of events; returns of how many events."""


class DeliveryEngine:
    """Sends what is due.

    Args:
        db: the store.
        builder: builds what deliveries contain.
        channels: how to send; what is owed to a partner's system that is not connected waits until it is.
        settings: limits.
        on_delivered: what else is to be recorded of deliveries to partner systems.
    """

    def __init__(
        self,
        db: Database,
        builder: DeliveryBuilder,
        channels: Channels,
        settings: DeliverySettings | None = None,
        on_delivered: DeliveredHook = ignore,
    ) -> None:
        settings = settings or DeliverySettings()
        self._db = db
        self._in_flight_limit, self._poll_seconds = settings.in_flight_limit, settings.poll_seconds
        self._claimer = Claimer(builder=builder, settings=settings, connected=channels.sinks.keys())
        self._runner = AttemptRunner(builder.clock, channels, settings.attempt_seconds)
        self._recorder = AttemptRecorder(builder=builder, random=settings.random, on_delivered=on_delivered)
        # The first wakes the loop, for results as well as for commits; the second remembers that there was a commit.
        self._news, self._commits = db.listen(), db.listen()
        self._relay_polled_at = self._relay_rests_until = -inf
        self._sending: dict[asyncio.Task[None], PreparedDelivery] = {}
        self._none_sending = asyncio.Event()
        self._results: list[AttemptResult] = []

    async def run(self, stop: asyncio.Event, relay: RelayOnce) -> None:
        """Send what falls due until ``stop`` is set; then wait for what is in flight and record it.

        When this is cancelled, what is in flight is broken off; another worker, or the next start, sends it again.

        Args:
            stop: ends the loop.
            relay: called between the rounds of this loop when something was written, and every so often. In the same
                loop, because two loops that wake together would each find nothing while the other works, and on one
                core that is a delay.
        """
        ending = asyncio.create_task(self._wake_at(stop))
        try:
            await run_forever(
                "delivery", partial(self._iterate, relay, stop), stop=stop, interval_seconds=self._poll_seconds
            )
            if self._sending:
                await asyncio.wait(self._sending.keys())
        finally:
            ending.cancel()
            await self._finish()

    async def drain(self) -> int:
        """Send until nothing is due now and nothing is in flight; return how many deliveries were taken."""
        taken = 0
        while (took := await self._round()) or self._sending or self._results:
            taken += took
            if self._sending:
                await self._wait()
        return taken

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.notify()

    async def _iterate(self, relay: RelayOnce, stop: asyncio.Event) -> bool:
        if self._is_relay_due():
            await self._relay_by(relay)
        if (not await self._round() or self._sending) and not stop.is_set():
            await self._wait()
        return True

    def _is_relay_due(self) -> bool:
        committed, now = self._commits.take(), monotonic()
        return now >= self._relay_rests_until and (committed or now >= self._relay_polled_at + self._poll_seconds)

    async def _relay_by(self, relay: RelayOnce) -> None:
        """Relay events; when that fails, not again before the next poll, while what is due already is sent."""
        self._relay_polled_at = monotonic()
        relayed = await attempt_round("relay", relay())
        if isinstance(relayed, Failed):
            self._relay_rests_until = monotonic() + self._poll_seconds

    async def _wait(self) -> None:
        """Wait until a delivery is due or an attempt ends, then briefly for more results to record together."""
        if not self._results:
            await self._news.wait(self._poll_seconds)
        if self._sending:
            await _wait_for(self._none_sending, GATHER_SECONDS)

    async def _finish(self) -> None:
        """Break off what is still in flight, record what ended, and release the rest."""
        in_flight = dict(self._sending)
        for task in in_flight:
            task.cancel()
        await asyncio.gather(*in_flight, return_exceptions=True)
        broken_off = [prepared for task, prepared in in_flight.items() if task.cancelled()]
        # What cannot be recorded or released now is sent again when its lease runs out.
        with suppress(Unavailable):
            await self._write(partial(self._release, broken_off=broken_off))

    def _release(self, tx: Connection, broken_off: Sequence[PreparedDelivery]) -> Claim:
        self._recorder.release(tx, broken_off)
        return _take_nothing(tx)

    async def _round(self) -> int:
        """Record what ended and take what is due, in one transaction; return how many were taken."""
        # What happened until now is seen by this round.
        self._news.take()
        room = self._in_flight_limit - len(self._sending)
        taken = await attempt(self._write(self._taking(room)), passing=(Unavailable,))
        if not isinstance(taken, Failed):
            return taken
        # One delivery that cannot be built must not stop the others.
        await self._write(_take_nothing)
        due = await self._db.write(self._claimer.due, room)
        return await self._bisect(due, taken.error) if due else 0

    async def _bisect(self, due: Sequence[UUID], error: Exception) -> int:
        """Halve a batch until the delivery that cannot be built is alone; return how many were taken."""
        if len(due) == 1:
            return await self._isolate(due[0], error)
        middle, taken = len(due) // 2, 0
        for half in (due[:middle], due[middle:]):
            part = await attempt(self._write(partial(self._claimer.take_these, ids=half)), passing=(Unavailable,))
            taken += await self._bisect(half, part.error) if isinstance(part, Failed) else part
        return taken

    async def _isolate(self, delivery_id: UUID, error: Exception) -> int:
        _log_fault("delivery_build_failed", error, delivery=str(delivery_id))
        await self._db.write(self._claimer.fail, delivery_id)
        return 1

    def _taking(self, room: int) -> _Take:
        return partial(self._claimer.take, room=room) if room > 0 else _take_nothing

    async def _write(self, take: _Take) -> int:
        """Record what ended, take deliveries and start to send them; return how many were taken.

        The results are kept when that fails. If the next round comes too late for them, their leases run out and the
        deliveries are sent again.
        """
        results, self._results = self._results, []
        try:
            recorded, claim = await self._db.write_without_notifying(self._record_and_claim, results, take)
        except BaseException:
            # Also when this is cancelled: a result that was recorded nevertheless is not recorded again.
            self._results = results + self._results
            raise
        log_recorded(recorded)
        for prepared in claim.prepared:
            self._start(prepared)
        return claim.number

    def _record_and_claim(
        self, tx: Connection, results: Sequence[AttemptResult], take: _Take
    ) -> tuple[Recorded, Claim]:
        # In this order, because what ended makes room, and lets the rest of its chain go.
        return self._recorder.record(tx, results), take(tx)

    def _start(self, prepared: PreparedDelivery) -> None:
        task = asyncio.create_task(self._attempt(prepared))
        self._sending[task] = prepared
        self._none_sending.clear()
        task.add_done_callback(self._ended)

    async def _attempt(self, prepared: PreparedDelivery) -> None:
        ended = await self._runner.run(prepared)
        # Only now, because the list is replaced by another while the attempt is under way.
        self._results.append(ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._sending.pop(task, None)
        if not self._sending:
            self._none_sending.set()
        self._news.notify()


def _take_nothing(_tx: Connection) -> Claim:
    return Claim(0, ())


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _log_fault(what: str, error: Exception, **about: str) -> None:
    # The type only: a message or a trace may hold what was sent.
    log.error(what, error=type(error).__name__, **about)
