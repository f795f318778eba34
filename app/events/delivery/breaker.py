"""The rules of the circuit breaker of each receiver: no sending while it is down, no burst when it is up again.

Closed: sent to as usual. Open, after a number of failures of its own in a row, or when it asks to wait: nothing is
sent, and what it is owed stays owed. After a wait one delivery is sent; if that succeeds, the breaker is half-open and
twice as many may be in flight after each success, up to as many as usual. The claim of deliveries applies
:func:`concurrency_limit`.

Limited, after an answer 429, which is no failure: nothing is sent for as long as it asks, and then half as many may be
in flight as before, and one more after each success.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.events.delivery.backoff import RATE_LIMIT_WAIT, asked_wait, with_jitter
from app.events.http.send_result import SendResult
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.receiver_health import Breaker, BreakerState

__all__ = ["FIRST_WAIT", "LONGEST_PAUSE", "OPENS_AFTER", "concurrency_limit", "next_state"]

OPENS_AFTER = 10
"""This number of failures without a success between them opens the breaker."""

FIRST_WAIT = timedelta(seconds=30)
"""The wait after opening; doubled each time that the receiver is still down."""

LONGEST_PAUSE = timedelta(minutes=10)
"""The wait grows no longer than this, unless the receiver asks for more."""

FULL_RAMP = 32
"""With more than this in flight the breaker is closed; no concurrency limit of a receiver is higher."""


def concurrency_limit(breaker: Breaker | None, usual: int, now: datetime) -> int:
    """Return how many deliveries a receiver may have in flight now.

    Args:
        breaker: None when the receiver was never sent to.
        usual: the limit while the breaker is closed.
        now: the present moment.
    """
    if breaker is None or breaker.state is BreakerState.CLOSED:
        return usual
    if not _has_waited(breaker, now):
        return 0
    return min(1 if breaker.state is BreakerState.OPEN else breaker.allowed, usual)


def next_state(breaker: Breaker, results: Sequence[SendResult], now: datetime, random: Callable[[], float]) -> Breaker:
    """Return the breaker after attempts that ended together.

    Args:
        breaker: as it was before.
        results: in the order in which the attempts ended; faults of the hub itself say nothing about the receiver.
        now: the present moment.
        random: returns numbers from 0 up to 1, for the jitter of the wait.
    """
    results = [each for each in results if not each.sender_fault]
    if not results:
        return breaker
    asked = max(asked_wait(result.retry_after_seconds) for result in results)
    if any(result.is_rate_limit for result in results):
        return _slowed(breaker, asked, now)
    failures = breaker.failures
    for result in results:
        failures = failures + 1 if result.outcome is AttemptOutcome.FAILED else 0
    counted = replace(breaker, failures=failures)
    if breaker.state is BreakerState.OPEN and failures and not _has_waited(breaker, now):
        # Attempts that were under way when it opened say nothing new, except for a longer wait.
        return replace(counted, retry_at=max(breaker.retry_at or now, now + asked))
    if asked or failures >= (OPENS_AFTER if breaker.is_closed else 1):
        return _opened(counted, asked, now, random)
    return counted if failures or breaker.state is BreakerState.CLOSED else _allowing_more(counted)


def _opened(breaker: Breaker, asked: timedelta, now: datetime, random: Callable[[], float]) -> Breaker:
    pause = with_jitter(min(FIRST_WAIT * 2 ** min(breaker.openings, 16), LONGEST_PAUSE), random)
    retry_at = now + max(pause, asked)
    return replace(breaker, state=BreakerState.OPEN, openings=breaker.openings + 1, allowed=0, retry_at=retry_at)


def _slowed(breaker: Breaker, asked: timedelta, now: datetime) -> Breaker:
    allowed = breaker.allowed if breaker.state is BreakerState.LIMITED else FULL_RAMP
    return Breaker(
        receiver=breaker.receiver,
        state=BreakerState.LIMITED,
        failures=breaker.failures,
        allowed=max(allowed // 2, 1),
        retry_at=now + max(RATE_LIMIT_WAIT, asked),
    )


def _allowing_more(breaker: Breaker) -> Breaker:
    allowed = breaker.allowed + 1 if breaker.is_closed else max(breaker.allowed, 1) * 2
    if allowed > FULL_RAMP:
        return Breaker(receiver=breaker.receiver)
    state = BreakerState.LIMITED if breaker.is_closed else BreakerState.HALF_OPEN
    return replace(breaker, state=state, allowed=allowed, retry_at=None)


def _has_waited(breaker: Breaker, now: datetime) -> bool:
    return breaker.retry_at is None or breaker.retry_at <= now
