"""Whether requests can be served: the database has the newest schema and takes writes."""

import asyncio
import time
from collections.abc import Callable

from app.database import Database, StoreError
from app.domain.errors import Unavailable
from app.models.access.master_key_check import rewrite_master_key_check
from app.operations.schema import DatabaseUnusable, fault_of_store, require_newest_schema

WRITE_SECONDS = 1.0
"""The least time between two writes, because anybody may ask."""

ANSWER_SECONDS = 5.0
"""The longest wait for the database: who asks wants to know now."""


class Readiness:
    """What was found so far: a schema that is right stays right for as long as the process runs.

    Args:
        timer: returns seconds that only grow.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._has_newest_schema = False
        self._written_at: float | None = None

    async def require(self, db: Database) -> None:
        """Check that requests can be served.

        Raises:
            Unavailable: the database is out of reach, has another schema or takes no writes; with the remedy.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._require_schema(db)
                await self._require_write(db)
        except DatabaseUnusable as error:
            raise Unavailable(error.said) from error
        except (Unavailable, StoreError, TimeoutError) as error:
            raise Unavailable(fault_of_store(error)) from error

    async def _require_schema(self, db: Database) -> None:
        if not self._has_newest_schema:
            await require_newest_schema(db)
            self._has_newest_schema = True

    async def _require_write(self, db: Database) -> None:
        now = self._timer()
        if self._written_at is None or now - self._written_at >= WRITE_SECONDS:
            await db.write_without_notifying(rewrite_master_key_check)
            self._written_at = now
