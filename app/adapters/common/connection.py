"""Why there is no connection with a partner, in words for operators."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import httpx
from typing_extensions import override

from app.connection_failure import ISSUER_SECONDS, ConnectionFailure, errors_behind, failure_of, issuer_in


@dataclass(frozen=True)
class Cause:
    """Why there was no answer: a stable code, and a text with the remedy."""

    code: str
    text: str


class UntrustedCertificate(httpx.ConnectError):
    """The partner presents a certificate that the hub does not trust; the text says why and who issued it."""


class NamingTransport(httpx.AsyncBaseTransport):
    """Sends through another transport; when a certificate is not trusted, it finds out who issued it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            UntrustedCertificate: the partner's certificate is not trusted.
            Exception: whatever the other transport raises.
        """
        try:
            return await self._inner.handle_async_request(request)
        except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
            for each in errors_behind(error):
                # An error of aiohttp is one of these too, without the reason.
                if isinstance(each, ssl.SSLCertVerificationError) and not isinstance(each, aiohttp.ClientError):
                    issuer = await _issuer_of(request.url) or "an unknown authority"
                    raise UntrustedCertificate(f"{each.verify_message}; issued by {issuer}") from error
            raise

    @override
    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def cause_of(error: BaseException, partner: str) -> Cause:
    """Return why a call to a partner failed, by the errors that led to its error."""
    if (failure := failure_of(error)) is ConnectionFailure.UNTRUSTED:
        return Cause(failure, _untrusted(error, partner))
    first = list(errors_behind(error))[-1]
    return Cause(failure, _TEXTS.get(failure, f"the connection was lost ({type(first).__name__})"))


def _untrusted(error: BaseException, partner: str) -> str:
    why = f" ({error})" if isinstance(error, UntrustedCertificate) else ""
    remedy = f"if its authority is the city's own, name that in TRAJECTHUB_{partner.upper()}_CA_FILE"
    return f"its certificate is not trusted{why}; {remedy}"


_TEXTS: Mapping[ConnectionFailure, str] = {
    ConnectionFailure.UNKNOWN_HOST: "the name of its host is unknown; check its address, and the name server",
    ConnectionFailure.REFUSED: "the connection is refused; check that it runs, its address and its port",
    ConnectionFailure.TLS: "TLS with it fails; check that its address and port are those of https, and whether it asks "
    "for a certificate of the hub",
    ConnectionFailure.TIMEOUT: "no answer in time; check that it runs, and what is between (firewall, proxy)",
}


async def _issuer_of(url: httpx.URL) -> str | None:
    """Return who issued the certificate that a server presents, or None when it presents none; nothing is sent."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(ISSUER_SECONDS):
            _, writer = await asyncio.open_connection(url.host, url.port or 443, ssl=context)
            presented = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return None
    return issuer_in(presented)
