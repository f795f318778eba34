"""Sends events to subscribers over HTTP, signed, and judges their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp

from app.domain.ports import Clock
from app.events.contract.envelope import CONTENT_TYPE
from app.events.http.client import Answer, Call, ClientCertificate, OutboundClient
from app.events.http.oauth import receiver_tokens
from app.events.http.signing import sign
from app.events.http.ssrf import AddressRefused
from app.events.outcome import AttemptOutcome, Outcome
from app.oauth_client import NoToken, OAuthClient

__all__ = ["WebhookRequest", "WebhookSender"]

_GONE, _UNAUTHORIZED = 410, 401


@dataclass(frozen=True)
class WebhookRequest:
    """One event, ready for one subscriber.

    Attributes:
        message_id: the event's id, the same at each try: by it a receiver knows a repetition.
        keys: the signing secrets and keys, more than one while they are being rotated.
        auth: how the hub shows the receiver who calls; None: by the signature alone.
        again: the receiver asked to have it sent again, and is told that this is it.
    """

    url: str
    message_id: str
    body: bytes = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    auth: OAuthClient | ClientCertificate | None = None
    again: bool = False


class WebhookSender:
    """Posts letters by the one way out."""

    def __init__(self, clock: Clock, outbound: OutboundClient) -> None:
        self._clock = clock
        self._outbound = outbound
        self._tokens = receiver_tokens(outbound, clock)

    async def send(self, letter: WebhookRequest) -> Outcome:
        """Post a letter once and tell how it ended; never raises for what a network or a receiver does."""
        try:
            self._outbound.rules.check_url(letter.url)
        except AddressRefused:
            # No later try can help: the address itself is wrong.
            return Outcome(AttemptOutcome.REFUSED, error_class="address-not-allowed")
        try:
            token = await self._tokens.token(letter.auth) if isinstance(letter.auth, OAuthClient) else ""
        except (NoToken, aiohttp.ClientError, OSError):
            return Outcome(AttemptOutcome.FAILED, error_class="no-token")
        return await self._post(letter, token)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._outbound.close()

    async def _post(self, letter: WebhookRequest, token: str) -> Outcome:
        certificate = letter.auth if isinstance(letter.auth, ClientCertificate) else None
        headers = {**self._headers(letter), **({"authorization": f"Bearer {token}"} if token else {})}
        try:
            answer = await self._outbound.call(Call("POST", letter.url, headers, letter.body, certificate))
        except AddressRefused:
            # The name led to a forbidden address just now; it may be put right.
            return Outcome(AttemptOutcome.FAILED, error_class="address-not-allowed", sender_fault=True)
        except TimeoutError:
            return Outcome(AttemptOutcome.FAILED, error_class="timeout", unknown=True)
        except aiohttp.ClientConnectorError:
            return Outcome(AttemptOutcome.FAILED, error_class="no-connection")
        except (aiohttp.ClientError, OSError):
            return Outcome(AttemptOutcome.FAILED, error_class="connection-lost", unknown=True)
        if answer.status == _UNAUTHORIZED and isinstance(letter.auth, OAuthClient):
            self._tokens.forget(letter.auth, token)
        return _judged(answer, self._clock.now())

    def _headers(self, letter: WebhookRequest) -> dict[str, str]:
        timestamp = int(self._clock.now().timestamp())
        return {
            "content-type": CONTENT_TYPE,
            "webhook-id": letter.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(letter.keys, letter.message_id, timestamp, letter.body),
            **({"webhook-redelivery": "true"} if letter.again else {}),
        }


def _judged(answer: Answer, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Outcome(AttemptOutcome.DELIVERED, status)
    if status == _GONE:
        return Outcome(AttemptOutcome.GONE, status, "gone")
    wait = _seconds_asked(answer.headers.get("retry-after", ""), now)
    return Outcome(AttemptOutcome.FAILED, status, f"status-{status // 100}xx", wait)


def _seconds_asked(retry_after: str, now: datetime) -> float | None:
    """Return the wait of a Retry-After header, in seconds or as a date (RFC 9110, section 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - now).total_seconds())
    except (ValueError, TypeError):
        return None
