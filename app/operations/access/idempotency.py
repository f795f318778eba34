"""Writes that are carried out once for each Idempotency-Key: the answer is stored in the transaction of the change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from app.database import Connection, Database
from app.domain.details import Detail
from app.domain.errors import HubError, IdempotencyConflict
from app.models.access.idempotency import StoredAnswer, answer_guard, find_answer
from app.models.base import GuardRow, insert_together
from app.operations.services import Services

P = ParamSpec("P")
T = TypeVar("T")

_CONTEXT = "idempotency.body"


@dataclass(frozen=True)
class IdempotentRequest:
    """What identifies a write.

    Attributes:
        fingerprint: 32 bytes hash over method, path, precondition and body.
    """

    organisation_id: UUID
    key: str
    fingerprint: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a write; ``replayed`` when it was stored by an earlier request."""

    status: int
    body: bytes
    etag: str | None = None
    location: str | None = None
    replayed: bool = False


class _AnsweredBefore(Exception):
    """An answer is stored under this key already."""


Work = Callable[[Connection], Answer | HubError]
"""What a write does in its transaction.

An error that is raised rolls everything back; with one that is returned, what the work wrote is kept.
"""


Operation = Callable[Concatenate[Connection, Services, P], T]
"""What changes the store, whatever its result."""


def answering(
    represent: Callable[[T], Answer],
    operation: Operation[P, T],
    services: Services,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Work:
    """Return the work of :func:`once`: run an operation, and represent its result."""
    return lambda tx: represent(operation(tx, services, *args, **kwargs))


def insert_guard(tx: Connection, guard: GuardRow) -> bool:
    """Store an answer that nothing else is written with; return False when there is one."""
    return insert_together(tx, (), guard)


@dataclass(frozen=True)
class Change:
    """What a request does in its transaction.

    Attributes:
        work: what it does.
        store: stores the answer in the transaction of the work, or returns False when there is one.
        in_one_statement: whether ``work`` writes nothing, and ``store`` everything with one statement.
    """

    work: Work
    store: Callable[[Connection, GuardRow], bool] = insert_guard
    in_one_statement: bool = False


async def once(db: Database, services: Services, request: IdempotentRequest, change: Change) -> Answer:
    """Make a change in one transaction, or return the answer that the same request got before.

    Nearly every request is new, so its key is looked up only when the work was refused, or when its answer cannot be
    stored because there is one; either rolls the work back. A request that fails stores nothing, so the caller may
    correct it and use the key again.

    Raises:
        IdempotencyConflict: the key was used for another request.
        HubError: the work was refused.
    """
    write = db.write_in_one_statement if change.in_one_statement else db.write
    try:
        outcome: Answer | Exception = await write(_do, services, request, change)
    except (HubError, _AnsweredBefore) as error:
        outcome = error
    if isinstance(outcome, Answer):
        return outcome
    # What refused the work may be the effect of the same request, sent twice.
    answer = await db.read(answer_before, services, request)
    if answer is None:
        raise outcome
    return answer


def answer_before(tx: Connection, services: Services, request: IdempotentRequest) -> Answer | None:
    """Return the answer that the same request got before; None when it is new.

    Raises:
        IdempotencyConflict: the key was used for another request.
    """
    stored = find_answer(tx, request.organisation_id, request.key)
    if stored is None:
        return None
    if stored.request_hash != request.fingerprint:
        raise IdempotencyConflict(Detail.KEY_USED())
    return Answer(
        status=stored.status,
        body=services.vault.open(stored.body, _CONTEXT),
        etag=stored.etag,
        location=stored.location,
        replayed=True,
    )


def _do(tx: Connection, services: Services, request: IdempotentRequest, change: Change) -> Answer | HubError:
    answer = change.work(tx)
    if isinstance(answer, HubError):
        return answer
    stored = StoredAnswer(
        request_hash=request.fingerprint,
        status=answer.status,
        etag=answer.etag,
        location=answer.location,
        body=services.vault.seal(answer.body, _CONTEXT),
    )
    if not change.store(tx, answer_guard(request.organisation_id, request.key, stored, services.clock.now())):
        raise _AnsweredBefore
    return answer
