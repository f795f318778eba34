"""Appointments: proposed, planned, answered, cancelled, attended or missed (*afspraken*)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.api.calendar_file import MEDIA_TYPE, calendar_file
from app.api.context import WriteContext, appointment_body, changing
from app.api.http.problems import owned_responses, problem_responses
from app.api.responses import json_answer
from app.api.routes.referral_steps import Processes
from app.api.routes.referrals import Reads, ReferralId, Refers
from app.api.schemas.appointment_steps import (
    AppointmentIn,
    AttendanceIn,
    CancellationIn,
    ProposalIn,
    ResponseIn,
)
from app.api.schemas.lists import AppointmentsOut
from app.api.schemas.referral_out import AppointmentOut
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import Forbidden
from app.domain.refusal import RefusalCause
from app.operations.cases.calendar import read_calendar_entry
from app.operations.cases.queries import read_appointments

_READ_PROBLEMS = problem_responses(400, 401, 403, 404)
_PROBLEMS = owned_responses(400, 401, 403, 404, 409, 412, 428)

_CALENDAR: dict[str, Any] = {
    "description": "The appointment as iCalendar.",
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
}

router = APIRouter(prefix="/referrals/{referral_id}/appointments", tags=["appointments"])
proposals = APIRouter(prefix="/referrals/{referral_id}/appointment-proposals", tags=["appointments"])

# Either side may cancel, each with a scope of its own, and OAuth knows no "one of these".
Cancels = Annotated[WriteContext, changing()]
AppointmentId = Annotated[
    UUID,
    Path(description="Your id of the appointment (*afspraak*).", examples=["019ab3f2-7c00-7000-8000-000000000002"]),
]


@router.post(
    "", status_code=201, summary="Plan or move an appointment", response_model=AppointmentOut, responses=_PROBLEMS
)
async def schedule_appointment(referral_id: ReferralId, body: AppointmentIn, change: Processes) -> Response:
    """Plan an appointment of a kind, or move the one that is planned (*afspraak plannen*).

    A three-way meeting (*driegesprek*) is proposed first: the answer then has the status `proposed`, and nothing is
    planned before the referrer's worker accepts, or the day `answerBy` has passed. A time that the worker gave is
    planned at once. If-Match takes the ETag of the referral.
    """
    return await change.schedule(referral_id, body.to_command(), body.occurred_at)


@proposals.post(
    "", status_code=201, summary="Propose times for an appointment", response_model=AppointmentOut, responses=_PROBLEMS
)
async def propose_appointment(referral_id: ReferralId, body: ProposalIn, change: Processes) -> Response:
    """Ask the referrer's worker which of one to five times suits (*afspraak voorstellen*).

    Nothing is planned by it. The worker accepts a time, which is then planned, or proposes others. When the day
    `answerBy` has passed without an answer, the first of the times that is still to come is planned; without one the
    proposal lapses. A later proposal of the same kind replaces it. If-Match takes the ETag of the referral.
    """
    return await change.schedule(referral_id, body.to_command(), body.occurred_at)


@router.get("", summary="List appointments", response_model=AppointmentsOut, responses=_READ_PROBLEMS)
async def list_appointments(referral_id: ReferralId, read: Reads) -> Response:
    """Return the appointments (*afspraken*) that were disclosed to you, oldest first."""
    views = await read.show(await read.ask(read_appointments, referral_id))
    return json_answer(200, {"items": [appointment_body(view, read.hub.api_url) for view in views]})


@router.get("/{appointment_id}", summary="Read an appointment", response_model=AppointmentOut, responses=_READ_PROBLEMS)
async def get_appointment(referral_id: ReferralId, appointment_id: AppointmentId, read: Reads) -> Response:
    """Return an appointment (*afspraak*) as you may know it."""
    return await read.appointment(referral_id, appointment_id)


@router.get(
    "/{appointment_id}/calendar",
    summary="Read an appointment for a calendar",
    response_class=Response,
    responses={200: _CALENDAR, **_READ_PROBLEMS},
)
async def get_appointment_calendar(referral_id: ReferralId, appointment_id: AppointmentId, read: Reads) -> Response:
    """Return a planned appointment as iCalendar (*agenda*), without anything about the client.

    Its UID stays the same when the appointment is moved, and its SEQUENCE grows; of a moved appointment the newest is
    returned. One that was cancelled has the METHOD `CANCEL`. A proposal has none (404).
    """
    entry = await read.ask(read_calendar_entry, referral_id, appointment_id)
    await read.show([entry.view, entry.referral])
    team = read.services.reference.institution(OrganisationRole.FINANCE_TEAM).name
    content = calendar_file(entry, read.hub.api_url, team, read.services.clock.now())
    # Without a charset: that of a calendar is always UTF-8.
    headers = {"Content-Type": MEDIA_TYPE, "Content-Disposition": 'attachment; filename="afspraak.ics"'}
    return Response(content, headers=headers)


@router.post(
    "/{appointment_id}/attendance",
    summary="Record attendance",
    response_model=AppointmentOut,
    responses=_PROBLEMS,
)
async def record_attendance(
    referral_id: ReferralId, appointment_id: AppointmentId, body: AttendanceIn, change: Processes
) -> Response:
    """Record that the client appeared (*verschenen*) or did not (*niet verschenen*), and so of the others.

    If-Match takes the ETag of the appointment.
    """
    command = body.to_command(change.resolve(appointment_id))
    return await change.change_appointment(referral_id, appointment_id, command, body.occurred_at)


@router.post(
    "/{appointment_id}/response",
    summary="Answer a proposal or a three-way meeting",
    response_model=AppointmentOut,
    responses=_PROBLEMS,
)
async def answer_appointment(
    referral_id: ReferralId, appointment_id: AppointmentId, body: ResponseIn, change: Refers
) -> Response:
    """Accept a proposed time or a three-way meeting (*driegesprek*) for the referrer's worker, or give other times.

    A proposed time that is accepted is planned at once.
    If-Match takes the ETag of the appointment.
    """
    command = body.to_command(change.resolve(appointment_id))
    return await change.change_appointment(referral_id, appointment_id, command, body.occurred_at)


@router.post(
    "/{appointment_id}/cancellation",
    summary="Cancel an appointment",
    response_model=AppointmentOut,
    responses=_PROBLEMS,
)
async def cancel_appointment(
    referral_id: ReferralId, appointment_id: AppointmentId, body: CancellationIn, change: Cancels
) -> Response:
    """Let a planned appointment fall through, which can be planned again, or withdraw a proposal (*afzeggen*).

    For the finance team (scope `referrals:process`) and for the referrer (scope `referrals:write`), who cancels the
    intake, and of a proposal or another meeting its own attendance. If-Match takes the ETag of the appointment.
    """
    if not change.caller.scopes & {"referrals:process", "referrals:write"}:
        raise Forbidden(
            Detail.EITHER_SCOPE_NEEDED(one="referrals:write", other="referrals:process"), RefusalCause.SCOPE
        )
    command = body.to_command(change.resolve(appointment_id))
    return await change.change_appointment(referral_id, appointment_id, command, body.occurred_at)
