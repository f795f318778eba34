"""Organisations: read by everyone with a token, registered by the operator."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.api.dependencies import Caller, HubDep, WriteDep, caller
from app.api.http.problems import problem_responses
from app.api.paging import DEFAULT_LIMIT, CursorText, Limit, page_answer, text_cursor, texts_of
from app.api.responses import answer, json_answer, write_once
from app.api.schemas.reference import OrganisationIn, OrganisationOut, OrganisationPageOut
from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.errors import Forbidden, NotFound
from app.domain.preconditions import check_precondition, etag_of
from app.domain.values import Organisation
from app.operations.access.idempotency import Answer
from app.operations.access.organisations import ReferrerDetails, page_of_organisations, read_organisation, save_referrer

router = APIRouter(tags=["reference"])

Reader = Annotated[Caller, caller("organisations:read")]
Manager = Annotated[Caller, caller("organisations:manage")]
OrganisationCode = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9][a-z0-9-]{0,79}$",
        description="Code of the organisation: lower case, digits and hyphens.",
        examples=["dock"],
    ),
]


@router.get(
    "/organisations",
    summary="List organisations",
    response_model=OrganisationPageOut,
    responses=problem_responses(400, 401, 403, 406),
)
async def list_organisations(
    request: Request, hub: HubDep, _caller: Reader, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
) -> Response:
    """Return the organisations (*organisaties*) that refer, guide, decide or operate, by code."""
    after = texts_of(cursor, 1)[0] if cursor else None
    found, more = await hub.db.read(page_of_organisations, after, limit)
    items = [_out(each).model_dump(mode="json", by_alias=True, exclude_none=True) for each in found]
    return page_answer(hub, request, items, text_cursor(found[-1].code) if more else None)


@router.get(
    "/organisations/{organisation_code}",
    summary="Read an organisation",
    response_model=OrganisationOut,
    responses=problem_responses(400, 401, 403, 404, 406),
)
async def get_organisation(hub: HubDep, _caller: Reader, organisation_code: OrganisationCode) -> Response:
    """Return an organisation (*organisatie*)."""
    found = await hub.db.read(read_organisation, organisation_code)
    return json_answer(200, _out(found), etag=_etag(found))


@router.put(
    "/organisations/{organisation_code}",
    summary="Register or change a referring organisation",
    response_model=OrganisationOut,
    responses={
        201: {"model": OrganisationOut, "description": "Registered"},
        **problem_responses(400, 401, 403, 406, 409, 412, 413, 415, 428),
    },
)
async def save_organisation(
    hub: HubDep,
    manager: Manager,
    write: WriteDep,
    organisation_code: OrganisationCode,
    body: OrganisationIn,
) -> Response:
    """Register a referring organisation (*verwijzer*) under a code of your choice, or change the one that has it."""
    if manager.organisation.role is not OrganisationRole.OPERATOR:
        raise Forbidden("Only the hub's operator registers organisations.")

    def work(tx: Connection) -> Answer:
        known = _find(tx, organisation_code)
        if known:
            check_precondition(write.if_match, _etag(known))
        details = ReferrerDetails(organisation_code, body.name, body.kind, body.system, body.area)
        saved = save_referrer(tx, hub.services, details)
        location = None if known else f"{hub.api_url}/organisations/{organisation_code}"
        return answer(200 if known else 201, _out(saved), etag=_etag(saved), location=location)

    return await write_once(hub, manager, write, work)


def _find(tx: Connection, code: str) -> Organisation | None:
    try:
        return read_organisation(tx, code)
    except NotFound:
        return None


def _out(organisation: Organisation) -> OrganisationOut:
    return OrganisationOut.model_validate(organisation, from_attributes=True)


def _etag(organisation: Organisation) -> str:
    return etag_of(_out(organisation).model_dump_json())
