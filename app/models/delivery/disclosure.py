"""Disclosures: which fields were disclosed to whom and when, as evidence for the privacy rules (*verstrekkingen*)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Index, RowMapping, String, Table, bindparam, or_, select

from app.domain.queries import Position
from app.domain.receivers import ReceiverKey
from app.models.base import Id, JsonDocument, ReceiverText, UtcDateTime, metadata
from app.models.bulk import GivenRow, bulk_insert, is_any_of

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


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """The record that something was disclosed.

    It is evidence: names of fields, events and moments stay as they were then, even when the hub no longer knows them.

    Attributes:
        referrer_kind: the kind of referrer, as the rules knew it.
        delivery_id: of what was sent or polled; of a reading, which delivers nothing, the organisation that read.
        moment: the feedback moment; None when the event is for the finance team only.
        fields: names of the fields that had a value, never their values.
        digest: SHA-256 of what was sent, in hex.
    """

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
    """Store disclosures."""
    _INSERT.run(tx, [_columns(each) for each in disclosures])


def disclosures_about(
    tx: Connection,
    referral_id: UUID,
    *,
    organisation_id: UUID | None = None,
    after: Position | None = None,
    limit: int | None = None,
) -> list[Disclosure]:
    """Return the disclosures of a referral, oldest first.

    Args:
        tx: the transaction.
        referral_id: the referral.
        organisation_id: to whom; None is to all.
        after: the position after which to read; None is from the first.
        limit: the most; None is all.
    """
    query = _OF_REFERRAL.limit(limit)
    if organisation_id:
        query = query.where(disclosure.c.organisation_id == organisation_id)
    if after:
        is_later = or_(disclosure.c.disclosed_at > after.moment, disclosure.c.id > after.id)
        query = query.where(disclosure.c.disclosed_at >= after.moment, is_later)
    return [_disclosure(row) for row in tx.execute(query, {"referral_id": referral_id}).mappings()]


def not_recorded(tx: Connection, disclosures: Sequence[Disclosure]) -> list[Disclosure]:
    """Return the disclosures that are not on record with the same delivery, content and rules."""
    deliveries = {each.delivery_id for each in disclosures}
    # By the referrals, because these have an index.
    given = {"referrals": {each.referral_id for each in disclosures}, "deliveries": deliveries}
    rows = tx.execute(_RECORDED, given) if deliveries else ()
    recorded = {tuple(row) for row in rows}
    return [each for each in disclosures if _content_of(each) not in recorded]


# Built once, because building a statement costs as much as running it.
_INSERT = bulk_insert(disclosure, *(column.name for column in disclosure.c))
_OF_REFERRAL = (
    select(disclosure)
    .where(disclosure.c.referral_id == bindparam("referral_id"))
    .order_by(disclosure.c.disclosed_at, disclosure.c.id)
)
_RECORDED = select(
    disclosure.c.referral_id, disclosure.c.delivery_id, disclosure.c.digest, disclosure.c.policy_version
).where(is_any_of(disclosure.c.referral_id, "referrals"), is_any_of(disclosure.c.delivery_id, "deliveries"))


def _content_of(of: Disclosure) -> tuple[object, ...]:
    """Return what ``_RECORDED`` returns of a disclosure."""
    return of.referral_id, of.delivery_id, of.digest, of.policy_version


def _columns(of: Disclosure) -> GivenRow:
    return {
        "id": of.id,
        "delivery_id": of.delivery_id,
        "organisation_id": of.organisation_id,
        "referrer_kind": of.referrer_kind,
        "referral_id": of.referral_id,
        "moment": str(of.moment) if of.moment else None,
        "event_type": str(of.event_type),
        "receiver": of.receiver.text,
        "policy_version": of.policy_version,
        "fields": list(of.fields),
        "digest": of.digest,
        "disclosed_at": of.disclosed_at,
    }


def _disclosure(row: RowMapping) -> Disclosure:
    return Disclosure(
        id=row["id"],
        delivery_id=row["delivery_id"],
        organisation_id=row["organisation_id"],
        referrer_kind=row["referrer_kind"],
        referral_id=row["referral_id"],
        moment=row["moment"],
        event_type=row["event_type"],
        receiver=row["receiver"],
        policy_version=row["policy_version"],
        fields=tuple(row["fields"]),
        digest=row["digest"],
        disclosed_at=row["disclosed_at"],
    )
