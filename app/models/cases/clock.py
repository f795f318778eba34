"""When cases ask for attention: a row for each case, worked out from its terms when it changes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, bindparam, update

from app.domain.case import Case, CaseRules
from app.domain.clocks import Schedule, schedule_of
from app.models.base import Columns, Id, UtcDateTime, execute_all, metadata, put_rows
from app.models.batch import in_batch
from app.models.cases.referral import referral
from app.models.cases.term_facts import facts_document

case_clock = Table(
    "case_clock",
    metadata,
    Column("referral_id", Id, ForeignKey("referral.id"), primary_key=True),
    # When something is to be reported next; put off while a worker is about to report it.
    Column("next_at", UtcDateTime),
    # When the first of its open terms ends, and the first of those that are breached then.
    Column("due_at", UtcDateTime),
    Column("breached_at", UtcDateTime),
)

_IS_SCHEDULED = case_clock.c.next_at.is_not(None)
Index(
    "ix_case_clock_next",
    case_clock.c.next_at,
    case_clock.c.referral_id,
    sqlite_where=_IS_SCHEDULED,
    postgresql_where=_IS_SCHEDULED,
)

_IS_DUE = case_clock.c.next_at <= bindparam("now", type_=UtcDateTime)
_CLAIM = (
    update(case_clock)
    .where(in_batch(case_clock, _IS_SCHEDULED, _IS_DUE, by=case_clock.c.next_at))
    .values(next_at=bindparam("again_at", type_=UtcDateTime))
    .returning(case_clock.c.referral_id)
)

_CHANGED_FACTS = update(referral).where(referral.c.id == bindparam("row_id"))


def claim_due(tx: Connection, now: datetime, again_at: datetime, most: int) -> list[UUID]:
    """Return the cases that have something to report, those that wait longest, at most ``most``.

    No other worker is given them before ``again_at``; a case that nobody reported of by then is given out again.
    """
    return list(tx.scalars(_CLAIM, {"now": now, "again_at": again_at, "most": most}))


def store_clocks(tx: Connection, cases: Sequence[Case], rules: CaseRules) -> None:
    """Store what the terms of cases depend on, and when they ask for attention; nothing else of them changes."""
    facts = [{"row_id": each.id, "term_facts": facts_document(each.referral.term_facts)} for each in cases]
    execute_all(tx, _CHANGED_FACTS, facts)
    schedule(tx, cases, rules)


def schedule(tx: Connection, cases: Sequence[Case], rules: CaseRules) -> None:
    """Store when cases ask for attention."""
    put_rows(tx, case_clock, [clock_columns(each, rules) for each in cases])


def clock_columns(case: Case, rules: CaseRules) -> Columns:
    """Return the row of a case."""
    found: Schedule = schedule_of(case, rules.terms, rules.now)
    return {
        "referral_id": case.id,
        "next_at": found.next_at,
        "due_at": found.due_at,
        "breached_at": found.breached_at,
    }
