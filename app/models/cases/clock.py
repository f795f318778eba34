"""When cases ask for attention: a row for each case, worked out from its terms when it changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKey, Index, String, Table, bindparam, update

from app.domain.awaited import FOREVER, asked_until, awaited_of_counsellor, awaited_of_referrer
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
    # What lists of work are read from: whose work it is and when it ends, far off without a term; since when a step of
    # the referrer is awaited, and of the counsellor; and which referrer knows that it is asked something, until when.
    Column("counsellor", String(200)),
    Column("work_at", UtcDateTime),
    Column("referrer_since", UtcDateTime),
    Column("counsellor_since", UtcDateTime),
    Column("asked_of_id", Id),
    Column("asked_until", UtcDateTime),
)

_IS_SCHEDULED = case_clock.c.next_at.is_not(None)
Index(
    "ix_case_clock_next",
    case_clock.c.next_at,
    case_clock.c.referral_id,
    sqlite_where=_IS_SCHEDULED,
    postgresql_where=_IS_SCHEDULED,
)


def _listed(name: str, moment: Column[Any], *before: Column[Any]) -> None:
    """Index the cases that have a moment."""
    is_listed = moment.is_not(None)
    columns = (*before, moment, case_clock.c.referral_id)
    Index(f"ix_case_clock_{name}", *columns, sqlite_where=is_listed, postgresql_where=is_listed)


_listed("work", case_clock.c.work_at, case_clock.c.counsellor)
_listed("breached", case_clock.c.breached_at)
_listed("referrer", case_clock.c.referrer_since)
_listed("counsellor", case_clock.c.counsellor_since)
_listed("asked", case_clock.c.asked_until, case_clock.c.asked_of_id)


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
    found = schedule_of(case, rules.terms, rules.now)
    return {
        "referral_id": case.id,
        "next_at": found.next_at,
        "due_at": found.due_at,
        "breached_at": found.breached_at,
        **_work_columns(case, rules, found),
    }


def _work_columns(case: Case, rules: CaseRules, found: Schedule) -> Columns:
    counsellor, until = case.referral.counsellor, asked_until(case, rules.terms)
    of_referrer, of_counsellor = awaited_of_referrer(case, rules.terms), awaited_of_counsellor(case)
    return {
        "counsellor": counsellor.name if counsellor else None,
        "work_at": found.due_at or (FOREVER if case.goes_on else None),
        "referrer_since": of_referrer.since if of_referrer else None,
        "counsellor_since": of_counsellor.since if of_counsellor else None,
        "asked_of_id": case.referral.organisation.id if until else None,
        "asked_until": until,
    }
