"""The OpenAPI document; open to all, and to scripts of every origin."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.api.http.problems import problem_responses
from app.api.responses import json_answer

router = APIRouter(tags=["document"])

# Source: NL API Design Rules 2.2.0, /core/publish-openapi.
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document (OpenAPI 3.1)",
        "headers": {
            "access-control-allow-origin": {
                "description": "Open to scripts of every origin.",
                "schema": {"type": "string", "const": "*"},
            }
        },
        "content": {"application/json": {"schema": {"type": "object", "title": "OpenApi"}}},
    }
}


@router.get(
    "/openapi.json",
    summary="Read this document",
    responses={**_OK, **problem_responses(400)},
)
async def get_openapi_document(request: Request) -> Response:
    """Return the OpenAPI document of this API (*API-specificatie*)."""
    return _answer(request.app.openapi())


# An address of its own, because tools take the format from the end of the path.
@router.get(
    "/without-webhooks/openapi.json",
    summary="Read this document without its webhooks",
    responses={**_OK, **problem_responses(400)},
)
async def get_document_without_webhooks(request: Request) -> Response:
    """Return the OpenAPI document (*API-specificatie*) for generators that cannot read webhooks."""
    return _answer(request.app.state.document_without_webhooks())


def _answer(document: dict[str, Any]) -> Response:
    response = json_answer(200, document)
    response.headers.update(_ANY_ORIGIN)
    return response
