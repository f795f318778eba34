"""Jobs: what operators request to be done with a partner, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.details import Detail
from app.domain.errors import Conflict, FieldFault, NotFound, refuse
from app.domain.input_rules import InputRule
from app.domain.partners import Job, JobKind, JobRequest, JobState, WaitsFor
from app.domain.stated import Stated
from app.models.partners.job import (
    insert_job,
    list_jobs,
    oldest_unfinished_job,
    read_job,
    save_job,
    was_requested_since,
)
from app.models.partners.partner import find_partner, lock_partner
from app.operations.partners.lease import PartnerLease, require_lease
from app.operations.services import Services

NIGHTLY = "nightly"
"""Who requested a job that nobody requested."""


def request_job(tx: Connection, services: Services, system: System, by: str, request: JobRequest) -> Job:
    """Store a job for the worker to do at its next round; ``by`` is who requests it."""
    now = services.clock.now()
    job = Job(
        id=services.new_id(now),
        system=system,
        kind=request.kind,
        dry_run=request.dry_run,
        since=request.since,
        quarantine_id=request.quarantine_id,
        links=request.links,
        accept_bsn_and_day=request.accept_bsn_and_day,
        requested_by=by,
        requested_at=now,
    )
    insert_job(tx, job)
    return _with_causes(tx, system, [job])[0]


def request_worker_job(tx: Connection, services: Services, system: System, by: str, request: JobRequest) -> Job:
    """Store a job as ``request_job`` does, for a partner that a worker is or was connected to.

    A paused partner may be one that no worker pulled yet, so that its history can be read before its first pull.

    Raises:
        InvalidInput: a parameter belongs to another kind of job.
        Conflict: no worker ever had the partner's lease, so the job would wait forever.
    """
    stated = {"since": request.since, "links": request.links, "acceptBsnAndDay": request.accept_bsn_and_day}
    refuse(job_faults(request.kind, Stated(stated)))
    state = find_partner(tx, system)
    if state is None or not (state.paused or state.lease_until):
        variable = f"TRAJECTHUB_{system.upper()}_URL"
        raise Conflict(Detail.PARTNER_NOT_CONNECTED(system=system, variable=variable))
    return request_job(tx, services, system, by, request)


def job_faults(kind: JobKind, stated: Stated) -> Iterator[FieldFault]:
    """Return the parameters of a job that belong to another kind of job."""
    if kind is not JobKind.BACKFILL and stated.values.get("since"):
        message = "Leave it out, or ask for a backfill; the other jobs take everything."
        yield FieldFault("since", InputRule.OF_A_BACKFILL, message)
    if kind is not JobKind.LINK:
        message = "Leave it out, or ask for a job of kind link."
        given = (name for name in ("links", "acceptBsnAndDay") if stated.values.get(name))
        yield from (FieldFault(name, InputRule.OF_A_LINKING, message) for name in given)


def find_job(tx: Connection, system: System, job_id: UUID) -> Job:
    """Return a job.

    Raises:
        NotFound: this partner has no such job.
    """
    return _with_causes(tx, system, [_stored(tx, system, job_id)])[0]


def cancel_job(tx: Connection, services: Services, system: System, job_id: UUID, by: str) -> Job:
    """Cancel a waiting job; its report says who did.

    Raises:
        NotFound: this partner has no such job.
        Conflict: it is not waiting any more.
    """
    lock_partner(tx, system)  # no worker starts it meanwhile
    job = _stored(tx, system, job_id)
    if job.state is not JobState.WAITING:
        raise Conflict(Detail.JOB_NOT_WAITING(state=job.state))
    cancelled = replace(job, state=JobState.CANCELLED, finished_at=services.clock.now(), result={"cancelledBy": by})
    save_job(tx, cancelled)
    return cancelled


def page_of_jobs(tx: Connection, system: System, after: UUID | None, limit: int) -> tuple[Sequence[Job], UUID | None]:
    """Return a page of a partner's jobs, newest first, and the id after which the next page begins."""
    found = list_jobs(tx, system, after, limit + 1)
    page = _with_causes(tx, system, found[:limit])
    return page, page[-1].id if len(found) > limit else None


def has_jobs(tx: Connection, system: System) -> bool:
    """Return whether there is a job to do with a partner."""
    return oldest_unfinished_job(tx, system) is not None


def start_next_job(tx: Connection, services: Services, lease: PartnerLease) -> Job | None:
    """Start and return the partner's oldest job, or None; one whose worker stopped halfway is started again.

    Raises:
        LeaseLost: another process pulls this partner, and does its jobs; or the partner is paused.
    """
    require_lease(tx, lease)
    job = oldest_unfinished_job(tx, lease.system)
    if job is None:
        return None
    started = replace(job, state=JobState.RUNNING, started_at=services.clock.now())
    save_job(tx, started)
    return started


def finish_job(
    tx: Connection, services: Services, job: Job, result: Mapping[str, object], *, failed: bool = False
) -> None:
    """Store what came of a job."""
    state = JobState.FAILED if failed else JobState.DONE
    save_job(tx, replace(job, state=state, finished_at=services.clock.now(), result=result))


def request_nightly_reconciliation(tx: Connection, services: Services, system: System, due: datetime) -> bool:
    """Request the reconciliation that was due at a time, unless one was requested since; return whether it was not."""
    lock_partner(tx, system)  # two workers do not both request it
    if was_requested_since(tx, system, JobKind.RECONCILE, due):
        return False
    request_job(tx, services, system, NIGHTLY, JobRequest(kind=JobKind.RECONCILE))
    return True


def _stored(tx: Connection, system: System, job_id: UUID) -> Job:
    job = read_job(tx, system, job_id)
    if job is None:
        raise NotFound(Detail.NO_JOB())
    return job


def _with_causes(tx: Connection, system: System, jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs, the waiting ones with what they wait for."""
    if all(job.state is not JobState.WAITING for job in jobs):
        return list(jobs)
    partner, first = find_partner(tx, system), oldest_unfinished_job(tx, system)

    def cause(job: Job) -> WaitsFor:
        if partner and partner.paused:
            return WaitsFor.RESUMPTION
        if partner and partner.failures:
            return WaitsFor.PARTNER
        return WaitsFor.WORKER if first and job.id == first.id else WaitsFor.EARLIER_JOB

    return [replace(job, waits_for=cause(job)) if job.state is JobState.WAITING else job for job in jobs]
