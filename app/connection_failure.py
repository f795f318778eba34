"""Why a connection with another system failed, by the errors that led to its error; for partners and for receivers."""

import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum
from typing import Final


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


def errors_behind(error: BaseException) -> Iterator[BaseException]:
    """Return an error and those that led to it, the last one first."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
