"""The outbound client: every HTTP call to an address that a subscriber named is made here.

Handshake, test, first attempt, retry, replay and token endpoints share one guard, so none of them can be used to reach
what another may not: the URL is checked, all addresses of its host are, and so is each socket before it connects.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from app.connection_failure import ISSUER_SECONDS, issuer_in
from app.events.http.ssrf import AddressPolicy, AddressRefused, Network
from app.events.http.tls import ClientCertificate, TlsContexts
from app.name_lookup import NameLookup

__all__ = [
    "MAX_RESPONSE_BYTES",
    "TIMEOUT_SECONDS",
    "OutboundClient",
    "OutboundRequest",
    "OutboundResponse",
]

TIMEOUT_SECONDS = 15.0
"""One call takes no longer than this, the response included. Source: Standard Webhooks advises 15 to 30 seconds."""

MAX_RESPONSE_BYTES = 8192
"""At most this much of a response's body is read; the connection of a longer one is closed."""

BODY_SECONDS = 1.0
"""A body that nobody wants is read for this long, so that its connection can be used again."""

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 256


@dataclass(frozen=True, kw_only=True)
class OutboundRequest:
    """One HTTP request to the outside.

    Attributes:
        wants_body: True waits for the body of the response as long as the call may take.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    certificate: ClientCertificate | None = None
    wants_body: bool = False


@dataclass(frozen=True)
class OutboundResponse:
    """What came back: status, headers by any case of their name, and what was read of the body, never decompressed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class OutboundClient:
    """Calls addresses that a policy permits, over connections that are kept alive.

    Args:
        policy: what may be called.
        resolver: looks up names; None asks the system, in threads of its own.
        ca_file: certificates of authorities to trust in addition to the system's own, PEM.
        timeout_seconds: the longest that one call may take, the response included.
        body_seconds: the longest that a body is read for that nobody wants.
        own_networks: what the policy does not permit and one organisation may name, by its code.
        on_connect: called for each connection that is opened; for own networks it is not.
    """

    def __init__(  # noqa: PLR0913 - what a client consists of, by name
        self,
        policy: AddressPolicy,
        *,
        resolver: AbstractResolver | None = None,
        ca_file: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        body_seconds: float = BODY_SECONDS,
        own_networks: Sequence[tuple[str, Network]] = (),
        on_connect: Callable[[], None] = lambda: None,
    ) -> None:
        self.policy, self._on_connect = policy, on_connect
        self.timeout_seconds, self._body_seconds = timeout_seconds, body_seconds
        self._resolver = resolver or NameLookup()
        # The same URLs are called over and over; their names are looked up and checked at each connection.
        self.check_url = lru_cache(maxsize=1024)(policy.check_url)
        self._opened: aiohttp.ClientSession | None = None
        self._tls = TlsContexts(ca_file)
        # One for each organisation with networks of its own: a connection that is kept alive serves that one only.
        self._own = {
            code: OutboundClient(
                replace(policy, allowed_networks=(*policy.allowed_networks, *networks)),
                resolver=resolver,
                ca_file=ca_file,
                timeout_seconds=timeout_seconds,
                body_seconds=body_seconds,
            )
            for code, networks in _by_code(own_networks).items()
        }

    def of(self, organisation: str | None) -> OutboundClient:
        """Return the client for what an organisation named, by its code; None is any other."""
        return self._own.get(organisation or "", self)

    async def check(self, url: str) -> None:
        """Check a URL as it is now, with all addresses of its host; nothing is connected.

        A name that cannot be looked up passes: it is looked up again at each call.

        Raises:
            AddressRefused: it may not be called.
        """
        parsed = self.check_url(url)
        try:
            await _GuardedResolver(self._resolver, self.policy).resolve(str(parsed.raw_host), parsed.port or 0)
        except AddressRefused:
            raise
        except OSError:
            return

    async def call(self, request: OutboundRequest) -> OutboundResponse:
        """Make one request and return the response, whatever its status; redirects are not followed.

        Raises:
            AddressRefused: the address may not be called; nothing was sent.
            TimeoutError: no status in time.
            aiohttp.ClientConnectorError: no connection; nothing was sent.
            aiohttp.ClientError: the connection was lost before the status came.
            OSError: the same, as the system reports it.
        """
        context = await self._tls.of(request.certificate)
        try:
            async with self._session().request(
                request.method,
                self.check_url(request.url),
                data=request.body or None,
                headers=request.headers,
                # A redirect would lead past the checks that were made of the address.
                allow_redirects=False,
                ssl=context,
            ) as response:
                seconds = self.timeout_seconds if request.wants_body else self._body_seconds
                return OutboundResponse(response.status, response.headers, await _beginning(response.content, seconds))
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                raise error.os_error from error
            raise

    async def issuer_of(self, url: str) -> str | None:
        """Return who issued the certificate that an address presents, trusted or not; None when that cannot be found.

        Nothing is sent: the connection ends when the certificate is there.
        """
        presented = _Presented()
        with suppress(aiohttp.ClientError, OSError):
            async with asyncio.timeout(ISSUER_SECONDS):
                await self._session().head(self.check_url(url), ssl=presented)
        return issuer_in(presented.certificate)

    async def close(self) -> None:
        """Close every connection."""
        for each in self._own.values():
            await each.close()
        if self._opened is not None:
            await self._opened.close()
        await self._resolver.close()

    def _session(self) -> aiohttp.ClientSession:
        # Made at the first use, because it belongs to the running event loop.
        if self._opened is None:
            resolver = _GuardedResolver(self._resolver, self.policy)
            self._opened = aiohttp.ClientSession(
                # The delivery engine limits what is in flight.
                connector=aiohttp.TCPConnector(limit=0, resolver=resolver, socket_factory=self._socket),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self.timeout_seconds),
                headers={"user-agent": "trajecthub"},
                request_class=_Request,
                auto_decompress=False,
                read_bufsize=MAX_RESPONSE_BYTES,
                max_field_size=MAX_HEADER_BYTES,
                max_headers=MAX_HEADERS,
            )
        return self._opened

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:  # aiohttp's own type
        """Return the socket that will connect to an address: the last check, of the very address that is dialled."""
        family, kind, protocol, _, target = address
        self.policy.check_address(target[0])
        self._on_connect()
        return socket.socket(family, kind, protocol)


