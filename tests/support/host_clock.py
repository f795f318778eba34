"""Computers whose clock is wrong, for programs that run as separate processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["can_be_wrong", "wrong_clock"]

_LIBRARY = "libfaketimeMT.so.1"


def can_be_wrong() -> bool:
    """Return whether this machine has libfaketime (``apt-get install faketime``)."""
    return _library() is not None


def wrong_clock(offset_seconds: int) -> Mapping[str, str]:
    """Return the environment of a process on a computer whose clock is so much ahead, or behind when it is negative.

    How time passes stays as it is. Without libfaketime the clock is right.
    """
    library = _library()
    if library is None:
        return {}
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{offset_seconds:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _library() -> Path | None:
    return next(Path("/usr/lib").glob(f"*/faketime/{_LIBRARY}"), None)
