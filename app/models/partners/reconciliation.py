"""What a reconciliation reads of the hub's records of a partner, page by page, and what it resets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, String, bindparam, delete, select, tuple_, update

from app.domain.codes import System
from app.domain.partners import CaseLink
from app.domain.receivers import ReceiverKey
from app.models.base import ReceiverText, UtcDateTime
from app.models.cases.external_id import external_id
from app.models.cases.history import history
from app.models.delivery.delivery import DeliveryState, delivery, in_state
from app.models.delivery.receiver_health import make_due
from app.models.partners.record import RecordKey, partner_record


@dataclass(frozen=True)
class StoredRecord:
    """A partner's record that the hub applied once."""

    key: RecordKey
    case_id: str
    content_hash: bytes


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
_DELETE_RECORDS = delete(partner_record).where(
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
_AWAITING_DELIVERY = select(delivery.c.subject_id).distinct().where(*_TO_RECEIVER, in_state(DeliveryState.PENDING))
_RESEND = (
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


def stored_records(tx: Connection, system: System, after: RecordKey, limit: int) -> list[StoredRecord]:
    """Return a page of what was applied of a partner, in the order of the keys; ``("", "")`` begins."""
    kind, record_id = after
    rows = tx.execute(_RECORDS, {"system": system, "kind": kind, "external_id": record_id, "limit": limit})
    # Rows from before the column have no case; where the hub acts on a removal, record and case have one number.
    return [StoredRecord((row.kind, row.external_id), row.case_id or row.external_id, row.content_hash) for row in rows]


def stored_hashes(tx: Connection, system: System, external_ids: Collection[str]) -> dict[RecordKey, bytes]:
    """Return the content hash last applied, by kind and id."""
    rows = tx.execute(_HASHES, {"system": system, "ids": list(external_ids)})
    return {(row.kind, row.external_id): row.content_hash for row in rows}


def applied_versions(
    tx: Connection, system: System, referral_ids: Collection[UUID], versions: Collection[str]
) -> set[tuple[UUID, str, datetime]]:
    """Return which of these versions of a partner's records are in the history of these referrals, and when."""
    rows = tx.execute(_APPLIED, {"system": system, "referral_ids": list(referral_ids), "versions": list(versions)})
    return {(row.referral_id, row.source_version, row.occurred_at) for row in rows}


def delete_records(tx: Connection, system: System, kind: str, external_ids: Collection[str]) -> None:
    """Delete what was applied of records of one kind, so that they are applied when they come again."""
    tx.execute(_DELETE_RECORDS, {"of_system": system, "of_kind": kind, "ids": list(external_ids)})


def stored_links(tx: Connection, system: System, after: str, limit: int) -> list[CaseLink]:
    """Return a page of the partner's case numbers with their referrals, by number; an empty text begins."""
    rows = tx.execute(_LINKS, {"system": system, "after": after, "limit": limit})
    return [CaseLink(row.external_id, row.referral_id) for row in rows]


def unlink(tx: Connection, system: System, referral_ids: Collection[UUID]) -> None:
    """Delete the numbers under which a partner knows these referrals."""
    tx.execute(_UNLINK, {"of_system": system, "ids": list(referral_ids)})


def awaiting_delivery(tx: Connection, receiver: ReceiverKey, referral_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these referrals with a delivery to the receiver that is still to be made."""
    return set(tx.execute(_AWAITING_DELIVERY, {"to_receiver": receiver, "ids": list(referral_ids)}).scalars())


def resend_all(tx: Connection, receiver: ReceiverKey, referral_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Make all finished deliveries of these referrals to a receiver due again; return the referrals that have any."""
    make_due(tx, [receiver], now)
    return set(tx.execute(_RESEND, {"to_receiver": receiver, "ids": list(referral_ids), "now": now}).scalars())
