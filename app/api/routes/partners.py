"""The connections with the partner systems, for the operator.

No request here calls a partner: what needs its answer is asked for as a job, which a worker does at its next round.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from app.api.context import ReadContext, WriteContext, changing, reading
from app.api.dependencies import Caller
from app.api.http.problems import problem_responses
from app.api.paging import DEFAULT_LIMIT, CursorText, Limit, id_after, page_answer, text_cursor
from app.api.responses import answer, json_answer
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
from app.database import Connection
from app.domain.codes import PARTNERS, OrganisationRole, System
from app.domain.errors import FieldFault, Forbidden, InvalidInput, NotFound
from app.domain.input_rules import InputRule
from app.operations.access.idempotency import Answer
from app.operations.intake.quarantine import Quarantined, dismiss_quarantined, page_of_quarantine
from app.operations.partners.state import (
    Job,
    JobRequest,
    PartnerState,
    Run,
    cancel_job,
    find_job,
    page_of_jobs,
    partner_runs,
    partner_states,
    pause_partner,
    request_job,
    require_worker,
    resume_partner,
)

router = APIRouter(prefix="/partners", tags=["partners"])

_NAMES = ", ".join(PARTNERS)
_PROBLEMS = problem_responses(400, 401, 403, 404, 406)
_CHANGES = problem_responses(400, 401, 403, 404, 409)


async def _reader(read: Annotated[ReadContext, reading("partners:read")]) -> ReadContext:
    _require_operator(read.caller)
    return read


async def _manager(change: Annotated[WriteContext, changing("partners:manage")]) -> WriteContext:
    _require_operator(change.caller)
    return change


def _require_operator(caller: Caller) -> None:
    if caller.organisation.role is not OrganisationRole.OPERATOR:
        raise Forbidden("Only the hub's operator looks after the connections with the partner systems.")


async def _known(
    system: Annotated[
        str,
        Path(pattern=r"^[a-z]{1,20}$", description=f"The partner system: one of {_NAMES}.", examples=["allegro"]),
    ],
) -> System:
    if system not in PARTNERS:
        raise NotFound(f"There is no such partner system; the partners are {_NAMES}.")
    return System(system)


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
    summary="See how the connections do",
    response_model=PartnersOut,
    responses=problem_responses(400, 401, 403, 406),
)
async def list_partners(read: Reads) -> Response:
    """Return the state of the connection with every partner system (*koppeling*)."""
    states = await read.hub.db.read(partner_states, read.hub.services.clock.now())
    return json_answer(200, PartnersOut(items=[_partner_out(each) for each in states]))


@router.get("/{system}", summary="See how one connection does", response_model=PartnerDetailsOut, responses=_PROBLEMS)
async def read_partner(read: Reads, system: Partner) -> Response:
    """Return the state of the connection with one partner system (*koppeling*), and what it last brought."""

    def work(tx: Connection) -> PartnerDetailsOut:
        last_run = next((_run_out(each) for each in partner_runs(tx, system, 1)), None)
        shown = {**vars(_state(tx, read, system)), "last_run": last_run}
        return PartnerDetailsOut.model_validate(shown, by_name=True)

    return json_answer(200, await read.hub.db.read(work))


@router.post("/{system}/pause", summary="Pause a connection", response_model=PartnerOut, responses=_CHANGES)
async def hold(change: Manages, system: Partner, body: PartnerPauseIn) -> Response:
    """Leave a partner alone until it is resumed (*pauzeren*); nothing is lost, what it records is read afterwards.

    Pausing a connection that is paused gives it the new reason.
    """

    def work(tx: Connection) -> Answer:
        pause_partner(tx, change.hub.services, system, change.caller.client_id, body.reason)
        return _state_answer(tx, change, system)

    return await change.once(work)


@router.post("/{system}/resumption", summary="Resume a connection", response_model=PartnerOut, responses=_CHANGES)
async def go_on(change: Manages, system: Partner) -> Response:
    """Pull a partner again, at once, also when it was left alone after failures (*hervatten*)."""

    def work(tx: Connection) -> Answer:
        resume_partner(tx, change.hub.services, system)
        return _state_answer(tx, change, system)

    return await change.once(work)


@router.get("/{system}/runs", summary="List what the pulls brought", response_model=RunsOut, responses=_PROBLEMS)
async def list_runs(read: Reads, system: Partner, limit: Limit = DEFAULT_LIMIT) -> Response:
    """Return the account of the newest pulls (*ophaalrondes*) that brought something, newest first."""
    runs = await read.hub.db.read(partner_runs, system, limit)
    return json_answer(200, RunsOut(items=[_run_out(each) for each in runs]))


@router.get(
    "/{system}/quarantine", summary="List what is in quarantine", response_model=QuarantinePageOut, responses=_PROBLEMS
)
async def list_quarantined(
    request: Request, read: Reads, system: Partner, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
) -> Response:
    """Return the records of a partner that could not be applied (*quarantaine*), oldest first, and why."""
    page, following = await read.hub.db.read(page_of_quarantine, system, id_after(cursor), limit)
    items = [_wire(_quarantined_out(each)) for each in page]
    return page_answer(read.hub, request, items, text_cursor(str(following)) if following else None)


@router.get(
    "/{system}/quarantine/{quarantined_id}",
    summary="Read why a record is in quarantine",
    response_model=QuarantinedOut,
    responses=_PROBLEMS,
)
async def read_quarantined(read: Reads, system: Partner, quarantined_id: QuarantinedId) -> Response:
    """Return which record it is, which field stands in the way (*quarantaine*), and why; never what it holds."""
    return json_answer(200, _quarantined_out(await read.hub.db.read(_quarantined, system, quarantined_id)))


@router.post(
    "/{system}/quarantine/{quarantined_id}/retry",
    status_code=202,
    summary="Read a record in quarantine again",
    response_model=JobOut,
    responses=_CHANGES,
)
async def retry(change: Manages, system: Partner, quarantined_id: QuarantinedId) -> Response:
    """Ask for another try with today's mapping (*opnieuw proberen*), without the partner.

    The job takes all of the same case that is in quarantine, because records of one case wait for each other; to read
    everything again, ask for a job of the kind `retry`.
    """

    def work(tx: Connection) -> Answer:
        _quarantined(tx, system, quarantined_id)
        return _asked(tx, change, system, JobRequest("retry", quarantine_id=quarantined_id))

    return await change.once(work)


@router.post(
    "/{system}/quarantine/{quarantined_id}/dismissal",
    status_code=204,
    summary="Dismiss a record in quarantine",
    responses=_CHANGES,
)
async def dismiss(change: Manages, system: Partner, quarantined_id: QuarantinedId, body: DismissalIn) -> Response:
    """Decide that a record will not be applied (*afwijzen*); its payload is destroyed, who decided and why is kept.

    What waited for it is tried at the next `retry`.
    """

    def work(tx: Connection) -> Answer:
        dismiss_quarantined(tx, change.hub.services, system, quarantined_id, change.caller.client_id, body.reason)
        return answer(204)

    return await change.once(work)


@router.post("/{system}/jobs", status_code=202, summary="Ask for a job", response_model=JobOut, responses=_CHANGES)
async def ask_for_job(change: Manages, system: Partner, body: JobIn) -> Response:
    """Ask to compare, read or retry a partner's records (*taak*); a worker does it at its next round.

    While the partner is paused or left alone it waits, and tells so in `waitsFor`. A partner that no worker ever
    pulled is refused, unless it is paused.
    """
    if body.since is not None and body.kind != "backfill":
        message = "Leave it out, or ask for a backfill; a comparison or a retry takes everything."
        raise InvalidInput(FieldFault("since", InputRule.OF_A_BACKFILL, message))
    wish = JobRequest(body.kind, body.dry_run, body.since)
    return await change.once(lambda tx: _asked(tx, change, system, wish))


@router.get("/{system}/jobs", summary="List jobs", response_model=JobPageOut, responses=_PROBLEMS)
async def list_jobs(
    request: Request, read: Reads, system: Partner, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
) -> Response:
    """Return the jobs of a partner (*taken*), newest first."""
    page, following = await read.hub.db.read(page_of_jobs, system, id_after(cursor), limit)
    items = [_wire(_job_out(each)) for each in page]
    return page_answer(read.hub, request, items, text_cursor(str(following)) if following else None)


@router.get("/{system}/jobs/{job_id}", summary="Read a job", response_model=JobOut, responses=_PROBLEMS)
async def read_job(read: Reads, system: Partner, job_id: JobId) -> Response:
    """Return where a job stands and, once it is finished, its report (*verslag*)."""
    return json_answer(200, _job_out(await read.hub.db.read(find_job, system, job_id)))


@router.post("/{system}/jobs/{job_id}/cancellation", summary="Cancel a job", response_model=JobOut, responses=_CHANGES)
async def cancel(change: Manages, system: Partner, job_id: JobId) -> Response:
    """Take back a job that waits (*annuleren*); one that was begun is finished."""

    def work(tx: Connection) -> Answer:
        return answer(200, _job_out(cancel_job(tx, change.hub.services, system, job_id, change.caller.client_id)))

    return await change.once(work)


def _asked(tx: Connection, change: WriteContext, system: System, wish: JobRequest) -> Answer:
    require_worker(tx, system)
    job = request_job(tx, change.hub.services, system, change.caller.client_id, wish)
    return answer(202, _job_out(job), location=f"{change.hub.api_url}/partners/{job.system}/jobs/{job.id}")


def _quarantined(tx: Connection, system: System, given_id: UUID) -> Quarantined:
    # Ids stand in order, so the page after the id just below it begins with the record, if it is still there.
    page, _ = page_of_quarantine(tx, system, UUID(int=max(given_id.int - 1, 0)), 1)
    if not page or page[0].id != given_id:
        raise NotFound("This partner has no record with this id in quarantine; it may be applied or dismissed by now.")
    return page[0]


def _state_answer(tx: Connection, change: WriteContext, system: System) -> Answer:
    return answer(200, _partner_out(_state(tx, change, system)))


def _state(tx: Connection, read: ReadContext, system: System) -> PartnerState:
    found = [each for each in partner_states(tx, read.hub.services.clock.now()) if each.system is system]
    if not found:
        raise NotFound("This partner was never pulled or paused: it is not connected here.")
    return found[0]


def _partner_out(state: PartnerState) -> PartnerOut:
    return PartnerOut.model_validate(vars(state), by_name=True)


def _run_out(run: Run) -> RunOut:
    return RunOut.model_validate(vars(run), by_name=True)


def _quarantined_out(found: Quarantined) -> QuarantinedOut:
    return QuarantinedOut.model_validate(vars(found), by_name=True)


def _job_out(job: Job) -> JobOut:
    return JobOut.model_validate(vars(job), by_name=True)


def _wire(item: BaseModel) -> dict[str, Any]:
    return item.model_dump(mode="json", by_alias=True, exclude_none=True)
