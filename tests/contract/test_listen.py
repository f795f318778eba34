"""The listener posts every event once, in order, whatever fails on either side."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.events.http.signing import new_secret
from app.kit.listen.feed import FeedRefused, FeedSilent, PolledFeed
from app.kit.listen.forwarder import Forwarder
from app.kit.listen.listener import Listener, Posted
from app.kit.listen.place import FeedPlace, PlaceFile, PlaceUnusable
from app.kit.outbound import ConnectionCount, outbound_client
from app.operations.clock import SystemClock
from app.sandbox.runtime import serving
from tests.support.small_hub import SmallHub
from tests.support.small_receiver import Fault, SmallReceiver

SECRET = new_secret()


def events(number: int) -> list[dict[str, Any]]:
    return [
        {"id": f"event-{each}", "type": "nl.example.v1", "subject": "één", "sequence": str(each), "data": {}}
        for each in range(1, number + 1)
    ]


class Listening:
    """A listener between a small hub and a small receiver, with what it did."""

    def __init__(self, listener: Listener, receiver: SmallReceiver) -> None:
        self.listener, self.receiver = listener, receiver
        self.posted: list[Posted] = []
        self.notes: list[str] = []

    async def until(self, number: int, *, from_first: bool = True) -> None:
        """Listen until the receiver accepted this number of events."""
        async for each in self.listener.run(from_first=from_first):
            self.posted.append(each)
            if len(self.receiver.events) >= number:
                self.listener.stop.set()

    def accepted(self) -> list[str]:
        return [each["id"] for each in self.receiver.events]


@asynccontextmanager
async def listening(
    hub: SmallHub,
    place: Path | None = None,
    fault: Fault = Fault.NONE,
    seconds: float = 15.0,
    ready: Callable[[], None] = lambda: None,
) -> AsyncIterator[Listening]:
    receiver, notes = SmallReceiver(SECRET, fault), list[str]()
    async with AsyncExitStack() as running:
        hub_server = await running.enter_async_context(serving(hub.app()))
        receiver_server = await running.enter_async_context(serving(receiver.app()))
        outbound = outbound_client(ConnectionCount(), timeout_seconds=seconds)
        forwarder = Forwarder(f"{receiver_server.url}/hook", SECRET, outbound, SystemClock())
        feed = PolledFeed(hub_server.url, hub.token)
        running.push_async_callback(forwarder.close)
        running.push_async_callback(feed.close)
        listener = Listener(
            feed=feed,
            forwarder=forwarder,
            places=PlaceFile(place),
            stop=asyncio.Event(),
            note=notes.append,
            ready=ready,
            first_wait=0.001,
        )
        found = Listening(listener, receiver)
        found.notes = notes
        yield found


async def test_every_event_is_posted_signed_and_in_order() -> None:
    async with listening(SmallHub(events(5))) as found:
        await found.until(5)

    assert [each["id"] for each in found.receiver.events] == [f"event-{each}" for each in range(1, 6)]
    assert [each.answer.words if each.answer else "" for each in found.posted] == ["204"] * 5


async def test_a_receiver_that_fails_gets_the_same_event_again_and_no_other() -> None:
    async with listening(SmallHub(events(3)), fault=Fault.FAILS) as found:
        async for each in found.listener.run(from_first=True):
            found.posted.append(each)
            if len(found.posted) == 3:
                found.receiver.fault = Fault.NONE
            if len(found.receiver.events) == 3:
                found.listener.stop.set()

    assert [each.event["id"] for each in found.posted] == ["event-1"] * 4 + ["event-2", "event-3"]
    assert [each.again_in for each in found.posted] == [0.001, 0.002, 0.004, None, None, None]


async def test_the_place_is_kept_between_runs_to_the_event(tmp_path: Path) -> None:
    hub, place = SmallHub(events(5), page_size=4), tmp_path / "place.json"
    async with listening(hub, place) as first:
        await first.until(2)
    async with listening(hub, place) as second:
        await second.until(3, from_first=False)

    assert first.accepted() + second.accepted() == [f"event-{each}" for each in range(1, 6)]
    assert set(json.loads(place.read_text())) == {"cursor", "lastId"}


async def test_without_a_place_it_begins_behind_the_last_event() -> None:
    hub = SmallHub(events(3))
    # What happens once it says that it listens is posted.
    async with listening(hub, ready=lambda: setattr(hub, "events", events(4))) as found:
        await found.until(1, from_first=False)

    assert found.accepted() == ["event-4"]


async def test_a_token_that_is_no_longer_accepted_is_renewed_once() -> None:
    hub = SmallHub(events(4))
    async with listening(hub) as found:
        async for _ in found.listener.run(from_first=True):
            if len(found.receiver.events) == 2:
                hub.tokens += 1
            if len(found.receiver.events) == 4:
                found.listener.stop.set()

    assert found.accepted() == [f"event-{each}" for each in range(1, 5)]
    assert hub.tokens == 3


async def test_a_hub_that_is_away_for_a_while_is_asked_again() -> None:
    hub = SmallHub(events(2))
    hub.failures.extend([503, 502])
    async with listening(hub) as found:
        await found.until(2)

    assert found.accepted() == ["event-1", "event-2"]
    assert [note.split(" Trying")[0] for note in found.notes] == ["The hub answered 503.", "The hub answered 502."]


async def test_an_answer_that_asking_again_does_not_change_ends_it_with_what_the_hub_says() -> None:
    # 400: the place is of another hub.
    for status in (400, 403, 422):
        hub = SmallHub(events(2))
        hub.failures.extend([status])
        async with listening(hub) as found:
            with pytest.raises(FeedRefused, match="not now"):
                await found.until(2)


async def test_410_ends_it_and_the_event_is_posted_again_in_the_next_run(tmp_path: Path) -> None:
    hub, place = SmallHub(events(2)), tmp_path / "place.json"
    async with listening(hub, place, Fault.GONE) as first:
        await first.until(2)
    async with listening(hub, place) as second:
        await second.until(2)

    assert [each.event["id"] for each in first.posted] == ["event-1"]
    assert second.accepted() == ["event-1", "event-2"]


def test_a_file_of_another_kind_is_not_taken_for_a_place(tmp_path: Path) -> None:
    file = tmp_path / "place.json"
    assert PlaceFile(file).read() is None
    for text in ("", "[]", '{"cursor": "1"}', '{"cursor": 1, "lastId": null}', "[" * 100_000, "\ufeff"):
        file.write_text(text)
        with pytest.raises(ValueError, match="holds no place"):
            PlaceFile(file).read()
    PlaceFile(file).write(FeedPlace("7", "a"))
    assert PlaceFile(file).read() == FeedPlace("7", "a")


async def test_two_listeners_do_not_share_a_place(tmp_path: Path) -> None:
    hub, place = SmallHub(events(2)), tmp_path / "place.json"
    async with listening(hub, place) as first, listening(hub, place) as second:
        async for _ in first.listener.run(from_first=True):
            with pytest.raises(PlaceUnusable, match="Another `trajecthub listen` keeps its place"):
                await second.until(2)
            first.listener.stop.set()
        await second.until(1, from_first=False)

    assert first.accepted() + second.accepted() == ["event-1", "event-2"]


def test_a_file_that_cannot_hold_a_place_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "folder", tmp_path / "missing" / "place.json"):
        with pytest.raises(PlaceUnusable, match="name another file with --cursor"):
            PlaceFile(file).write(FeedPlace("7", "a"))
    with pytest.raises(PlaceUnusable, match="cannot be used"):
        PlaceFile(tmp_path / "folder").read()
    with pytest.raises(PlaceUnusable, match="cannot be used"), PlaceFile(tmp_path / "missing" / "place.json").held():
        pass


async def test_events_without_an_id_are_no_events_of_a_hub() -> None:
    hub = SmallHub([{"type": "nl.example.v1"}])
    async with listening(hub) as found:
        with pytest.raises(FeedSilent, match="is no hub"):
            await found.listener.feed.page(None, wait=False)
