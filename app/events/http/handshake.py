"""Asking a receiver for its consent before the first event is sent.

Source: CloudEvents, *HTTP 1.1 Web Hooks for Event Delivery*, section 4: consent is in a header, never in the status.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from app.events.http.client import OutboundClient, OutboundRequest
from app.events.http.ssrf import AddressRefused

__all__ = ["ask_consent", "origin_of"]

_ALLOWED = "webhook-allowed-origin"


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
    except TimeoutError:
        return "The address did not answer in time; see that it answers OPTIONS."
    except (aiohttp.ClientError, OSError):
        return "The address cannot be reached, or its certificate is not trusted; see that it answers OPTIONS."
    if response.headers.get(_ALLOWED, "").strip() in ("*", origin):
        return None
    found = "another origin" if _ALLOWED in response.headers else "none"
    return (
        f"The address answered OPTIONS with status {response.status} and in WebHook-Allowed-Origin {found}; "
        f"answer with 'WebHook-Allowed-Origin: {origin}' or '*', or ask the hub's operator for approval."
    )
