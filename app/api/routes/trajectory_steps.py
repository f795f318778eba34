"""The steps of a trajectory: planned, paused, resumed, decided, applied for, closed; and who joins."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.api.context import WriteContext, changing
from app.api.http.problems import owned_responses
from app.api.representations import party_out
from app.api.responses import answer
from app.api.routes.trajectories import TrajectoryId
from app.api.schemas.lists import PartyOut
from app.api.schemas.referral_out import TrajectoryOut
from app.api.schemas.steps import ClosureIn, KbrApplicationIn, PartyIn, PauseIn, PlanIn, ResultIn, ResumptionIn
from app.domain.case import Case
from app.operations.access.idempotency import Answer

_PROBLEMS = owned_responses(400, 401, 403, 404, 409, 412, 428)

router = APIRouter(prefix="/trajectories/{trajectory_id}", tags=["trajectories"], responses=_PROBLEMS)

Guides = Annotated[WriteContext, changing("trajectories:write")]


@router.post("/plan", summary="Record the signed plan", response_model=TrajectoryOut)
async def record_plan(trajectory_id: TrajectoryId, body: PlanIn, change: Guides) -> Response:
    """Record that the client signed the support plan (*ondersteuningsplan*); the document stays in the RDD."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)


@router.post("/pause", summary="Pause a trajectory", response_model=TrajectoryOut)
async def pause_trajectory(trajectory_id: TrajectoryId, body: PauseIn, change: Guides) -> Response:
    """Let guidance rest (*pauzeren*)."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)


@router.post("/resumption", summary="Resume a trajectory", response_model=TrajectoryOut)
async def resume_trajectory(trajectory_id: TrajectoryId, body: ResumptionIn, change: Guides) -> Response:
    """Let guidance go on (*hervatten*)."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)


@router.post("/result", summary="Record a result", response_model=TrajectoryOut)
async def record_trajectory_result(trajectory_id: TrajectoryId, body: ResultIn, change: Guides) -> Response:
    """Record a result (*resultaat traject*); results are never overwritten, and the newest is shown."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)


@router.post("/kbr-application", summary="Record the application to the credit bank", response_model=TrajectoryOut)
async def record_kbr_application(trajectory_id: TrajectoryId, body: KbrApplicationIn, change: Guides) -> Response:
    """Record the status of the application to the credit bank (*aanvraag KBR*); the first report creates it."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)


@router.post("/closure", summary="Close a trajectory", response_model=TrajectoryOut)
async def close_trajectory(trajectory_id: TrajectoryId, body: ClosureIn, change: Guides) -> Response:
    """End the guidance (*afsluiten*): closed after a decision, stopped before one (*uitval*)."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)


@router.post("/parties", status_code=201, summary="Add who takes part", response_model=PartyOut)
async def add_trajectory_party(trajectory_id: TrajectoryId, body: PartyIn, change: Guides) -> Response:
    """Add an organisation that takes part (*betrokken partij*). If-Match takes the ETag of the trajectory."""

    def joined(case: Case) -> Answer:
        return answer(201, party_out(change, case.new_parties[-1]))

    return await change.extend_trajectory(trajectory_id, body.to_command(), body.occurred_at, joined)
