"""Clients: one row a person, found by a keyed hash; what was said of them is kept per referral, encrypted.

Details are stored with the referral that supplied them, so that one referrer never reads what another said.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, Row, Table, bindparam, select, update

from app.domain.birth_date import read_birth_date
from app.domain.codes import ContactCaution, ContactChannel
from app.domain.values import ClientDetails
from app.models.base import Columns, Id, UtcDateTime, metadata
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


_BY_BSN = select(client.c.id, client.c.wrapped_key, client.c.bsn_index).where(
    client.c.bsn_index.in_(bindparam("indexes", expanding=True))
)
SEALED_COLUMNS = (
    *(client_details.c[name] for name in _SEALED),
    client_details.c.contact_preferences,
    client.c.wrapped_key,
    client.c.bsn,
)
"""What :func:`open_details` reads."""

_KEY = select(client.c.wrapped_key).where(client.c.id == bindparam("client_id"))
CHANGED_DETAILS = update(client_details).where(client_details.c.referral_id == bindparam("of_referral"))
"""Writes :func:`details_columns` of the referral ``of_referral``."""


def bsn_index(vault: Vault, bsn: str) -> bytes:
    """Return the keyed hash by which a citizen service number is found."""
    return vault.index(bsn, "bsn")


def find_clients(tx: Connection, indexes: Collection[bytes]) -> dict[bytes, tuple[UUID, bytes]]:
    """Return id and wrapped key of the clients with these indexes of their BSN, by index."""
    rows = tx.execute(_BY_BSN, {"indexes": list(indexes)}) if indexes else ()
    return {row.bsn_index: (row.id, row.wrapped_key) for row in rows}


def wrapped_key_of(tx: Connection, client_id: UUID) -> bytes:
    """Return a client's wrapped key."""
    key: bytes = tx.execute(_KEY, {"client_id": client_id}).scalar_one()
    return key


@dataclass(frozen=True, kw_only=True)
class NewClient:
    """A client that the hub did not know, with a key of its own."""

    id: UUID
    wrapped_key: bytes
    sealer: Sealer
    bsn: str | None


def client_columns(vault: Vault, new: NewClient, now: datetime) -> Columns:
    """Return the columns of a new client."""
    return {
        "id": new.id,
        "wrapped_key": new.wrapped_key,
        "bsn_index": bsn_index(vault, new.bsn) if new.bsn else None,
        "bsn": new.sealer.seal_text(new.bsn, "client.bsn"),
        "created_at": now,
    }


def details_columns(sealer: Sealer, details: ClientDetails) -> Columns:
    """Return what a referral says about its client, every field encrypted."""
    texts = {
        "given_name": details.given_name,
        "family_name": details.family_name,
        "birth_date": details.birth_date.isoformat(),
        "sex": details.sex,
        "address": details.address,
        "phone": details.phone,
        "email": details.email,
        "interpreter_language": details.interpreter_language,
    }
    preferences = {"channel": details.preferred_channel, "cautions": details.contact_cautions}
    return {
        **{name: sealer.seal_text(text, f"client.{name}") for name, text in texts.items()},
        "contact_preferences": sealer.seal_text(json.dumps(preferences), "client.contact_preferences"),
    }


def open_details(sealer: Sealer, row: Row[Any]) -> ClientDetails:
    """Read what a referral says about its client from a row with ``SEALED_COLUMNS``."""
    texts = {name: sealer.open_text(row._mapping[name], f"client.{name}") for name in _SEALED}
    preferences = json.loads(sealer.open_text(row.contact_preferences, "client.contact_preferences") or "{}")
    channel = preferences.get("channel")
    return ClientDetails(
        given_name=texts["given_name"],
        family_name=texts["family_name"],
        birth_date=read_birth_date(texts["birth_date"] or ""),
        bsn=sealer.open_text(row.bsn, "client.bsn"),
        sex=texts["sex"],
        address=texts["address"],
        phone=texts["phone"],
        email=texts["email"],
        interpreter_language=texts["interpreter_language"],
        preferred_channel=ContactChannel(channel) if channel else None,
        contact_cautions=tuple(map(ContactCaution, preferences.get("cautions", ()))),
    )
