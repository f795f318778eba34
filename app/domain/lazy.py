"""Values that are read when they are first asked for."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value that is read when it is first asked for: most changes need nothing of what is encrypted."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read: Callable[[], T] | None = read

    @classmethod
    def of(cls, value: T) -> "Lazy[T]":
        """Return a value that is known already."""
        return cls(lambda: value)

    @property
    def value(self) -> T:
        """The value; later calls return the same object."""
        if self._read is not None:
            self._value = self._read()
            self._read = None
        return self._value
