"""Organisations in memory: they are read at every registration and change a few times a year."""

import time
from collections.abc import Callable, Collection, Iterable
from threading import Lock
from uuid import UUID

from cachetools import TTLCache

from app.database import Connection
from app.domain.values import Organisation
from app.models.access.organisation import find_organisation, load_organisations

MAX_AGE_SECONDS = 30.0
_MAX_ORGANISATIONS = 10_000


class OrganisationCache:
    """Organisations by code and by id, read from the database when they are not known here.

    A change is visible as soon as ``invalidate`` is called, which every process does within a second, and otherwise
    within ``MAX_AGE_SECONDS``. Safe to share between threads, and not for a transaction that itself changes
    organisations: it would remember what may be rolled back.

    Args:
        timer: returns seconds that only go forward.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._by_code: TTLCache[str, Organisation] = TTLCache(_MAX_ORGANISATIONS, MAX_AGE_SECONDS, timer)
        self._by_id: TTLCache[UUID, Organisation] = TTLCache(_MAX_ORGANISATIONS, MAX_AGE_SECONDS, timer)
        self._lock = Lock()
        self._version = 0

    def find(self, tx: Connection, code: str) -> Organisation | None:
        """Return the organisation with this code; None when there is none, which is not remembered."""
        with self._lock:
            known, version = self._by_code.get(code), self._version
        if known is not None:
            return known
        found = find_organisation(tx, code)
        if found is not None:
            self._remember([found], version)
        return found

    def load(self, tx: Connection, ids: Collection[UUID]) -> dict[UUID, Organisation]:
        """Return organisations by id; those that are not cached in one query."""
        with self._lock:
            known = {each: one for each in ids if (one := self._by_id.get(each)) is not None}
            version = self._version
        missing = [each for each in ids if each not in known]
        if not missing:
            return known
        found = load_organisations(tx, missing)
        self._remember(found.values(), version)
        return known | found

    def invalidate(self) -> None:
        """Forget every organisation; call it after the commit of a change."""
        with self._lock:
            self._version += 1
            self._by_code.clear()
            self._by_id.clear()

    def _remember(self, found: Iterable[Organisation], version: int) -> None:
        with self._lock:
            # What was read before a change must not be remembered after it.
            if version == self._version:
                for each in found:
                    self._by_code[each.code] = self._by_id[each.id] = each
