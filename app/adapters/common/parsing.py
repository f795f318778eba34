"""Reading a partner's records: the steps that every mapping shares, and how it reports what cannot be read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from hashlib import sha256
from itertools import takewhile
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, PlainValidator, ValidationError

from app.domain.birth_date import BirthDate, read_birth_date
from app.domain.errors import PartnerUnreadable, UnknownCode
from app.domain.identifiers import is_bsn
from app.domain.local_time import AMSTERDAM
from app.domain.ports import PartnerRecord, ReadError
from app.domain.storable import odd_place, with_storable_keys
from app.domain.text import shown_code, without_hidden

UNKNOWN_MOMENT: Final = datetime.fromtimestamp(0, UTC)
"""The moment of a record whose own moment cannot be read: quarantine needs one, and this one is clearly not real."""

_NOON: Final = time(12)
_YEARS: Final = range(1900, 2200)
_UNFORESEEN: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading an odd value may raise."""

Model = TypeVar("Model", bound=BaseModel)
Key = TypeVar("Key")
Meaning = TypeVar("Meaning")
Day = TypeVar("Day", date, datetime, BirthDate)


def read_record(record: PartnerRecord, steps: Iterator[PartnerRecord]) -> PartnerRecord:
    """Return the last record that the steps yield, each more complete than the one before.

    When a step raises PartnerUnreadable, or fails on a value that nobody foresaw, the record keeps what was read until
    then, and ``unread`` says what is wrong: it goes to quarantine, and the other records of the page are not affected.
    So does a record with a text or a key that a store cannot keep.

    Args:
        record: what is known before anything is read: key, payload and a moment.
        steps: usually two: with version and moment, then with commands.
    """
    try:
        for step in steps:
            record = step
    except PartnerUnreadable as error:
        record = replace(record, commands=(), unread=ReadError(error.field, error.reason, str(error)))
    except _UNFORESEEN as error:
        record = replace(record, commands=(), unread=_unforeseen(error))
    return with_storable_keys(_with_storable_texts(record))


def _with_storable_texts(record: PartnerRecord) -> PartnerRecord:
    place = odd_place(record.payload)
    if place is None:
        return record
    message = f"{place} holds a control character or half a character; have it corrected at the partner"
    return replace(record, commands=(), unread=ReadError(place, PartnerUnreadable.reason, message))


def _unforeseen(error: Exception) -> ReadError:
    # Without the text of the error, which may repeat a value.
    message = f"The hub cannot read this record ({type(error).__name__}); report it to the developers of the hub"
    return ReadError("record", PartnerUnreadable.reason, message)


def parse(model: type[Model], raw: Mapping[str, object], partner: str, prefix: str = "") -> Model:
    """Return a message of the partner's contract, without the hidden characters in its texts.

    Args:
        model: the message as the contract describes it.
        raw: the message as it was received.
        partner: the partner's name, for the text of the error.
        prefix: where the message is in its record, with a dot at the end; empty for the record itself.

    Raises:
        PartnerUnreadable: a field differs from the contract; the first is named with the rule, never with its value.
    """
    try:
        return model.model_validate(_visible(raw))
    except ValidationError as error:
        # Pydantic's own text repeats the value, which may be personal data; so does the cause of this error.
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = prefix + _path(fault["loc"])
        rule = f"{field} is not as the contract of {partner} says ({fault['type']}); have it corrected there"
        raise PartnerUnreadable(field, rule) from None


def _visible(value: object) -> object:
    """Return a part of a message without hidden characters: an official at the partner does not see them either."""
    if isinstance(value, str):
        return without_hidden(value)
    if isinstance(value, Mapping):
        return {name: _visible(inner) for name, inner in value.items()}
    return [_visible(inner) for inner in value] if isinstance(value, list | tuple) else value


def meaning(table: Mapping[Key, Meaning], code: Key, field: str) -> Meaning:
    """Return what a partner's code means.

    Raises:
        UnknownCode: the table has no line for it; the field and the code are named, unless the code is no code at all.
    """
    if code not in table:
        raise UnknownCode(
            field, f"{field} holds {shown_code(code)} that is not in the mapping; add it to the table first"
        )
    return table[code]


def meaning_if_given(table: Mapping[Key, Meaning], code: Key | None, field: str) -> Meaning | None:
    """Return what a code means, or None when the partner states none; raise UnknownCode as ``meaning`` does."""
    return None if code is None else meaning(table, code, field)


def meanings(table: Mapping[Key, Meaning], codes: Iterable[Key], field: str) -> tuple[Meaning, ...]:
    """Return what each code of a list means, in the same order; raise UnknownCode as ``meaning`` does."""
    return tuple(meaning(table, code, field) for code in codes)


def without_id(payload: Mapping[str, object]) -> str:
    """Return a key for a record without an id: by its content, so that it can be quarantined and known again."""
    digest = sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    return f"without-id-{digest[:16]}"


def birth_date_of(value: object) -> BirthDate:
    """Return a date of birth, as ISO 8601 has it but with zeros for what is not known.

    Raises:
        ValueError: it is none, or its year can only be a typing error or a placeholder for "unknown".
    """
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004  # what Pydantic takes for a fault of the value
    return plausible(read_birth_date(value))


BirthDay = Annotated[BirthDate, PlainValidator(birth_date_of)]
"""A date of birth in the JSON of a partner."""


def checked_names(given: str | None, family: str | None, field: str) -> tuple[str | None, str | None]:
    """Return a given name and a family name; some people have one of the two only.

    Raises:
        PartnerUnreadable: there is neither.
    """
    if given is None and family is None:
        raise PartnerUnreadable(field, f"{field} is empty, and so is the given name; have one of them filled in there")
    return given, family


def checked_bsn(bsn: str | None, field: str) -> str | None:
    """Return a citizen service number (BSN) that passes the eleven-test, or None when the partner states none.

    Raises:
        PartnerUnreadable: it fails the test.
    """
    if bsn is not None and not is_bsn(bsn):
        raise PartnerUnreadable(field, f"{field} fails the eleven-test; have it corrected at the partner")
    return bsn


def plausible(value: Day) -> Day:
    """Return a day or a moment.

    Raises:
        ValueError: its year (before 1900, from 2200) can only be a typing error, or a placeholder for "unknown".
    """
    if value.year not in _YEARS:
        raise ValueError("year out of range")
    return value


def noon_of(day: date) -> datetime:
    """Return noon in Amsterdam on a day that is stated without a time: the same day wherever it is read."""
    return datetime.combine(day, _NOON, AMSTERDAM)


def _path(location: tuple[int | str, ...]) -> str:
    # Where a field has two forms, Pydantic appends the form that it tried, which is not a name.
    names = takewhile(lambda part: isinstance(part, int) or part.isidentifier(), location)
    return ".".join(str(part) for part in names)
