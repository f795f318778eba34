"""Asking a receiver for its consent before the first event is sent.

Source: CloudEvents, *HTTP 1.1 Web Hooks for Event Delivery*, section 4: consent is in a header, never in the status.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from app.connection_failure import ConnectionFailure, failure_of
from app.events.http.client import OutboundClient, OutboundRequest
from app.events.http.ssrf import AddressRefused

__all__ = ["ask_consent", "origin_of"]

_ALLOWED = "webhook-allowed-origin"

_REASONS = {
    ConnectionFailure.REFUSED: "The address refuses the connection; see that it runs, and check host and port.",
    ConnectionFailure.UNKNOWN_HOST: "The name of the host is unknown; check it.",
    ConnectionFailure.UNTRUSTED: "The certificate of the address is not trusted by the hub; use one of a public "
    "authority for this host, with its chain, or ask the hub's operator to trust yours.",
    ConnectionFailure.TLS: "TLS with the address fails; check that host and port are those of https.",
    ConnectionFailure.TIMEOUT: "The address did not answer in time; see that it answers OPTIONS.",
    ConnectionFailure.LOST: "The connection was lost before there was an answer; see that the address answers OPTIONS.",
}


def origin_of(public_url: str) -> str:
    """Return the name by which the hub asks: the host of its public address."""
    return urlsplit(public_url).hostname or ""


async def ask_consent(outbound: OutboundClient, url: str, origin: str) -> str | None:
    """Ask an address by OPTIONS; return None when it consents, else the reason that it did not, for people."""
    try:
        response = await outbound.call(
            OutboundRequest(method="OPTIONS", url=url, headers={"webhook-request-origin": origin})
        )
    except AddressRefused as error:
        return error.message
    except (aiohttp.ClientError, OSError) as error:
        return _REASONS[failure_of(error)]
    if response.headers.get(_ALLOWED, "").strip() in ("*", origin):
        return None
    found = "another origin" if _ALLOWED in response.headers else "none"
    return (
        f"The address answered OPTIONS with status {response.status} and in WebHook-Allowed-Origin {found}; "
        f"answer with 'WebHook-Allowed-Origin: {origin}' or '*', or ask the hub's operator for approval."
    )
