"""Responses in the OpenAPI document, beyond their bodies: headers, and the problems that any request may get."""

from collections.abc import Iterator, Mapping
from typing import Any

from app import __version__
from app.api.http.problems import MEDIA_TYPE, problem_meaning

_HEADERS: Mapping[str, Any] = {
    "API-Version": {
        "description": "Full version of the API.",
        "schema": {"type": "string", "examples": [__version__]},
    },
    "X-Request-ID": {
        "description": "Id of this request in the hub's log; yours, if you sent one of 8 to 64 letters, digits, `.`, "
        "`_` or `-`.",
        "schema": {"type": "string", "examples": ["92a5e1ae6d5b4b17a476fd116bec4383"]},
    },
    "ETag": {
        "description": "State of the record as you may know it, for `If-Match`.",
        "schema": {"type": "string", "examples": ['"Zf7mQ0m3cYt4bBf3S2w0n0m8Zq2m1dJ1uQm3mXw9aYk"']},
    },
    "Location": {"description": "Address of what was made.", "schema": {"type": "string", "format": "uri"}},
    "Link": {
        "description": "Where the first page is, and the next one (RFC 8288); of events the next one only.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "Present when this is the first response to the same `Idempotency-Key` once more.",
        "schema": {"type": "string", "const": "true"},
    },
    "Content-Language": {
        "description": "Language of the texts of the problem.",
        "schema": {"type": "string", "enum": ["en", "nl"]},
    },
    "WWW-Authenticate": {
        "description": "The scheme to authenticate with, and what is wrong with the token that was sent (RFC 6750); "
        "with 403 when a scope is lacking.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds after which to repeat the request.",
        "schema": {"type": "integer", "format": "int32"},
    },
}

_SOMETIMES = frozenset({"Idempotency-Replayed", "WWW-Authenticate"})

HEADERS: Mapping[str, Any] = {
    name: {**described, "required": name not in _SOMETIMES} for name, described in _HEADERS.items()
}
"""Every header of a response that callers may rely on, by name; one that is required is on every such response."""

_FASTAPIS_OWN = "Successful Response"
_ANY_REQUEST = ("406", "500", "503")
_WITH_BODY = ("413", "415")
_OF_CLIENT = ("429",)
_TAGGED = frozenset(
    {
        "ApiClientOut",
        "AppointmentOut",
        "ArrivalOut",
        "InformationRequestOut",
        "CodeListOut",
        "CodeListsOut",
        "FeedbackPoliciesOut",
        "NewSubscriptionOut",
        "OrganisationOut",
        "ReferralOut",
        "ResumedSubscriptionOut",
        "SubscriptionOut",
        "TrajectoryOut",
    }
)
"""The bodies that have an entity tag of their own."""

_ADDRESSED = _TAGGED | {"JobOut"}
"""The bodies that have an address of their own, which is given when one is made."""


def describe_responses(operation: dict[str, Any]) -> None:
    """Add to an operation the problems that any request may get, and to its own responses their headers."""
    for status, response in operation["responses"].items():
        if status >= "4":
            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        names = _headers_of(operation, status, response)
        response["headers"] = response.get("headers", {}) | {name: _header(name) for name in names}
    with_body = _WITH_BODY if "requestBody" in operation else ()
    of_client = _OF_CLIENT if operation["security"] else ()
    for status in (*_ANY_REQUEST, *with_body, *of_client):
        operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}


def describe_answers(document: dict[str, Any]) -> None:
    """Describe what operations answer when they succeed by the bodies of the answers."""
    schemas = document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if response.get("description") == _FASTAPIS_OWN:
                    body = schemas.get(_name_of_body(response), {}).get("description")
                    response["description"] = _described(status, body)


def _described(status: str, body: str | None) -> str:
    if body is None:
        return "Done; there is no body." if status == "204" else "Done."
    first = body.partition("\n")[0]
    return {"201": f"Made. {first}", "202": f"Accepted, and done after this response. {first}"}.get(status, first)


def _headers_of(operation: Mapping[str, Any], status: str, response: Mapping[str, Any]) -> Iterator[str]:
    yield from ("API-Version", "X-Request-ID")
    if status >= "4":
        yield from _headers_of_problem(status)
        return
    body = _name_of_body(response)
    if body in _TAGGED:
        yield "ETag"
    if status in {"201", "202"} and body in _ADDRESSED:
        yield "Location"
    if _asks_for(operation, "cursor") or _asks_for(operation, "after"):
        yield "Link"
    if _asks_for(operation, "Idempotency-Key"):
        yield "Idempotency-Replayed"


def _headers_of_problem(status: str) -> Iterator[str]:
    yield "Content-Language"
    if status in {"401", "403"}:
        yield "WWW-Authenticate"
    if status in {"429", "503"}:
        yield "Retry-After"


def _name_of_body(response: Mapping[str, Any]) -> str:
    schema: Mapping[str, str] = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rpartition("/")[2]


def _asks_for(operation: Mapping[str, Any], name: str) -> bool:
    return any(parameter["name"] == name for parameter in operation.get("parameters", ()))


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _shared_response(status: str) -> dict[str, Any]:
    names = ("API-Version", "X-Request-ID", *_headers_of_problem(status))
    return {
        "description": problem_meaning(int(status)),
        "headers": {name: _header(name) for name in names},
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }


SHARED_RESPONSES = {status: _shared_response(status) for status in (*_ANY_REQUEST, *_WITH_BODY, *_OF_CLIENT)}
"""The problems that any request may get, any with a body, or any of a client that proved who it is, by status."""
