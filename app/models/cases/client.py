"""Clients: one row a person, found by a keyed hash; what was said of them is kept per referral, encrypted.

Details are stored with the referral that supplied them, so that one referrer never reads what another said.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, Row, Table, bindparam, select, update

from app.domain.birth_date import read_birth_date
from app.domain.codes import ContactCaution, ContactChannel
from app.domain.values import ClientDetails
from app.models.base import Columns, Id, UtcDateTime, metadata
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import Sealer, Vault

client = Table(
    "client",
    metadata,
    Column("id", Id, primary_key=True),
    Column("wrapped_key", Sealed(SealedBy.HUB), nullable=False),
    Column("bsn_index", LargeBinary, unique=True),
    Column("bsn", Sealed(SealedBy.CLIENT)),
    Column("created_at", UtcDateTime, nullable=False),
)

_SEALED = ("given_name", "family_name", "birth_date", "sex", "address", "phone", "email", "interpreter_language")

client_details = Table(
    "client_details",
    metadata,
    Column("referral_id", Id, ForeignKey("referral.id"), primary_key=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False, index=True),
    *(Column(name, Sealed(SealedBy.CLIENT)) for name in _SEALED),
    Column("contact_preferences", Sealed(SealedBy.CLIENT)),
)


_BY_BSN = select(client.c.id, client.c.wrapped_key, client.c.bsn_index).where(
    client.c.bsn_index.in_(bindparam("indexes", expanding=True))
)
SEALED_COLUMNS = (
    *(client_details.c[name] for name in _SEALED),
    client_details.c.contact_preferences,
    client.c.id.label("key_of"),
    client.c.wrapped_key,
    client.c.bsn,
)
"""What :func:`open_details` reads, with the key of the client ``key_of``."""

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


def client_sealer(vault: Vault, client_id: UUID, wrapped_key: bytes) -> Sealer:
    """Return the sealer with the key of a client, which is stored wrapped."""
    return vault.client_sealer(wrapped_key, place_of(client.c.wrapped_key, client_id))


def sealer_of_client(tx: Connection, vault: Vault, client_id: UUID) -> Sealer:
    """Return the sealer with the key of a client that is stored."""
    return client_sealer(vault, client_id, tx.execute(_KEY, {"client_id": client_id}).scalar_one())


def find_sealer_of_client(tx: Connection, vault: Vault, client_id: UUID) -> Sealer | None:
    """Return the sealer with the key of a client; None when the client was erased."""
    wrapped_key = tx.execute(_KEY, {"client_id": client_id}).scalar_one_or_none()
    return client_sealer(vault, client_id, wrapped_key) if wrapped_key else None


@dataclass(frozen=True, kw_only=True)
class NewClient:
    """A client that the hub did not know, with a key of its own."""

    id: UUID
    wrapped_key: bytes
    sealer: Sealer
    bsn: str | None

    @classmethod
    def with_new_key(cls, vault: Vault, client_id: UUID, bsn: str | None) -> Self:
        """Return a client with a key that was just made."""
        sealer, wrapped_key = vault.new_client_key(place_of(client.c.wrapped_key, client_id))
        return cls(id=client_id, wrapped_key=wrapped_key, sealer=sealer, bsn=bsn)


def client_columns(vault: Vault, new: NewClient, now: datetime) -> Columns:
    """Return the columns of a new client."""
    return {
        "id": new.id,
        "wrapped_key": new.wrapped_key,
        "bsn_index": bsn_index(vault, new.bsn) if new.bsn else None,
        "bsn": new.sealer.seal_text(new.bsn, place_of(client.c.bsn, new.id)),
        "created_at": now,
    }


def details_columns(sealer: Sealer, referral_id: UUID, details: ClientDetails) -> Columns:
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
    stated = {**texts, "contact_preferences": json.dumps(preferences)}
    return {
        name: sealer.seal_text(text, place_of(client_details.c[name], referral_id)) for name, text in stated.items()
    }


def open_details(sealer: Sealer, row: Row[Any]) -> ClientDetails:
    """Read what a referral says about its client from its row with ``SEALED_COLUMNS``."""
    texts = {
        name: sealer.open_text(row._mapping[name], place_of(client_details.c[name], row.id))
        for name in (*_SEALED, "contact_preferences")
    }
    preferences = json.loads(texts["contact_preferences"] or "{}")
    channel = preferences.get("channel")
    return ClientDetails(
        given_name=texts["given_name"],
        family_name=texts["family_name"],
        birth_date=read_birth_date(texts["birth_date"] or ""),
        bsn=sealer.open_text(row.bsn, place_of(client.c.bsn, row.key_of)),
        sex=texts["sex"],
        address=texts["address"],
        phone=texts["phone"],
        email=texts["email"],
        interpreter_language=texts["interpreter_language"],
        preferred_channel=ContactChannel(channel) if channel else None,
        contact_cautions=tuple(map(ContactCaution, preferences.get("cautions", ()))),
    )
