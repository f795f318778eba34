"""Released fields as Dutch text, for the people who read a partner's screens."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from app.domain.codes import AppointmentKind, Code
from app.domain.local_time import AMSTERDAM

Show = Callable[[object], str]
"""Writes a released value as text. Released values are JSON: texts, numbers, booleans and lists of them."""


def label(codes: type[Code]) -> Show:
    """Return what writes a code of this list as its Dutch label."""
    labels = {code.value: code.label for code in codes}
    return lambda value: labels[str(value)]


def words(texts: Mapping[Code, str]) -> Show:
    """Return what writes a code as the text that is given for it."""
    by_value = {code.value: text for code, text in texts.items()}
    return lambda value: by_value[str(value)]


def listed(show: Show) -> Show:
    """Return what writes each item of a list, with commas between them; a single value is written alone."""
    return lambda value: ", ".join(show(item) for item in value) if isinstance(value, list | tuple) else show(value)


def yes_no(value: object) -> str:
    """Return ``ja`` or ``nee``."""
    return "ja" if value else "nee"


def day(value: object) -> str:
    """Return an ISO 8601 day or moment as ``02-09-2019``."""
    return f"{date.fromisoformat(str(value)[:10]):%d-%m-%Y}"


def moment(value: object, between: str = " ") -> str:
    """Return an ISO 8601 moment in Dutch time: ``02-09-2019 12:00``, with ``between`` before the time of day."""
    local = datetime.fromisoformat(str(value)).astimezone(AMSTERDAM)
    return f"{local:%d-%m-%Y}{between}{local:%H:%M}"


def kind_of_meeting(value: object) -> str:
    """Return what an appointment is for; nothing for the intake, which the text names itself."""
    return "" if value == AppointmentKind.INTAKE else label(AppointmentKind)(value)


def one_line(value: object) -> str:
    """Return a text with every run of spaces and line breaks as one space."""
    return " ".join(str(value).split())
