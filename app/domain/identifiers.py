"""Identifiers: UUIDv7 and checked numbers."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

NewId = Callable[[datetime], UUID]
"""Makes an identifier for a record of this moment."""


class MonotonicIds:
    """Makes UUIDv7s that always grow, so that records of one moment keep the order in which they were made.

    Source: RFC 9562, section 5.7 and section 6.2, method 2. Callable from several threads.
    """

    def __init__(self, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._random_bits = random_bits
        self._last = 0
        self._lock = Lock()

    def __call__(self, moment: datetime) -> UUID:
        """Return the next identifier for a record of this moment."""
        milliseconds = _milliseconds(moment)
        with self._lock:
            if milliseconds > self._last >> 80:
                self._last = _compose(milliseconds, self._random_bits(74))
            else:
                self._last = _after(self._last, self._random_bits(24))
            return UUID(int=self._last)


def first_id_at(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of a moment: those of records that were made earlier are lower."""
    return UUID(int=_compose(_milliseconds(moment), 0))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Version and variant, and where they are.
_FIXED = 0x7 << 76 | 0b10 << 62
_FIXED_BITS = 0xF << 76 | 0b11 << 62


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1) & 0xFFFF_FFFF_FFFF


def _compose(milliseconds: int, random_bits: int) -> int:
    rand_a = (random_bits >> 62) & 0xFFF
    rand_b = random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return milliseconds << 80 | rand_a << 64 | rand_b | _FIXED


def _after(last: int, step: int) -> int:
    following = last + 1 + step
    # A carry out of the random part may not touch version and variant: then the step starts anew above it.
    return following if following & _FIXED_BITS == _FIXED else _compose((last >> 80) + 1, step)


def is_bsn(value: str) -> bool:
    """Return whether the value passes the eleven-test of a citizen service number (BSN).

    Source: Logisch Ontwerp BSN, "elfproef": nine digits, weights 9 … 2 and -1, sum divisible by eleven.
    """
    if len(value) != 9 or not value.isascii() or not value.isdigit() or value == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, value, strict=True)) % 11 == 0
