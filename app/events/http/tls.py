"""TLS with receivers: whom the hub trusts, and what it presents where a receiver asks for mutual TLS."""

import asyncio
from dataclasses import dataclass, field
from ssl import SSLContext, SSLError, create_default_context
from tempfile import NamedTemporaryFile
from typing import Final

from cachetools import LRUCache

from app.events.http.certificates import KeyUnusable, certified_key, private_key_of

MAX_CONTEXTS = 256
"""The most contexts that are kept; connections of one that is dropped close when they are idle."""

CIPHERS: Final = "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM"
"""Python's own choice of TLS 1.2, without DHE: its server chooses how large the numbers are that the hub computes with,
up to 10,000 bits."""


@dataclass(frozen=True)
class ClientCertificate:
    """What the hub presents to a receiver that asks for mutual TLS.

    Attributes:
        certificate: the chain, PEM.
        key: its private key, PEM, without a passphrase.
    """

    certificate: str
    key: str = field(repr=False)


class TlsContexts:
    """A context for each certificate, because connections are kept alive per context.

    Args:
        ca_file: certificates of authorities to trust in addition to the system's own, PEM.
        max_contexts: the most that are kept; the one that was used longest ago is dropped for a new one.
    """

    def __init__(self, ca_file: str | None, max_contexts: int = MAX_CONTEXTS) -> None:
        self._ca_file = ca_file
        self._contexts: LRUCache[ClientCertificate | None, SSLContext] = LRUCache(max_contexts)

    async def of(self, certificate: ClientCertificate | None) -> SSLContext:
        """Return the context in which this certificate is presented, or none; it is made on a thread.

        Raises:
            OSError: the certificate and its key cannot be used.
        """
        context = self._contexts.get(certificate)
        if context is None:
            made = await asyncio.to_thread(_tls_context, self._ca_file, certificate)
            # Another call may have made one meanwhile, over which a connection is open already.
            context = self._contexts.setdefault(certificate, made)
        return context


def _tls_context(ca_file: str | None, certificate: ClientCertificate | None) -> SSLContext:
    context = create_default_context()
    context.set_ciphers(CIPHERS)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    if certificate is not None:
        _check(certificate)
        # OpenSSL reads a client's key from a file only; this one is readable by its owner only and deleted at once.
        with NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(f"{certificate.key}\n{certificate.certificate}\n")
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _check(certificate: ClientCertificate) -> None:
    """Refuse what was stored before keys had bounds: each connection would compute with it."""
    try:
        certified_key(certificate.certificate)
        private_key_of(certificate.key)
    except KeyUnusable as error:
        raise SSLError("The key of the certificate has another kind or size than the hub uses") from error
