"""The polls of this process that wait for an event: one look at the database for all of them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from app.database import Database
from app.domain.details import Detail
from app.domain.errors import TooManyRequests, Unavailable
from app.domain.events import EventType
from app.models.delivery.event_feed import news_of_feeds

__all__ = ["WaitingPoll", "WaitingPolls"]

# Commits of other processes may not be signalled.
_RECHECK_SECONDS = 1.0

# Pause after a look, so that a busy hub is not queried after each of its writes, nor for more than a tenth of the time.
_PAUSE_SECONDS = 0.05
_PAUSE_PER_LOOK = 9


@dataclass(frozen=True, eq=False, kw_only=True)
class WaitingPoll:
    """A poll that found nothing.

    Attributes:
        organisation_id: whose events it wants.
        types: which of them.
        after: the number in the feed after which it found nothing.
        looks: how many looks had begun before that, by :attr:`WaitingPolls.looks`.
        stop: ends the wait.
    """

    organisation_id: UUID
    types: frozenset[EventType]
    after: int
    looks: int
    stop: asyncio.Event
    answered: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class WaitingPolls:
    """What waits here has no connection with the database, however long it takes.

    Args:
        db: the database with the events.
        most: the most polls that wait at a time.
        most_of_client: the most of one client.
    """

    def __init__(self, db: Database, most: int, most_of_client: int) -> None:
        self._db = db
        self._most, self._most_of_client = most, most_of_client
        self._places: Counter[str] = Counter()
        self._waiting: set[WaitingPoll] = set()
        self._committed = db.listen()
        self._watching: asyncio.Task[None] | None = None
        self._is_looking = False
        self.looks = 0

    @property
    def number(self) -> int:
        """How many polls wait."""
        return len(self._waiting)

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Let a poll of a client wait within the block.

        Raises:
            TooManyRequests: as many polls of this client wait as may.
            Unavailable: as many polls wait as may.
        """
        if self._places[client] >= self._most_of_client:
            raise TooManyRequests(Detail.CLIENT_WAITS_ENOUGH(most=self._most_of_client))
        if self._places.total() >= self._most:
            raise Unavailable(Detail.TOO_MANY_WAIT())
        self._places[client] += 1
        try:
            yield
        finally:
            self._places[client] -= 1
            if not self._places[client]:
                del self._places[client]

    async def wait(self, poll: WaitingPoll, seconds: float) -> bool:
        """Return True as soon as there is news for a poll or it must stop, False when its wait is over.

        Raises:
            Unavailable: the database cannot be asked.
        """
        self._waiting.add(poll)
        if self.looks != poll.looks:
            # One may have been too early for what it did not find.
            self._committed.notify()
        if self._watching is None or self._watching.done():
            # In a context of its own: it works for every poll, and not for the first one only.
            self._watching = asyncio.create_task(self._watch(), context=Context())
        try:
            async with asyncio.timeout(seconds):
                await poll.answered
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._waiting.discard(poll)
            if not self._waiting and not self._is_looking:
                self._watching.cancel()

    async def _watch(self) -> None:
        while self._waiting:
            await self._committed.wait(_RECHECK_SECONDS)
            began = monotonic()
            self._is_looking = True
            await self._look()
            self._is_looking = False
            await asyncio.sleep(max(_PAUSE_SECONDS, _PAUSE_PER_LOOK * (monotonic() - began)))

    async def _look(self) -> None:
        """Answer the polls for which there is news, or all when that cannot be found out."""
        self.looks += 1
        try:
            news = await self._db.read(news_of_feeds, self._wanted())
        except Exception as error:  # noqa: BLE001 - raised by each poll
            for each in self._unanswered():
                each.answered.set_exception(Unavailable(error.said) if isinstance(error, Unavailable) else error)
            return
        for each in self._unanswered():
            found = news.get(each.organisation_id)
            if each.stop.is_set() or (found and (found.is_behind or found.last_number > each.after)):
                each.answered.set_result(None)

    def _unanswered(self) -> list[WaitingPoll]:
        return [each for each in self._waiting if not each.answered.done()]

    def _wanted(self) -> Mapping[frozenset[EventType], Set[UUID]]:
        wanted: dict[frozenset[EventType], set[UUID]] = defaultdict(set)
        for each in self._waiting:
            wanted[each.types].add(each.organisation_id)
        return wanted
