"""The circuit breaker of each receiver: when it is down it is left alone, and when it is up again it is not stormed.

Closed: sent to as usual. Open, after failures of its own without a success between them or when it asks to wait:
nothing is sent, what it is owed stays owed. After a wait one delivery goes to see; when that succeeds twice as many
go, and twice again, up to as many as usual. Pure rules; the claim of deliveries keeps to :func:`cap_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.events.backoff import LONGEST_WAIT
from app.events.outcome import AttemptOutcome, Outcome
from app.models.delivery.receiver_health import BreakerState, Endpoint

__all__ = ["FIRST_WAIT", "LONGEST_PAUSE", "OPENS_AFTER", "after", "cap_of"]

OPENS_AFTER = 10
"""So many failures without a success between them open the breaker."""

FIRST_WAIT = timedelta(seconds=30)
"""The wait after opening; doubled each time that the receiver is still down."""

LONGEST_PAUSE = timedelta(minutes=10)
"""The wait grows no longer than this, unless the receiver asks for more."""

FULL_RAMP = 32
"""Past so many in flight the breaker is closed; no cap of a receiver is higher."""

_JITTER = 0.2


def cap_of(endpoint: Endpoint | None, usual: int, now: datetime) -> int:
    """Return how many deliveries a receiver may have in flight now.

    Args:
        endpoint: None when it was never sent to.
        usual: the cap while the breaker is closed.
        now: the present moment.
    """
    if endpoint is None or endpoint.state is BreakerState.CLOSED:
        return usual
    if endpoint.state is BreakerState.RAMPING:
        return min(endpoint.allowed, usual)
    return min(1, usual) if _is_waited_for(endpoint, now) else 0


def after(endpoint: Endpoint, outcomes: Sequence[Outcome], now: datetime, random: Callable[[], float]) -> Endpoint:
    """Return how the breaker stands after tries that came back together.

    Args:
        endpoint: as it stood.
        outcomes: in the order in which they ended; the hub's own faults say nothing about the receiver.
        now: the present moment.
        random: gives numbers from 0 up to 1, for the jitter of the wait.
    """
    outcomes = [each for each in outcomes if not each.sender_fault]
    if not outcomes:
        return endpoint
    failures = endpoint.failures
    for outcome in outcomes:
        failures = failures + 1 if outcome.verdict is AttemptOutcome.FAILED else 0
    asked = max((outcome.retry_after_seconds or 0.0 for outcome in outcomes), default=0.0)
    counted = replace(endpoint, failures=failures)
    if endpoint.state is BreakerState.OPEN and failures and not _is_waited_for(endpoint, now):
        # Tries that were under way when it opened tell nothing new, but for a longer wait.
        return replace(counted, retry_at=max(endpoint.retry_at or now, now + _held(asked)))
    if asked or failures >= (OPENS_AFTER if endpoint.state is BreakerState.CLOSED else 1):
        return _opened(counted, asked, now, random)
    return counted if endpoint.state is BreakerState.CLOSED else _ramped(counted)


def _opened(endpoint: Endpoint, asked: float, now: datetime, random: Callable[[], float]) -> Endpoint:
    pause = min(FIRST_WAIT * 2 ** min(endpoint.openings, 16), LONGEST_PAUSE) * (1 + _JITTER * random())
    retry_at = now + max(pause, _held(asked))
    return replace(endpoint, state=BreakerState.OPEN, openings=endpoint.openings + 1, allowed=0, retry_at=retry_at)


def _ramped(endpoint: Endpoint) -> Endpoint:
    allowed = max(endpoint.allowed, 1) * 2
    if allowed > FULL_RAMP:
        return Endpoint(endpoint.receiver)
    return replace(endpoint, state=BreakerState.RAMPING, allowed=allowed, retry_at=None)


def _held(asked: float) -> timedelta:
    return timedelta(seconds=min(asked, LONGEST_WAIT.total_seconds()))


def _is_waited_for(endpoint: Endpoint, now: datetime) -> bool:
    return endpoint.retry_at is None or endpoint.retry_at <= now
