"""Where the listener is in the events, kept in a file between its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FeedPlace", "PlaceFile"]


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

    def read(self) -> FeedPlace | None:
        """Return the place; None when there is no file yet.

        Raises:
            ValueError: the file is not one that was written here.
        """
        if self._path is None or not self._path.exists():
            return None
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return FeedPlace(content["cursor"], content["lastId"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{self._path} holds no place of `trajecthub listen`; delete it, or name another"
            ) from error

    def write(self, place: FeedPlace) -> None:
        """Keep a place, in one step."""
        if self._path is None:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.write_text(json.dumps({"cursor": place.cursor, "lastId": place.last_id}), encoding="utf-8")
        beside.replace(self._path)
