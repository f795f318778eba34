"""Pages of JSON: one row that cannot be read never costs the others of its page.

A page that is JSON as the contract says is parsed as a whole. Any other is taken apart into the texts of its rows, and
each is read leniently: half a character, a control character or a byte of another encoding stays in the text, where the
mapping finds it (``app.domain.storable``). A row that is no JSON stays a text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

import httpx
from pydantic import AfterValidator, ValidationError

from app.adapters.common.answers import Model, unclear_answer
from app.adapters.common.contents import MOST_CHARACTERS_OF_ONE, MOST_RECORDS, are_bounded, read_apart

UNREAD_ROW: Final = "row"
"""The name under which the record of a row that is no object has that row."""


class _TooLarge(Exception):
    """A page has too many rows, or one that is too large: it is not taken apart."""


def _bounded(rows: list[object]) -> list[object]:
    if not are_bounded(rows):
        raise _TooLarge
    return rows


Rows = Annotated[list[object], AfterValidator(_bounded)]
"""The rows of a page, which may be anything."""

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
_BEGINS_OBJECT: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_BEGINS_ARRAY: Final = re.compile(r"\s*:\s*(?=\[)")
_DEEPEST: Final = 100
_MOST_DIGITS: Final = 20


async def parse_page(model: type[Model], response: httpx.Response, partner: str, rows: str) -> Model:
    """Return the page in a response; a large one is read apart from the event loop.

    Args:
        model: the page as the contract describes it; its rows may be anything.
        response: what the partner answered.
        partner: the partner's name, for the text of the error.
        rows: the name of the member with the rows.

    Raises:
        UnclearAnswer: it is no such page and cannot be taken apart: nothing of it is stored, and the next pull tries
            again.
    """
    return await read_apart(response.content, partial(_page, model, response, partner, rows))


def _page(model: type[Model], response: httpx.Response, partner: str, rows: str) -> Model:
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        pass
    except _TooLarge:
        raise unclear_answer(partner, response.status_code) from None
    if not _BEGINS_OBJECT.match(response.content):
        raise unclear_answer(partner, response.status_code)
    try:
        return model.model_validate(taken_apart(response.content, rows))
    except (ValueError, RecursionError, _TooLarge):
        # Without the cause: it repeats what was sent.
        raise unclear_answer(partner, response.status_code) from None


def row_of(row: object) -> Mapping[str, object]:
    """Return a row; one that is no object, such as ``null``, as an object that holds it, so that it is quarantined."""
    return row if isinstance(row, dict) else {UNREAD_ROW: row}


def taken_apart(content: bytes, rows: str) -> dict[str, object]:
    """Return a page whose rows are each read alone; a row that is no JSON, or is nested too deep, is its text.

    Raises:
        ValueError: the page has no such list of rows, or is no JSON around it.
    """
    text = content.decode("utf-8-sig", "surrogateescape")
    found = _rows(text, rows)
    document = _loads(text[: found.start] + "[]" + text[found.end :])
    # The list was found in an object, so this is one.
    return {**document, rows: [_row(text, part) for part in found.parts]}  # type: ignore[dict-item]  # an object


@dataclass(frozen=True)
class _Part:
    """Where a row is in the text of its page, and how deep it is nested."""

    start: int
    end: int
    depth: int


@dataclass(frozen=True)
class _Rows:
    start: int
    end: int
    parts: tuple[_Part, ...]


def _rows(text: str, rows: str) -> _Rows:
    tokens = _TOKEN.finditer(text)
    start = _start_of(text, rows, tokens)
    parts: list[_Part] = []
    begin, depth, deepest = start + 1, 0, 0
    for token in tokens:
        sign = token.group()
        if len(parts) > MOST_RECORDS or token.start() - begin > MOST_CHARACTERS_OF_ONE:
            raise _TooLarge
        if depth == 0 and sign in ("]", ","):
            parts.append(_Part(begin, token.start(), deepest))
            begin, deepest = token.end(), 0
            if sign == "]":
                is_empty = len(parts) == 1 and not text[parts[0].start : parts[0].end].strip()
                return _Rows(start, token.end(), () if is_empty else tuple(parts))
        depth += _step(sign)
        deepest = max(deepest, depth)
    raise ValueError("the list of rows does not end")


def _start_of(text: str, rows: str, tokens: Iterator[re.Match[str]]) -> int:
    """Return where the list of rows begins; the tokens are read up to and including its bracket."""
    depth = 0
    for token in tokens:
        if depth == 1 and token.group() == f'"{rows}"' and _BEGINS_ARRAY.match(text, token.end()):
            return next(tokens).start()
        depth += _step(token.group())
    raise ValueError("no list of rows")


def _step(sign: str) -> int:
    return 1 if sign in ("[", "{") else -1 if sign in ("]", "}") else 0


def _row(text: str, part: _Part) -> object:
    row = text[part.start : part.end].strip()
    if part.depth > _DEEPEST:
        return row
    try:
        return _loads(row)
    except ValueError:
        return row


def _loads(text: str) -> object:
    return json.loads(text, strict=False, parse_int=_number, parse_constant=str)


def _number(digits: str) -> int | str:
    # Python refuses to compute with thousands of digits; a number that no column can hold is a text, which no field is.
    return int(digits) if len(digits) <= _MOST_DIGITS else digits
