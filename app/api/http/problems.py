"""Errors as problem details (RFC 9457): the one table from error to status, and the bodies."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.types import Scope
from typing_extensions import TypeAliasType

from app.api.http.fixed_paths import methods_of
from app.api.http.language import prefers_dutch
from app.api.http.oauth_answers import OAUTH_PATHS, oauth_answer_of_status, oauth_text
from app.api.http.protocol_errors import BAD_REQUEST, HTTP_PROBLEMS, INTERNAL_ERROR, METHOD_NOT_ALLOWED, HttpError
from app.api.http.request_record import record_of
from app.domain.details import Detail
from app.domain.errors import (
    Conflict,
    DuplicateReference,
    FieldFault,
    Forbidden,
    HubError,
    IdempotencyConflict,
    InvalidInput,
    LimitReached,
    NotFound,
    NotTheOwner,
    PreconditionFailed,
    PreconditionRequired,
    ReferralNotFound,
    SubscriptionNotFound,
    TooManyRequests,
    TrajectoryNotFound,
    TransitionNotAllowed,
    Unauthenticated,
    Unavailable,
)
from app.domain.input_rules import InputRule

MEDIA_TYPE = "application/problem+json"
ERRORS_PATH = "/docs/errors"
"""Where the hub explains each code; the ``type`` of a problem leads there."""

RETRY_AFTER_SECONDS = 1

STATUS_OF: Mapping[type[HubError], int] = {
    InvalidInput: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    ReferralNotFound: 404,
    SubscriptionNotFound: 404,
    TrajectoryNotFound: 404,
    Conflict: 409,
    TransitionNotAllowed: 409,
    IdempotencyConflict: 409,
    DuplicateReference: 409,
    LimitReached: 409,
    NotTheOwner: 409,
    PreconditionFailed: 412,
    PreconditionRequired: 428,
    TooManyRequests: 429,
    Unavailable: 503,
}
"""The status of every error."""

PROBLEM_CODES = tuple(dict.fromkeys((*(error.code for error in STATUS_OF), *(kind.code for kind in HTTP_PROBLEMS))))
"""The code of every problem of the API."""

ProblemCode = TypeAliasType(
    "ProblemCode",
    Annotated[
        str,
        WithJsonSchema(
            {
                "type": "string",
                "enum": sorted(PROBLEM_CODES),
                "description": "What went wrong, as a stable code; the page at `type` says what to do.",
            }
        ),
    ],
)


class FaultOut(BaseModel):
    """One field that breaks one rule."""

    field: str = Field(description="The field, with its path in the body (*veld*).", examples=["client.birthDate"])
    rule: InputRule = Field(description="Stable code of the rule.", examples=["date-from-datetime-parsing"])
    message: str = Field(
        description="What to do, for people; Dutch with `Accept-Language: nl`.",
        examples=["This date does not exist; correct the day or the month."],
    )


class ProblemOut(BaseModel):
    """What went wrong, for people and with a stable code. Source: RFC 9457."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(
        description="Where the hub that answered explains the code, for people; it differs between installations.",
        examples=["https://trajecthub.example.org/docs/errors/not-found"],
    )
    title: str = Field(description="Short title; Dutch with `Accept-Language: nl`.", examples=["Not found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(
        description="What happened and what to do; Dutch with `Accept-Language: nl`.",
        examples=["There is no referral with this id for this client."],
    )
    code: ProblemCode = Field(
        description="Stable code of the problem, for programs; the same at every hub.", examples=["not-found"]
    )
    errors: list[FaultOut] = Field(default=[], description="All fields at fault, with invalid input only.")


_MEANING = {
    400: "The request has invalid values; all of them are listed (*ongeldige invoer*)",
    401: "No valid access token (*niet geauthenticeerd*)",
    403: "The token lacks a scope, or the organisation's role does not do this (*niet toegestaan*)",
    404: "No such record exists for this client (*niet gevonden*)",
    406: "The client accepts no JSON (*niet acceptabel*)",
    409: "The request contradicts what is stored (*conflict*)",
    412: "The record changed since it was read (*intussen gewijzigd*)",
    413: "The body is too large (*te groot*)",
    415: "The body has another media type than the operation reads (*mediatype niet ondersteund*)",
    428: "A change of an existing record needs If-Match (*If-Match is nodig*)",
    429: "The client has as much at work as one client may; send less at a time (*te veel tegelijk*)",
    500: "The hub made a mistake and logged it; try again, or send the operator the `X-Request-ID` (*fout in de hub*)",
    503: "The hub cannot answer just now; try again (*tijdelijk niet beschikbaar*)",
}


NOT_YOURS = (
    "The request contradicts what is stored (*conflict*), or writes a field that another party owns: with the code "
    "`not-the-owner` nothing is changed, and the values are recorded as a conflict for the operator to decide"
)


def problem_type(hub_url: str, code: str) -> str:
    """Return the ``type`` of a problem: where the hub at this public address explains its code."""
    return f"{hub_url}{ERRORS_PATH}/{code}"


def problem_meaning(status: int) -> str:
    """Return what a problem with this status means, for the OpenAPI document."""
    return _MEANING[status]


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problem responses of an operation, for ``responses=`` of its route."""
    return {status: {"model": ProblemOut, "description": _MEANING[status]} for status in sorted(statuses)}


def owned_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problem responses of an operation that only the owner of a field may do; 409 is one of them."""
    return problem_responses(*statuses) | {409: {"model": ProblemOut, "description": NOT_YOURS}}


def problem_of(scope: Scope, error: HubError | HttpError) -> Response:
    """Return the problem response for an error, in the language of the request; at an OAuth endpoint an OAuth error."""
    kind, status = (error.kind, error.kind.status) if isinstance(error, HttpError) else (error, STATUS_OF[type(error)])
    record = record_of(scope)
    record.problem, record.cause = kind.code, error.cause if isinstance(error, HubError) else None
    if scope["path"] in OAUTH_PATHS:
        return oauth_answer_of_status(status, error.said.english, _headers(error))
    dutch = prefers_dutch(scope)
    body: dict[str, object] = {
        "type": problem_type(record.hub_url, kind.code),
        "title": kind.title_nl if dutch else kind.title,
        "status": status,
        "detail": error.said.dutch if dutch else error.said.english,
        "code": kind.code,
    }
    if isinstance(error, InvalidInput):
        body["errors"] = [_fault_out(fault, dutch=dutch) for fault in error.faults]
    headers = {"Content-Language": "nl" if dutch else "en", **_headers(error)}
    return Response(to_json(body), status, headers, MEDIA_TYPE)


def install_problem_handlers(app: FastAPI) -> None:
    """Make an application answer every error with a problem, except those of the form of a request."""
    app.add_exception_handler(HubError, _on_hub_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)


def nothing_here(scope: Scope) -> NotFound:
    """Return the error of an address at which there is nothing."""
    return NotFound(Detail.NOTHING_HERE(page=f"{record_of(scope).hub_url}/docs"))


def bug_of(scope: Scope, error: Exception) -> Response:
    """Return the response to an unexpected error, and record for the log where it was raised.

    That is the type of the error and its stack frames, but not its message, which may contain personal data.
    """
    record = record_of(scope)
    record.error, record.frames = type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
    return problem_of(scope, HttpError(INTERNAL_ERROR, Detail.BUG()))


async def _on_hub_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)  # noqa: S101 - registered for this class only
    return problem_of(request.scope, error)


