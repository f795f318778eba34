"""The connections with the partner systems, for the operator."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from app.api.answers import json_answer
from app.api.dependencies import Caller, HubDep, caller
from app.api.paging import DEFAULT_LIMIT, CursorText, Limit, page_answer, text_cursor, texts_of
from app.api.problems import problem_responses
from app.api.schemas.partners import (
    PartnerOut,
    PartnersOut,
    QuarantinedOut,
    QuarantinePageOut,
    RunOut,
    RunsOut,
)
from app.domain.codes import OrganisationRole, System
from app.domain.errors import FieldFault, Forbidden, InvalidInput, NotFound
from app.operations.partners import page_of_quarantine, partner_runs, partner_states

router = APIRouter(tags=["partners"])

Operator = Annotated[Caller, caller("partners:read")]
PartnerSystem = Annotated[
    str, Path(pattern=r"^[a-z]{1,20}$", description="The partner system: allegro, gidso or rmw.", examples=["allegro"])
]


@router.get(
    "/partners",
    summary="See how the connections do",
    response_model=PartnersOut,
    responses=problem_responses(400, 401, 403, 406),
)
async def list_partners(hub: HubDep, operator: Operator) -> Response:
    """Give the state of the connection with every partner system (*koppeling*)."""
    _require_operator(operator)
    states = await hub.db.read(partner_states)
    return json_answer(200, PartnersOut(items=[PartnerOut.model_validate(vars(each), by_name=True) for each in states]))


@router.get(
    "/partners/{system}/runs",
    summary="List what the pulls brought",
    response_model=RunsOut,
    responses=problem_responses(400, 401, 403, 404, 406),
)
async def list_partner_runs(
    hub: HubDep, operator: Operator, system: PartnerSystem, limit: Limit = DEFAULT_LIMIT
) -> Response:
    """Give the account of the newest pulls (*ophaalrondes*) that brought something, newest first."""
    _require_operator(operator)
    runs = await hub.db.read(partner_runs, _partner(system), limit)
    return json_answer(200, RunsOut(items=[RunOut.model_validate(vars(each), by_name=True) for each in runs]))


@router.get(
    "/partners/{system}/quarantine",
    summary="List what is in quarantine",
    response_model=QuarantinePageOut,
    responses=problem_responses(400, 401, 403, 404, 406),
)
async def list_quarantined(  # noqa: PLR0913  # the request's parts
    request: Request,
    hub: HubDep,
    operator: Operator,
    system: PartnerSystem,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> Response:
    """Give the records of a partner that could not be applied (*quarantaine*), oldest first, and why."""
    _require_operator(operator)
    page, following = await hub.db.read(page_of_quarantine, _partner(system), _after(cursor), limit)
    items: list[dict[str, Any]] = [
        QuarantinedOut.model_validate(vars(each), by_name=True).model_dump(mode="json", by_alias=True) for each in page
    ]
    return page_answer(hub, request, items, text_cursor(str(following)) if following else None)


def _require_operator(operator: Caller) -> None:
    if operator.organisation.role is not OrganisationRole.OPERATOR:
        raise Forbidden("Only the hub's operator sees the connections with the partner systems.")


def _partner(system: str) -> System:
    if system not in (System.ALLEGRO, System.GIDSO, System.RMW):
        raise NotFound("There is no such partner system; the partners are allegro, gidso and rmw.")
    return System(system)


def _after(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(texts_of(cursor, 1)[0])
    except ValueError as error:
        fault = FieldFault("cursor", "made-by-the-hub", "Give the nextCursor of the page before, unchanged.")
        raise InvalidInput(fault) from error
