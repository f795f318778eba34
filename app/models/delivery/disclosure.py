"""What was told, to whom and when: the record that the privacy gate's rules were kept (*verstrekkingen*)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Index, String, Table, insert, select

from app.domain.receivers import ReceiverKey
from app.models.base import Id, JsonDocument, ReceiverText, UtcDateTime, metadata

disclosure = Table(
    "disclosure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Id, nullable=False),
    Column("organisation_id", Id),
    Column("referrer_kind", String(40)),
    Column("referral_id", Id, nullable=False),
    Column("moment", String(30)),
    Column("event_type", String(100), nullable=False),
    Column("receiver", ReceiverText, nullable=False),
    Column("policy_version", String(40), nullable=False),
    Column("fields", JsonDocument, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("disclosed_at", UtcDateTime, nullable=False),
    Index("ix_disclosure_referral", "referral_id", "disclosed_at"),
)


@dataclass(frozen=True)
class Disclosure:
    """The record that something was told: to whom, at which moment, which fields, and the hash of it."""

    id: UUID
    delivery_id: UUID
    organisation_id: UUID | None
    referrer_kind: str | None
    referral_id: UUID
    moment: str | None
    event_type: str
    receiver: ReceiverKey
    policy_version: str
    fields: tuple[str, ...]
    digest: str
    disclosed_at: datetime


def insert_disclosures(tx: Connection, disclosures: Sequence[Disclosure]) -> None:
    """Store what was told."""
    if disclosures:
        tx.execute(_NEW, [{**vars(one), "fields": list(one.fields)} for one in disclosures])


def disclosures_about(tx: Connection, referral_id: UUID) -> list[Disclosure]:
    """Return what was told about a referral, oldest first."""
    query = select(disclosure).where(disclosure.c.referral_id == referral_id)
    rows = tx.execute(query.order_by(disclosure.c.disclosed_at, disclosure.c.id))
    return [Disclosure(**{**row._mapping, "fields": tuple(row.fields)}) for row in rows]


# Made once, because building a statement costs as much as running it.
_NEW = insert(disclosure)
