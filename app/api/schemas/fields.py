"""The types of values in requests, each with its limits, and the base classes of all models."""

import re
from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from app.api.forms import BSN, CODE, EMAIL, LANGUAGE_TAG, LINE, PARAGRAPHS, PHONE
from app.domain.birth_date import BirthDate, read_birth_date
from app.domain.input_rules import InputRule
from app.domain.text import composed, is_readable_name, plain_phone, without_hidden

_Time = TypeVar("_Time", date, datetime, BirthDate)

BIRTH_DATE_PATTERN = r"^[0-9]{4}-(00-00|(0[1-9]|1[0-2])-(0[0-9]|[12][0-9]|3[01]))$"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)

# Years that every system in the chain can store, in any time zone.
FIRST_YEAR, LAST_YEAR = 1900, 2100


class In(BaseModel):
    """The base of what a caller sends: keys in camelCase, no unknown key."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class Out(BaseModel):
    """The base of what a caller reads; a field that is unknown, or withheld by the privacy gate, is absent."""

    model_config = ConfigDict(
        alias_generator=to_camel, frozen=True, from_attributes=True, validate_by_alias=False, validate_by_name=True
    )


def _broken(rule: InputRule) -> PydanticCustomError:
    return PydanticCustomError(rule, rule.message)


def _day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise _broken(InputRule.DATE)


def _moment(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise _broken(InputRule.DATE_TIME)


def _within_reach(value: _Time) -> _Time:
    if FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    raise _broken(InputRule.YEAR)


def _birth_date(value: object) -> BirthDate:
    try:
        return value if isinstance(value, date) else read_birth_date(str(value))
    except ValueError:
        raise _broken(InputRule.BIRTH_DATE) from None


BirthDay = Annotated[
    BirthDate,
    PlainValidator(_birth_date),
    AfterValidator(_within_reach),
    WithJsonSchema({"type": "string", "format": "partial-date", "pattern": BIRTH_DATE_PATTERN}),
]
"""A date of birth: ``YYYY-MM-DD``, with ``00`` for a day, or a month and a day, that is not known."""

Day = Annotated[date, BeforeValidator(_day), AfterValidator(_within_reach)]
"""A date, ``YYYY-MM-DD``."""

Timestamp = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_within_reach)]
"""A moment with any offset. Source: RFC 3339, section 5.6, with the capitals of API Design Rules 2.2.0."""


def _composed(value: object) -> object:
    return composed(value) if isinstance(value, str) else value


def _visible(value: object) -> object:
    return without_hidden(composed(value)) if isinstance(value, str) else value


def _readable(name: str) -> str:
    if is_readable_name(name):
        return name
    raise PydanticCustomError(
        InputRule.READABLE_NAME, "Give a name with an alphabetic character, and without hidden characters"
    )


def _line(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=LINE.pattern)


_COMPOSED = BeforeValidator(_composed)
# Hidden characters in a short text are copied by mistake, or mislead; nobody who sees the text can remove them.
_VISIBLE = BeforeValidator(_visible)

ShortLine = Annotated[str, _line(80), _VISIBLE]
Line = Annotated[str, _line(200), _VISIBLE]
LongLine = Annotated[str, _line(300), _VISIBLE]
ReferenceText = Annotated[str, _line(100), _VISIBLE]
Name = Annotated[str, _line(200), _COMPOSED, AfterValidator(_readable)]
"""The name of a person or an organisation; one with hidden characters is refused, because it says who somebody is."""

Paragraphs = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=PARAGRAPHS.pattern), _COMPOSED
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=PHONE.pattern), AfterValidator(plain_phone)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=EMAIL.pattern,
    ),
    _COMPOSED,
]
Bsn = Annotated[str, StringConstraints(pattern=BSN.pattern)]
LanguageTag = Annotated[str, StringConstraints(pattern=LANGUAGE_TAG.pattern, max_length=35)]
CodeText = Annotated[str, StringConstraints(pattern=CODE.pattern)]

OccurredAt = Annotated[
    Timestamp | None,
    Field(
        description="When it happened (*gebeurtenismoment*); now when absent. Not in the future.",
        examples=["2026-11-23T10:30:00+01:00"],
    ),
]
