"""The lists of what is to be done, each read from an index of its own."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, bindparam, select, tuple_

from app.domain.queries import Position, WorkList, WorkQuery
from app.models.base import Id, UtcDateTime
from app.models.cases.clock import case_clock

_NOW = bindparam("now", type_=UtcDateTime)
_MOMENT: Mapping[WorkList, ColumnElement[Any]] = {
    WorkList.MINE: case_clock.c.work_at,
    WorkList.OVERDUE: case_clock.c.breached_at,
    WorkList.AWAITING_REFERRER: case_clock.c.referrer_since,
    WorkList.AWAITING_COUNSELLOR: case_clock.c.counsellor_since,
    WorkList.ASKED: case_clock.c.asked_until,
}


def list_work(tx: Connection, query: WorkQuery) -> list[Position]:
    """Return a page of a list of work, with the moments by which it is ordered, the earliest first.

    One more than the limit shows that there is a next page.
    """
    values = {
        "counsellor": query.counsellor,
        "organisation_id": query.organisation_id,
        "after_moment": query.after.moment if query.after else None,
        "after_id": query.after.id if query.after else None,
    }
    given = {name: value for name, value in values.items() if value is not None}
    statement = _page_of(query.list, frozenset(given))
    rows = tx.execute(statement, {**given, "now": query.now, "most": query.limit + 1})
    return [Position(row.moment, row.referral_id) for row in rows]


@lru_cache(maxsize=64)
def _page_of(list: WorkList, given: frozenset[str]) -> Select[Any]:
    moment, id = _MOMENT[list], case_clock.c.referral_id
    after = tuple_(bindparam("after_moment", type_=UtcDateTime), bindparam("after_id", type_=Id))
    conditions = {
        # All work has a moment of its own list; that it has lets the few cases of one counsellor be found by its index.
        "counsellor": and_(case_clock.c.counsellor == bindparam("counsellor"), case_clock.c.work_at.is_not(None)),
        "organisation_id": case_clock.c.asked_of_id == bindparam("organisation_id"),
        "after_id": tuple_(moment, id) > after,
    }
    return (
        select(moment.label("moment"), id)
        .where(_is_listed(list), *(condition for name, condition in conditions.items() if name in given))
        .order_by(moment, id)
        .limit(bindparam("most", type_=Integer))
    )


def _is_listed(list: WorkList) -> ColumnElement[bool]:
    moment = _MOMENT[list]
    has_one = moment.is_not(None)
    match list:
        case WorkList.MINE:
            return has_one
        case WorkList.ASKED:
            return and_(has_one, moment > _NOW)
        case _:
            return and_(has_one, moment <= _NOW)
