"""Why a connection with another system failed, by the errors that led to its error; for partners and for receivers."""

import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from cryptography import x509

ISSUER_SECONDS = 5.0
"""The longest that finding out who issued a certificate may take."""

_LONGEST_ISSUER = 200


class ConnectionFailure(StrEnum):
    """Why there was no answer, as a code in lists, attempts and metrics."""

    REFUSED = "connection-refused"
    UNKNOWN_HOST = "unknown-host"
    UNTRUSTED = "certificate-not-trusted"
    TLS = "tls-failed"
    TIMEOUT = "timeout"
    LOST = "connection-lost"


# The first that matches counts: a certificate that is not trusted is a failure of TLS too.
_KINDS: Final[tuple[tuple[type[BaseException], ConnectionFailure], ...]] = (
    (ssl.SSLCertVerificationError, ConnectionFailure.UNTRUSTED),
    (socket.gaierror, ConnectionFailure.UNKNOWN_HOST),
    (ConnectionRefusedError, ConnectionFailure.REFUSED),
    (ssl.SSLError, ConnectionFailure.TLS),
    # Not the time-outs of HTTP clients, which take other losses for one.
    (TimeoutError, ConnectionFailure.TIMEOUT),
)


def failure_of(error: BaseException) -> ConnectionFailure:
    """Return why a call failed."""
    led_to_it = list(errors_behind(error))
    for kind, failure in _KINDS:
        if any(isinstance(each, kind) for each in led_to_it):
            return failure
    return ConnectionFailure.LOST


def issuer_in(certificate: bytes | None) -> str | None:
    """Return who issued a certificate (DER), in one line; None when there is none, or it cannot be read."""
    try:
        issuer = x509.load_der_x509_certificate(certificate or b"").issuer.rfc4514_string()
    except ValueError:
        return None
    return "".join(filter(str.isprintable, issuer))[:_LONGEST_ISSUER] or None


def errors_behind(error: BaseException) -> Iterator[BaseException]:
    """Return an error and those that led to it, the last one first."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
