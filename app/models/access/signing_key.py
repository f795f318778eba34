"""The keys with which the hub signs access tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, LargeBinary, String, Table, insert, select

from app.models.base import JsonDocument, UtcDateTime, metadata

SIGNING_KEY_CONTEXT = "signing_key.private_key"
"""The context under which private keys are sealed in the vault."""

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("private_key", LargeBinary, nullable=False),
    Column("public_jwk", JsonDocument, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class StoredSigningKey:
    """A signing key as it is stored.

    Attributes:
        private_key: the private key in PEM, sealed in the vault.
        public_jwk: the public key as a JSON Web Key, with its ``kid``.
    """

    kid: str
    private_key: bytes
    public_jwk: Mapping[str, str]


def list_signing_keys(tx: Connection) -> list[StoredSigningKey]:
    """Return the hub's signing keys, newest first."""
    rows = tx.execute(select(signing_key).order_by(signing_key.c.created_at.desc()))
    return [StoredSigningKey(row.kid, row.private_key, row.public_jwk) for row in rows]


def insert_signing_key(tx: Connection, key: StoredSigningKey, now: datetime) -> None:
    """Store a new signing key."""
    values = {"kid": key.kid, "private_key": key.private_key, "public_jwk": key.public_jwk, "created_at": now}
    tx.execute(insert(signing_key), values)
