"""Answers to requests that were carried out, by Idempotency-Key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, bindparam, delete, select

from app.models.base import GuardRow, Id, UtcDateTime, metadata
from app.models.batch import in_batch, run_batch

idempotency = Table(
    "idempotency",
    metadata,
    Column("organisation_id", Id, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_hash", LargeBinary(32), nullable=False),
    Column("status", Integer),
    Column("etag", String(80)),
    Column("location", String(300)),
    Column("body", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer as it is stored.

    Attributes:
        request_hash: identifies the request that got this answer.
        body: sealed in the vault.
    """

    request_hash: bytes
    status: int
    etag: str | None
    location: str | None
    body: bytes


def find_answer(tx: Connection, organisation_id: UUID, key: str) -> StoredAnswer | None:
    """Return the answer that is stored under an organisation's key, or None."""
    row = tx.execute(_FIND, {"organisation_id": organisation_id, "key": key}).first()
    if row is None:
        return None
    return StoredAnswer(
        request_hash=row.request_hash, status=row.status, etag=row.etag, location=row.location, body=row.body
    )


def answer_guard(organisation_id: UUID, key: str, answer: StoredAnswer, now: datetime) -> GuardRow:
    """Return an answer as a row that is stored once for its key.

    On PostgreSQL storing it waits until another transaction that stores one under the same key has ended.
    """
    return idempotency, {
        "organisation_id": organisation_id,
        "key": key,
        "request_hash": answer.request_hash,
        "status": answer.status,
        "etag": answer.etag,
        "location": answer.location,
        "body": answer.body,
        "created_at": now,
    }


def purge_answers(tx: Connection, before: datetime, most: int) -> int:
    """Delete answers that were stored before this time; return how many."""
    return run_batch(tx, _PURGE, {"before": before}, most)


# Built once, because building a statement costs as much as running it.
_FIND = select(idempotency).where(
    idempotency.c.organisation_id == bindparam("organisation_id"), idempotency.c.key == bindparam("key")
)
_PURGE = delete(idempotency).where(
    in_batch(idempotency, idempotency.c.created_at < bindparam("before", type_=UtcDateTime))
)
