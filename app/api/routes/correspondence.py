"""Questions of the counsellor to the referrer, their answers, and signals (*informatievragen en signalen*)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.api.context import WriteContext, changing, information_body, signal_body
from app.api.http.problems import owned_responses, problem_responses
from app.api.responses import json_answer
from app.api.routes.referral_steps import Processes
from app.api.routes.referrals import Reads, ReferralId, Refers
from app.api.routes.trajectories import TrajectoryId
from app.api.schemas.correspondence import (
    BankSignalIn,
    InformationAnswerIn,
    InformationRequestIn,
    InformationRequestOut,
    InformationRequestsOut,
    RequestWithdrawalIn,
    SignalIn,
    SignalsOut,
)
from app.api.schemas.referral_out import ReferralOut, TrajectoryOut
from app.operations.cases.correspondence_reading import read_information_requests, read_signals

_READ_PROBLEMS = problem_responses(400, 401, 403, 404)
_PROBLEMS = owned_responses(400, 401, 403, 404, 409, 412, 428)

router = APIRouter(prefix="/referrals/{referral_id}", tags=["correspondence"])
bank = APIRouter(prefix="/trajectories/{trajectory_id}", tags=["correspondence"])

Guides = Annotated[WriteContext, changing("trajectories:write")]
RequestId = Annotated[
    UUID,
    Path(description="Your id of the question.", examples=["019ab3f2-7c00-7000-8000-000000000004"]),
]


@router.post(
    "/information-requests",
    status_code=201,
    summary="Ask the referrer for information",
    response_model=InformationRequestOut,
    responses=_PROBLEMS,
)
async def request_information(referral_id: ReferralId, body: InformationRequestIn, change: Processes) -> Response:
    """Ask the referrer for information (*informatievraag*), for the finance team; terms that pause stand still.

    The topic is sent to the referrer; the text is read by it here, or in GIDSO or RMW by its worker. If-Match takes the
    ETag of the referral.
    """
    return await change.ask_referrer(referral_id, body.to_command(), body.occurred_at)


@router.get(
    "/information-requests",
    summary="List information requests",
    response_model=InformationRequestsOut,
    responses=_READ_PROBLEMS,
)
async def list_information_requests(referral_id: ReferralId, read: Reads) -> Response:
    """Return the questions to the referrer (*informatievragen*), oldest first, for who asks and who is asked."""
    views = await read.show(await read.ask(read_information_requests, referral_id))
    return json_answer(200, {"items": [information_body(view, read.hub.api_url) for view in views]})


@router.get(
    "/information-requests/{request_id}",
    summary="Read an information request",
    response_model=InformationRequestOut,
    responses=_READ_PROBLEMS,
)
async def get_information_request(referral_id: ReferralId, request_id: RequestId, read: Reads) -> Response:
    """Return a question to the referrer (*informatievraag*) with its answer."""
    return await read.information_request(referral_id, request_id)


@router.post(
    "/information-requests/{request_id}/answer",
    summary="Answer an information request",
    response_model=InformationRequestOut,
    responses=_PROBLEMS,
)
async def answer_information_request(
    referral_id: ReferralId, request_id: RequestId, body: InformationAnswerIn, change: Refers
) -> Response:
    """Answer a question of the counsellor (*antwoord*); the same again changes nothing.

    If-Match takes the ETag of the information request.
    """
    command = body.to_command(change.resolve(request_id))
    return await change.change_information_request(referral_id, request_id, command, body.occurred_at)


@router.post(
    "/information-requests/{request_id}/withdrawal",
    summary="Withdraw an information request",
    response_model=InformationRequestOut,
    responses=_PROBLEMS,
)
async def withdraw_information_request(
    referral_id: ReferralId, request_id: RequestId, body: RequestWithdrawalIn, change: Processes
) -> Response:
    """Ask a question no longer (*intrekken*), for the finance team; the same again changes nothing.

    If-Match takes the ETag of the information request.
    """
    command = body.to_command(change.resolve(request_id))
    return await change.change_information_request(referral_id, request_id, command, body.occurred_at)


@router.post("/signals", summary="Give a signal", response_model=ReferralOut, responses=_PROBLEMS)
async def send_signal(referral_id: ReferralId, body: SignalIn, change: Refers) -> Response:
    """Notify the counsellor of a change on the referrer's side (*signaal*)."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.get("/signals", summary="List signals", response_model=SignalsOut, responses=_READ_PROBLEMS)
async def list_signals(referral_id: ReferralId, read: Reads) -> Response:
    """Return the signals (*signalen*), oldest first: your own; the finance team reads those of the bank too."""
    views = await read.show(await read.ask(read_signals, referral_id))
    return json_answer(200, {"items": [signal_body(view, read.hub.api_url) for view in views]})


@bank.post(
    "/bank-signals", summary="Give a signal of the credit bank", response_model=TrajectoryOut, responses=_PROBLEMS
)
async def send_bank_signal(trajectory_id: TrajectoryId, body: BankSignalIn, change: Guides) -> Response:
    """Notify the counsellor of a change at the credit bank (*signaal van de kredietbank*)."""
    return await change.change_trajectory(trajectory_id, body.to_command(), body.occurred_at)
