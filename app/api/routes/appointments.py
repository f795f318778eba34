"""Intake appointments: planned, answered, cancelled, attended or missed (*afspraken*)."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.api.context import WriteContext, appointment_body, changing
from app.api.http.problems import owned_responses, problem_responses
from app.api.responses import answer, json_answer
from app.api.routes.referral_steps import Processes
from app.api.routes.referrals import Reads, ReferralId, Refers
from app.api.schemas.lists import AppointmentsOut
from app.api.schemas.referral_out import AppointmentOut
from app.api.schemas.steps import AppointmentIn, AttendanceIn, CancellationIn, ResponseIn
from app.database import Connection
from app.domain.commands import CancelAppointment, RecordAttendance, RespondToAppointment
from app.domain.errors import Forbidden
from app.operations.access.idempotency import Answer
from app.operations.cases.appointments import (
    cancel_appointment,
    check_planned,
    record_attendance,
    respond_to_appointment,
    schedule_intake,
)
from app.operations.cases.queries import view_appointments
from app.operations.cases.steps import Chain
from app.operations.services import Services

_READ_PROBLEMS = problem_responses(400, 401, 403, 404)
_PROBLEMS = owned_responses(400, 401, 403, 404, 409, 412, 428)

router = APIRouter(prefix="/referrals/{referral_id}/appointments", tags=["appointments"])

# Either side may cancel, each with a scope of its own, and OAuth knows no "one of these".
Cancels = Annotated[WriteContext, changing()]
AppointmentId = Annotated[
    UUID,
    Path(description="Your id of the appointment (*afspraak*).", examples=["019ab3f2-7c00-7000-8000-000000000002"]),
]


@router.post("", status_code=201, summary="Plan or move the intake", response_model=AppointmentOut, responses=_PROBLEMS)
async def schedule(referral_id: ReferralId, body: AppointmentIn, change: Processes) -> Response:
    """Plan the intake, or move it when one is planned (*intake plannen*).

    A three-way meeting (*driegesprek*) is a proposal: the referrer's worker accepts it or gives other times. If-Match
    takes the ETag of the referral.
    """

    def made(tx: Connection, appointment_id: UUID) -> Answer:
        shown_id = change.shown_id(appointment_id)
        shown = change.appointment(referral_id, shown_id)(tx)
        location = f"{change.hub.api_url}/referrals/{referral_id}/appointments/{shown_id}"
        return answer(201, shown.body, etag=shown.etag, location=location)

    return await change.on_referral(referral_id, body, schedule_intake, made)


@router.get("", summary="List appointments", response_model=AppointmentsOut, responses=_READ_PROBLEMS)
async def list_all(referral_id: ReferralId, read: Reads) -> Response:
    """Return the appointments (*afspraken*) of which you were told, oldest first."""
    views = await read.ask(view_appointments, referral_id)
    return json_answer(200, {"items": [appointment_body(view) for view in views]})


@router.get("/{appointment_id}", summary="Read an appointment", response_model=AppointmentOut, responses=_READ_PROBLEMS)
async def read_one(referral_id: ReferralId, appointment_id: AppointmentId, read: Reads) -> Response:
    """Return an appointment (*afspraak*) as you may know it."""
    return await read.answer(read.appointment(referral_id, appointment_id))


@router.post(
    "/{appointment_id}/attendance",
    summary="Record attendance",
    response_model=AppointmentOut,
    responses=_PROBLEMS,
)
async def attend(
    referral_id: ReferralId, appointment_id: AppointmentId, body: AttendanceIn, change: Processes
) -> Response:
    """Record that the client appeared (*verschenen*) or did not (*niet verschenen*)."""
    operation = partial(_attend, change.resolve(appointment_id))
    return await change.change_appointment(referral_id, appointment_id, body, operation)


@router.post(
    "/{appointment_id}/response",
    summary="Answer a proposed three-way meeting",
    response_model=AppointmentOut,
    responses=_PROBLEMS,
)
async def respond(referral_id: ReferralId, appointment_id: AppointmentId, body: ResponseIn, change: Refers) -> Response:
    """Accept the proposed three-way meeting (*driegesprek*) for the referrer's worker, or give other times."""
    operation = partial(_respond, change.resolve(appointment_id))
    return await change.change_appointment(referral_id, appointment_id, body, operation)


@router.post(
    "/{appointment_id}/cancellation",
    summary="Cancel an appointment",
    response_model=AppointmentOut,
    responses=_PROBLEMS,
)
async def cancel(
    referral_id: ReferralId, appointment_id: AppointmentId, body: CancellationIn, change: Cancels
) -> Response:
    """Let the planned intake fall through (*afzeggen*); it can be planned again.

    For the finance team (scope `referrals:process`) and for the referrer (scope `referrals:write`).
    """
    if not change.caller.scopes & {"referrals:process", "referrals:write"}:
        raise Forbidden("This needs the scope 'referrals:write' or 'referrals:process'; ask for a token with it.")
    operation = partial(_cancel, change.resolve(appointment_id))
    return await change.change_appointment(referral_id, appointment_id, body, operation)


def _attend(appointment_id: UUID, tx: Connection, services: Services, chain: Chain, fact: RecordAttendance) -> None:
    check_planned(tx, chain, appointment_id)
    record_attendance(tx, services, chain, fact)


def _respond(
    appointment_id: UUID, tx: Connection, services: Services, chain: Chain, fact: RespondToAppointment
) -> None:
    respond_to_appointment(tx, services, chain, appointment_id, fact)


def _cancel(appointment_id: UUID, tx: Connection, services: Services, chain: Chain, fact: CancelAppointment) -> None:
    check_planned(tx, chain, appointment_id)
    cancel_appointment(tx, services, chain, fact)
