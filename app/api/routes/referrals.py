"""Referrals: make, read, list, search, change (*aanmeldingen*)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from app.api.actions import actions_out
from app.api.body_rules import search_faults
from app.api.context import ReadContext, WriteContext, changing, reading, referral_body
from app.api.http.problems import owned_responses, problem_responses
from app.api.http.validation_errors import invalid_input
from app.api.paging import page_answer
from app.api.readable import read_stated
from app.api.representations import disclosure_out, history_body
from app.api.responses import json_answer
from app.api.schemas.lists import (
    ActionsOut,
    CasePageIn,
    DisclosuresOut,
    HistoryOut,
    ReferralFilters,
    ReferralPageOut,
    ReferralSearchIn,
)
from app.api.schemas.merge_patch import patch_body
from app.api.schemas.referral_in import ReferralContentsIn, ReferralIn, document_of
from app.api.schemas.referral_out import ReferralOut
from app.domain.case import Case
from app.domain.commands import AmendReferral
from app.domain.errors import FieldFault, first_of_each_field, refuse
from app.domain.input_rules import InputRule
from app.domain.ownership import statement_of
from app.domain.queries import ReferralQuery
from app.domain.stated import Stated
from app.domain.validation import Circumstances, stated_faults
from app.operations.cases.execute import PatchReferral
from app.operations.cases.lists import page_of_referrals
from app.operations.cases.queries import read_history, read_referral, referral_actions
from app.operations.cases.register import code_to_register_for
from app.operations.cases.rules import bsn_change_faults
from app.operations.disclosure.disclosures import DisclosurePage, page_of_disclosures

router = APIRouter(prefix="/referrals", tags=["referrals"])

ReferralId = Annotated[
    UUID, Path(description="Your id of the referral (*aanmelding*).", examples=["019ab3f2-7c00-7000-8000-000000000001"])
]
Reads = Annotated[ReadContext, reading("referrals:read")]
Refers = Annotated[WriteContext, changing("referrals:write")]
Patch = Annotated[
    dict[str, JsonValue],
    Body(
        description="A merge patch (RFC 7396) of what a referral was made with: a field that is given replaces the old "
        "value, null removes it, absent leaves it. `organisationCode`, `reference`, `receivedAt` and `previousId` "
        "cannot change.",
        examples=[{"worker": {"name": "C. Smit"}, "reason": None}],
    ),
]


@router.post(
    "",
    status_code=201,
    summary="Put a client forward",
    response_model=ReferralOut,
    responses=problem_responses(400, 401, 403, 409),
)
async def create_referral(body: ReferralIn, change: Refers) -> Response:
    """Put a client forward to the finance team (*aanmelden*). The answer has advice on the route, never a refusal."""
    code = code_to_register_for(change.caller.organisation, body.organisation_code)
    return await change.register(body.to_command(code, change.resolve))


@router.get("", summary="List referrals", response_model=ReferralPageOut, responses=problem_responses(400, 401, 403))
async def list_referrals(request: Request, filters: Annotated[ReferralFilters, Query()], read: Reads) -> Response:
    """Return a page of referrals (*aanmeldingen*), newest first: your own, or all for the finance team."""
    return await _page(request, read, filters, ReferralSearchIn())


@router.post(
    "/_search",
    summary="Search for referrals",
    response_model=ReferralPageOut,
    responses=problem_responses(400, 401, 403),
)
async def search_referrals(request: Request, body: ReferralSearchIn, read: Reads) -> Response:
    """Search (*zoeken*) by what must not appear in a URL, such as a citizen service number (*BSN*)."""
    refuse(search_faults(read, Stated(body.model_dump(by_alias=True, exclude_unset=True))))
    return await _page(request, read, body, body)


@router.get(
    "/{referral_id}",
    summary="Read a referral",
    response_model=ReferralOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def get_referral(referral_id: ReferralId, read: Reads) -> Response:
    """Return a referral (*aanmelding*) as you may know it."""
    return await read.referral(referral_id)


@router.patch(
    "/{referral_id}",
    summary="Change what you said",
    response_model=ReferralOut,
    responses=owned_responses(400, 401, 403, 404, 409, 412, 428),
    openapi_extra=patch_body("ReferralPatchIn"),
)
async def update_referral(referral_id: ReferralId, patch: Patch, change: Refers) -> Response:
    """Change what the referrer said (*wijzigen*); the referrer alone owns it.

    Also accepted as `application/json`.
    """
    given = change.caller.circumstances(change.services)
    return await change.change_referral(referral_id, PatchReferral(partial(_patched, patch, given)))


@router.get(
    "/{referral_id}/history",
    summary="Read a referral's history",
    response_model=HistoryOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def get_referral_history(referral_id: ReferralId, read: Reads) -> Response:
    """Return what happened (*geschiedenis*), oldest first; a referrer reads its own steps and those disclosed to it."""
    return history_body(read, await read.history(read_history, read_referral, referral_id))


@router.get(
    "/{referral_id}/available-actions",
    summary="Read what you may do",
    response_model=ActionsOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def list_referral_actions(request: Request, referral_id: ReferralId, read: Reads) -> Response:
    """Return what you may do with the referral now, and by which operation (*mogelijke handelingen*)."""
    found = await read.ask(referral_actions, referral_id)
    appointments = {each: {"appointment_id": read.shown_id(id)} for each, id in found.appointments.items()}
    ids_of = {"request_id": found.request_id, "onward_id": found.onward_id}
    shared = {"referral_id": referral_id, **{name: read.shown_id(id) for name, id in ids_of.items() if id}}
    ids = {each: {**shared, **appointments.get(each, {})} for each in found.actions}
    return json_answer(200, actions_out(read.hub, request, ids))


@router.get(
    "/{referral_id}/disclosures",
    summary="Read what was disclosed to whom",
    response_model=DisclosuresOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def list_referral_disclosures(
    request: Request, referral_id: ReferralId, page: Annotated[CasePageIn, Query()], read: Reads
) -> Response:
    """Return what was disclosed to whom (*verstrekkingen*), oldest first: names of fields, never values.

    A referrer reads its own. That is what was sent and what was polled, and what was read under the client's consent;
    what is polled or read again with the same content is recorded once. Answers to other requests are not recorded;
    they contain what was disclosed at a moment, whether or not it was sent.
    """
    asked = DisclosurePage(read.position(page.cursor), page.limit)
    found, following = await read.ask(page_of_disclosures, referral_id, asked)
    return page_answer(read.hub, request, [disclosure_out(read, each) for each in found], read.cursor(following))


async def _page(request: Request, read: ReadContext, filters: ReferralFilters, search: ReferralSearchIn) -> Response:
    services, caller_scope = read.hub.services, read.caller_scope
    query = ReferralQuery(
        visibility=caller_scope.visibility,
        limit=filters.limit,
        after=read.position(filters.cursor),
        status=filters.status,
        organisation_code=filters.organisation,
        referrer_kind=filters.referrer_kind,
        area=filters.area,
        counsellor=filters.counsellor,
        reference=search.reference,
        received_from=filters.received_from,
        received_until=filters.received_until,
    )
    views, following = await read.hub.db.read(page_of_referrals, services, caller_scope, query, search.bsn)
    shown = await read.show(views)
    return page_answer(
        read.hub, request, [referral_body(view, read.hub.api_url) for view in shown], read.cursor(following)
    )


def _patched(patch: dict[str, JsonValue], given: Circumstances, case: Case) -> AmendReferral:
    """Return what the referrer says after a merge patch.

    Raises:
        InvalidInput: the result has the wrong form, or no citizen service number any more.
    """
    document = _merged(document_of(statement_of(case)), patch)
    findings: Sequence[ErrorDetails] = ()
    try:
        body = ReferralContentsIn.model_validate(document)
    except ValidationError as error:
        findings = error.errors()
    removed = list(_removed_number(case, document))
    if findings or removed:
        stated = read_stated(ReferralContentsIn, document)
        changed = bsn_change_faults(case, stated.value("client.bsn", str))
        broken = first_of_each_field([*stated_faults(stated, given), *removed, *changed])
        raise invalid_input(findings, broken)
    return AmendReferral(body.contents(), body.details())


def _removed_number(case: Case, document: Mapping[str, object]) -> Iterator[FieldFault]:
    client = document.get("client")
    if case.client.details.bsn and isinstance(client, dict) and client.get("bsn") is None:
        message = "The BSN cannot be removed; mark the referral as entered in error and make a new one."
        yield FieldFault("client.bsn", InputRule.UNCHANGEABLE, message)


def _merged(target: dict[str, object], patch: dict[str, JsonValue]) -> dict[str, object]:
    """Apply a merge patch. Source: RFC 7396, section 2."""
    merged = dict(target)
    for name, value in patch.items():
        old = merged.pop(name, None)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merged(old, value)
        elif value is not None:
            merged[name] = value
    return merged
