"""Making one attempt to deliver: to a subscription by webhook, or to a partner's system."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import structlog

from app.domain.codes import System
from app.domain.errors import PartnerError
from app.domain.ports import Clock, PartnerSink
from app.domain.receivers import system_of
from app.events.delivery.outcome import result_of
from app.events.delivery.payload import PreparedDelivery, build_partner_message, build_webhook_request
from app.events.http.send_result import SendResult
from app.events.http.webhook import WebhookSender
from app.models.delivery.attempt import AttemptOutcome

__all__ = ["AttemptResult", "AttemptRunner", "Channels"]

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class AttemptResult:
    """An attempt that ended."""

    prepared: PreparedDelivery
    result: SendResult
    started_at: datetime
    ended_at: datetime
    duration_ms: int


@dataclass(frozen=True)
class Channels:
    """The ways by which deliveries reach their receivers.

    Attributes:
        sinks: the partner systems that are connected.
    """

    webhook: WebhookSender
    sinks: Mapping[System, PartnerSink]


@dataclass(frozen=True)
class AttemptRunner:
    """Makes attempts; no transaction is open meanwhile.

    Attributes:
        timeout_seconds: the longest that one attempt to send to a partner's system may take.
    """

    clock: Clock
    channels: Channels
    timeout_seconds: float

    async def run(self, prepared: PreparedDelivery) -> AttemptResult:
        """Make one attempt and return how it ended; no error is raised."""
        started_at, started = self.clock.now(), monotonic()
        result = await self._result(prepared)
        return AttemptResult(
            prepared=prepared,
            result=result,
            started_at=started_at,
            ended_at=self.clock.now(),
            duration_ms=round((monotonic() - started) * 1000),
        )

    async def _result(self, prepared: PreparedDelivery) -> SendResult:
        try:
            return await self._send(prepared)
        except (PartnerError, TimeoutError) as error:
            return result_of(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is logged and tried again, never lost
            # The type only: a message or a trace may hold what was sent.
            log.error("delivery_failed", error=type(error).__name__, delivery=str(prepared.delivery.id))  # noqa: TRY400
            return result_of(error)

    async def _send(self, prepared: PreparedDelivery) -> SendResult:
        system = system_of(prepared.delivery.receiver)
        if system is None:
            return await self.channels.webhook.send(build_webhook_request(prepared))
        # Webhooks have a limit of their own.
        async with asyncio.timeout(self.timeout_seconds):
            receipt = await self.channels.sinks[system].deliver(build_partner_message(prepared))
        return SendResult(outcome=AttemptOutcome.DELIVERED, external_id=receipt.external_id, shown=receipt.shown)
