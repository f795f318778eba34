"""Code lists with their Dutch labels (*codelijsten*); open to all."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api.http.problems import problem_responses
from app.api.responses import json_answer
from app.api.schemas.reference import CodeListOut, CodeListsOut, CodeOut
from app.domain.code_lists import CODE_LISTS
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.preconditions import etag_of

router = APIRouter(tags=["reference"])


@router.get(
    "/code-lists",
    summary="Read all code lists",
    response_model=CodeListsOut,
    responses=problem_responses(400),
)
async def list_code_lists() -> Response:
    """Return every code list (*codelijst*) with the Dutch label of each code, by name."""
    return _answer(CodeListsOut(items=[_code_list(name) for name in CODE_LISTS]))


@router.get(
    "/code-lists/{name}",
    summary="Read a code list",
    response_model=CodeListOut,
    responses=problem_responses(400, 404),
)
async def get_code_list(
    name: Annotated[
        str,
        Path(
            description="Name of the list.",
            examples=["referral-statuses"],
            # No list has another name, so that any other is not found.
            json_schema_extra={"maxLength": 80, "pattern": "^[a-z0-9-]+$"},
        ),
    ],
) -> Response:
    """Return one code list (*codelijst*) with the Dutch label of each code."""
    if name not in CODE_LISTS:
        raise NotFound(Detail.NO_CODE_LIST())
    return _answer(_code_list(name))


def _code_list(name: str) -> CodeListOut:
    return CodeListOut(name=name, codes=[CodeOut(code=code.value, label=code.label) for code in CODE_LISTS[name]])


def _answer(content: CodeListOut | CodeListsOut) -> Response:
    return json_answer(200, content, etag=etag_of(content.model_dump_json()))
