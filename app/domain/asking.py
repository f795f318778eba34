"""Asking the referrer to restore contact before a case is closed for want of it, where that was agreed."""

from datetime import date, datetime

from app.domain.case import Case
from app.domain.clocks import TermClock, clocks_of
from app.domain.details import Detail, Said
from app.domain.local_time import local_date
from app.domain.terms import RESTORE_CONTACT, Milestone, Term, Terms


def restore_by(case: Case, terms: Terms, lost_on: date) -> date | None:
    """Return by when the referrer is asked to restore contact that was lost on a day; None where nobody is asked."""
    term = _agreed(case, terms, lost_on)
    return term.length.after(lost_on, terms.calendar) if term else None


def asked_to_restore_until(case: Case, terms: Terms, now: datetime) -> date | None:
    """Return until when the referrer is asked to restore contact; None when it is not asked."""
    clock = _asked(case, terms, now)
    return clock.due_on if clock else None


def asked_to_restore_since(case: Case, terms: Terms) -> datetime | None:
    """Return since when the referrer is asked to restore contact and has not answered; None when it is not."""
    reached = case.term_facts.reached
    lost_at = reached.get(Milestone.CONTACT_LOST)
    if lost_at is None or Milestone.CONTACT_ANSWERED in reached:
        return None
    return lost_at if _agreed(case, terms, local_date(lost_at)) else None


def unasked(case: Case, terms: Terms, now: datetime) -> Said | None:
    """Return why a case cannot be closed for want of contact yet; None when it can.

    Where asking was agreed, the referrer has a term to restore contact, unless it answered that it could not.
    """
    if _agreed(case, terms, local_date(now)) is None:
        return None
    clock = _asked(case, terms, now)
    if clock is None:
        return Detail.REFERRER_NOT_ASKED()
    return Detail.REFERRER_HAS_TIME(due_on=clock.due_on.isoformat()) if clock.is_open and now < clock.due_at else None


def _agreed(case: Case, terms: Terms, day: date) -> Term | None:
    return terms.term(RESTORE_CONTACT, case.referral.organisation.kind, day)


def _asked(case: Case, terms: Terms, now: datetime) -> TermClock | None:
    return next((each for each in clocks_of(case, terms, now) if each.term.code == RESTORE_CONTACT), None)
