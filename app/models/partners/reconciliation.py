"""What a comparison with a partner reads of the hub's record, page by page, and how it makes the hub forget."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, String, bindparam, delete, select, tuple_, update

from app.domain.codes import System
from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime
from app.models.cases.external_id import external_id
from app.models.cases.history import history
from app.models.delivery.delivery import DeliveryState, delivery, in_state
from app.models.partners.partner import partner_record

_RECORDS = (
    select(
        partner_record.c.kind,
        partner_record.c.external_id,
        partner_record.c.case_id,
        partner_record.c.content_hash,
    )
    .where(
        partner_record.c.system == bindparam("system"),
        tuple_(partner_record.c.kind, partner_record.c.external_id)
        > tuple_(bindparam("kind", type_=String), bindparam("external_id", type_=String)),
    )
    .order_by(partner_record.c.kind, partner_record.c.external_id)
    .limit(bindparam("limit"))
)
_HASHES = select(partner_record.c.kind, partner_record.c.external_id, partner_record.c.content_hash).where(
    partner_record.c.system == bindparam("system"),
    partner_record.c.external_id.in_(bindparam("ids", expanding=True)),
)
_FORGET = delete(partner_record).where(
    partner_record.c.system == bindparam("of_system"),
    partner_record.c.kind == bindparam("of_kind"),
    partner_record.c.external_id.in_(bindparam("ids", expanding=True)),
)
_LINKS = (
    select(external_id.c.external_id, external_id.c.referral_id)
    .where(external_id.c.system == bindparam("system"), external_id.c.external_id > bindparam("after"))
    .order_by(external_id.c.external_id)
    .limit(bindparam("limit"))
)
_UNLINK = delete(external_id).where(
    external_id.c.system == bindparam("of_system"),
    external_id.c.referral_id.in_(bindparam("ids", expanding=True)),
)
_APPLIED = select(history.c.referral_id, history.c.source_version, history.c.occurred_at).where(
    history.c.system == bindparam("system"),
    history.c.referral_id.in_(bindparam("referral_ids", expanding=True)),
    history.c.source_version.in_(bindparam("versions", expanding=True)),
)
_TO_RECEIVER = (
    delivery.c.receiver == bindparam("to_receiver", type_=ReceiverText),
    delivery.c.subject_id.in_(bindparam("ids", expanding=True)),
)
_OWED = (
    select(delivery.c.subject_id)
    .distinct()
    .where(*_TO_RECEIVER, in_state(DeliveryState.PENDING, DeliveryState.SENDING))
)
_OWE_AGAIN = (
    update(delivery)
    .where(*_TO_RECEIVER, in_state(DeliveryState.DELIVERED, DeliveryState.DEAD))
    .values(
        state=DeliveryState.PENDING.value,
        next_attempt_at=bindparam("now", type_=UtcDateTime),
        earlier_attempts=delivery.c.attempts,
        redelivered_at=bindparam("now", type_=UtcDateTime),
        finished_at=None,
        last_error=None,
    )
    .returning(delivery.c.subject_id)
)


def stored_records(tx: Connection, system: System, after: tuple[str, str], limit: int) -> list[Row[Any]]:
    """Return a page of what was applied of a partner, in the order of kind and id; ``("", "")`` begins."""
    kind, record_id = after
    return list(tx.execute(_RECORDS, {"system": system, "kind": kind, "external_id": record_id, "limit": limit}))


def stored_hashes(tx: Connection, system: System, external_ids: Collection[str]) -> dict[tuple[str, str], bytes]:
    """Return the content hash last applied, by kind and id."""
    rows = tx.execute(_HASHES, {"system": system, "ids": list(external_ids)})
    return {(row.kind, row.external_id): row.content_hash for row in rows}


def applied_versions(
    tx: Connection, system: System, referral_ids: Collection[UUID], versions: Collection[str]
) -> set[tuple[UUID, str, datetime]]:
    """Return which versions of a partner's records, of which moments, made history of these referrals."""
    rows = tx.execute(_APPLIED, {"system": system, "referral_ids": list(referral_ids), "versions": list(versions)})
    return {(row.referral_id, row.source_version, row.occurred_at) for row in rows}


def forget_records(tx: Connection, system: System, kind: str, external_ids: Collection[str]) -> None:
    """Forget that records of one kind were applied, so that they are applied when they come again."""
    tx.execute(_FORGET, {"of_system": system, "of_kind": kind, "ids": list(external_ids)})


def stored_links(tx: Connection, system: System, after: str, limit: int) -> list[Row[Any]]:
    """Return a page of the partner's case numbers with their referrals, by number; an empty text begins."""
    return list(tx.execute(_LINKS, {"system": system, "after": after, "limit": limit}))


def unlink(tx: Connection, system: System, referral_ids: Collection[UUID]) -> None:
    """Forget under which numbers a partner knows these referrals."""
    tx.execute(_UNLINK, {"of_system": system, "ids": list(referral_ids)})


def owed_referrals(tx: Connection, receiver: ReceiverKey, referral_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these referrals of which a delivery to the receiver is still to be made."""
    return set(tx.execute(_OWED, {"to_receiver": receiver, "ids": list(referral_ids)}).scalars())


def owe_again(tx: Connection, receiver: ReceiverKey, referral_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Make everything due again that a receiver was told of these referrals; returns those of which there was any."""
    return set(tx.execute(_OWE_AGAIN, {"to_receiver": receiver, "ids": list(referral_ids), "now": now}).scalars())
