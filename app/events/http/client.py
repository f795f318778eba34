"""The one way out: every HTTP call to an address that somebody gave the hub is made here.

Handshake, test, first try, retry, replay and token endpoints share one guard, so none of them can be used to reach
what another may not: the URL is checked, all addresses of its host are, and so is each socket before it connects.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from ssl import SSLContext, create_default_context
from tempfile import NamedTemporaryFile
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from app.events.http.ssrf import AddressPolicy, AddressRefused

__all__ = ["ANSWER_BYTES", "TRY_SECONDS", "Answer", "Call", "ClientCertificate", "OutboundClient"]

TRY_SECONDS = 15.0
"""One call takes no longer than this, the answer included. Source: Standard Webhooks advises 15 to 30 seconds."""

ANSWER_BYTES = 8192
"""So much of an answer is read; the rest is left unread with its connection."""


@dataclass(frozen=True)
class ClientCertificate:
    """What the hub shows a receiver that asks for mutual TLS.

    Attributes:
        certificate: the chain, PEM.
        key: its private key, PEM, without a passphrase.
    """

    certificate: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Call:
    """One HTTP request to the outside."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    certificate: ClientCertificate | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by any case of their name, and at most 8 kB of body, never unpacked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class OutboundClient:
    """Calls addresses that are allowed, over connections that are kept alive.

    Args:
        rules: what may be called.
        resolver: looks up names; None asks the system.
        ca_file: certificates of authorities to trust beside the system's own, PEM.
    """

    def __init__(
        self, rules: AddressPolicy, *, resolver: AbstractResolver | None = None, ca_file: str | None = None
    ) -> None:
        self.rules = rules
        self._resolver = resolver
        self._ca_file = ca_file
        self._opened: aiohttp.ClientSession | None = None
        self._contexts: dict[ClientCertificate | None, SSLContext] = {}

    async def check(self, url: str) -> None:
        """Check a URL as it stands now, with all addresses of its host; nothing is connected.

        A name that cannot be looked up passes: it is looked up again at each call.

        Raises:
            AddressRefused: it may not be called.
        """
        parsed = self.rules.check_url(url)
        resolver = self._resolver or aiohttp.ThreadedResolver()
        try:
            await _GuardedResolver(resolver, self.rules).resolve(str(parsed.raw_host), parsed.port or 0)
        except AddressRefused:
            raise
        except OSError:
            return

    async def call(self, call: Call) -> Answer:
        """Make one request and give its answer, whatever its status; redirects are not followed.

        Raises:
            AddressRefused: the address may not be called; nothing was sent.
            TimeoutError: no whole answer in time.
            aiohttp.ClientConnectorError: no connection; nothing was sent.
            aiohttp.ClientError: the connection was lost on the way.
            OSError: the same, as the system tells it.
        """
        url = self.rules.check_url(call.url)
        try:
            async with self._session().request(
                call.method,
                url,
                data=call.body or None,
                headers=call.headers,
                # A redirect would lead past the checks that were made of the address.
                allow_redirects=False,
                ssl=self._context(call.certificate),
            ) as answer:
                return Answer(answer.status, answer.headers, await _beginning(answer.content))
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                raise error.os_error from error
            raise

    async def close(self) -> None:
        """Let go of every connection."""
        if self._opened is not None:
            await self._opened.close()

    def _session(self) -> aiohttp.ClientSession:
        # Made at the first use, because it belongs to the running event loop.
        if self._opened is None:
            resolver = _GuardedResolver(self._resolver or aiohttp.ThreadedResolver(), self.rules)
            self._opened = aiohttp.ClientSession(
                # How many are in flight is the delivery engine's business.
                connector=aiohttp.TCPConnector(limit=0, resolver=resolver, socket_factory=self._socket),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=TRY_SECONDS),
                headers={"user-agent": "trajecthub"},
                # An answer is never unpacked, so a small one cannot grow in memory.
                skip_auto_headers=["Accept-Encoding"],
                auto_decompress=False,
                read_bufsize=ANSWER_BYTES,
            )
        return self._opened

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """Make the socket that will connect to an address: the last look, at the very address that is dialled."""
        family, kind, protocol, _, target = address
        self.rules.check_address(target[0])
        return socket.socket(family, kind, protocol)

    def _context(self, certificate: ClientCertificate | None) -> SSLContext:
        # One for each certificate, because connections are kept alive per context.
        if certificate not in self._contexts:
            self._contexts[certificate] = _tls_context(self._ca_file, certificate)
        return self._contexts[certificate]


class _GuardedResolver(AbstractResolver):
    """Looks up names, and refuses one that has any address that may not be called."""

    def __init__(self, resolver: AbstractResolver, rules: AddressPolicy) -> None:
        self._resolver = resolver
        self._rules = rules

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for each in found:
            self._rules.check_address(each["host"])
        return found

    @override
    async def close(self) -> None:
        await self._resolver.close()


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    # Read to the end, a connection can be used again; left unread, it is closed.
    read = bytearray()
    while len(read) < ANSWER_BYTES and (chunk := await content.read(ANSWER_BYTES - len(read))):
        read += chunk
    return bytes(read)


def _tls_context(ca_file: str | None, certificate: ClientCertificate | None) -> SSLContext:
    context = create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    if certificate is not None:
        # OpenSSL takes a client's key from a file only; this one is the owner's alone and gone at once.
        with NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(f"{certificate.key}\n{certificate.certificate}\n")
            file.flush()
            context.load_cert_chain(file.name)
    return context
