"""What becomes of a delivery after an attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.domain.errors import PartnerError, PartnerRefused, PartnerUnreachable
from app.events.delivery.backoff import LONGEST_LIMITING, RATE_LIMIT_WAIT, asked_wait, wait_after
from app.events.http.send_result import SendResult
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.delivery import Delivery, DeliveryState, DeliveryUpdate

__all__ = ["not_tried", "result_of", "update_after"]


def result_of(error: Exception) -> SendResult:
    """Return the result of an attempt that raised an error: refused for good, or failed and perhaps arrived."""
    match error:
        case PartnerRefused():
            return SendResult(outcome=AttemptOutcome.REFUSED, error_class="refused", status_code=error.status)
        case PartnerUnreachable():
            return SendResult(
                outcome=AttemptOutcome.FAILED,
                error_class=error.code,
                status_code=error.status,
                retry_after_seconds=error.retry_after_seconds,
                unknown=True,
            )
        case TimeoutError():
            return SendResult(outcome=AttemptOutcome.FAILED, error_class="timeout", unknown=True)
    return SendResult(
        outcome=AttemptOutcome.FAILED,
        error_class=type(error).__name__,
        unknown=True,
        sender_fault=not isinstance(error, PartnerError),
    )


def update_after(delivery: Delivery, result: SendResult, now: datetime, random: Callable[[], float]) -> DeliveryUpdate:
    """Return what becomes of a delivery after an attempt: delivered, due again later, dead, or parked.

    Args:
        delivery: as taken, with this attempt counted.
        result: of the attempt.
        now: when it ended.
        random: returns numbers from 0 up to 1, for the jitter of the next attempt.
    """
    if result.outcome is AttemptOutcome.DELIVERED:
        return DeliveryUpdate(delivery=delivery, state=DeliveryState.DELIVERED, next_attempt_at=now, finished_at=now)
    if result.outcome is AttemptOutcome.GONE:
        return DeliveryUpdate(
            delivery=delivery, state=DeliveryState.PARKED, next_attempt_at=now, last_error=result.error_class
        )
    if result.is_rate_limit and now - (delivery.redelivered_at or delivery.created_at) < LONGEST_LIMITING:
        return _later(delivery, result, now)
    wait = wait_after(delivery.attempts - delivery.earlier_attempts, random, result.retry_after_seconds)
    if wait is None or result.outcome is AttemptOutcome.REFUSED:
        return DeliveryUpdate(
            delivery=delivery,
            state=DeliveryState.DEAD,
            next_attempt_at=now,
            finished_at=now,
            last_error=result.error_class,
        )
    return DeliveryUpdate(
        delivery=delivery,
        state=DeliveryState.PENDING,
        next_attempt_at=now + wait,
        outcome_unknown=result.unknown or delivery.outcome_unknown,
        last_error=result.error_class,
    )


def not_tried(delivery: Delivery, now: datetime) -> DeliveryUpdate:
    """Return that a delivery, taken with this attempt counted, is due: its attempt was broken off, and is no try."""
    return DeliveryUpdate(
        delivery=replace(delivery, earlier_attempts=delivery.earlier_attempts + 1),
        state=DeliveryState.PENDING,
        next_attempt_at=now,
        outcome_unknown=True,
        last_error=delivery.last_error,
    )


def _later(delivery: Delivery, result: SendResult, now: datetime) -> DeliveryUpdate:
    """Return that a delivery is sent when its receiver takes more; the attempt is not one of the schedule."""
    return DeliveryUpdate(
        delivery=replace(delivery, earlier_attempts=delivery.earlier_attempts + 1),
        state=DeliveryState.PENDING,
        next_attempt_at=now + max(RATE_LIMIT_WAIT, asked_wait(result.retry_after_seconds)),
        outcome_unknown=delivery.outcome_unknown,
        last_error=result.error_class,
    )
