"""Asking a receiver for its consent before the first event is sent.

Source: CloudEvents, *HTTP 1.1 Web Hooks for Event Delivery*, section 4: consent is in a header, never in the status.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from app.connection_failure import ConnectionFailure, failure_of
from app.domain.details import Detail, Said
from app.events.http.client import OutboundClient, OutboundRequest
from app.events.http.ssrf import AddressRefused

__all__ = ["ask_consent", "origin_of"]

_ALLOWED = "webhook-allowed-origin"

_UNKNOWN_ISSUER = Said("an unknown authority", "een onbekende instantie")

_REASONS = {
    ConnectionFailure.REFUSED: Detail.RECEIVER_REFUSES,
    ConnectionFailure.UNKNOWN_HOST: Detail.RECEIVER_UNKNOWN,
    ConnectionFailure.TLS: Detail.RECEIVER_TLS,
    ConnectionFailure.TIMEOUT: Detail.RECEIVER_SILENT,
    ConnectionFailure.LOST: Detail.RECEIVER_LOST,
}


async def _reason(outbound: OutboundClient, url: str, failure: ConnectionFailure) -> Said:
    if failure is not ConnectionFailure.UNTRUSTED:
        return _REASONS[failure]()
    return Detail.RECEIVER_UNTRUSTED(issuer=await outbound.issuer_of(url) or _UNKNOWN_ISSUER)


def origin_of(public_url: str) -> str:
    """Return the name by which the hub asks: the host of its public address."""
    return urlsplit(public_url).hostname or ""


async def ask_consent(outbound: OutboundClient, url: str, origin: str) -> Said | None:
    """Ask an address by OPTIONS; return None when it consents, else the reason that it did not, for people."""
    try:
        response = await outbound.call(
            OutboundRequest(method="OPTIONS", url=url, headers={"webhook-request-origin": origin})
        )
    except AddressRefused as error:
        return Said(error.message, error.rule.message_nl)
    except (aiohttp.ClientError, OSError) as error:
        return await _reason(outbound, url, failure_of(error))
    if response.headers.get(_ALLOWED, "").strip() in ("*", origin):
        return None
    found = Detail.RECEIVER_NAMES_ANOTHER if _ALLOWED in response.headers else Detail.RECEIVER_NAMES_NONE
    return found(status=response.status, origin=origin)
