"""Onward referrals (*doorverwijzingen*): made by the finance team, and answered by whoever receives the client."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.context import onward_body
from app.api.http.problems import problem_responses
from app.api.paging import page_answer
from app.api.responses import json_answer
from app.api.routes.referral_steps import Processes
from app.api.routes.referrals import Reads, ReferralId, Refers
from app.api.schemas.lists import CasePageIn
from app.api.schemas.onward import (
    ArrivalOut,
    ArrivalPageOut,
    OnwardReferralIn,
    OnwardReferralOut,
    OnwardReferralsOut,
    OnwardStatusIn,
)
from app.domain.queries import ArrivalQuery
from app.operations.cases.arrivals import page_of_arrivals, read_onward_referrals

_READ_PROBLEMS = problem_responses(400, 401, 403, 404)
_PROBLEMS = problem_responses(400, 401, 403, 404, 409, 412, 428)

router = APIRouter(prefix="/referrals/{referral_id}/onward-referrals", tags=["onward-referrals"])
arrivals = APIRouter(prefix="/arrivals", tags=["onward-referrals"])

OnwardId = Annotated[
    UUID, Path(description="Your id of the onward referral.", examples=["019ab3f2-7c00-7000-8000-000000000005"])
]


@router.post(
    "", status_code=201, summary="Refer a client onward", response_model=OnwardReferralOut, responses=_PROBLEMS
)
async def create_onward_referral(referral_id: ReferralId, body: OnwardReferralIn, change: Processes) -> Response:
    """Refer the client to another organisation or body too (*doorverwijzing*), for the finance team; the case goes on.

    At an organisation that takes part it arrives, if the client agreed to be referred. If-Match takes the ETag of the
    referral.
    """
    return await change.refer_onward(referral_id, body.to_command(), body.occurred_at)


@router.get("", summary="List onward referrals", response_model=OnwardReferralsOut, responses=_READ_PROBLEMS)
async def list_onward_referrals(referral_id: ReferralId, read: Reads) -> Response:
    """Return to whom the client was referred onward (*doorverwijzingen*), oldest first, where that is agreed."""
    views = await read.show(await read.ask(read_onward_referrals, referral_id))
    return json_answer(200, {"items": [onward_body(view, read.hub.api_url) for view in views]})


@router.post(
    "/{onward_id}/status",
    summary="Report the status of an onward referral",
    response_model=OnwardReferralOut,
    responses=_PROBLEMS,
)
async def report_onward_status(
    referral_id: ReferralId, onward_id: OnwardId, body: OnwardStatusIn, change: Processes
) -> Response:
    """Note what became of an onward referral (*stand*), for the finance team; the same again changes nothing.

    If-Match takes the ETag of the referral.
    """
    command = body.to_command(change.resolve(onward_id))
    return await change.change_onward_referral(referral_id, onward_id, command, body.occurred_at)


@arrivals.get("", summary="List arrivals", response_model=ArrivalPageOut, responses=problem_responses(400, 401, 403))
async def list_arrivals(request: Request, page: Annotated[CasePageIn, Query()], read: Reads) -> Response:
    """Return the clients who were referred to your organisation (*binnengekomen doorverwijzingen*), newest first."""
    query = ArrivalQuery(limit=page.limit, after=read.position(page.cursor))
    views, following = await read.hub.db.read(page_of_arrivals, read.services, read.caller_scope, query)
    shown = await read.show(views)
    bodies = [onward_body(view, read.hub.api_url) for view in shown]
    return page_answer(read.hub, request, bodies, read.cursor(following))


@arrivals.get("/{onward_id}", summary="Read an arrival", response_model=ArrivalOut, responses=_READ_PROBLEMS)
async def get_arrival(onward_id: OnwardId, read: Reads) -> Response:
    """Return a client who was referred to your organisation (*binnengekomen doorverwijzing*)."""
    return await read.arrival(onward_id)


@arrivals.post("/{onward_id}/status", summary="Answer an arrival", response_model=ArrivalOut, responses=_PROBLEMS)
async def answer_arrival(onward_id: OnwardId, body: OnwardStatusIn, change: Refers) -> Response:
    """Say what you do with a client who was referred to you (*opgepakt, niet opgepakt, afgerond*).

    The counsellor reads it. The same again changes nothing. If-Match takes the ETag of the arrival.
    """
    return await change.answer_arrival(onward_id, body.to_command(change.resolve(onward_id)), body.occurred_at)
