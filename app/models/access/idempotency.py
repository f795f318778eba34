"""Answers to requests that were carried out, by API client and Idempotency-Key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Index, LargeBinary, String, Table, bindparam, delete, select

from app.models.base import GuardRow, Id, UtcDateTime, metadata
from app.models.batch import in_batch, run_batch
from app.models.sealed import Sealed, SealedBy, place_of

stored_answer = Table(
    "stored_answer",
    metadata,
    # Keyed hash of the API client and its Idempotency-Key.
    Column("key_index", LargeBinary(32), primary_key=True),
    Column("api_client", String(100), nullable=False),
    Column("request_hash", LargeBinary(32), nullable=False),
    # The client (klant) whose data are in the answer, and whose key seals it; null seals it with the API client's key.
    Column("about_client", Id),
    Column("sealed", Sealed(SealedBy.EITHER), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_stored_answer_created_at", "created_at"),
)


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer as it is stored.

    Attributes:
        key_index: keyed hash of the API client and its Idempotency-Key.
        request_hash: keyed hash of what identifies the request that got this answer.
        about_client: the client (*klant*) with whose key it is sealed; None: with that of the API client.
        sealed: the answer, sealed for :func:`place_of_answer`.
    """

    key_index: bytes
    api_client: str
    request_hash: bytes
    about_client: UUID | None
    sealed: bytes


def place_of_answer(key_index: bytes) -> str:
    """Return the place for which an answer is sealed."""
    return place_of(stored_answer.c.sealed, key_index)


def find_answer(tx: Connection, key_index: bytes, since: datetime) -> StoredAnswer | None:
    """Return the answer under a key that was stored since this time, or None."""
    row = tx.execute(_FIND, {"key_index": key_index, "since": since}).first()
    return StoredAnswer(**row._mapping) if row else None


def answer_guard(answer: StoredAnswer, now: datetime) -> GuardRow:
    """Return an answer as a row that is stored once for its key.

    On PostgreSQL storing it waits until another transaction that stores one under the same key has ended.
    """
    return stored_answer, {
        "key_index": answer.key_index,
        "api_client": answer.api_client,
        "request_hash": answer.request_hash,
        "about_client": answer.about_client,
        "sealed": answer.sealed,
        "created_at": now,
    }


def delete_answer(tx: Connection, key_index: bytes, before: datetime) -> None:
    """Delete the answer under a key if it was stored before this time."""
    tx.execute(_DELETE, {"key_index": key_index, "before": before})


def purge_answers(tx: Connection, before: datetime, most: int) -> int:
    """Delete answers that were stored before this time; return how many."""
    return run_batch(tx, _PURGE, {"before": before}, most)


# Built once, because building a statement costs as much as running it.
_FIND = select(
    stored_answer.c.key_index,
    stored_answer.c.api_client,
    stored_answer.c.request_hash,
    stored_answer.c.about_client,
    stored_answer.c.sealed,
).where(
    stored_answer.c.key_index == bindparam("key_index"),
    stored_answer.c.created_at >= bindparam("since", type_=UtcDateTime),
)
_DELETE = delete(stored_answer).where(
    stored_answer.c.key_index == bindparam("key_index"),
    stored_answer.c.created_at < bindparam("before", type_=UtcDateTime),
)
_PURGE = delete(stored_answer).where(
    in_batch(stored_answer, stored_answer.c.created_at < bindparam("before", type_=UtcDateTime))
)
