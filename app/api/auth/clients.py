"""The clients that may call, read from the database and cached for half a minute."""

import time
from collections.abc import Callable

from cachetools import TTLCache

from app.database import Database
from app.operations.access.clients import ApiClient, find_client

MEMORY_SECONDS = 30.0
_MAX_CLIENTS = 10_000


class KnownClients:
    """Active clients by id; a deactivated client is refused within ``MEMORY_SECONDS``.

    Args:
        db: the database with the clients.
        timer: a monotonic clock, in seconds.
    """

    def __init__(self, db: Database, timer: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._known: TTLCache[str, ApiClient] = TTLCache(_MAX_CLIENTS, MEMORY_SECONDS, timer)

    async def find(self, client_id: str) -> ApiClient | None:
        """Return the client; None when it is unknown or not active, which is not cached."""
        client = self._known.get(client_id)
        if client is None:
            client = await self._db.read(find_client, client_id)
            if client is not None:
                self._known[client_id] = client
        return client
