"""A referrer's webhook receiver that verifies signatures and stores the events."""

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SLOW_SECONDS = 20.0
"""Longer than the hub waits for an answer."""


class Behaviour(StrEnum):
    """What the receiver does with events."""

    UP = "up"
    """It accepts what is signed."""
    DOWN = "down"
    """503."""
    SLOW = "slow"
    """No answer in time."""
    GONE = "gone"
    """410: it wants no more."""


_REFUSALS = {Behaviour.DOWN: 503, Behaviour.GONE: 410}


@dataclass(kw_only=True)
class DemoWebhookReceiver:
    """Receives the events of several organisations, each at its own path.

    Attributes:
        secrets: the ``whsec_`` secret of each organisation, by code.
        received: the CloudEvents of each organisation, by code, in order of arrival.
        refused: the number of requests without a valid signature.
        behaviour: what it does with events.
    """

    secrets: dict[str, str] = field(default_factory=dict)
    received: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused: int = 0
    behaviour: Behaviour = Behaviour.UP

    def start_anew(self) -> None:
        """Receive as at the start."""
        self.received.clear()
        self.refused, self.behaviour = 0, Behaviour.UP

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/hooks/{organisation}", self._receive, methods=["POST"]),
                Route("/hooks/{organisation}", self._consent, methods=["OPTIONS"]),
                Route("/", self._show),
            ]
        )

    async def _receive(self, request: Request) -> Response:
        organisation, body = request.path_params["organisation"], await request.body()
        if self.behaviour is Behaviour.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        if status := _REFUSALS.get(self.behaviour):
            return Response(status_code=status)
        if not self._is_genuine(organisation, request, body):
            self.refused += 1
            return Response(status_code=401)
        self.received.setdefault(organisation, []).append(json.loads(body))
        return Response(status_code=204)

    async def _consent(self, request: Request) -> Response:
        """Agree to events of the hub that asks (CloudEvents, *HTTP 1.1 Web Hooks for Event Delivery*, section 4)."""
        origin = request.headers.get("webhook-request-origin", "")
        headers = {"Allow": "POST, OPTIONS"}
        if self.behaviour is Behaviour.UP:
            headers["WebHook-Allowed-Origin"] = origin
        return Response(status_code=200, headers=headers)

    async def _show(self, _: Request) -> Response:
        return JSONResponse({code: len(events) for code, events in self.received.items()})

    def _is_genuine(self, organisation: str, request: Request, body: bytes) -> bool:
        """Verify the signature by Standard Webhooks 1.0: HMAC-SHA256 of id, timestamp and body."""
        secret = self.secrets.get(organisation, "")
        if not secret:
            return False
        key = b64decode(secret.removeprefix("whsec_"))
        prefix = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}."
        expected = "v1," + b64encode(hmac.digest(key, prefix.encode() + body, sha256)).decode()
        given = request.headers["webhook-signature"].split(" ")
        return any(hmac.compare_digest(expected, signature) for signature in given)