class _Request(aiohttp.ClientRequest):
    """Never asks for a compressed response: one is not decompressed, so that a small one cannot grow in memory."""

    DEFAULT_HEADERS = {hdrs.ACCEPT: "*/*"}  # noqa: RUF012 - declared like this by aiohttp


class _Presented(aiohttp.Fingerprint):
    """Expects a certificate that there is none of, and so ends each connection after it saw what was presented.

    Attributes:
        certificate: that was presented, DER.
    """

    certificate: bytes | None = None

    def __init__(self) -> None:
        super().__init__(bytes(sha256().digest_size))

    @override
    def check(self, transport: asyncio.Transport) -> None:
        self.certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        super().check(transport)


class _GuardedResolver(AbstractResolver):
    """Looks up names, and refuses one that has any address that may not be called."""

    def __init__(self, resolver: AbstractResolver, policy: AddressPolicy) -> None:
        self._resolver = resolver
        self._policy = policy

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for each in found:
            self._policy.check_address(each["host"])
        return found

    @override
    async def close(self) -> None:
        await self._resolver.close()


def _by_code(own: Sequence[tuple[str, Network]]) -> dict[str, list[Network]]:
    networks: dict[str, list[Network]] = defaultdict(list)
    for code, network in own:
        networks[code].append(network)
    return networks


async def _beginning(content: aiohttp.StreamReader, seconds: float) -> bytes:
    if content.at_eof():
        return b""
    # Read to the end, a connection can be used again; left unread, it is closed.
    read = bytearray()
    # The status is there: what is late, broken or lost after it does not change what it says.
    with suppress(aiohttp.ClientError, OSError):
        async with asyncio.timeout(seconds):
            while len(read) < MAX_RESPONSE_BYTES and (chunk := await content.read(MAX_RESPONSE_BYTES - len(read))):
                read += chunk
    return bytes(read)
