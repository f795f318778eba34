"""Token requests of callers that failed too often: their further failures are refused with a wait."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from app.api.auth.throttle import StatedClient, Throttle
from app.api.oauth.errors import OAuthError
from app.domain.details import Detail
from app.domain.refusal import RefusalCause


@contextmanager
def throttled(throttle: Throttle, peer: str, stated: StatedClient | None = None) -> Iterator[None]:
    """Count it as a failure of a peer, and of the client that is stated, when the block raises an OAuthError.

    Raises:
        OAuthError: with a wait, in place of the one of the block when there were too many failures; or before the block
            is run, when too much of peers that have to wait was verified already.
    """
    wait = throttle.seconds_to_wait(peer, stated)
    if wait and stated and not throttle.may_try(peer, stated):
        raise _refusal(wait)
    try:
        yield
    except OAuthError as error:
        if wait := wait or throttle.count_failure(peer, stated):
            raise _refusal(wait, error) from error
        raise
    if stated:
        throttle.note_proof(peer, stated)


def _refusal(seconds: float, error: OAuthError | None = None) -> OAuthError:
    wait = math.ceil(seconds)
    said = Detail.TOO_MANY_FAILURES(seconds=wait)
    cause, client_id = (error.cause, error.client_id) if error else (RefusalCause.THROTTLED, None)
    return OAuthError("temporarily_unavailable", said, cause, client_id, retry_after_seconds=wait)
