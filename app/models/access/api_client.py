"""Clients that may call the API, and the assertions with which they proved who they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from app.domain.values import Organisation
from app.models.access.organisation import COLUMNS as ORGANISATION_COLUMNS
from app.models.access.organisation import organisation, to_organisation
from app.models.base import Id, JsonDocument, UtcDateTime, insert_together, metadata
from app.models.batch import in_batch, run_batch

api_client = Table(
    "api_client",
    metadata,
    Column("client_id", String(100), primary_key=True),
    Column("organisation_id", Id, ForeignKey("organisation.id"), nullable=False),
    Column("scopes", JsonDocument, nullable=False),
    Column("jwks", JsonDocument),
    Column("secret_hash", LargeBinary),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", UtcDateTime, nullable=False),
)

used_assertion = Table(
    "used_assertion",
    metadata,
    Column("client_id", String(100), primary_key=True),
    Column("jti", String(200), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, kw_only=True)
class ApiClient:
    """A client as the token endpoint and the API know it.

    Attributes:
        jwks: its public keys as a JSON Web Key Set (RFC 7517), None when it has none.
        secret_hash: SHA-256 of its secret, None when it has none.
        active: False when it was deactivated; its organisation has a state of its own.
    """

    client_id: str
    organisation: Organisation
    scopes: frozenset[str]
    jwks: Mapping[str, Any] | None = None
    secret_hash: bytes | None = field(default=None, repr=False)
    active: bool = True

    @property
    def may_call(self) -> bool:
        """Return whether the client and its organisation are active."""
        return self.active and self.organisation.active


def secret_hash_of(secret: str) -> bytes:
    """Return the hash under which a secret is stored.

    A slow hash protects secrets that can be guessed; a long random one cannot be, so SHA-256 is enough.
    """
    return sha256(secret.encode()).digest()


def find_api_client(tx: Connection, client_id: str) -> ApiClient | None:
    """Return a client, active or not, or None."""
    row = tx.execute(_BY_ID, {"client_id": client_id}).first()
    return _client_of(row) if row else None


def list_api_clients(tx: Connection) -> list[ApiClient]:
    """Return all clients, active or not, by id."""
    return [_client_of(row) for row in tx.execute(_CLIENTS.order_by(api_client.c.client_id))]


def save_api_client(tx: Connection, client: ApiClient, now: datetime) -> None:
    """Add a client, or replace the one with this id."""
    values = {
        "organisation_id": client.organisation.id,
        "scopes": sorted(client.scopes),
        "jwks": client.jwks,
        "secret_hash": client.secret_hash,
        "active": client.active,
    }
    if not tx.execute(update(api_client).where(api_client.c.client_id == client.client_id).values(values)).rowcount:
        tx.execute(insert(api_client), {**values, "client_id": client.client_id, "created_at": now})


def deactivate_api_client(tx: Connection, client_id: str) -> bool:
    """Mark a client as inactive; return False when there is none with this id."""
    this = update(api_client).where(api_client.c.client_id == client_id)
    return tx.execute(this.values(active=False)).rowcount == 1


def insert_assertion(tx: Connection, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Record that a client assertion was used; return False when it was used before."""
    return insert_together(tx, (), (used_assertion, {"client_id": client_id, "jti": jti, "expires_at": expires_at}))


def purge_assertions(tx: Connection, before: datetime, most: int) -> int:
    """Forget used assertions that expired before this time; return how many."""
    return run_batch(tx, _PURGE_ASSERTIONS, {"before": before}, most)


_CLIENTS = select(api_client, *ORGANISATION_COLUMNS).join(
    organisation, organisation.c.id == api_client.c.organisation_id
)
_BY_ID = _CLIENTS.where(api_client.c.client_id == bindparam("client_id"))
_PURGE_ASSERTIONS = delete(used_assertion).where(
    in_batch(used_assertion, used_assertion.c.expires_at < bindparam("before", type_=UtcDateTime))
)


def _client_of(row: Row[Any]) -> ApiClient:
    return ApiClient(
        client_id=row.client_id,
        organisation=to_organisation(row),
        scopes=frozenset(row.scopes),
        jwks=row.jwks,
        secret_hash=row.secret_hash,
        active=row.active,
    )
