"""Posts events to a receiver as the hub would, signed, in order."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from app.connection_failure import failure_of
from app.domain.ports import Clock
from app.events.http.client import OutboundClient, OutboundRequest
from app.events.http.ssrf import AddressRefused
from app.events.http.webhook import WebhookRequest, signed_headers
from app.kit.receiver.played_hub import ReceiverAnswer

__all__ = ["Forwarder", "Unreachable"]


class Unreachable(Exception):
    """The address of the receiver may not be called; the text says why."""


class Forwarder:
    """Posts events to one address.

    Args:
        url: of the receiver.
        secret: with which the events are signed, ``whsec_`` and base64.
        outbound: calls the address.
        clock: states the present.
        timer: returns seconds that only grow.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        outbound: OutboundClient,
        clock: Clock,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._url, self._secret, self._outbound = url, secret, outbound
        self._clock, self._timer = clock, timer

    async def post(self, event: Mapping[str, Any]) -> ReceiverAnswer:
        """Sign an event anew and post it once; return what the receiver answered.

        Raises:
            Unreachable: its address may not be called.
        """
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        request = WebhookRequest(url=self._url, message_id=str(event["id"]), body=body, keys=(self._secret,))
        headers = signed_headers(request, self._clock.now())
        begun = self._timer()
        try:
            response = await self._outbound.call(
                OutboundRequest(method="POST", url=self._url, headers=headers, body=body)
            )
        except AddressRefused as error:
            raise Unreachable(error.message) from error
        except (aiohttp.ClientError, OSError) as error:
            return ReceiverAnswer(failure=failure_of(error), seconds=self._timer() - begun)
        return ReceiverAnswer(status=response.status, seconds=self._timer() - begun)

    async def close(self) -> None:
        """Close every connection."""
        await self._outbound.close()
