"""The duration of a claim of deliveries."""

from __future__ import annotations

import time
from contextlib import suppress

from app.bootstrap import build_delivery_builder
from app.database import Connection
from app.events.contract.envelope import Origin
from app.events.delivery.claiming import Claimer
from app.events.delivery.settings import DeliverySettings
from tests.support.harness import Harness

__all__ = ["time_claim"]

_ORIGIN = Origin("00000000000000000000", "trajecthub", "https://hub.example.nl")


class _RollBack(Exception):
    """Rolls a transaction back."""


async def time_claim(harness: Harness, room: int) -> float:
    """Return the duration of a claim in ms, with the building of what is sent; the claim is rolled back."""
    builder = build_delivery_builder(harness.services, _ORIGIN)
    claimer = Claimer(builder=builder, settings=DeliverySettings(), connected=())
    duration = 0.0

    def work(tx: Connection) -> None:
        nonlocal duration
        began = time.perf_counter()
        claimer.take(tx, room)
        duration = (time.perf_counter() - began) * 1000
        raise _RollBack

    with suppress(_RollBack):
        await harness.db.write(work)
    return duration
