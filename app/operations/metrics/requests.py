"""The requests of this process in figures: how many, how they ended, and how long they took."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the classes of durations, in seconds; the last class has none."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OTHER_METHOD = "other"


class RequestClass(NamedTuple):
    """Requests that are counted together: there are at most some thousand classes, whatever callers send.

    Attributes:
        route: the template of the address.
        status: the class of the status, such as ``2xx``.
    """

    method: str
    route: str
    status: str


@dataclass(slots=True)
class Durations:
    """The durations of some requests.

    Attributes:
        numbers: how many requests there were in each class of durations.
        seconds: all durations together.
    """

    numbers: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one request."""
        self.numbers[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """Yield each upper bound, and how many requests took no longer than that."""
        bounds = (*map(str, BOUNDS), "+Inf")
        return zip(bounds, accumulate(self.numbers), strict=True)


class RequestFigures:
    """The figures of all requests since the process started; used by one event loop."""

    def __init__(self) -> None:
        self.by_class: dict[RequestClass, Durations] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request.

        Args:
            method: as it was sent.
            route: the template of its address, one of a limited number.
            status: of the answer.
            seconds: how long it took.
        """
        named = method if method in _METHODS else _OTHER_METHOD
        kind = RequestClass(named, route, f"{status // 100}xx")
        durations = self.by_class.get(kind)
        if durations is None:
            durations = self.by_class[kind] = Durations()
        durations.add(seconds)
