"""What the errors of the store mean: a value was refused, or the work may be tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import Unavailable

# Lock not available, deadlock, statement cancelled, too many connections, server stopping or starting: the work
# was rolled back and may be tried again.
TRY_AGAIN_STATES = {"40P01", "53300", "55P03", "57014", "57P01", "57P02", "57P03"}

StoreError = DBAPIError
"""The error that the store raises; see ``is_refused_value``."""


# SQLSTATE classes of PostgreSQL's appendix A: data exception, integrity constraint violation.
_REFUSED_VALUE_CLASSES = ("22", "23")


def is_refused_value(error: StoreError) -> bool:
    """Return whether the store refused a value: too long, malformed, or in conflict with another."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, DataError | IntegrityError) or state[:2] in _REFUSED_VALUE_CLASSES


# Whether a change was kept is unknown when its connection breaks while it is committed.
_SEND_AGAIN = "Send the request again shortly; a change with the same Idempotency-Key is made only once."


@contextmanager
def translated_failures() -> Iterator[None]:
    """Raise the errors after which work may be tried again as :class:`Unavailable`."""
    try:
        yield
    except (PoolTimeout, OSError) as error:
        raise Unavailable(f"The database is not available at this moment. {_SEND_AGAIN}") from error
    except DBAPIError as error:
        if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in TRY_AGAIN_STATES:
            raise Unavailable(f"The database broke the work off. {_SEND_AGAIN}") from error
        raise