def _fault_out(fault: FieldFault, *, dutch: bool) -> dict[str, str]:
    return {"field": fault.field, "rule": fault.rule, "message": fault.message_nl if dutch else fault.message}


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == 405:
        response = problem_of(request.scope, HttpError(METHOD_NOT_ALLOWED, Detail.ANOTHER_METHOD()))
        response.headers["Allow"] = ", ".join(_allowed(request))
        return response
    if error.status_code == 404:
        return problem_of(request.scope, nothing_here(request.scope))
    kind = replace(BAD_REQUEST, status=error.status_code)
    return problem_of(request.scope, HttpError(kind, Detail.UNREADABLE_BODY()))


async def _on_bug(request: Request, error: Exception) -> Response:
    return bug_of(request.scope, error)


def _headers(error: HubError | HttpError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        # RFC 6750, section 3.1: a request without any token gets no error code.
        return {"WWW-Authenticate": _challenge(error, "invalid_token" if error.cause else None)}
    if isinstance(error, Forbidden) and error.scope:
        return {"WWW-Authenticate": f'{_challenge(error, "insufficient_scope")}, scope="{error.scope}"'}
    if isinstance(error, TooManyRequests | Unavailable):
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return {}


def _challenge(error: HubError, code: str | None) -> str:
    described = f', error="{code}", error_description="{oauth_text(error.said.english)}"' if code else ""
    return f'Bearer realm="trajecthub"{described}'


def _allowed(request: Request) -> Sequence[str]:
    found = list(methods_of(request.app.router.routes, request.scope))
    return sorted([*found, "HEAD"]) if "GET" in found else found
