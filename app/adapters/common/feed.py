"""Feeds by sequence number: what a source may believe of the numbers that it reads."""

from collections.abc import Set
from typing import Final

JUMP: Final = 10_000
"""A number that is this far above the one before it is a jump: a typing error of one change, or another series."""

SETTLED: Final = 100
"""A jump is another series, and the cursor follows it, once this many changes lie beyond it."""


def believable(after: int, numbers: Set[int]) -> frozenset[int]:
    """Return those numbers above a place that the cursor may follow: up to the first jump with few changes beyond it.

    What lies beyond is applied and read again at each pull, so that no change with a lower number is missed.

    Args:
        after: the number up to which everything was read.
        numbers: the numbers that were read.
    """
    above = sorted(number for number in numbers if number > after)
    last = after
    for index, number in enumerate(above):
        if number - last > JUMP and len(above) - index < SETTLED:
            return frozenset(above[:index])
        last = number
    return frozenset(above)


def jumps(after: int, numbers: Set[int]) -> bool:
    """Return whether a few changes have numbers far above the others; the first reading of a feed finds none."""
    followed = believable(after, numbers)
    return bool(after or followed) and max(numbers, default=0) > max(followed, default=after)
