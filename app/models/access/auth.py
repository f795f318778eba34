"""Who may call: clients with their keys and scopes, the hub's signing keys, used assertions, repeated requests."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Insert,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.models.access.organisation import COLUMNS as ORGANISATION_COLUMNS
from app.models.access.organisation import organisation
from app.models.base import Id, JsonDocument, UtcDateTime, insert_row, metadata

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

used_assertion = Table(
    "used_assertion",
    metadata,
    Column("client_id", String(100), primary_key=True),
    Column("jti", String(200), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

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


def find_api_client(tx: Connection, client_id: str) -> Row[Any] | None:
    """Return a client's row with its organisation, or None."""
    query = select(api_client, *ORGANISATION_COLUMNS).join(
        organisation, organisation.c.id == api_client.c.organisation_id
    )
    return tx.execute(query.where(api_client.c.client_id == client_id)).first()


def save_api_client(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add a client, or change the one with this id."""
    condition = api_client.c.client_id == values["client_id"]
    changes = {key: value for key, value in values.items() if key != "created_at"}
    if not tx.execute(update(api_client).where(condition).values(**changes)).rowcount:
        insert_row(tx, api_client, values)


def list_signing_keys(tx: Connection) -> list[Row[Any]]:
    """Return the hub's signing keys, newest first."""
    return list(tx.execute(select(signing_key).order_by(signing_key.c.created_at.desc())))


def insert_signing_key(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add a signing key."""
    insert_row(tx, signing_key, values)


def use_assertion(tx: Connection, client_id: str, jti: str, expires_at: datetime, now: datetime) -> bool:
    """Note that a client assertion was used; False when it was used before."""
    tx.execute(delete(used_assertion).where(used_assertion.c.expires_at < now))
    values = {"client_id": client_id, "jti": jti, "expires_at": expires_at}
    return _insert_if_absent(tx, used_assertion, values)


def claim_request(tx: Connection, values: Mapping[str, Any]) -> bool:
    """Reserve an idempotency key; False when it is taken (waits for the other transaction on PostgreSQL)."""
    return _insert_if_absent(tx, idempotency, values)


def find_request(tx: Connection, organisation_id: UUID, key: str) -> Row[Any] | None:
    """Return the row of an idempotency key; None when nobody took it."""
    return tx.execute(_REQUEST, {"its_organisation": organisation_id, "its_key": key}).first()


def keep_answer(tx: Connection, organisation_id: UUID, key: str, values: Mapping[str, Any]) -> None:
    """Keep the answer that a repeated request gets."""
    tx.execute(_KEEP_ANSWER, {**values, "its_organisation": organisation_id, "its_key": key})


def _insert_if_absent(tx: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    return tx.execute(_if_absent(table, tx.dialect.name), dict(values)).rowcount == 1


# Made once, because building a statement costs as much as running it.
@cache
def _if_absent(table: Table, dialect: str) -> Insert:
    dialect_insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return dialect_insert(table).on_conflict_do_nothing()


_THIS_REQUEST = and_(
    idempotency.c.organisation_id == bindparam("its_organisation"), idempotency.c.key == bindparam("its_key")
)
_REQUEST = select(idempotency).where(_THIS_REQUEST)
_KEEP_ANSWER = update(idempotency).where(_THIS_REQUEST)
