"""The connections with the partner systems, for the operator.

No request here calls a partner: what needs its answer is requested as a job, which a worker does at its next round.
"""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.api.context import ReadContext, WriteContext, changing, reading
from app.api.dependencies import Caller
from app.api.forms import FILTER, PARTNER_NAME
from app.api.http.problems import problem_responses
from app.api.paging import DEFAULT_LIMIT, IdCursorText, Limit, id_after, id_cursor, page_answer
from app.api.responses import answer, json_answer
from app.api.schemas.codes import QuarantineOrder
from app.api.schemas.partners import (
    DismissalIn,
    JobIn,
    JobOut,
    JobPageOut,
    PartnerDetailsOut,
    PartnerOut,
    PartnerPauseIn,
    PartnersOut,
    QuarantinedOut,
    QuarantinePageOut,
    RunOut,
    RunsOut,
)
from app.domain.codes import PARTNERS, OrganisationRole, System
from app.domain.details import Detail
from app.domain.errors import Forbidden, NotFound
from app.domain.partners import CaseLink, Job, JobKind, JobRequest, QuarantineQuery
from app.operations.access.idempotency import Answer, answering
from app.operations.intake.quarantine import (
    dismiss_quarantined,
    find_quarantined,
    page_of_quarantine,
    quarantine_count,
    request_retry,
)
from app.operations.partners import state
from app.operations.partners.jobs import cancel_job, find_job, page_of_jobs, request_worker_job
from app.operations.partners.state import (
    PartnerState,
    partner_runs,
    partner_state,
    partner_states,
)

router = APIRouter(prefix="/partners", tags=["partners"])

_NAMES = ", ".join(PARTNERS)
SYSTEM_WORDS = f"The partner system: {_NAMES}; of conflicts also api, for who registers in none."
_PROBLEMS = problem_responses(400, 401, 403, 404)
_CHANGES = problem_responses(400, 401, 403, 404, 409)


async def _reader(read: Annotated[ReadContext, reading("partners:read")]) -> ReadContext:
    _require_operator(read.caller)
    return read


async def _manager(change: Annotated[WriteContext, changing("partners:manage")]) -> WriteContext:
    _require_operator(change.caller)
    return change


def _require_operator(caller: Caller) -> None:
    if caller.organisation.role is not OrganisationRole.OPERATOR:
        raise Forbidden(Detail.OPERATOR_TENDS_PARTNERS())


async def _known(
    system: Annotated[
        str,
        Path(pattern=PARTNER_NAME.pattern, description=SYSTEM_WORDS, examples=["allegro"]),
    ],
) -> System:
    if system not in PARTNERS:
        raise NotFound(Detail.NO_PARTNER(partners=_NAMES))
    return System(system)


async def _quarantine_query(
    reason: Annotated[
        str | None,
        Query(pattern=FILTER.pattern, description="Only records with this reason.", examples=["unknown-code"]),
    ] = None,
    kind: Annotated[
        str | None,
        Query(pattern=FILTER.pattern, description="Only records of this type of the partner.", examples=["mutatie"]),
    ] = None,
    order: Annotated[QuarantineOrder, Query(description="Which records come first.", examples=["oldest"])] = "newest",
) -> QuarantineQuery:
    return QuarantineQuery(reason=reason, kind=kind, oldest_first=order == "oldest")


Reads = Annotated[ReadContext, Depends(_reader)]
Manages = Annotated[WriteContext, Depends(_manager)]
Partner = Annotated[System, Depends(_known)]
QuarantinedId = Annotated[
    UUID,
    Path(description="Id of the record in quarantine.", examples=["019ab3f2-7c00-7000-8000-000000000006"]),
]
JobId = Annotated[UUID, Path(description="Id of the job (*taak*).", examples=["019ab3f2-7c00-7000-8000-000000000007"])]


