"""Which alarms stand: what operators were told of a partner's trouble, and not yet of its end (*storingsmelding*)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from app.domain.events import EventType
from app.models.delivery.outbox import event

_LAST = (
    select(func.max(event.c.position))
    .where(
        event.c.referral_id.in_(bindparam("chains", expanding=True)),
        event.c.type.in_((EventType.PARTNER_FAILING.value, EventType.PARTNER_RECOVERED.value)),
    )
    .group_by(event.c.referral_id)
)
_STANDING = select(event.c.referral_id, event.c.recorded_at).where(
    event.c.position.in_(_LAST), event.c.type == EventType.PARTNER_FAILING.value
)


def standing_alerts(tx: Connection, chains: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when operators were told of the troubles of which no end was told, by chain of notices."""
    return {row.referral_id: row.recorded_at for row in tx.execute(_STANDING, {"chains": list(chains)})}
