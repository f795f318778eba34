"""How a try ended, and what becomes of the delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import PartnerError, PartnerRefused, PartnerUnreachable
from app.events.backoff import wait_after
from app.models.delivery.delivery import Delivery, DeliveryState, Settlement

__all__ = ["AttemptOutcome", "Outcome", "outcome_of", "settlement_of"]

_ERROR_CLASSES = {PartnerRefused: "refused", PartnerUnreachable: "unreachable", TimeoutError: "timeout"}


class AttemptOutcome(StrEnum):
    """What a try came to."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True)
class Outcome:
    """How a try ended; holds nothing of what was sent or answered.

    Attributes:
        error_class: a short code of what went wrong; None when it succeeded.
        retry_after_seconds: the wait that the receiver asked for.
        unknown: True when it may have arrived all the same.
        external_id: the partner's own id of the case, when it told it.
        own_fault: True when the hub itself stood in the way: it says nothing about the receiver.
    """

    verdict: AttemptOutcome
    status_code: int | None = None
    error_class: str | None = None
    retry_after_seconds: float | None = None
    unknown: bool = False
    external_id: str | None = None
    sender_fault: bool = False


def outcome_of(error: Exception) -> Outcome:
    """Return how a try ended that raised: refused for good, or failed and perhaps arrived all the same."""
    error_class = _ERROR_CLASSES.get(type(error), type(error).__name__)
    if isinstance(error, PartnerRefused):
        return Outcome(AttemptOutcome.REFUSED, error_class=error_class)
    wait = error.retry_after_seconds if isinstance(error, PartnerUnreachable) else None
    sender_fault = not isinstance(error, PartnerError | TimeoutError)
    return Outcome(
        AttemptOutcome.FAILED,
        error_class=error_class,
        retry_after_seconds=wait,
        unknown=True,
        sender_fault=sender_fault,
    )


def settlement_of(delivery: Delivery, outcome: Outcome, now: datetime, random: Callable[[], float]) -> Settlement:
    """Return what becomes of a delivery after a try: done, tried again, given up, or held for its subscription.

    Args:
        delivery: as taken, this try counted.
        outcome: how the try ended.
        now: when it ended.
        random: gives numbers from 0 up to 1, for the jitter of the next try.
    """
    if outcome.verdict is AttemptOutcome.DELIVERED:
        return Settlement(delivery, DeliveryState.DELIVERED, now, finished_at=now)
    if outcome.verdict is AttemptOutcome.GONE:
        return Settlement(delivery, DeliveryState.PARKED, now, last_error=outcome.error_class)
    wait = wait_after(delivery.attempts - delivery.earlier_attempts, random, outcome.retry_after_seconds)
    if wait is None or outcome.verdict is AttemptOutcome.REFUSED:
        return Settlement(delivery, DeliveryState.DEAD, now, finished_at=now, last_error=outcome.error_class)
    return Settlement(
        delivery,
        DeliveryState.PENDING,
        now + wait,
        outcome_unknown=outcome.unknown or delivery.outcome_unknown,
        last_error=outcome.error_class,
    )
