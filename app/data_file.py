"""The hub's data files: TOML that is read through models, so that every fault is named at once."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple, TypeGuard, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

Document = Mapping[str, object]
"""A data file as TOML has it."""

_Table = TypeVar("_Table", bound="Table")
_MAX_LISTED = 16


class Table(BaseModel):
    """A table of a data file; refuses keys that are not known and values of another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Fault(NamedTuple):
    """One fault in a data file.

    Attributes:
        path: keys and row numbers (from 0) that lead to the value; empty for the file as a whole.
        kind: a code: pydantic's type of error, or one of our own.
        message: what is wrong and what to write instead, as the end of a sentence.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str


class FaultyFile(ValueError):
    """A data file cannot be used.

    Attributes:
        faults: every fault that was found.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, path))}: {message}" for path, _, message in faults))
        self.faults = tuple(faults)


def read(model: type[_Table], document: Document, context: Mapping[str, object] | None = None) -> _Table:
    """Return a document as a model.

    Args:
        model: what the document must be.
        document: the contents of the file.
        context: what validators of the model need.

    Raises:
        FaultyFile: with every fault of the document.
    """
    try:
        return model.model_validate(document, context=context)
    except ValidationError as error:
        raise FaultyFile([Fault(each["loc"], each["type"], _message(each)) for each in error.errors()]) from error


def known(codes: type[StrEnum]) -> BeforeValidator:
    """Return a validator that reads the value of a member of an enumeration."""
    use = f"use one of: {', '.join(codes)}" if len(codes) <= _MAX_LISTED else "mind the spelling"

    def member(value: object) -> StrEnum:
        try:
            return codes(str(value))
        except ValueError:
            raise PydanticCustomError("unknown", "{name} is not known; " + use, {"name": repr(value)}) from None

    return BeforeValidator(member)


def is_a_list_of_names(value: object) -> TypeGuard[list[str]]:
    """Return whether a value is a list of one or more texts."""
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)


def _names(value: object) -> list[str]:
    if not is_a_list_of_names(value):
        raise PydanticCustomError("names", "must be a list of one or more names")
    return value


Text = Annotated[str, StringConstraints(pattern=r"\S")]
"""A text that is not empty."""

a_list_of_names = BeforeValidator(_names)
"""Checks that a value is a list of one or more texts, before its items are read."""

Names = Annotated[list[str], a_list_of_names]


_EMPTY_TEXT = "must be a text that is not empty"
_MESSAGES: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key; mind the spelling",
    "string_type": _EMPTY_TEXT,
    "string_pattern_mismatch": _EMPTY_TEXT,
    "date_type": "must be a date, such as 2019-03-01",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}


def _message(error: ErrorDetails) -> str:
    message = error["msg"].replace("Input should be", "must be").replace("String should have", "must have")
    return _MESSAGES.get(error["type"]) or message


def describe(fault: Fault, document: Document, row_names: Sequence[str]) -> str:
    """Return a fault as a sentence, such as ``institutions, row 2 (kredietbank), role: is missing``.

    Args:
        fault: in the document.
        document: the contents of the file.
        row_names: the keys that name a row, the first that it has.
    """
    parts: list[str] = []
    here: object = document
    for key in fault.path:
        here = _inside(here, key)
        parts.append(_place(here, key, row_names) if isinstance(key, int) else key)
    return f"{', '.join(parts)}: {fault.message}"


def _inside(value: object, key: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) else None


def _place(item: object, index: int, row_names: Sequence[str]) -> str:
    if not isinstance(item, Mapping):
        return f"item {index + 1}"
    name = next((item[each] for each in row_names if each in item), None)
    return f"row {index + 1}" if name is None else f"row {index + 1} ({name})"
