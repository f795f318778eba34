"""A repeated request gets the first answer: the key is kept in the transaction of the change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.errors import IdempotencyConflict
from app.models.access.auth import claim_request, find_request, keep_answer
from app.operations.services import Services

P = ParamSpec("P")
T = TypeVar("T")

_CONTEXT = "idempotency.body"


@dataclass(frozen=True)
class Request:
    """What makes a write recognisable.

    Attributes:
        fingerprint: 32 bytes hash over method, path, precondition and body.
    """

    organisation_id: UUID
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Answer:
    """What the caller is told; ``replayed`` marks a repeated one."""

    status: int
    body: bytes
    etag: str | None = None
    location: str | None = None
    replayed: bool = False


def answering(
    represent: Callable[[T], Answer],
    operation: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Callable[[Connection], Answer]:
    """Return the work of :func:`once`: run an operation, and represent its result."""
    return lambda tx: represent(operation(tx, *args, **kwargs))


def once(tx: Connection, services: Services, request: Request, work: Callable[[Connection], Answer]) -> Answer:
    """Do the work, or give the answer that the same request got before.

    When the work fails nothing is kept, so that the caller may mend the request and use the key again.

    Raises:
        IdempotencyConflict: the key was used for another request.
    """
    key = {"organisation_id": request.organisation_id, "key": request.key}
    new = {**key, "request_hash": request.fingerprint, "created_at": services.clock.now()}
    while not claim_request(tx, new):
        # Again, should the key be forgotten just now.
        if earlier := given_before(tx, services, request):
            return earlier
    answer = work(tx)
    sealed = services.vault.seal(answer.body, _CONTEXT)
    kept = {"status": answer.status, "etag": answer.etag, "location": answer.location, "body": sealed}
    keep_answer(tx, request.organisation_id, request.key, kept)
    return answer


def given_before(tx: Connection, services: Services, request: Request) -> Answer | None:
    """Return the answer that the same request got before; None when it is new.

    For what asks the network before it writes.

    Raises:
        IdempotencyConflict: the key was used for another request.
    """
    row = find_request(tx, request.organisation_id, request.key)
    if row is None:
        return None
    if row.request_hash != request.fingerprint:
        raise IdempotencyConflict("This Idempotency-Key was used for another request; use a new key for a new request.")
    answer = Answer(row.status, services.vault.open(row.body, _CONTEXT), row.etag, row.location)
    return replace(answer, replayed=True)
