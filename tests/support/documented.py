"""Answers compared with the OpenAPI document: a hook of the HTTP client, so that every answer in a test is compared."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from app.api.openapi.document import document
from app.api.openapi.responses import HEADERS

# A method that an address does not have has no place in the document.
_NOT_PROMISED = {405}
# Only where there is something to say.
_OPTIONAL = {"idempotency-replayed"}
_OPTIONAL_OF = {403: {"www-authenticate"}}


async def assert_documented(response: httpx.Response) -> None:
    """Assert that an answer has a status, a body and exactly the headers of the document, and its request what it asks.

    Raises:
        AssertionError: the document says otherwise.
    """
    operation = _operation(response.request.method.lower(), response.request.url.path)
    if operation is None or response.status_code in _NOT_PROMISED:
        return
    answer = operation["responses"].get(str(response.status_code))
    assert answer is not None, f"{_call(response)}: {response.status_code} is not in the document"
    promised = {name.lower() for name in resolved(answer).get("headers", {})}
    given = {name.lower() for name in HEADERS} & set(response.headers)
    unknown, missing = given - promised, promised - set(response.headers) - _OPTIONAL
    missing -= _OPTIONAL_OF.get(response.status_code, set())
    assert not unknown, f"{_call(response)}: {unknown} are not in the document"
    assert not missing, f"{_call(response)}: {missing} are in the document only"
    if response.is_success:
        _assert_asked(response, operation)
    if response.request.method != "HEAD":
        await _assert_body(response, operation["operationId"], str(response.status_code))


def _assert_asked(response: httpx.Response, operation: Mapping[str, Any]) -> None:
    """Assert that a request that was done had every header that the document requires."""
    lacking = {
        parameter["name"]
        for parameter in map(resolved, operation["parameters"])
        if parameter["in"] == "header" and parameter.get("required") and parameter["name"] not in _sent(response)
    }
    assert not lacking, f"{_call(response)}: done without {lacking}, which the document requires"


async def _assert_body(response: httpx.Response, operation_id: str, status: str) -> None:
    forms = _forms(operation_id, status)
    if not forms:
        assert not await response.aread(), f"{_call(response)}: has a body that is not in the document"
        return
    media_type = response.headers["content-type"]
    assert media_type in forms, f"{_call(response)}: {media_type} is not in the document"
    content = await response.aread()
    body = json.loads(content) if "json" in media_type else content.decode()
    wrong = [f"{list(each.instance_path)}: {each.message}" for each in forms[media_type].iter_errors(body)]
    assert not wrong, f"{_call(response)} {status}: {wrong}"


def _sent(response: httpx.Response) -> httpx.Headers:
    return response.request.headers


@cache
def _forms(operation_id: str, status: str) -> Mapping[str, Draft202012Validator]:
    """Return what checks the bodies of an answer, by media type."""
    found = (
        each
        for operations in document()["paths"].values()
        for each in operations.values()
        if each["operationId"] == operation_id
    )
    components = {"components": {"schemas": document()["components"]["schemas"]}}
    return {
        media_type: Draft202012Validator({**components, "allOf": [content["schema"]]}, validate_formats=True)
        for media_type, content in resolved(next(found)["responses"][status]).get("content", {}).items()
    }


def _call(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url.path}"


def _operation(method: str, path: str) -> Mapping[str, Any] | None:
    found = [operations for pattern, operations in _patterns() if pattern.fullmatch(path.removeprefix("/v1"))]
    return found[0].get("get" if method == "head" else method) if found and path.startswith("/v1/") else None


@cache
def _patterns() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    return list(_paths())


def _paths() -> Iterator[tuple[re.Pattern[str], Mapping[str, Any]]]:
    # Fixed addresses come before those with a parameter, such as `/referrals/_search` before `/referrals/{referralId}`.
    for path, operations in sorted(document()["paths"].items(), key=lambda each: "{" in each[0]):
        yield re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations


def resolved(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object of the document, or the component to which it refers."""
    if "$ref" not in item:
        return item
    kind, name = item["$ref"].split("/")[2:]
    component: Mapping[str, Any] = document()["components"][kind][name]
    return component
