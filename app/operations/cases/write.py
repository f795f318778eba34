"""Writes to cases over the API: once for each Idempotency-Key, in one transaction."""

from collections.abc import Callable
from dataclasses import replace

from app.database import Connection, Database
from app.domain.case import Case
from app.domain.errors import NotTheOwner
from app.models.base import GuardRow
from app.operations.access.idempotency import AboutClient, Answer, Change, IdempotentRequest, answer_before, once
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.field_sync.authority import record_violation
from app.operations.services import Services

CaseWork = Callable[[UnitOfWork], tuple[Case, Answer]]
"""What a request does to a case; returns the case and the answer, which contains data of its client."""


async def write_case_once(db: Database, services: Services, request: IdempotentRequest, work: CaseWork) -> Answer:
    """Do the work and write what it changed, or return the answer that the same request got before.

    Raises:
        NotTheOwner: another party owns a field; that is recorded as a conflict.
        IdempotencyConflict: the key was used for another request.
        HubError: whatever else the work refuses; nothing is written.
    """
    write = _CaseWrite(services, request, work)
    return await once(db, services, request, Change(write.run, write.store))


async def write_new_case_once(db: Database, services: Services, request: IdempotentRequest, work: CaseWork) -> Answer:
    """Do the work, which makes one case, as :func:`write_case_once` does, with one statement and no transaction.

    Raises:
        IdempotencyConflict: the key was used for another request.
        HubError: whatever else the work refuses; nothing is written.
    """
    write = _CaseWrite(services, request, work)
    return await once(db, services, request, Change(write.run, write.store_new, in_one_statement=True))


class _CaseWrite:
    """One request's change of cases, which is written together with its answer."""

    def __init__(self, services: Services, request: IdempotentRequest, work: CaseWork) -> None:
        self._services, self._request, self._work = services, request, work

    def run(self, tx: Connection) -> Answer | NotTheOwner:
        """Do the work in memory; return its answer, or the refusal that is recorded."""
        self._uow = UnitOfWork(tx, self._services)
        try:
            case, answer = self._work(self._uow)
            return replace(answer, about=AboutClient(case.referral.client_id, self._uow.cases.sealer_of(case.id)))
        except NotTheOwner as refusal:
            # ``execute`` refuses before it changes anything, so nothing but the conflict is written.
            if answer_before(tx, self._services, self._request) is None:
                record_violation(self._uow.known_values, refusal.violation)
                self._uow.flush()
            return refusal

    def store(self, _tx: Connection, answer: GuardRow) -> bool:
        """Write what the work changed, and its answer."""
        return self._uow.flush(answer)

    def store_new(self, _tx: Connection, answer: GuardRow) -> bool:
        """Write the one case that the work made, and its answer."""
        return self._uow.flush_in_one_statement(answer)
