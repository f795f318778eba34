"""Reading the quarantine, and the ways out of it: a retry with a corrected mapping, a dismissal, or expiry."""

import json
from collections.abc import Collection, Sequence
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.details import Detail
from app.domain.errors import Conflict, NotFound
from app.domain.partners import Job, JobKind, JobRequest, QuarantineEntry, QuarantineQuery, QuarantineState, RunKind
from app.domain.ports import PartnerSource, QuarantinedRecord
from app.domain.validation import MAX_REASON_LENGTH, checked_reason
from app.models.partners.partner import lock_partner
from app.models.partners.quarantine import (
    SealedRecord,
    cases_in_quarantine,
    cases_with_one_reason,
    count_matching,
    dismiss_quarantine,
    list_quarantine,
    quarantine_by_ids,
    sealed_records,
)
from app.operations.intake.apply import PageResult, Run, apply_records, note_run
from app.operations.intake.classify import WAITS
from app.operations.partners.jobs import request_worker_job
from app.operations.services import Services

MOST_COUNTED = 10_000
"""Counting a list stops here, so that its time does not grow with the quarantine."""

ALL_NEWEST_FIRST = QuarantineQuery()
"""What is listed unless something else is asked for."""

_CASES_PER_BATCH = 200


def page_of_quarantine(
    tx: Connection, system: System, after: UUID | None, limit: int, query: QuarantineQuery = ALL_NEWEST_FIRST
) -> tuple[Sequence[QuarantineEntry], UUID | None]:
    """Return a page of what is in quarantine, and the id after which the next page begins."""
    found = list_quarantine(tx, system, query, after, limit + 1)
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def quarantine_count(tx: Connection, system: System, query: QuarantineQuery = ALL_NEWEST_FIRST) -> int:
    """Return how many records a query lists, at most ``MOST_COUNTED``."""
    return count_matching(tx, system, query, MOST_COUNTED)


def find_quarantined(tx: Connection, system: System, entry_id: UUID) -> QuarantineEntry:
    """Return a record that is in quarantine now.

    Raises:
        NotFound: this partner has no such record, or it left the quarantine.
    """
    entry = quarantine_by_ids(tx, system, [entry_id]).get(entry_id)
    if entry is None or entry.state is not QuarantineState.OPEN:
        raise NotFound(Detail.NOT_IN_QUARANTINE())
    return entry


def request_retry(tx: Connection, services: Services, system: System, entry_id: UUID, by: str) -> Job:
    """Store a job that reads one record again, with its case; ``by`` is who requests it.

    Raises:
        NotFound: this partner has no such record in quarantine.
        Conflict: no worker ever had the partner's lease.
    """
    find_quarantined(tx, system, entry_id)
    return request_worker_job(tx, services, system, by, JobRequest(kind=JobKind.RETRY, quarantine_id=entry_id))


def retry_quarantined(
    tx: Connection, services: Services, source: PartnerSource, ids: Collection[UUID] | None
) -> PageResult:
    """Read records in quarantine again with the present mapping and apply them, those of each case in order.

    The whole case of each record is read, so that what waited for it is applied too. ``ids`` None reads everything.
    What still cannot be applied stays, under its own id, and counts as quarantined.

    Raises:
        NotFound: this partner has no record with one of these ids.
        Conflict: one of them is no longer in quarantine.
    """
    lock_partner(tx, source.system)
    cases = cases_in_quarantine(tx, source.system) if ids is None else _cases_of(tx, source.system, ids)
    return _retry(tx, services, source, cases)


def has_unblocked_cases(tx: Connection, system: System) -> bool:
    """Return whether there are records that wait for a record that is no longer in quarantine."""
    return bool(cases_with_one_reason(tx, system, WAITS.reason))


def retry_unblocked(tx: Connection, services: Services, source: PartnerSource) -> PageResult:
    """Apply what waited for a record that was corrected, dismissed or expired since.

    For after a pull: a partner that sends each change once does not send again what waits here.
    """
    lock_partner(tx, source.system)
    return _retry(tx, services, source, cases_with_one_reason(tx, source.system, WAITS.reason))


def retry_cases(tx: Connection, services: Services, source: PartnerSource, cases: Sequence[str]) -> PageResult:
    """Apply what is in quarantine of these cases, such as those that the hub now knows; nothing is no fault."""
    lock_partner(tx, source.system)
    return _retry(tx, services, source, cases)


def dismiss_quarantined(  # noqa: PLR0913  # who, what and why
    tx: Connection, services: Services, system: System, entry_id: UUID, by: str, reason: str
) -> None:
    """Leave a record out for good: its payload is deleted, and what waited for it is applied at the next retry or pull.

    The same content counts as unchanged when it comes again; a newer version is applied as any other. ``by`` is an
    identifier, never a name.

    Raises:
        InvalidInput: there is no reason, or it is longer than 300 characters.
        NotFound: this partner has no record with this id.
        Conflict: it is no longer in quarantine.
    """
    stated = checked_reason(reason, f"Say in at most {MAX_REASON_LENGTH} characters why this is left out.")
    lock_partner(tx, system)
    _cases_of(tx, system, [entry_id])
    dismiss_quarantine(tx, entry_id, by, stated, services.clock.now())


def _retry(tx: Connection, services: Services, source: PartnerSource, cases: Sequence[str]) -> PageResult:
    result = PageResult()
    for start in range(0, len(cases), _CASES_PER_BATCH):
        sealed = sealed_records(tx, source.system, cases[start : start + _CASES_PER_BATCH])
        records = [source.remap(_unsealed(services, each)) for each in sealed]
        result += apply_records(tx, services, source.system, records, retries=True)
    if result.read:
        note_run(tx, services, Run(source.system, source.mapping_version, RunKind.RETRY), result, {})
    return result


def _cases_of(tx: Connection, system: System, ids: Collection[UUID]) -> list[str]:
    """Return the cases of these records; raise NotFound or Conflict unless all are in quarantine."""
    found = quarantine_by_ids(tx, system, ids)
    for wanted in ids:
        if wanted not in found:
            raise NotFound(Detail.NEVER_IN_QUARANTINE(system=system, id=wanted))
        if found[wanted].state is not QuarantineState.OPEN:
            raise Conflict(Detail.LEFT_QUARANTINE(state=found[wanted].state))
    return list(dict.fromkeys(found[each].case_id for each in ids))


def _unsealed(services: Services, sealed: SealedRecord) -> QuarantinedRecord:
    entry = sealed.entry
    return QuarantinedRecord(
        kind=entry.kind,
        external_id=entry.external_id,
        case_id=entry.case_id,
        version=entry.version,
        payload=json.loads(sealed.opened(services.vault)),
        occurred_at=entry.occurred_at or entry.since,
        referral_id=entry.referral_id,
        revision=entry.revision,
    )
