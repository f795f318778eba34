"""The keys with which the hub signs access tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, delete, insert, select, update

from app.models.base import JsonDocument, UtcDateTime, metadata
from app.models.bulk import is_any_of
from app.models.sealed import Sealed, SealedBy, place_of

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("private_key", Sealed(SealedBy.HUB), nullable=False),
    Column("public_jwk", JsonDocument, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("signs_from", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)


@dataclass(frozen=True, kw_only=True)
class StoredSigningKey:
    """A signing key as it is stored.

    Attributes:
        private_key: the private key in PEM, sealed in the vault.
        public_jwk: the public key as a JSON Web Key, with its ``kid``.
        signs_from: when it takes over from the key before it; None for the first one.
        revoked_at: since when tokens that it signed are refused.
    """

    kid: str
    private_key: bytes
    public_jwk: Mapping[str, str]
    created_at: datetime
    signs_from: datetime | None = None
    revoked_at: datetime | None = None


def place_of_private_key(kid: str) -> str:
    """Return the place for which the private key of a signing key is sealed."""
    return place_of(signing_key.c.private_key, kid)


def list_signing_keys(tx: Connection) -> list[StoredSigningKey]:
    """Return the hub's signing keys, revoked ones too, newest first."""
    found = [StoredSigningKey(**row) for row in tx.execute(_ALL).mappings()]
    # The first key was made by the clock of the records, which is not always that of the others.
    return sorted(found, key=_place, reverse=True)


def insert_signing_key(tx: Connection, key: StoredSigningKey) -> None:
    """Store a new signing key."""
    tx.execute(insert(signing_key), {column.name: getattr(key, column.name) for column in signing_key.c})


def revoke_signing_keys(tx: Connection, now: datetime) -> None:
    """Mark every signing key as revoked that is not yet."""
    tx.execute(update(signing_key).where(signing_key.c.revoked_at.is_(None)).values(revoked_at=now))


def delete_signing_keys(tx: Connection, kids: list[str]) -> None:
    """Delete these signing keys."""
    tx.execute(_DELETE, {"kids": kids})


def _place(key: StoredSigningKey) -> tuple[bool, datetime]:
    return key.signs_from is not None, key.created_at


_ALL = select(signing_key)
_DELETE = delete(signing_key).where(is_any_of(signing_key.c.kid, "kids"))
