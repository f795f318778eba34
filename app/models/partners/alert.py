"""The open alerts about partners: operators were notified of a failure and not yet of its end (*storingsmelding*)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.domain.events import EventType
from app.models.bulk import is_any_of
from app.models.delivery.outbox import event

_LAST = (
    select(func.max(event.c.position))
    .where(
        is_any_of(event.c.subject_id, "subjects"),
        event.c.type.in_((EventType.PARTNER_FAILING.value, EventType.PARTNER_RECOVERED.value)),
    )
    .group_by(event.c.subject_id)
)
_OPEN = select(event.c.subject_id, event.c.recorded_at).where(
    event.c.position.in_(_LAST), event.c.type == EventType.PARTNER_FAILING.value
)


def open_alerts(tx: Connection, subject_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when operators were notified of the failures that have not ended, by the notice's subject."""
    return {row.subject_id: row.recorded_at for row in tx.execute(_OPEN, {"subjects": subject_ids})}