@router.get(
    "",
    summary="Read the status of all connections",
    response_model=PartnersOut,
    responses=problem_responses(400, 401, 403),
)
async def list_partners(read: Reads) -> Response:
    """Return the status of the connection with every partner system (*koppeling*)."""
    states = await read.hub.db.read(partner_states, read.hub.services.clock.now())
    return json_answer(200, PartnersOut(items=[PartnerOut.model_validate(each) for each in states]))


@router.get(
    "/{system}", summary="Read the status of one connection", response_model=PartnerDetailsOut, responses=_PROBLEMS
)
async def get_partner(read: Reads, system: Partner) -> Response:
    """Return the status of the connection with one partner system (*koppeling*), with its newest run."""
    found = await read.hub.db.read(partner_state, system, read.hub.services.clock.now())
    return json_answer(200, PartnerDetailsOut.model_validate(found))


@router.post("/{system}/pause", summary="Pause a connection", response_model=PartnerOut, responses=_CHANGES)
async def pause_partner(change: Manages, system: Partner, body: PartnerPauseIn) -> Response:
    """Stop pulling a partner until it is resumed (*pauzeren*); what it records meanwhile is read afterwards.

    Pausing a paused connection replaces the reason.
    """
    by, reason = change.caller.client_id, body.reason
    return await change.once(
        answering(_state_answer, state.pause_partner, change.services, system, by=by, reason=reason)
    )


@router.post("/{system}/resumption", summary="Resume a connection", response_model=PartnerOut, responses=_CHANGES)
async def resume_partner(change: Manages, system: Partner) -> Response:
    """Pull a partner again at the next round (*hervatten*); a wait after failed pulls ends too."""
    return await change.once(answering(_state_answer, state.resume_partner, change.services, system))


@router.get("/{system}/runs", summary="List the newest runs", response_model=RunsOut, responses=_PROBLEMS)
async def list_partner_runs(read: Reads, system: Partner, limit: Limit = DEFAULT_LIMIT) -> Response:
    """Return the counts of the newest runs (*ophaalrondes*) that read something new, newest first."""
    runs = await read.hub.db.read(partner_runs, system, limit)
    return json_answer(200, RunsOut(items=[RunOut.model_validate(each) for each in runs]))


@router.get(
    "/{system}/quarantine", summary="List the quarantine", response_model=QuarantinePageOut, responses=_PROBLEMS
)
async def list_quarantined_records(  # noqa: PLR0913  # one for each parameter
    request: Request,
    read: Reads,
    system: Partner,
    query: Annotated[QuarantineQuery, Depends(_quarantine_query)],
    limit: Limit = DEFAULT_LIMIT,
    cursor: IdCursorText = None,
) -> Response:
    """Return the records of a partner that could not be applied (*quarantaine*), why, and how many there are."""
    db = read.hub.db
    page, following = await db.read(page_of_quarantine, system, id_after(cursor), limit, query)
    total = await db.read(quarantine_count, system, query)
    items = [QuarantinedOut.model_validate(each) for each in page]
    return page_answer(read.hub, request, items, id_cursor(following), total=total)


@router.get(
    "/{system}/quarantine/{quarantined_id}",
    summary="Read why a record is in quarantine",
    response_model=QuarantinedOut,
    responses=_PROBLEMS,
)
async def get_quarantined_record(read: Reads, system: Partner, quarantined_id: QuarantinedId) -> Response:
    """Return which record it is (*quarantaine*), which of its fields was refused and why; never its contents."""
    entry = await read.hub.db.read(find_quarantined, system, quarantined_id)
    return json_answer(200, QuarantinedOut.model_validate(entry))


