"""store answers per client: they move to a table in which they belong to an API client, and lose their secrets.

An answer of an organisation with several clients goes to each of them: which of them asked is not known, and who
repeats its request is to get it. The first purge deletes those that are older than the term. A database with answers
needs its master key.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from hmac import digest
from typing import Any

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import RowMapping

from app.models.base import UtcDateTime
from app.vault import Sealer, Vault

revision = "20261130_1430"
down_revision = "20261130_1420"
branch_labels = None
depends_on = None

PART = 200

_old = sa.table(
    "idempotency",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("key", sa.String()),
    sa.column("request_hash", sa.LargeBinary()),
    sa.column("status", sa.Integer()),
    sa.column("etag", sa.String()),
    sa.column("location", sa.String()),
    sa.column("body", sa.LargeBinary()),
    sa.column("created_at", UtcDateTime()),
)
_client = sa.table("api_client", sa.column("client_id", sa.String()), sa.column("organisation_id", sa.Uuid()))


def upgrade() -> None:
    new = op.create_table(
        "stored_answer",
        sa.Column("key_index", sa.LargeBinary(32), nullable=False),
        sa.Column("api_client", sa.String(100), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("about_client", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_index", name=op.f("pk_stored_answer")),
    )
    op.create_index("ix_stored_answer_created_at", "stored_answer", ["created_at"])
    for rows in _parts():
        keys = _Keys(_master_key())
        op.bulk_insert(new, [keys.moved(row) for row in rows])
    op.drop_index("ix_idempotency_created_at", "idempotency")
    op.drop_table("idempotency")


def downgrade() -> None:
    op.drop_index("ix_stored_answer_created_at", "stored_answer")
    op.drop_table("stored_answer")
    op.create_table(
        "idempotency",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("etag", sa.String(80), nullable=True),
        sa.Column("location", sa.String(300), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _parts() -> Iterator[list[RowMapping]]:
    """Return the answers in parts, each with each client of its organisation."""
    place = (_old.c.organisation_id, _old.c.key, _client.c.client_id)
    query = (
        sa.select(_old, _client.c.client_id)
        .join(_client, _client.c.organisation_id == _old.c.organisation_id)
        .where(_old.c.body.is_not(None))
        .order_by(*place)
        .limit(PART)
    )
    rows = list(op.get_bind().execute(query).mappings())
    while rows:
        yield rows
        last = rows[-1]
        after = sa.tuple_(*place) > sa.tuple_(*(sa.literal(last[column.name], column.type) for column in place))
        rows = list(op.get_bind().execute(query.where(after)).mappings())


class _Keys:
    """How answers were sealed and are sealed now."""

    def __init__(self, master_key: bytes) -> None:
        self._vault = Vault(master_key)
        self._index, self._api_clients = _derived(master_key, "index"), _derived(master_key, "api-client")

    def moved(self, row: RowMapping) -> dict[str, Any]:
        """Return an answer as it is stored now."""
        key = f"{row['organisation_id']}\n{row['client_id']}\n{row['key']}"
        key_index = self._hash("idempotency.key", key)
        head = {"status": row["status"], "etag": row["etag"], "location": row["location"]}
        answer = json.dumps(head).encode() + b"\n" + _without_secret(self._vault.open(row["body"], "idempotency.body"))
        sealer = Sealer(_derived(self._api_clients, row["client_id"]))
        return {
            "key_index": key_index,
            "api_client": row["client_id"],
            "request_hash": self._hash("idempotency.request", row["request_hash"].hex()),
            "about_client": None,
            "sealed": sealer.seal(answer, f"stored_answer.sealed/{key_index.hex()}"),
            "created_at": row["created_at"],
        }

    def _hash(self, label: str, value: str) -> bytes:
        return digest(self._index, f"{label}:{value}".encode(), sha256)


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, f"trajecthub/{purpose}".encode()).derive(key)


def _without_secret(body: bytes) -> bytes:
    if b'"secret"' not in body:
        return body
    shown = json.loads(body)
    if shown.pop("secret", None) is None:
        return body
    return json.dumps(shown | {"newSecretFrom": f"/v1/subscriptions/{shown['id']}/secret-rotation"}).encode()


def _master_key() -> bytes:
    config = op.get_context().config
    key: bytes | None = config.attributes.get("master_key") if config else None
    if key is None:
        raise RuntimeError("The database has sealed values; set TRAJECTHUB_MASTER_KEY to its master key.")
    return key
