"""The clients that may call, in memory as long as none was changed."""

import time
from collections.abc import Callable, Collection, Mapping

from cachetools import TTLCache

from app.database import Database
from app.operations.access.clients import ApiClient, find_client, load_clients

MEMORY_SECONDS = 30.0
"""For how long a client is remembered, even if nobody says that it was changed."""

_MAX_CLIENTS = 10_000


class KnownClients:
    """Active clients by id.

    Args:
        db: the database with the clients.
        timer: a monotonic clock, in seconds.
    """

    def __init__(self, db: Database, timer: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._timer = timer
        self._known = self._nobody()

    async def find(self, client_id: str) -> ApiClient | None:
        """Return the client; None when it is unknown or not active, which is not remembered."""
        # What was read before a change goes into a memory that is replaced by then.
        known = self._known
        client = known.get(client_id)
        if client is None:
            client = await self._db.read(find_client, client_id)
            if client is not None:
                known[client_id] = client
        return client

    async def load(self, client_ids: Collection[str]) -> Mapping[str, ApiClient]:
        """Return clients as they are stored now, by id; those that are unknown or not active are left out."""
        known = self._known
        found = await self._db.read(load_clients, client_ids)
        known.update(found)
        return found

    def forget(self) -> None:
        """Read every client again before it is next used, because some were changed."""
        self._known = self._nobody()

    def _nobody(self) -> TTLCache[str, ApiClient]:
        return TTLCache(_MAX_CLIENTS, MEMORY_SECONDS, self._timer)
