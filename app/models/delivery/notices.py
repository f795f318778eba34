"""What publishing a notice reads: which subscriptions may want it, and the notices of the same connection before it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, bindparam, func, or_, select

from app.domain.codes import OrganisationRole
from app.domain.events import NOTICES, EventType
from app.domain.receivers import ReceiverKey
from app.models.access.organisation import organisation
from app.models.base import Id
from app.models.delivery.delivery import delivery
from app.models.delivery.outbox import event
from app.models.delivery.subscription import Subscription, SubscriptionStatus, subscription, to_subscription

__all__ = ["candidates", "last_notice", "notified_since"]


def candidates(tx: Connection, organisation_id: UUID | None) -> list[tuple[Subscription, OrganisationRole]]:
    """Return the active subscriptions of an organisation and of operators, each with its owner's role.

    They are read and not locked: when one is paused at this very moment, what it is owed is parked when it is due.

    Args:
        tx: the unit of work.
        organisation_id: None for those of operators only.
    """
    rows = tx.execute(_CANDIDATES, {"organisation_id": organisation_id}).mappings()
    return [(to_subscription(row), OrganisationRole(row["owner_role"])) for row in rows]


def last_notice(tx: Connection, subject_id: UUID) -> EventType | None:
    """Return the type of the last notice about a connection; None when there was none."""
    found = tx.scalar(_LAST, {"subject_id": subject_id})
    return EventType(found) if found else None


def notified_since(tx: Connection, subject_id: UUID, end: EventType) -> set[ReceiverKey]:
    """Return the receivers that were sent notices about a connection since the last one of this type."""
    return set(tx.scalars(_NOTIFIED, {"subject_id": subject_id, "end": end.value}))


_SUBJECT = bindparam("subject_id", type_=Id)

_CANDIDATES = (
    select(subscription, organisation.c.role.label("owner_role"))
    .join(organisation, organisation.c.id == subscription.c.organisation_id)
    .where(
        subscription.c.status == SubscriptionStatus.ACTIVE.value,
        or_(
            subscription.c.organisation_id == bindparam("organisation_id", type_=Id),
            organisation.c.role == OrganisationRole.OPERATOR.value,
        ),
    )
    .order_by(subscription.c.id)
)

_LAST = (
    select(event.c.type)
    .where(event.c.subject_id == _SUBJECT, event.c.type.in_(sorted(each.value for each in NOTICES)))
    .order_by(event.c.position.desc())
    .limit(1)
)

_LAST_END = select(func.coalesce(func.max(event.c.position), 0)).where(
    event.c.subject_id == _SUBJECT, event.c.type == bindparam("end")
)

_NOTIFIED = select(delivery.c.receiver).where(
    delivery.c.subject_id == _SUBJECT, delivery.c.event_position > _LAST_END.scalar_subquery()
)