@router.post(
    "/{system}/quarantine/{quarantined_id}/retry",
    status_code=202,
    summary="Read a record in quarantine again",
    response_model=JobOut,
    responses=_CHANGES,
)
async def retry_quarantined_record(change: Manages, system: Partner, quarantined_id: QuarantinedId) -> Response:
    """Request a job that reads the record again with the present mapping (*opnieuw proberen*), without the partner.

    The job reads all records of the same case that are in quarantine, because records of one case wait for each other;
    to read the whole quarantine again, request a job of kind `retry`.
    """
    requested, by = partial(_requested_answer, change), change.caller.client_id
    return await change.once(
        answering(requested, request_retry, change.services, system, entry_id=quarantined_id, by=by)
    )


@router.post(
    "/{system}/quarantine/{quarantined_id}/dismissal",
    status_code=204,
    summary="Dismiss a record in quarantine",
    responses=_CHANGES,
)
async def dismiss_quarantined_record(
    change: Manages, system: Partner, quarantined_id: QuarantinedId, body: DismissalIn
) -> Response:
    """Decide that a record will not be applied (*afwijzen*); its payload is deleted, who decided and why is stored.

    Records that waited for it are applied at the next pull or `retry`.
    """
    work = answering(
        lambda _: answer(204),
        dismiss_quarantined,
        change.services,
        system,
        entry_id=quarantined_id,
        by=change.caller.client_id,
        reason=body.reason,
    )
    return await change.once(work)


@router.post("/{system}/jobs", status_code=202, summary="Request a job", response_model=JobOut, responses=_CHANGES)
async def create_partner_job(change: Manages, system: Partner, body: JobIn) -> Response:
    """Request a reconciliation, a backfill, a retry of the quarantine or a linking (*taak*), for the next round.

    While the partner is paused or not called after failed pulls the job waits, as `waitsFor` says. A job for a partner
    that no worker ever pulled is refused, unless the partner is paused.
    """
    job = JobRequest(
        kind=JobKind(body.kind),
        dry_run=body.dry_run,
        since=body.since,
        links=tuple(CaseLink(each.case_id, each.referral_id) for each in body.links),
        accept_bsn_and_day=body.accept_bsn_and_day,
    )
    requested, by = partial(_requested_answer, change), change.caller.client_id
    return await change.once(answering(requested, request_worker_job, change.services, system, by=by, request=job))


@router.get("/{system}/jobs", summary="List jobs", response_model=JobPageOut, responses=_PROBLEMS)
async def list_partner_jobs(
    request: Request, read: Reads, system: Partner, limit: Limit = DEFAULT_LIMIT, cursor: IdCursorText = None
) -> Response:
    """Return the jobs of a partner (*taken*), newest first."""
    page, following = await read.hub.db.read(page_of_jobs, system, id_after(cursor), limit)
    return page_answer(read.hub, request, [JobOut.model_validate(each) for each in page], id_cursor(following))


@router.get("/{system}/jobs/{job_id}", summary="Read a job", response_model=JobOut, responses=_PROBLEMS)
async def get_partner_job(read: Reads, system: Partner, job_id: JobId) -> Response:
    """Return the state of a job and, once it is finished, its report (*verslag*)."""
    return json_answer(200, JobOut.model_validate(await read.hub.db.read(find_job, system, job_id)))


@router.post("/{system}/jobs/{job_id}/cancellation", summary="Cancel a job", response_model=JobOut, responses=_CHANGES)
async def cancel_partner_job(change: Manages, system: Partner, job_id: JobId) -> Response:
    """Cancel a waiting job (*annuleren*); one that was started is finished."""
    by = change.caller.client_id
    return await change.once(answering(_job_answer, cancel_job, change.services, system, job_id=job_id, by=by))


def _state_answer(state: PartnerState) -> Answer:
    return answer(200, PartnerOut.model_validate(state))


def _job_answer(job: Job) -> Answer:
    return answer(200, JobOut.model_validate(job))


def _requested_answer(change: WriteContext, job: Job) -> Answer:
    location = f"{change.hub.api_url}/partners/{job.system}/jobs/{job.id}"
    return answer(202, JobOut.model_validate(job), location=location)
