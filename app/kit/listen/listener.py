"""Reads events one page after the other and posts each until it is accepted, so that none is lost or overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from app.kit.listen.feed import FeedPage, FeedSilent, PolledFeed
from app.kit.listen.forwarder import Forwarder
from app.kit.listen.place import FeedPlace, PlaceFile
from app.kit.receiver.played_hub import ReceiverAnswer

__all__ = ["Listener", "Posted"]

_GONE: Final = 410
_LONGEST_WAIT_SECONDS: Final = 30.0
_DOUBLED: Final = 16
"""How often a wait is doubled; then it has reached the longest."""


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One try of one event.

    Attributes:
        answer: of the receiver; None when events are not posted.
        again_in: the seconds until it is tried again; None when it is not.
    """

    event: Mapping[str, Any]
    answer: ReceiverAnswer | None = None
    again_in: float | None = None

    @property
    def is_done(self) -> bool:
        """Whether the receiver has it, or nothing is posted."""
        return self.answer is None or self.answer.is_accepted


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Listens to a hub.

    Attributes:
        feed: of the hub.
        forwarder: posts what is read; None: nothing is posted.
        places: where the place is kept.
        stop: set to end.
        note: shows a line about the connection with the hub.
        ready: called once the place is known: no event from then on is missed.
        first_wait: seconds until a first failure is tried again; each later one waits twice as long, at most 30.
    """

    feed: PolledFeed
    forwarder: Forwarder | None
    places: PlaceFile
    stop: asyncio.Event
    note: Callable[[str], None]
    ready: Callable[[], None]
    first_wait: float = 1.0

    async def run(self, *, from_first: bool) -> AsyncIterator[Posted]:
        """Yield each try of each event until ``stop`` is set or the receiver answers 410.

        Args:
            from_first: without a place that was kept, begin at the first event instead of behind the last.

        Raises:
            FeedRefused: the client may not read events, or no longer.
            FeedSilent: the hub did not answer the first request.
            Unreachable: the address of the receiver may not be called.
            PlaceUnusable: the place cannot be kept.
        """
        with self.places.held():
            async for posted in self._posted(from_first=from_first):
                yield posted

    async def _posted(self, *, from_first: bool) -> AsyncIterator[Posted]:
        place = self.places.read() or FeedPlace(None if from_first else await self.feed.end())
        self.places.write(place)
        self.ready()
        while not self.stop.is_set():
            page = await self._page(place)
            for event in place.behind(page.events):
                async for posted in self._until_accepted(event):
                    yield posted
                    if posted.is_done:
                        place = replace(place, last_id=event["id"])
                        self.places.write(place)
                if self.stop.is_set():
                    return
            place = FeedPlace(page.cursor)
            self.places.write(place)

    async def _page(self, place: FeedPlace) -> FeedPage:
        """Return the events after a place, or none when the end comes first; a silent hub is asked again."""
        for wait in self._waits():
            asked = asyncio.ensure_future(self.feed.page(place.cursor))
            ended = asyncio.ensure_future(self.stop.wait())
            try:
                await asyncio.wait([asked, ended], return_when=asyncio.FIRST_COMPLETED)
                if asked.done():
                    return asked.result()
            except FeedSilent as error:
                self.note(f"{error} Trying again in {wait:g} s.")
                await self._sleep(wait)
            finally:
                await _ended(asked, ended)
            if self.stop.is_set():
                break
        return FeedPage((), place.cursor)

    async def _until_accepted(self, event: Mapping[str, Any]) -> AsyncIterator[Posted]:
        if self.forwarder is None:
            yield Posted(event=event)
            return
        for wait in self._waits():
            answer = await self.forwarder.post(event)
            is_over = answer.is_accepted or answer.status == _GONE
            yield Posted(event=event, answer=answer, again_in=None if is_over else wait)
            if answer.status == _GONE:
                self.stop.set()
            if is_over or await self._sleep(wait):
                return

    def _waits(self) -> Iterator[float]:
        """Return the waits between tries: each twice as long as the one before, up to the longest."""
        return (min(self.first_wait * 2 ** min(tries, _DOUBLED), _LONGEST_WAIT_SECONDS) for tries in count())

    async def _sleep(self, seconds: float) -> bool:
        """Wait; return whether the end came first."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)
        return self.stop.is_set()


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
