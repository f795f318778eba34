"""Clients that may call the API, and the assertions with which they proved who they are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
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
from app.models.bulk import is_any_of

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
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("previous_jwks", JsonDocument),
    Column("previous_jwks_until", UtcDateTime),
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
        active: False when it was revoked; its organisation has a state of its own.
        generation: the number in its tokens; whenever it changes, the tokens with the former one are refused.
        previous_jwks: its public keys before a rotation, as long as they are accepted too.
        previous_jwks_until: when these are refused.
        created_at: when it was first registered; None until it is stored.
    """

    client_id: str
    organisation: Organisation
    scopes: frozenset[str]
    jwks: Mapping[str, Any] | None = None
    secret_hash: bytes | None = field(default=None, repr=False)
    active: bool = True
    generation: int = 0
    previous_jwks: Mapping[str, Any] | None = None
    previous_jwks_until: datetime | None = None
    created_at: datetime | None = None

    @property
    def may_call(self) -> bool:
        """Return whether the client and its organisation are active."""
        return self.active and self.organisation.active

    def keys_at(self, now: datetime) -> Sequence[Mapping[str, Any]]:
        """Return its public keys (JSON Web Keys) that are accepted at a moment."""
        present = self.jwks["keys"] if self.jwks else []
        if not self.previous_jwks or not self.previous_jwks_until or now >= self.previous_jwks_until:
            return present
        renewed = {key["kid"] for key in present}
        return [*present, *(key for key in self.previous_jwks["keys"] if key["kid"] not in renewed)]


def secret_hash_of(secret: str) -> bytes:
    """Return the hash under which a secret is stored.

    A slow hash protects secrets that can be guessed; a long random one cannot be, so SHA-256 is enough.
    """
    return sha256(secret.encode()).digest()


def find_api_client(tx: Connection, client_id: str) -> ApiClient | None:
    """Return a client, active or not, or None."""
    row = tx.execute(_BY_ID, {"client_id": client_id}).first()
    return _client_of(row) if row else None


def find_api_clients(tx: Connection, client_ids: Collection[str]) -> list[ApiClient]:
    """Return those of these clients that exist, active or not."""
    return [_client_of(row) for row in tx.execute(_BY_IDS, {"client_ids": client_ids})]


def list_api_clients(tx: Connection, after_id: str | None = None, limit: int | None = None) -> list[ApiClient]:
    """Return clients, active or not, by id: a page of them, or all."""
    query = _CLIENTS.order_by(api_client.c.client_id).limit(limit)
    if after_id is not None:
        query = query.where(api_client.c.client_id > after_id)
    return [_client_of(row) for row in tx.execute(query)]


def save_api_client(tx: Connection, client: ApiClient) -> None:
    """Add a client, or replace the one with this id; its ``created_at`` is known."""
    values = {
        "organisation_id": client.organisation.id,
        "scopes": sorted(client.scopes),
        "jwks": client.jwks,
        "secret_hash": client.secret_hash,
        "active": client.active,
        "generation": client.generation,
        "previous_jwks": client.previous_jwks,
        "previous_jwks_until": client.previous_jwks_until,
    }
    if not tx.execute(update(api_client).where(api_client.c.client_id == client.client_id).values(values)).rowcount:
        tx.execute(insert(api_client), {**values, "client_id": client.client_id, "created_at": client.created_at})


def end_tokens_of_organisation(tx: Connection, organisation_id: UUID) -> None:
    """Refuse every token that the clients of an organisation have, for good."""
    this = update(api_client).where(api_client.c.organisation_id == organisation_id)
    tx.execute(this.values(generation=api_client.c.generation + 1))


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
_BY_IDS = _CLIENTS.where(is_any_of(api_client.c.client_id, "client_ids"))
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
        generation=row.generation,
        previous_jwks=row.previous_jwks,
        previous_jwks_until=row.previous_jwks_until,
        created_at=row.created_at,
    )
