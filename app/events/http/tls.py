"""TLS with receivers: whom the hub trusts, and what it presents where a receiver asks for mutual TLS."""

from dataclasses import dataclass, field
from ssl import SSLContext, create_default_context
from tempfile import NamedTemporaryFile

from cachetools import LRUCache

MAX_CONTEXTS = 256
"""The most contexts that are kept; connections of one that is dropped close when they are idle."""


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

    def of(self, certificate: ClientCertificate | None) -> SSLContext:
        """Return the context in which this certificate is presented, or none.

        Raises:
            OSError: the certificate and its key cannot be used.
        """
        context = self._contexts.get(certificate)
        if context is None:
            context = self._contexts[certificate] = _tls_context(self._ca_file, certificate)
        return context


def _tls_context(ca_file: str | None, certificate: ClientCertificate | None) -> SSLContext:
    context = create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    if certificate is not None:
        # OpenSSL reads a client's key from a file only; this one is readable by its owner only and deleted at once.
        with NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(f"{certificate.key}\n{certificate.certificate}\n")
            file.flush()
            context.load_cert_chain(file.name)
    return context
