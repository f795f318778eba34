"""Columns whose values are sealed in the vault, each for its own row: a value that is moved to another never opens."""

from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy.types import TypeDecorator


class SealedBy(StrEnum):
    """Whose key seals a column: that of a client (*klant*), the hub's own, or the one that the row names."""

    CLIENT = "client"
    HUB = "hub"
    EITHER = "either"


class Sealed(TypeDecorator[bytes]):
    """A value that is sealed in the vault for :func:`place_of` its column and its row.

    Args:
        by: whose key seals it.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, by: SealedBy) -> None:
        super().__init__()
        self.by = by


def place_of(column: Column[Any], *key: object) -> str:
    """Return where a sealed value is stored: its table and column, and the key that its row has when it is sealed.

    It is the associated data of the encryption, so its text must never change.
    """
    return _name_of(column) + "/".join(map(_as_text, key))


# Each value that is sealed or opened asks for it.
@cache
def _name_of(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}/"


def _as_text(part: object) -> str:
    match part:
        case UUID():
            return part.hex
        case bytes():
            return part.hex()
    return str(part)
