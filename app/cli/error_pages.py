"""A page of reference for each code of a problem, generated from the errors, their texts and their remedies."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from inspect import getdoc
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.types import Scope

from app.api.http.problems import STATUS_OF, problem_of
from app.api.http.protocol_errors import HTTP_PROBLEMS, METHOD_NOT_ALLOWED, HttpError, ProblemKind
from app.api.http.request_record import record_of
from app.api.openapi.document import EXAMPLE_URL
from app.api.openapi.examples import OF_ANY_REQUEST, recorded_answers
from app.cli.error_details import details_by_code
from app.cli.error_remedies import REMEDIES
from app.cli.markdown import GENERATED, table
from app.domain.codes import System
from app.domain.details import Detail, Said
from app.domain.errors import Forbidden, HubError, InvalidInput, NotTheOwner, OwnershipViolation

_NAMED = re.compile(r"{\w+}")
_SHOWN_HEADERS = ("Content-Type", "Content-Language", "Allow", "Retry-After", "WWW-Authenticate")

_RECORDED: Mapping[str, tuple[str, str, str]] = {
    "bad-request": ("reference", "listCodeLists", "unreadable-address"),
    "body-too-large": (OF_ANY_REQUEST, OF_ANY_REQUEST, "too-large"),
    "conflict": ("subscriptions", "requestSubscriptionConsent", "no-consent"),
    "duplicate-reference": ("referrals", "createReferral", "duplicate-reference"),
    "forbidden": ("referrals", "createReferral", "forbidden-referrals-write"),
    "idempotency-conflict": ("referrals", "createReferral", "idempotency-conflict"),
    "internal-error": (OF_ANY_REQUEST, OF_ANY_REQUEST, "internal-error"),
    "invalid-input": ("referrals", "createReferral", "every-fault-at-once"),
    "not-acceptable": (OF_ANY_REQUEST, OF_ANY_REQUEST, "not-acceptable"),
    "not-found": ("referrals", "getReferral", "no-referral"),
    "not-the-owner": ("referrals", "updateReferral", "not-the-owner"),
    "precondition-failed": ("referrals", "updateReferral", "precondition-failed"),
    "precondition-required": ("referrals", "updateReferral", "precondition-required"),
    "too-many-requests": (OF_ANY_REQUEST, OF_ANY_REQUEST, "too-many-requests"),
    "transition-not-allowed": ("referrals", "confirmReferral", "transition-not-allowed"),
    "unauthenticated": ("referrals", "getReferral", "unauthenticated"),
    "unavailable": (OF_ANY_REQUEST, OF_ANY_REQUEST, "unavailable"),
    "unsupported-media-type": (OF_ANY_REQUEST, OF_ANY_REQUEST, "unsupported-media-type"),
}
"""The answer that is shown of each code: the tag, the operation and the name of the recording."""

_SAID: Mapping[str, Said] = {
    "limit-reached": Detail.MOST_SUBSCRIPTIONS(limit=50),
    "method-not-allowed": Detail.ANOTHER_METHOD(),
}

_PAGE = """\
# {code}

{generated}

Status {status}: *{title}*. In Dutch: <span lang="nl">*{title_nl}*</span>.

{description}

## What to do

{remedies}
## Example

```http
{example}
```

{rest}
`code` and `status` are stable; `type` begins with the address of the hub that answered, and texts may change. All codes
are in [errors](../errors.md).
"""
_DETAILS = """\
## When it happens

What `detail` says, which is for people and may change; dots are what the hub names there.

"""
_RULES = """\
## Rules

`errors` has an item for each field at fault. Its `rule` is one of the [rules](../errors.md#rules), which are stable.

"""


def problem_kinds() -> list[ProblemKind]:
    """Return the kinds of all problems, by status and code."""
    return sorted([*hub_problems(), *HTTP_PROBLEMS], key=lambda kind: (kind.status, kind.code))


def hub_problems() -> Iterator[ProblemKind]:
    """Yield the kinds of the problems of the API itself."""
    for error, status in STATUS_OF.items():
        if "code" in vars(error):
            yield ProblemKind(
                status=status,
                code=error.code,
                title=error.title,
                title_nl=error.title_nl,
                description=(getdoc(error) or "").partition("\n")[0],
            )


def error_pages() -> Mapping[str, str]:
    """Return the page of each code, as Markdown."""
    details = details_by_code()
    return {kind.code: _page(kind, details.get(kind.code, [])) for kind in problem_kinds()}


def shown(text: str) -> str:
    """Return a text with dots for what an error names, for a page of Markdown."""
    return escape(_NAMED.sub("…", text), quote=False)


def _page(kind: ProblemKind, details: list[Detail]) -> str:
    rows = ((shown(each.english), f'<span lang="nl">{shown(each.dutch)}</span>') for each in details)
    return _PAGE.format(
        code=kind.code,
        generated=GENERATED,
        status=kind.status,
        title=kind.title,
        title_nl=kind.title_nl,
        description=kind.description,
        remedies="".join(f"- {each}\n" for each in REMEDIES[kind.code]),
        example=_example(kind),
        rest=_DETAILS + table(("in English", "in Dutch"), rows) if details else _RULES.rstrip("\n"),
    )


def _example(kind: ProblemKind) -> str:
    """Return an answer that was recorded from a hub; of the two codes that are in no recording, what a hub says."""
    body = _recorded(kind.code)
    said = Said(body["detail"], "") if body else _SAID[kind.code]
    answer = problem_of(_request(), _error(kind, said))
    if kind is METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = "GET, HEAD, POST"
    lines = [f"HTTP/1.1 {kind.status}", *_headers(answer)]
    text = json.dumps(body or json.loads(bytes(answer.body)), ensure_ascii=False, indent=2)
    return "\n".join([*lines, "", text])


def _recorded(code: str) -> Mapping[str, Any] | None:
    if code not in _RECORDED:
        return None
    tag, operation, name = _RECORDED[code]
    named = (bodies.get(name) for bodies in recorded_answers(tag)[operation].answers.values())
    body: Mapping[str, Any] = next(body for body in named if body and body.get("code") == code)
    return body


def _error(kind: ProblemKind, said: Said) -> HubError | HttpError:
    """Return an error of this kind, for the headers of its answer."""
    made = next((each for each in STATUS_OF if each.code == kind.code and "code" in vars(each)), None)
    if made is None:
        return HttpError(kind, said)
    if made is InvalidInput:
        return InvalidInput()
    if made is Forbidden:
        return Forbidden(said, scope="referrals:write")
    if made is NotTheOwner:
        return NotTheOwner(said, OwnershipViolation(UUID(int=0), System.API, {}))
    return made(said)


def _request() -> Scope:
    scope: Scope = {"type": "http", "method": "GET", "path": "/v1/referrals", "headers": []}
    record_of(scope).hub_url = EXAMPLE_URL
    return scope


def _headers(answer: Response) -> Iterator[str]:
    yield from (f"{name}: {answer.headers[name]}" for name in _SHOWN_HEADERS if name in answer.headers)
