"""Writes to cases over the API: once for each Idempotency-Key, in one transaction."""

from collections.abc import Callable
from functools import partial

from app.database import Connection, Database
from app.domain.errors import NotTheOwner
from app.operations.access.idempotency import Answer, IdempotentRequest, answer_before, once
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.field_sync.authority import record_violation
from app.operations.services import Services

CaseWork = Callable[[UnitOfWork], Answer]
"""What a request does to cases."""


async def write_case_once(db: Database, services: Services, request: IdempotentRequest, work: CaseWork) -> Answer:
    """Do the work and write what it changed, or return the answer that the same request got before.

    Raises:
        NotTheOwner: another party owns a field; that is recorded as a conflict.
        IdempotencyConflict: the key was used for another request.
        HubError: whatever else the work refuses; nothing is written.
    """
    return await once(db, services, request, partial(_change, services, request, work))


def _change(services: Services, request: IdempotentRequest, work: CaseWork, tx: Connection) -> Answer | NotTheOwner:
    uow = UnitOfWork(tx, services)
    try:
        answer = work(uow)
    except NotTheOwner as refusal:
        # ``execute`` refuses before it changes anything, so the conflict is all that is written.
        if answer_before(tx, services, request) is None:
            record_violation(uow.known_values, refusal.violation)
            uow.flush()
        return refusal
    uow.flush()
    return answer
