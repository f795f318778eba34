"""The referrer also polls its events, at any process of the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.support.chaos.installation import POLLING
from tests.support.persistent_caller import PersistentCaller
from tests.support.receiver_process import Arrival

_WAIT_SECONDS = 1


class Poller:
    """Polls from the first event on.

    Attributes:
        arrivals: the events that were read.
    """

    def __init__(self, caller: PersistentCaller) -> None:
        self.arrivals: list[Arrival] = []
        self._caller = caller
        self._cursor: str | None = None

    async def run(self) -> None:
        """Poll until this is cancelled."""
        while True:
            await self._poll()

    async def finish(self) -> None:
        """Read what is left."""
        while await self._poll():
            pass

    async def _poll(self) -> int:
        """Read a page. Return the number of its events."""
        after = {} if self._cursor is None else {"after": self._cursor}
        page = await self._caller.read(f"/v1/events?{urlencode({'wait': _WAIT_SECONDS, **after})}")
        self.arrivals += [_arrival(each) for each in page["items"]]
        self._cursor = page["nextCursor"]
        return len(page["items"])


def _arrival(event: dict[str, Any]) -> Arrival:
    return Arrival(
        at=0.0,
        path=POLLING,
        id=event["id"],
        type=event["type"],
        subject=event["subject"],
        sequence=int(event["sequence"]),
    )
