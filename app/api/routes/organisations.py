"""Organisations (*organisaties*): read by every client, registered by the operator."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.api.context import ReadContext, WriteContext, changing, reading
from app.api.forms import ORGANISATION_CODE
from app.api.http.problems import problem_responses
from app.api.paging import DEFAULT_LIMIT, CodeCursorText, Limit, code_after, page_answer, text_cursor
from app.api.responses import answer, json_answer
from app.api.schemas.reference import OrganisationIn, OrganisationOut, OrganisationPageOut
from app.api.state import AppState
from app.domain.values import Organisation
from app.operations import organisation_state
from app.operations.access.idempotency import Answer, Operation, answering
from app.operations.access.organisations import (
    ReferrerDetails,
    SavedReferrer,
    organisation_etag,
    page_of_organisations,
    put_referrer,
    read_organisation,
    require_operator,
)

router = APIRouter(tags=["reference"])

_CHANGES = problem_responses(400, 401, 403, 404, 409, 412, 428)

Reads = Annotated[ReadContext, reading("organisations:read")]
Manages = Annotated[WriteContext, changing("organisations:manage")]
OrganisationCode = Annotated[
    str,
    Path(
        pattern=ORGANISATION_CODE.pattern,
        description=f"Code of the organisation: {ORGANISATION_CODE.words}.",
        examples=["dock"],
    ),
]


@router.get(
    "/organisations",
    summary="List organisations",
    response_model=OrganisationPageOut,
    responses=problem_responses(400, 401, 403),
)
async def list_organisations(
    request: Request, read: Reads, limit: Limit = DEFAULT_LIMIT, cursor: CodeCursorText = None
) -> Response:
    """Return the organisations (*organisaties*) that refer, guide, decide or operate, by code."""
    found, more = await read.hub.db.read(page_of_organisations, code_after(cursor), limit)
    return page_answer(read.hub, request, [_out(each) for each in found], text_cursor(found[-1].code) if more else None)


@router.get(
    "/organisations/{organisation_code}",
    summary="Read an organisation",
    response_model=OrganisationOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def get_organisation(read: Reads, organisation_code: OrganisationCode) -> Response:
    """Return an organisation (*organisatie*)."""
    found = await read.hub.db.read(read_organisation, organisation_code)
    return json_answer(200, _out(found), etag=organisation_etag(found))


@router.put(
    "/organisations/{organisation_code}",
    summary="Register or change a referring organisation",
    response_model=OrganisationOut,
    responses={
        201: {"model": OrganisationOut, "description": "Registered"},
        **problem_responses(400, 401, 403, 409, 412, 428),
    },
)
async def save_organisation(change: Manages, organisation_code: OrganisationCode, body: OrganisationIn) -> Response:
    """Register a referring organisation (*verwijzer*) under a code of your choice, or change the one with that code.

    Only for the hub's operator.
    """
    details = ReferrerDetails(
        code=organisation_code, name=body.name, kind=body.kind, system=body.system, area=body.area
    )
    saved, if_match = partial(_saved, change.hub), change.write.if_match
    work = answering(saved, put_referrer, change.services, change.caller.organisation, details, if_match)
    return await change.once_for_access(work)


@router.post(
    "/organisations/{organisation_code}/deactivation",
    summary="Cut an organisation off",
    response_model=OrganisationOut,
    responses=_CHANGES,
)
async def deactivate_organisation(change: Manages, organisation_code: OrganisationCode) -> Response:
    """Cut an organisation off (*afsluiten*): within a second its clients are refused, and its subscriptions are paused.

    Only for the hub's operator, who cannot be cut off.
    """
    return await _changed(change, organisation_state.deactivate_organisation, organisation_code)


@router.post(
    "/organisations/{organisation_code}/activation",
    summary="Take an organisation back",
    response_model=OrganisationOut,
    responses=_CHANGES,
)
async def activate_organisation(change: Manages, organisation_code: OrganisationCode) -> Response:
    """Take an organisation back that was cut off (*heropenen*).

    Its clients get new tokens, and its subscriptions what was parked. Only for the hub's operator.
    """
    return await _changed(change, organisation_state.activate_organisation, organisation_code)


async def _changed(
    change: WriteContext, operation: Operation[[str, str | None], Organisation], organisation_code: str
) -> Response:
    require_operator(change.caller.organisation)
    work = answering(_shown, operation, change.services, organisation_code, change.write.if_match)
    return await change.once_for_access(work)


def _shown(organisation: Organisation) -> Answer:
    return answer(200, _out(organisation), etag=organisation_etag(organisation))


def _saved(hub: AppState, saved: SavedReferrer) -> Answer:
    found = saved.organisation
    location = f"{hub.api_url}/organisations/{found.code}" if saved.is_new else None
    return answer(201 if saved.is_new else 200, _out(found), etag=organisation_etag(found), location=location)


def _out(organisation: Organisation) -> OrganisationOut:
    return OrganisationOut.model_validate(organisation)
