"""Sends events to subscribers over HTTP, signed, and interprets their responses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
import structlog

from app.connection_failure import ConnectionFailure, failure_of
from app.domain.ports import Clock
from app.events.contract.envelope import CONTENT_TYPE
from app.events.http.client import OutboundClient, OutboundRequest, OutboundResponse
from app.events.http.oauth import ReceiverTokens
from app.events.http.send_result import SendResult
from app.events.http.signing import sign
from app.events.http.ssrf import AddressRefused
from app.events.http.tls import ClientCertificate
from app.models.delivery.attempt import AttemptOutcome
from app.oauth_client import NoToken, OAuthClient

__all__ = ["WebhookRequest", "WebhookSender", "signed_headers"]

log = structlog.get_logger()

_GONE, _UNAUTHORIZED = 410, 401


@dataclass(frozen=True, kw_only=True)
class WebhookRequest:
    """One event, ready for one subscriber.

    Attributes:
        owner: the code of the organisation that named the address; None where it needs no network of its own.
        message_id: the event's id, the same at each attempt, so that a receiver recognises a repetition.
        keys: the signing secrets and keys; more than one while they are being rotated.
        auth: how the hub authenticates in addition to its signature; None: not at all.
        is_redelivery: the receiver asked for it to be sent again; a header says so.
    """

    url: str
    owner: str | None = None
    message_id: str
    body: bytes = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    auth: OAuthClient | ClientCertificate | None = None
    is_redelivery: bool = False


class WebhookSender:
    """Sends webhook requests by the outbound client."""

    def __init__(self, clock: Clock, outbound: OutboundClient) -> None:
        self._clock = clock
        self._outbound = outbound
        self._tokens = ReceiverTokens(outbound, clock)

    async def send(self, request: WebhookRequest) -> SendResult:
        """Send a request once and return the result; never raises for what a network or a receiver does.

        Takes at most twice the timeout of the outbound client, once for a token and once for the request, and what it
        takes to find out who issued a certificate that is not trusted.
        """
        try:
            self._outbound.of(request.owner).check_url(request.url)
        except AddressRefused:
            # No later attempt can help: the URL itself is wrong.
            return SendResult(outcome=AttemptOutcome.REFUSED, error_class="address-not-allowed")
        if not isinstance(request.auth, OAuthClient):
            return await self._post(request, "")
        try:
            token = await self._token(request, request.auth)
        except NoToken as error:
            return SendResult(outcome=AttemptOutcome.FAILED, error_class=error.code)
        return await self._post(request, token)

    async def close(self) -> None:
        """Close every connection."""
        await self._outbound.close()

    async def _token(self, request: WebhookRequest, client: OAuthClient) -> str:
        """Return a token of the receiver's endpoint; raise NoToken with the cause when there is none."""
        try:
            # Limited here too, because others may fetch a token before it does.
            async with asyncio.timeout(self._outbound.timeout_seconds):
                return await self._tokens.of(request.owner).token(client)
        except AddressRefused:
            raise NoToken("token-address-not-allowed") from None
        except (aiohttp.ClientError, OSError) as error:
            raise NoToken(f"token-{await self._failure(request, client.token_url, error)}") from error

    async def _post(self, request: WebhookRequest, token: str) -> SendResult:
        certificate = request.auth if isinstance(request.auth, ClientCertificate) else None
        headers = signed_headers(request, self._clock.now())
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            response = await self._outbound.of(request.owner).call(
                OutboundRequest(
                    method="POST", url=request.url, headers=headers, body=request.body, certificate=certificate
                )
            )
        except AddressRefused:
            # The name led to a forbidden address just now; that may be corrected.
            return SendResult(outcome=AttemptOutcome.FAILED, error_class="address-not-allowed", sender_fault=True)
        except (aiohttp.ClientError, OSError) as error:
            # Without a connection nothing was sent; otherwise it may have arrived.
            is_connected = not isinstance(error, aiohttp.ClientConnectorError)
            failure = await self._failure(request, request.url, error)
            return SendResult(outcome=AttemptOutcome.FAILED, error_class=failure, unknown=is_connected)
        if response.status == _UNAUTHORIZED and isinstance(request.auth, OAuthClient):
            self._tokens.of(request.owner).forget(request.auth, token)
        return _result_of(response, self._clock)

    async def _failure(self, request: WebhookRequest, url: str, error: BaseException) -> ConnectionFailure:
        """Return why a call failed; the log names who issued a certificate that is not trusted."""
        failure = failure_of(error)
        if failure is ConnectionFailure.UNTRUSTED:
            issuer = await self._outbound.of(request.owner).issuer_of(url)
            log.warning("receiver_not_trusted", webhook_id=request.message_id, issuer=issuer)
        return failure


def signed_headers(request: WebhookRequest, now: datetime) -> dict[str, str]:
    """Return the headers of a request that is sent at this moment, with its signature but without a token."""
    timestamp = int(now.timestamp())
    headers = {
        "content-type": CONTENT_TYPE,
        "webhook-id": request.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(request.keys, request.message_id, timestamp, request.body),
    }
    if request.is_redelivery:
        headers["webhook-redelivery"] = "true"
    return headers


def _result_of(response: OutboundResponse, clock: Clock) -> SendResult:
    status = response.status
    if 200 <= status < 300:
        return SendResult(outcome=AttemptOutcome.DELIVERED, status_code=status)
    if status == _GONE:
        return SendResult(outcome=AttemptOutcome.GONE, status_code=status, error_class="gone")
    return SendResult(
        outcome=AttemptOutcome.FAILED,
        status_code=status,
        error_class=f"status-{status // 100}xx",
        retry_after_seconds=_seconds_asked(response.headers.get("retry-after", ""), clock.now()),
    )


def _seconds_asked(retry_after: str, now: datetime) -> float | None:
    """Return the wait of a Retry-After header, in seconds or as a date (RFC 9110, section 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - now).total_seconds())
    except (ValueError, TypeError):
        return None
