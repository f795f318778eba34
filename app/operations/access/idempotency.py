"""Writes that are carried out once for each Idempotency-Key: the answer is stored in the transaction of the change.

An answer is stored without the secrets that it shows, and for the term of the settings. It is sealed under the key of
the client (*klant*) whose data it contains, or else of the API client that asked.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from app.database import Connection, Database
from app.domain.details import Detail
from app.domain.errors import HubError, IdempotencyConflict
from app.models.access.idempotency import (
    StoredAnswer,
    answer_guard,
    delete_answer,
    find_answer,
    place_of_answer,
)
from app.models.base import GuardRow, insert_together
from app.models.cases.client import find_sealer_of_client
from app.operations.services import Services
from app.vault import Sealer, Vault

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """What identifies a write.

    Attributes:
        organisation_id: of the API client.
        api_client: who asks; keys are of one API client.
        fingerprint: 32 bytes hash over method, path, precondition and body.
    """

    organisation_id: UUID
    api_client: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class AboutClient:
    """The client (*klant*) whose data are in an answer, with the sealer of its key."""

    client_id: UUID
    sealer: Sealer = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a write; ``replayed`` when it was stored by an earlier request.

    Attributes:
        stored_body: what a repeated request gets instead of ``body``, because that has a secret; None: the same.
        about: whose data it contains; None: no client's.
    """

    status: int
    body: bytes = field(repr=False)
    etag: str | None = None
    location: str | None = None
    replayed: bool = False
    stored_body: bytes | None = field(default=None, repr=False)
    about: AboutClient | None = None


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
    outcome = await _outcome(db, services, request, change)
    if isinstance(outcome, Answer):
        return outcome
    # What refused the work may be the effect of the same request, sent twice.
    if answer := await db.read(answer_before, services, request):
        return answer
    if not isinstance(outcome, _AnsweredBefore):
        raise outcome
    # What is stored is older than the term, and only waits to be purged.
    await db.write_without_notifying(_delete_ended, services, request)
    return await once(db, services, request, change)


def answer_before(tx: Connection, services: Services, request: IdempotentRequest) -> Answer | None:
    """Return the answer that the same request got before; None when it is new.

    Raises:
        IdempotencyConflict: the key was used for another request, or its answer was erased with the client.
    """
    vault = services.vault
    stored = find_answer(tx, _key_index(vault, request), _oldest(services))
    if stored is None:
        return None
    if stored.request_hash != _request_hash(vault, request):
        raise IdempotencyConflict(Detail.KEY_USED())
    sealer = _sealer_of(tx, vault, stored)
    if sealer is None:
        raise IdempotencyConflict(Detail.ANSWER_ERASED())
    head, _, body = sealer.open(stored.sealed, place_of_answer(stored.key_index)).partition(b"\n")
    return Answer(**json.loads(head), body=body, replayed=True)


def _sealer_of(tx: Connection, vault: Vault, stored: StoredAnswer) -> Sealer | None:
    if stored.about_client:
        return find_sealer_of_client(tx, vault, stored.about_client)
    return vault.api_client_sealer(stored.api_client)


async def _outcome(db: Database, services: Services, request: IdempotentRequest, change: Change) -> Answer | Exception:
    write = db.write_in_one_statement if change.in_one_statement else db.write
    try:
        return await write(_do, services, request, change)
    except (HubError, _AnsweredBefore) as error:
        return error


def _do(tx: Connection, services: Services, request: IdempotentRequest, change: Change) -> Answer | HubError:
    answer = change.work(tx)
    if isinstance(answer, HubError):
        return answer
    if not change.store(tx, answer_guard(_stored(services.vault, request, answer), services.clock.now())):
        raise _AnsweredBefore
    return answer


def _stored(vault: Vault, request: IdempotentRequest, answer: Answer) -> StoredAnswer:
    key_index = _key_index(vault, request)
    head = {"status": answer.status, "etag": answer.etag, "location": answer.location}
    body = answer.body if answer.stored_body is None else answer.stored_body
    sealer = answer.about.sealer if answer.about else vault.api_client_sealer(request.api_client)
    return StoredAnswer(
        key_index=key_index,
        api_client=request.api_client,
        request_hash=_request_hash(vault, request),
        about_client=answer.about.client_id if answer.about else None,
        sealed=sealer.seal(json.dumps(head).encode() + b"\n" + body, place_of_answer(key_index)),
    )


def _delete_ended(tx: Connection, services: Services, request: IdempotentRequest) -> None:
    delete_answer(tx, _key_index(services.vault, request), _oldest(services))


def _oldest(services: Services) -> datetime:
    return services.clock.now() - services.answer_term


def _key_index(vault: Vault, request: IdempotentRequest) -> bytes:
    return vault.index(f"{request.organisation_id}\n{request.api_client}\n{request.key}", "idempotency.key")


def _request_hash(vault: Vault, request: IdempotentRequest) -> bytes:
    # Keyed, because a body that is known but for a telephone number could be found by trying them all.
    return vault.index(request.fingerprint.hex(), "idempotency.request")
