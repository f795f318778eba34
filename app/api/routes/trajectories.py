"""Trajectories: read and list, with their parties and history (*trajecten*)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.actions import actions_out
from app.api.context import ReadContext, reading, trajectory_body
from app.api.http.problems import problem_responses
from app.api.paging import id_after, id_cursor, page_answer
from app.api.representations import history_body, party_out
from app.api.responses import json_answer
from app.api.schemas.lists import ActionsOut, HistoryOut, PartiesOut, TrajectoryFilters, TrajectoryPageOut
from app.api.schemas.referral_out import TrajectoryOut
from app.domain.queries import TrajectoryQuery
from app.operations.cases.lists import page_of_trajectories
from app.operations.cases.queries import (
    read_parties,
    read_trajectory,
    read_trajectory_history,
    trajectory_actions,
)

_PROBLEMS = problem_responses(400, 401, 403, 404)

router = APIRouter(prefix="/trajectories", tags=["trajectories"])

TrajectoryId = Annotated[
    UUID,
    Path(description="Your id of the trajectory (*traject*).", examples=["019ab3f2-7c00-7000-8000-000000000003"]),
]
Reads = Annotated[ReadContext, reading("trajectories:read")]


@router.get(
    "", summary="List trajectories", response_model=TrajectoryPageOut, responses=problem_responses(400, 401, 403)
)
async def list_trajectories(request: Request, filters: Annotated[TrajectoryFilters, Query()], read: Reads) -> Response:
    """Return a page of the trajectories (*trajecten*) that were disclosed to you, newest first."""
    services, caller_scope = read.hub.services, read.caller_scope
    query = TrajectoryQuery(
        visibility=caller_scope.visibility,
        limit=filters.limit,
        status=filters.status,
        referrer_kind=filters.referrer_kind,
        area=filters.area,
        counsellor=filters.counsellor,
    )
    after = id_after(filters.cursor)
    after_id = read.resolve(after) if after else None
    views, following = await read.hub.db.read(page_of_trajectories, services, caller_scope, query, after_id)
    shown = await read.show(views)
    return page_answer(
        read.hub,
        request,
        [trajectory_body(view, read.hub.api_url) for view in shown],
        id_cursor(read.shown_id(following.id) if following else None),
    )


@router.get("/{trajectory_id}", summary="Read a trajectory", response_model=TrajectoryOut, responses=_PROBLEMS)
async def get_trajectory(trajectory_id: TrajectoryId, read: Reads) -> Response:
    """Return a trajectory (*traject*) as you may know it."""
    return await read.trajectory(trajectory_id)


@router.get("/{trajectory_id}/parties", summary="List who takes part", response_model=PartiesOut, responses=_PROBLEMS)
async def list_trajectory_parties(trajectory_id: TrajectoryId, read: Reads) -> Response:
    """Return who takes part (*betrokken partijen*), in the order in which they came; for who guides the client."""
    found = await read.ask(read_parties, trajectory_id)
    return json_answer(200, PartiesOut(items=[party_out(read, party) for party in found]))


@router.get(
    "/{trajectory_id}/history", summary="Read a trajectory's history", response_model=HistoryOut, responses=_PROBLEMS
)
async def get_trajectory_history(trajectory_id: TrajectoryId, read: Reads) -> Response:
    """Return what happened (*geschiedenis*) from the referral on, oldest first."""
    return history_body(read, await read.history(read_trajectory_history, read_trajectory, trajectory_id))


@router.get(
    "/{trajectory_id}/available-actions",
    summary="Read what you may do",
    response_model=ActionsOut,
    responses=_PROBLEMS,
)
async def list_trajectory_actions(request: Request, trajectory_id: TrajectoryId, read: Reads) -> Response:
    """Return what you may do with the trajectory and its application now, and how (*mogelijke handelingen*)."""
    actions = await read.ask(trajectory_actions, trajectory_id)
    ids = {"trajectory_id": trajectory_id}
    return json_answer(200, actions_out(read.hub, request, dict.fromkeys(actions, ids)))
