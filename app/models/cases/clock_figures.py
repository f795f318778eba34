"""The terms of all cases in figures; none of them says anything about one case."""

from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, func, select

from app.models.base import UtcDateTime
from app.models.cases.clock import case_clock

_NOW = bindparam("now", type_=UtcDateTime)
_BREACHED = (
    select(case_clock.c.referral_id)
    .where(case_clock.c.breached_at.is_not(None), case_clock.c.breached_at <= _NOW)
    .limit(bindparam("most", type_=Integer))
)
_COUNT_BREACHED = select(func.count()).select_from(_BREACHED.subquery())
_DUE_SINCE = select(func.min(case_clock.c.next_at)).where(
    case_clock.c.next_at.is_not(None), case_clock.c.next_at <= _NOW
)


def breached_cases(tx: Connection, now: datetime, most: int) -> int:
    """Return how many cases have an open term that has passed; counting stops at ``most``."""
    return tx.scalar(_COUNT_BREACHED, {"now": now, "most": most}) or 0


def due_since(tx: Connection, now: datetime) -> datetime | None:
    """Return since when the oldest report about terms is due that no worker has made or taken up; None without one."""
    since: datetime | None = tx.scalar(_DUE_SINCE, {"now": now})
    return since
