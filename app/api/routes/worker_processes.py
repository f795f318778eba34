"""The processes that pull, relay and deliver, for the operator."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.api.context import ReadContext, reading
from app.api.http.problems import problem_responses
from app.api.responses import json_answer
from app.api.schemas.worker_processes import WorkerProcessesOut, WorkerProcessOut
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import Forbidden
from app.operations.worker_processes import present_workers

router = APIRouter(prefix="/worker-processes", tags=["partners"])

Reads = Annotated[ReadContext, reading("partners:read")]


@router.get(
    "",
    summary="Read which worker processes run",
    response_model=WorkerProcessesOut,
    responses=problem_responses(400, 401, 403),
)
async def list_worker_processes(read: Reads) -> Response:
    """Return the processes that pull, relay and deliver (*werkprocessen*), with what their loops last did.

    One that stops disappears; one that ended without a stop, or hangs, is `silent`.
    """
    if read.caller.organisation.role is not OrganisationRole.OPERATOR:
        raise Forbidden(Detail.OPERATOR_TENDS_WORKERS())
    workers = await read.hub.db.read(present_workers, read.services.clock.now())
    return json_answer(200, WorkerProcessesOut(items=[WorkerProcessOut.model_validate(each) for each in workers]))
