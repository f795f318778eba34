"""What the terms of cases from before there were terms depend on, worked out from their history."""

from collections.abc import Sequence

from app.database import Connection
from app.domain.case import Case
from app.domain.clocks import clocks_of
from app.domain.values import HistoryEntry
from app.models.cases.clock import store_clocks
from app.models.cases.history import histories_of, list_history
from app.models.cases.referral import unclocked_referrals
from app.operations.cases.terms import note_terms, take_as_reported
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services

BATCH = 500


def fill_terms(tx: Connection, services: Services, most: int = BATCH) -> int:
    """Work out the terms of cases for which it was not done yet, at most ``most``; return how many.

    What was due before that is not reported any more.
    """
    uow = UnitOfWork(tx, services)
    ids = unclocked_referrals(tx, most)
    uow.cases.prefetch(ids)
    cases, histories = [case for id in ids if (case := uow.cases.lock(id))], histories_of(tx, ids)
    for case in cases:
        _work_out(case, histories.get(case.id, ()))
    store_clocks(tx, cases, uow.rules)
    return len(ids)


def require_terms(tx: Connection, case: Case) -> None:
    """Work out the terms of a case that is about to change, where it was not done yet."""
    if case.referral.term_facts is None:
        _work_out(case, list_history(tx, case.id))


def _work_out(case: Case, entries: Sequence[HistoryEntry]) -> None:
    trajectory = case.trajectory
    note_terms(case, entries)
    take_as_reported(case, clocks_of(case, case.rules.terms, case.now))
    # Its last day was reported, and stays until something changes.
    case.trajectory = trajectory
