"""What of the API will end, as data: the headers of answers, the marks in the document and the page of changes.

Sources: RFC 9745 (``Deprecation``), RFC 8594 (``Sunset``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

__all__ = [
    "DEPRECATIONS",
    "DeprecatedMember",
    "DeprecatedOperation",
    "Deprecation",
    "headers_of",
    "mark_deprecated",
    "notice_of",
]

_PAGE = "/docs/guide/reference/api-changes.html"
"""The page of changes, as the hub serves it."""

_HEADERS = {
    "Deprecation": {
        "description": "Since when this operation is deprecated: `@` and seconds since 1970 (RFC 9745).",
        "schema": {"type": "string", "examples": ["@1798761600"]},
    },
    "Sunset": {
        "description": "When it ends (RFC 8594); absent while that is not known.",
        "schema": {"type": "string", "examples": ["Sat, 01 Jan 2028 00:00:00 GMT"]},
    },
}


@dataclass(frozen=True, kw_only=True)
class DeprecatedOperation:
    """An operation that will end.

    Attributes:
        method: in capitals.
        path: below the version, with its parameters as in the document.
        since: the day from which it is deprecated.
        ends: the day on which it ends; None while that is not known.
        instead: what to use, as a sentence in Markdown.

    Raises:
        ValueError: it ends within twelve months.
    """

    method: str
    path: str
    since: date
    ends: date | None = None
    instead: str

    def __post_init__(self) -> None:
        _check_term(self.since, self.ends)

    @property
    def name(self) -> str:
        """It in Markdown."""
        return f"`{self.method} {self.path}`"


@dataclass(frozen=True, kw_only=True)
class DeprecatedMember:
    """A member of a body or an answer that will end; attributes as of an operation.

    Attributes:
        schema: the name of the schema in the document.
        member: the name of the member.
    """

    schema: str
    member: str
    since: date
    ends: date | None = None
    instead: str

    def __post_init__(self) -> None:
        _check_term(self.since, self.ends)

    @property
    def name(self) -> str:
        """It in Markdown."""
        return f"`{self.member}` of `{self.schema}`"


Deprecation = DeprecatedOperation | DeprecatedMember

DEPRECATIONS: tuple[Deprecation, ...] = ()
"""What is deprecated now."""


def notice_of(deprecated: Deprecation) -> str:
    """Return what the documents say about it."""
    ends = f", ends on {deprecated.ends}" if deprecated.ends else ""
    return f"Deprecated since {deprecated.since}{ends}. {deprecated.instead}"


def headers_of(deprecated: DeprecatedOperation, public_url: str) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer of the operation has in addition."""
    headers = {"deprecation": f"@{int(_midnight(deprecated.since).timestamp())}"}
    relations = "deprecation"
    if deprecated.ends:
        headers["sunset"] = format_datetime(_midnight(deprecated.ends), usegmt=True)
        relations = "deprecation sunset"
    headers["link"] = f'<{public_url}{_PAGE}>; rel="{relations}"; type="text/html"'
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def mark_deprecated(document: dict[str, Any], deprecations: Sequence[Deprecation]) -> None:
    """Mark in an OpenAPI document what is deprecated.

    Raises:
        KeyError: the document does not have it.
    """
    for each in deprecations:
        if isinstance(each, DeprecatedMember):
            node = document["components"]["schemas"][each.schema]["properties"][each.member]
        else:
            node = document["paths"][each.path][each.method.lower()]
            document["components"]["headers"] = {**document["components"]["headers"], **_HEADERS}
            _describe_headers(node["responses"])
        node["deprecated"] = True
        node["description"] = f"{notice_of(each)} {node.get('description', '')}".rstrip()


def _describe_headers(responses: Mapping[str, Any]) -> None:
    described = {name: {"$ref": f"#/components/headers/{name}"} for name in (*_HEADERS, "Link")}
    for status, answer in responses.items():
        if status < "3":
            answer["headers"] = {**described, **answer.get("headers", {})}


def _check_term(since: date, ends: date | None) -> None:
    """Check what ``docs/compatibility.md`` promises: twelve months between the announcement and the end."""
    if ends and (ends.year - 1, ends.month, ends.day) < (since.year, since.month, since.day):
        raise ValueError(f"What is deprecated since {since} ends twelve months later at the earliest, not on {ends}.")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
