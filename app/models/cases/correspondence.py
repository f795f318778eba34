"""Questions of counsellors to referrers, and signals; what was written is sealed with the key of the client."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    bindparam,
    select,
    update,
)

from app.domain.codes import BankSignalKind, InformationRequestStatus, InformationTopic, SignalKind
from app.domain.values import InformationRequest, Signal
from app.models.base import Columns, Id, UtcDateTime, metadata
from app.models.bulk import is_any_of
from app.models.cases.client import client, client_sealer
from app.models.cases.referral import referral
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import Sealer, Vault

information_request = Table(
    "information_request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("topic", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("reference", String(100)),
    Column("question", Sealed(SealedBy.CLIENT)),
    Column("answer", Sealed(SealedBy.CLIENT)),
    Index("ix_information_request_referral", "referral_id", "id"),
)

signal = Table(
    "signal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    # Of the referrer or of the credit bank, whose lists have kinds of the same name.
    Column("is_of_bank", Boolean, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("text", Sealed(SealedBy.CLIENT)),
    Index("ix_signal_referral", "referral_id", "id"),
)

_KEY = (client.c.id.label("key_of"), client.c.wrapped_key)
_REQUESTS = (
    select(information_request, *_KEY)
    .join(referral, referral.c.id == information_request.c.referral_id)
    .join(client, client.c.id == referral.c.client_id)
    .where(is_any_of(information_request.c.referral_id, "referral_ids"))
    .order_by(information_request.c.id)
)
_SIGNALS = (
    select(signal, *_KEY)
    .join(referral, referral.c.id == signal.c.referral_id)
    .join(client, client.c.id == referral.c.client_id)
)
_SIGNALS_BY_ID = _SIGNALS.where(is_any_of(signal.c.id, "ids"))
_SIGNALS_OF = _SIGNALS.where(signal.c.referral_id == bindparam("referral_id", type_=Id)).order_by(signal.c.id)
CHANGED_REQUEST = update(information_request).where(information_request.c.id == bindparam("row_id"))
"""Writes the columns of :func:`changed_request_columns`."""


def information_requests_of(
    tx: Connection, vault: Vault, referral_ids: Collection[UUID]
) -> dict[UUID, tuple[InformationRequest, ...]]:
    """Return all questions about referrals, oldest first, by referral; those without one are left out."""
    found: dict[UUID, list[InformationRequest]] = defaultdict(list)
    for row in tx.execute(_REQUESTS, {"referral_ids": referral_ids}) if referral_ids else ():
        found[row.referral_id].append(_to_request(vault, row))
    return {referral_id: tuple(each) for referral_id, each in found.items()}


def signals_by_id(tx: Connection, vault: Vault, ids: Collection[UUID]) -> dict[UUID, Signal]:
    """Return the signals with these ids."""
    rows = tx.execute(_SIGNALS_BY_ID, {"ids": ids}) if ids else ()
    return {row.id: _to_signal(vault, row) for row in rows}


def signals_of(tx: Connection, vault: Vault, referral_id: UUID) -> list[Signal]:
    """Return the signals about a referral, oldest first."""
    return [_to_signal(vault, row) for row in tx.execute(_SIGNALS_OF, {"referral_id": referral_id})]


def new_request_columns(sealer: Sealer, referral_id: UUID, new: InformationRequest) -> Columns:
    """Return every column of a new question; ``sealer`` has the key of its client."""
    return {
        "id": new.id,
        "referral_id": referral_id,
        "topic": new.topic,
        "due_on": new.due_on,
        "asked_at": new.asked_at,
        "reference": new.reference,
        "question": sealer.seal_text(new.question, place_of(information_request.c.question, new.id)),
        **_changing(sealer, new),
    }


def changed_request_columns(sealer: Sealer, changed: InformationRequest) -> Columns:
    """Return the columns that change with its end, with ``row_id``; ``sealer`` has the key of its client."""
    return {"row_id": changed.id, **_changing(sealer, changed)}


def signal_columns(sealer: Sealer, referral_id: UUID, new: Signal) -> Columns:
    """Return every column of a new signal; ``sealer`` has the key of its client."""
    return {
        "id": new.id,
        "referral_id": referral_id,
        "is_of_bank": isinstance(new.kind, BankSignalKind),
        "kind": new.kind.value,
        "given_at": new.given_at,
        "text": sealer.seal_text(new.text, place_of(signal.c.text, new.id)),
    }


def _changing(sealer: Sealer, of: InformationRequest) -> Columns:
    return {
        "status": of.status,
        "ended_at": of.ended_at,
        "answer": sealer.seal_text(of.answer, place_of(information_request.c.answer, of.id)),
    }


def _to_request(vault: Vault, row: Row[Any]) -> InformationRequest:
    sealer = client_sealer(vault, row.key_of, row.wrapped_key)
    return InformationRequest(
        id=row.id,
        topic=InformationTopic(row.topic),
        due_on=row.due_on,
        asked_at=row.asked_at,
        status=InformationRequestStatus(row.status),
        question=sealer.open_text(row.question, place_of(information_request.c.question, row.id)),
        reference=row.reference,
        ended_at=row.ended_at,
        answer=sealer.open_text(row.answer, place_of(information_request.c.answer, row.id)),
    )


def _to_signal(vault: Vault, row: Row[Any]) -> Signal:
    sealer = client_sealer(vault, row.key_of, row.wrapped_key)
    return Signal(
        id=row.id,
        kind=BankSignalKind(row.kind) if row.is_of_bank else SignalKind(row.kind),
        given_at=row.given_at,
        text=sealer.open_text(row.text, place_of(signal.c.text, row.id)),
    )
