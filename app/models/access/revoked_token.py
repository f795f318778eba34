"""Access tokens that their clients revoked before they expired."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, bindparam, delete, select

from app.models.base import UtcDateTime, insert_together, metadata
from app.models.batch import in_batch, run_batch
from app.models.bulk import is_any_of

revoked_token = Table(
    "revoked_token",
    metadata,
    Column("jti", String(200), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)


def insert_revoked_token(tx: Connection, jti: str, expires_at: datetime) -> bool:
    """Record that a token was revoked; return False when it was before."""
    return insert_together(tx, (), (revoked_token, {"jti": jti, "expires_at": expires_at}))


def find_revoked_tokens(tx: Connection, jtis: Collection[str]) -> frozenset[str]:
    """Return which of these tokens were revoked, by ``jti``."""
    return frozenset(tx.scalars(_REVOKED, {"jtis": jtis}))


def purge_revoked_tokens(tx: Connection, before: datetime, most: int) -> int:
    """Forget revoked tokens that expired before this time; return how many."""
    return run_batch(tx, _PURGE, {"before": before}, most)


_REVOKED = select(revoked_token.c.jti).where(is_any_of(revoked_token.c.jti, "jtis"))
_PURGE = delete(revoked_token).where(
    in_batch(revoked_token, revoked_token.c.expires_at < bindparam("before", type_=UtcDateTime))
)
