"""What somebody states, field by field, so that rules can be checked although not all of it can be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

_ARRAYS = (tuple, frozenset)


@dataclass(frozen=True)
class Stated:
    """Values by the API's name of their field, with its path, such as ``client.bsn``.

    Attributes:
        values: those that have the form of their field; of an array, the items that have theirs.
        unreadable: the fields that are given and have another form.
    """

    values: Mapping[str, object]
    unreadable: frozenset[str] = field(default=frozenset())

    @property
    def names(self) -> frozenset[str]:
        """The fields that are given, whatever their form."""
        return self.unreadable | self.values.keys()

    def gives(self, name: str) -> bool:
        """Return whether a field is given, whatever its form; null is not."""
        return self.values.get(name) is not None or name in self.unreadable

    def value(self, name: str, kind: type[T]) -> T | None:
        """Return the value of a field; None when it is not given, or not readable."""
        found = self.values.get(name)
        return found if isinstance(found, kind) else None

    def items(self, name: str, kind: type[T]) -> frozenset[T]:
        """Return the readable items of an array."""
        found = self.values.get(name)
        return (
            frozenset(each for each in found if isinstance(each, kind)) if isinstance(found, _ARRAYS) else frozenset()
        )
