"""Answers compared with the OpenAPI document: a hook of the HTTP client, so that every answer in a test is compared."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx

from app.api.openapi.document import document
from app.api.openapi.responses import HEADERS

# A bug has no place in the document, and neither has a method that an address does not have.
_NOT_PROMISED = {405, 500}
# Only where there is something to say.
_OPTIONAL = {"idempotency-replayed"}


async def assert_documented(response: httpx.Response) -> None:
    """Assert that an answer has a status of the document, and exactly the headers that callers may rely on."""
    operation = _operation(response.request.method.lower(), response.request.url.path)
    if operation is None or response.status_code in _NOT_PROMISED:
        return
    answer = operation["responses"].get(str(response.status_code))
    assert answer is not None, f"{_call(response)}: {response.status_code} is not in the document"
    promised = {name.lower() for name in _resolved(answer).get("headers", {})}
    given = {name.lower() for name in HEADERS} & set(response.headers)
    unknown, missing = given - promised, promised - set(response.headers) - _OPTIONAL
    assert not unknown, f"{_call(response)}: {unknown} are not in the document"
    assert not missing, f"{_call(response)}: {missing} are in the document only"


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


def _resolved(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = answer.get("$ref")
    shared: Mapping[str, Any] = document()["components"]["responses"]
    return shared[reference.rpartition("/")[2]] if reference else answer
