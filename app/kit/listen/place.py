"""Where the listener is in the events, kept in a file between its runs."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.private_files import open_file

__all__ = ["FeedPlace", "PlaceFile", "PlaceUnusable"]


class PlaceUnusable(ValueError):
    """The place cannot be kept in the file; the text says why, and what to do."""


@dataclass(frozen=True)
class FeedPlace:
    """A place in the events.

    Attributes:
        cursor: the events after it are read; None: from the first.
        last_id: of the event behind it that was posted last; None: none of them.
    """

    cursor: str | None = None
    last_id: str | None = None

    def behind(self, events: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return the events of the page after the cursor that were not posted yet."""
        ids = [each["id"] for each in events]
        return events[ids.index(self.last_id) + 1 :] if self.last_id in ids else events


class PlaceFile:
    """A file with a place; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other listeners from the file for the duration of a block: each would go on from the other's place.

        Raises:
            PlaceUnusable: another one has it, or it cannot be used.
        """
        if self._path is None:
            yield
            return
        with _usable(self._path):
            lock = open_file(f"{self._path}.lock")
        try:
            with _usable(self._path):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(lock)

    def read(self) -> FeedPlace | None:
        """Return the place; None when there is no file yet.

        Raises:
            PlaceUnusable: the file is not one that was written here, or cannot be used.
        """
        if self._path is None or not self._path.exists():
            return None
        try:
            with _usable(self._path):
                content = json.loads(self._path.read_bytes())
            return FeedPlace(_text(content["cursor"]), _text(content["lastId"]))
        except PlaceUnusable:
            raise
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise PlaceUnusable(
                f"{self._path} holds no place of `trajecthub listen`; delete it, or name another"
            ) from error

    def write(self, place: FeedPlace) -> None:
        """Keep a place, in one step.

        Raises:
            PlaceUnusable: the file cannot be written.
        """
        if self._path is None:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        with _usable(self._path):
            beside.write_text(json.dumps({"cursor": place.cursor, "lastId": place.last_id}), encoding="utf-8")
            beside.replace(self._path)


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except BlockingIOError as error:
        raise PlaceUnusable(
            f"Another `trajecthub listen` keeps its place in {path}; name another file with --cursor"
        ) from error
    except OSError as error:
        raise PlaceUnusable(f"{path} cannot be used ({error.strerror}); name another file with --cursor") from error


def _text(given: object) -> str | None:
    if not isinstance(given, str | None):
        raise TypeError
    return given
