"""Clients: one row a person, found by a keyed hash; what was said of them is kept per referral, encrypted.

Details stand beside the referral that supplied them, so that one referrer never reads what another said.
"""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, Row, Table, bindparam, select, update

from app.domain.codes import ContactCaution, ContactChannel
from app.domain.values import Client, ClientDetails
from app.models.base import Id, UtcDateTime, insert_row, metadata
from app.vault import Sealer, Vault

client = Table(
    "client",
    metadata,
    Column("id", Id, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("bsn_index", LargeBinary, unique=True),
    Column("bsn", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
)

_SEALED = ("given_name", "family_name", "birth_date", "sex", "address", "phone", "email", "interpreter_language")

client_details = Table(
    "client_details",
    metadata,
    Column("referral_id", Id, ForeignKey("referral.id"), primary_key=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False, index=True),
    *(Column(name, LargeBinary) for name in _SEALED),
    Column("contact_preferences", LargeBinary),
)


_BY_BSN = select(client.c.id, client.c.wrapped_key).where(client.c.bsn_index == bindparam("bsn_index"))
SEALED_COLUMNS = (
    *(client_details.c[name] for name in _SEALED),
    client_details.c.contact_preferences,
    client.c.wrapped_key,
    client.c.bsn,
)
"""What ``to_client`` reads, beside the ``client_id``."""

_OF_REFERRALS = (
    select(client_details.c.referral_id, client_details.c.client_id, *SEALED_COLUMNS)
    .join(client, client.c.id == client_details.c.client_id)
    .where(client_details.c.referral_id.in_(bindparam("referral_ids", expanding=True)))
)
_KEY = select(client.c.wrapped_key).where(client.c.id == bindparam("client_id"))


def bsn_index(vault: Vault, bsn: str) -> bytes:
    """Return the keyed hash by which a citizen service number is found."""
    return vault.index(bsn, "bsn")


def find_client(tx: Connection, index: bytes) -> tuple[UUID, bytes] | None:
    """Return id and wrapped key of the client with this BSN index, or None."""
    row = tx.execute(_BY_BSN, {"bsn_index": index}).first()
    return (row.id, row.wrapped_key) if row else None


def wrapped_key_of(tx: Connection, client_id: UUID) -> bytes:
    """Return a client's wrapped key."""
    key: bytes = tx.execute(_KEY, {"client_id": client_id}).scalar_one()
    return key


def insert_client(tx: Connection, vault: Vault, client_id: UUID, bsn: str | None, now: datetime) -> Sealer:
    """Add a client with a key of its own; returns the sealer for what belongs to the client."""
    sealer, wrapped_key = vault.new_client_key()
    values = {
        "id": client_id,
        "wrapped_key": wrapped_key,
        "bsn_index": bsn_index(vault, bsn) if bsn else None,
        "bsn": sealer.seal_text(bsn, "client.bsn"),
        "created_at": now,
    }
    insert_row(tx, client, values)
    return sealer


def insert_details(tx: Connection, sealer: Sealer, referral_id: UUID, client_id: UUID, details: ClientDetails) -> None:
    """Keep what a referral says about its client, every field encrypted."""
    values = {"referral_id": referral_id, "client_id": client_id, **_sealed(sealer, details)}
    insert_row(tx, client_details, values)


def update_details(tx: Connection, sealer: Sealer, referral_id: UUID, details: ClientDetails) -> None:
    """Replace what a referral says about its client."""
    condition = client_details.c.referral_id == referral_id
    tx.execute(update(client_details).where(condition).values(**_sealed(sealer, details)))


def load_clients(tx: Connection, vault: Vault, referral_ids: Collection[UUID]) -> dict[UUID, tuple[Client, Sealer]]:
    """Return the client of each referral, with the sealer of what else belongs to the client."""
    rows = tx.execute(_OF_REFERRALS, {"referral_ids": list(referral_ids)})
    return {row.referral_id: to_client(vault, row) for row in rows}


def _sealed(sealer: Sealer, details: ClientDetails) -> dict[str, bytes | None]:
    texts = {name: getattr(details, name) for name in _SEALED}
    texts["birth_date"] = details.birth_date.isoformat()
    preferences = {"channel": details.preferred_channel, "cautions": details.contact_cautions}
    return {
        **{name: sealer.seal_text(text, f"client.{name}") for name, text in texts.items()},
        "contact_preferences": sealer.seal_text(json.dumps(preferences), "client.contact_preferences"),
    }


def to_client(vault: Vault, row: Row[Any]) -> tuple[Client, Sealer]:
    """Read a client from a row with ``SEALED_COLUMNS``; returns the sealer of what else belongs to the client too."""
    sealer = vault.client_sealer(row.wrapped_key)
    texts = {name: sealer.open_text(row._mapping[name], f"client.{name}") for name in _SEALED}
    preferences = json.loads(sealer.open_text(row.contact_preferences, "client.contact_preferences") or "{}")
    channel = preferences.get("channel")
    details = ClientDetails(
        given_name=texts["given_name"] or "",
        family_name=texts["family_name"] or "",
        birth_date=date.fromisoformat(texts["birth_date"] or ""),
        bsn=sealer.open_text(row.bsn, "client.bsn"),
        sex=texts["sex"],
        address=texts["address"],
        phone=texts["phone"],
        email=texts["email"],
        interpreter_language=texts["interpreter_language"],
        preferred_channel=ContactChannel(channel) if channel else None,
        contact_cautions=tuple(map(ContactCaution, preferences.get("cautions", ()))),
    )
    return Client(row.client_id, details), sealer
