"""What notices about connections ask: who may want one, and what was told of the same connection before.

The chain of a connection's notices is its own memory: what was told last decides what may be told next.
"""

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
from app.models.delivery.subscription import Subscription, SubscriptionStatus, subscription, subscription_from

__all__ = ["last_notice", "told_since", "who_may_want"]


def who_may_want(tx: Connection, organisation_id: UUID | None) -> list[tuple[Subscription, OrganisationRole]]:
    """Return the active subscriptions of an organisation and of operators, each with its owner's role.

    They are read and not locked: one that is paused at this very moment has what it is owed held when it comes up.

    Args:
        tx: the unit of work.
        organisation_id: None for those of operators only.
    """
    rows = tx.execute(_CANDIDATES, {"organisation_id": organisation_id})
    return [(subscription_from(row), OrganisationRole(row.owner_role)) for row in rows]


def last_notice(tx: Connection, subject_id: UUID) -> EventType | None:
    """Return what was told last of a connection; None when nothing ever was."""
    found = tx.scalar(_LAST, {"subject_id": subject_id})
    return EventType(found) if found else None


def told_since(tx: Connection, subject_id: UUID, end: EventType) -> set[ReceiverKey]:
    """Return the receivers that were told of a connection since the last notice of this type."""
    return set(tx.scalars(_TOLD, {"subject_id": subject_id, "end": end.value}))


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

_TOLD = select(delivery.c.receiver).where(
    delivery.c.subject_id == _SUBJECT, delivery.c.event_position > _LAST_END.scalar_subquery()
)
