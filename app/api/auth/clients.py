"""Who may call, looked up in the database and remembered for a short while."""

import time
from collections.abc import Callable

from app.database import Database
from app.operations.access.clients import ApiClient, find_client

MEMORY_SECONDS = 30.0
_MOST_REMEMBERED = 10_000


class KnownClients:
    """Active clients by id; one that was deactivated is refused within ``MEMORY_SECONDS``.

    Args:
        timer: seconds that only grow.
    """

    def __init__(self, db: Database, timer: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._timer = timer
        self._remembered: dict[str, tuple[float, ApiClient]] = {}

    async def find(self, client_id: str) -> ApiClient | None:
        """Return the client; None when it is unknown or no longer active."""
        until, client = self._remembered.get(client_id, (0.0, None))
        if client is not None and self._timer() < until:
            return client
        return await self._look_up(client_id)

    async def _look_up(self, client_id: str) -> ApiClient | None:
        found = await self._db.read(find_client, client_id)
        self._remembered.pop(client_id, None)
        if found is not None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[client_id] = (self._timer() + MEMORY_SECONDS, found)
        return found
