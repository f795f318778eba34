"""The JSON form of fields: their values as text, numbers, true and false or lists; and their digest."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from app.domain.awaited import Awaited
from app.domain.codes import AppointmentStatus
from app.domain.fields import FactItem, FactValue, Field, Scalar
from app.domain.open_terms import OpenTerm
from app.domain.values import HelpOrganisation, Participant

# Members of an enumeration take much longer to serialise than plain text.
_NAMES = {field: field.value for field in Field}


def digest_of(fields: Mapping[Field, FactValue]) -> str:
    """Return SHA-256 in hex of the fields as JSON with sorted keys and without spaces, in UTF-8."""
    return sha256(to_json({name: fields[field] for name, field in _by_name(tuple(fields))})).hexdigest()


# Each receiver is shown the same fields again and again.
@lru_cache(maxsize=1024)
def _by_name(fields: tuple[Field, ...]) -> tuple[tuple[str, Field], ...]:
    return tuple(sorted((_NAMES[field], field) for field in fields))


def to_json_value(value: object) -> FactValue:
    """Return a value as JSON scalar or list of texts or objects; sets are sorted, times are in UTC.

    Raises:
        TypeError: the value has no JSON form here, such as a float or an object.
        ValueError: a time without a time zone, or text that UTF-8 cannot encode.
    """
    # This runs for every field of every answer; most values have one of a few types.
    if form := _FORM_OF.get(type(value)):
        return form(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return [_item(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(_scalar(item)) for item in value)
    return _scalar(value)


def _item(item: object) -> FactItem:
    match item:
        case HelpOrganisation():
            return _object(kind=item.kind, name=item.name)
        case Participant():
            return _object(role=item.role, name=item.name, attendance=_ATTENDANCE.get(item.attended))
        case OpenTerm():
            return _object(
                code=item.code,
                label=item.label,
                bound=item.bound,
                dueOn=item.due_on,
                state=item.state,
                pausedSince=item.paused_since,
                extensionReason=item.extension_reason,
            )
        case Awaited():
            return _object(of=item.of, step=item.step, since=item.since)
        case _:
            return str(_scalar(item))


def _object(**members: object) -> dict[str, str]:
    """Return an object without the members that are not known."""
    return {name: str(_scalar(value)) for name, value in members.items() if value is not None}


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, (date, UUID)):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _text(value: str) -> str:
    # A lone surrogate cannot be encoded: better to withhold one field here than to lose a whole message later.
    if not value.isascii():
        value.encode()
    return str(value)


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone could be any time")
    # The stores return times in UTC.
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat().removesuffix("+00:00") + "Z"


_ATTENDANCE: Mapping[bool | None, AppointmentStatus] = {
    True: AppointmentStatus.ATTENDED,
    False: AppointmentStatus.MISSED,
}

_FORM_OF: Mapping[type, Callable[[Any], FactValue]] = {str: _text, datetime: _utc, date: str, UUID: str}
"""The form of values that are of exactly this type."""
