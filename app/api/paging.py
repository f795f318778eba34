"""Pages of lists: opaque cursors, ``limit``, and the Link header of RFC 8288."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from app.api.responses import Content, json_answer
from app.api.state import AppState
from app.domain.cursor import unreadable_cursor
from app.domain.errors import InvalidInput
from app.domain.queries import Position
from app.domain.text import is_storable

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

LIMIT_WORDS = "The most items on a page."
CURSOR_WORDS = "`nextCursor` of the previous page. Opaque; do not build or store it."

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description=LIMIT_WORDS, examples=[DEFAULT_LIMIT])]
"""Query parameter: ``limit: Limit = DEFAULT_LIMIT``."""

_CURSOR = Query(alias="cursor", max_length=500, description=CURSOR_WORDS)


def readable_by(read: Callable[[str], object]) -> AfterValidator:
    """Return a check of the form of a cursor, so that one that cannot be read back is named with the other faults."""

    def check(cursor: str) -> str:
        try:
            read(cursor)
        except InvalidInput as error:
            (fault,) = error.faults
            raise PydanticCustomError(fault.rule, fault.message) from None
        return cursor

    return AfterValidator(check)


def cursor_of(position: Position) -> str:
    """Return the opaque text of a position."""
    return text_cursor(position.moment.isoformat(), str(position.id))


def position_of(cursor: str | None) -> Position | None:
    """Read a position back; None stays None.

    Raises:
        InvalidInput: the text was not made by ``cursor_of``.
    """
    if cursor is None:
        return None
    text, record_id = texts_of(cursor, 2)
    try:
        moment, found = datetime.fromisoformat(text), UUID(record_id)
        if moment.tzinfo is None:
            raise unreadable_cursor()
        # The stores compare in UTC, in which the first and the last day of the calendar may not exist.
        return Position(moment.astimezone(UTC), found)
    except (ValueError, OverflowError) as error:
        raise unreadable_cursor() from error


def text_cursor(*texts: str) -> str:
    """Return the opaque text of a place that some texts name, such as a code."""
    return urlsafe_b64encode(json.dumps(texts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def texts_of(cursor: str, count: int) -> list[str]:
    """Read the texts of a place back.

    Raises:
        InvalidInput: the cursor was not made by ``text_cursor`` from this many texts.
    """
    try:
        texts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise unreadable_cursor() from error
    if not isinstance(texts, list) or len(texts) != count or not all(_is_text(text) for text in texts):
        raise unreadable_cursor()
    return texts


def id_cursor(record_id: UUID | None) -> str | None:
    """Return the opaque text of the record after which the next page begins; None stays None."""
    return text_cursor(str(record_id)) if record_id else None


def id_after(cursor: str | None) -> UUID | None:
    """Read the id of the record after which a page begins back; None stays None.

    Raises:
        InvalidInput: the cursor was not made by ``id_cursor``.
    """
    if cursor is None:
        return None
    try:
        return UUID(texts_of(cursor, 1)[0])
    except ValueError as error:
        raise unreadable_cursor() from error


def code_after(cursor: str | None) -> str | None:
    """Read the code after which a page begins back; None stays None.

    Raises:
        InvalidInput: the cursor was not made by ``text_cursor`` from one code.
    """
    return None if cursor is None else texts_of(cursor, 1)[0]


IdCursor = Annotated[str, readable_by(id_after)]
"""A cursor that contains one id."""

PositionCursor = Annotated[str, readable_by(position_of)]
"""A cursor that contains a position in a list of cases."""

IdCursorText = Annotated[IdCursor | None, _CURSOR]
"""Query parameter: ``cursor: IdCursorText = None``."""

CodeCursorText = Annotated[Annotated[str, readable_by(code_after)] | None, _CURSOR]
"""Query parameter: ``cursor: CodeCursorText = None``."""


def page_answer(
    hub: AppState, request: Request, items: Sequence[Content], next_cursor: str | None, **more: object
) -> Response:
    """Return a page: ``{"items": […], "nextCursor": …}``, and for a GET the same ways as Link header.

    ``next_cursor`` is None on the last page; then the member is absent. ``more`` are members of this list only.
    """
    following = {"nextCursor": next_cursor} if next_cursor else {}
    response = json_answer(200, {"items": items, **following, **more})
    if request.method == "GET":
        response.headers["Link"] = _links(hub, request, next_cursor)
    return response


def _links(hub: AppState, request: Request, next_cursor: str | None) -> str:
    # Built on the public address: behind a proxy the request's own host is not the caller's.
    address = f"{hub.public_url}{request.scope['path']}"
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    links = [f'<{address}{_query(asked)}>; rel="first"']
    if next_cursor:
        links.append(f'<{address}{_query([*asked, ("cursor", next_cursor)])}>; rel="next"')
    return ", ".join(links)


def _query(parameters: Sequence[tuple[str, str]]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and is_storable(value)
