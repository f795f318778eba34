"""Names without an answer hold up no other name, no other look-up of the process, and nobody for long."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp.abc import ResolveResult

from app.name_lookup import FAILED_SECONDS, SUSPECT_THREADS, THREADS, Address, NameLookup, system_addresses
from tests.support.patience import PATIENCE

FOUND = Address(socket.AF_INET, 6, "93.184.215.14")
SECONDS, SHORT = 1.0, 0.05


class Names:
    """A name server that gives no answer for names that begin with ``dead`` until it is told to end."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.missing: set[str] = set()
        self.is_silent = False
        self.ended = threading.Event()

    def __call__(self, host: str, _family: int) -> Sequence[Address]:
        """Look a name up, in a thread."""
        self.asked.append(host)
        if host.startswith("dead") or self.is_silent:
            self.ended.wait(PATIENCE)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        if host in self.missing:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [FOUND]


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    server = Names()
    yield server
    server.ended.set()


@pytest.fixture
async def lookup(names: Names, clock: Clock) -> AsyncIterator[NameLookup]:
    made = NameLookup(names, clock, seconds=SECONDS, known_seconds=SHORT)
    yield made
    await made.close()


async def hosts(lookup: NameLookup, name: str) -> list[str] | int | None:
    """Return the addresses of a name, or the fault."""
    try:
        found: list[ResolveResult] = await lookup.resolve(name, 443)
    except socket.gaierror as error:
        return error.errno
    return [each["host"] for each in found]


async def all_of(lookup: NameLookup, prefix: str, number: int) -> set[object]:
    """Look up many names at once; return what was found of them."""
    return {str(each) for each in await asyncio.gather(*(hosts(lookup, f"{prefix}{n}") for n in range(number)))}


async def test_the_addresses_of_a_name_are_found(lookup: NameLookup) -> None:
    assert await hosts(lookup, "a.example.nl") == [FOUND.host]
    assert {each.host for each in system_addresses("localhost", socket.AF_INET)} == {"127.0.0.1"}


async def test_a_name_without_an_answer_is_given_up_in_time_and_not_asked_for_again_at_once(
    lookup: NameLookup, names: Names, clock: Clock
) -> None:
    names.missing.add("nobody.example.nl")

    found = [await hosts(lookup, name) for name in ("dead.example.nl", "nobody.example.nl") for _ in range(3)]

    assert found == [socket.EAI_AGAIN] * 3 + [socket.EAI_NONAME] * 3
    assert names.asked == ["dead.example.nl", "nobody.example.nl"]
    clock.now = FAILED_SECONDS + 1
    names.missing.clear()
    assert await hosts(lookup, "nobody.example.nl") == [FOUND.host]


async def test_all_who_wait_for_a_name_share_one_look_up(lookup: NameLookup, names: Names) -> None:
    assert await asyncio.gather(*(hosts(lookup, "dead.example.nl") for _ in range(50))) == [socket.EAI_AGAIN] * 50
    assert names.asked == ["dead.example.nl"]


async def test_dead_names_leave_room_for_others_from_the_second_look_up_on(
    lookup: NameLookup, names: Names, clock: Clock
) -> None:
    names.ended.set()
    await all_of(lookup, "dead", 60)
    names.ended.clear()
    names.asked.clear()
    clock.now = FAILED_SECONDS + 1

    dead = asyncio.create_task(all_of(lookup, "dead", 60))
    await asyncio.sleep(0)
    alive = [await hosts(lookup, f"alive{n}") for n in range(40)]

    assert alive == [[FOUND.host]] * 40
    assert await dead == {str(int(socket.EAI_AGAIN))}
    assert sum(name.startswith("dead") for name in names.asked) == SUSPECT_THREADS


async def test_a_name_that_is_known_keeps_its_addresses_while_there_is_no_answer(
    lookup: NameLookup, names: Names
) -> None:
    await hosts(lookup, "a.example.nl")
    names.is_silent = True

    found = [await hosts(lookup, "a.example.nl") for _ in range(3)]
    await all_of(lookup, "dead", 4 * THREADS)
    found.append(await hosts(lookup, "a.example.nl"))

    assert found == [[FOUND.host]] * 4
    assert names.asked.count("a.example.nl") == 2


async def test_a_name_that_is_gone_does_not_keep_its_addresses(lookup: NameLookup, names: Names) -> None:
    await hosts(lookup, "a.example.nl")
    names.missing.add("a.example.nl")

    assert await hosts(lookup, "a.example.nl") == socket.EAI_NONAME


async def test_no_more_names_are_looked_up_at_once_than_there_are_threads(lookup: NameLookup, names: Names) -> None:
    await all_of(lookup, "dead", 200)

    assert len(names.asked) == THREADS


async def test_what_is_no_name_is_said_as_the_system_says_it() -> None:
    with pytest.raises(UnicodeError):
        await NameLookup().resolve("a" * 70 + ".example.nl")


async def test_the_threads_of_the_event_loop_stay_free(lookup: NameLookup, names: Names) -> None:
    dead = asyncio.create_task(all_of(lookup, "dead", 200))

    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), PATIENCE) == "free"
    assert {each.name for each in threading.enumerate() if each.daemon} >= {"name-lookup"}
    await dead
