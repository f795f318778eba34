"""How many deliveries are sent at once, and how long they may take."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["DeliverySettings"]

# A lease must outlive the slowest attempt and the recording of how it ended; otherwise a delivery would be sent twice.
_MARGIN_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class DeliverySettings:
    """Limits of the delivery engine, and the randomness of the waits between attempts.

    Attributes:
        partner_limit: deliveries in flight to one partner's system.
        webhook_limit: deliveries in flight to one subscription.
        in_flight_limit: deliveries in flight in all, in this process.
        attempt_seconds: the longest that one attempt may take; webhooks have a shorter limit of their own.
        lease_seconds: after this time without a result, another worker may send a delivery again.
        poll_seconds: the longest time until the engine looks again for events to relay and deliveries that are due.
        random: returns numbers from 0 up to 1.

    Raises:
        ValueError: the lease does not outlive an attempt.
    """

    partner_limit: int = 32
    webhook_limit: int = 25
    in_flight_limit: int = 1000
    attempt_seconds: float = 45.0
    lease_seconds: float = 90.0
    poll_seconds: float = 1.0
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        """Check the limits against each other."""
        if self.lease_seconds < self.attempt_seconds + _MARGIN_SECONDS:
            raise ValueError(f"lease_seconds: must exceed attempt_seconds by at least {_MARGIN_SECONDS:g}")
