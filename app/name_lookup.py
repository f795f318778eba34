"""Looking up the names of receivers and partners, so that names without an answer hold nobody up.

The system's look-up has no deadline and takes a thread, and the threads of the event loop are few and shared with the
database's names and everything else. So each client has a number of threads of its own, and names that had no answer
before use a few of them only.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from aiohttp.abc import AbstractResolver, ResolveResult
from cachetools import TTLCache
from typing_extensions import override

LOOKUP_SECONDS: Final = 5.0
"""A name has its addresses within this time, or the call fails as one to an unknown host."""

KNOWN_SECONDS: Final = 1.0
"""The same for a name that was looked up before; then its former addresses are used, for an hour at most."""

FAILED_SECONDS: Final = 15.0
"""A name without an answer is not looked up again sooner."""

THREADS: Final = 16
SUSPECT_THREADS: Final = 4
"""The most look-ups at once, and of these the most of names that had no answer in the last hour."""

_REMEMBERED_SECONDS: Final = 3600.0
_MOST_NAMES: Final = 4096


class Address(NamedTuple):
    """An address of a host, as ``socket.getaddrinfo`` has it."""

    family: int
    protocol: int
    host: str


LookUp = Callable[[str, int], Sequence[Address]]
"""Returns the addresses of a host in a family; raises ``socket.gaierror``. Called in a thread."""

_Name = tuple[str, int]


def system_addresses(host: str, family: int) -> Sequence[Address]:
    """Return the addresses of a host by the system.

    Raises:
        OSError: there are none, or the name server does not answer.
    """
    found = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    # An address with a scope has it behind a percent sign, as aiohttp expects.
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    return [Address(each[0], each[2], socket.getnameinfo(each[4], numeric)[0]) for each in found]


class NameLookup(AbstractResolver):
    """Looks up names in threads of its own; one look-up serves all who wait for the same name.

    Args:
        look_up: by the system, or by a test.
        timer: returns seconds that only go forward.
        seconds: the longest wait for a name that is not known.
        known_seconds: the longest wait for one that is.
    """

    def __init__(
        self,
        look_up: LookUp = system_addresses,
        timer: Callable[[], float] = time.monotonic,
        *,
        seconds: float = LOOKUP_SECONDS,
        known_seconds: float = KNOWN_SECONDS,
    ) -> None:
        self._look_up, self._seconds, self._known_seconds = look_up, seconds, known_seconds
        self._known: TTLCache[_Name, Sequence[Address]] = TTLCache(_MOST_NAMES, _REMEMBERED_SECONDS, timer)
        self._failed: TTLCache[_Name, int] = TTLCache(_MOST_NAMES, FAILED_SECONDS, timer)
        self._suspect: TTLCache[_Name, None] = TTLCache(_MOST_NAMES, _REMEMBERED_SECONDS, timer)
        self._under_way: dict[_Name, asyncio.Task[Sequence[Address]]] = {}
        self._room, self._room_of_suspects = asyncio.Semaphore(THREADS), asyncio.Semaphore(SUSPECT_THREADS)

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        Raises:
            OSError: it has none, or there was no answer in time.
        UnicodeError: it is no name.
        """
        return [
            ResolveResult(
                hostname=host,
                host=each.host,
                port=port,
                family=each.family,
                proto=each.protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for each in await self._addresses((host, family))
        ]

    @override
    async def close(self) -> None:
        """Wait for nothing any more; threads that still do end alone, or with the process."""
        for each in list(self._under_way.values()):
            each.cancel()

    async def _addresses(self, name: _Name) -> Sequence[Address]:
        known = self._known.get(name)
        if (fault := self._failed.get(name)) is not None:
            if known is not None and fault == socket.EAI_AGAIN:
                return known
            raise socket.gaierror(fault, "the name had no answer a moment ago")
        try:
            async with asyncio.timeout(self._seconds if known is None else self._known_seconds):
                return await asyncio.shield(self._begun(name))
        except TimeoutError:
            fault = socket.EAI_AGAIN
        except socket.gaierror as error:
            fault = error.errno or socket.EAI_NONAME
        if known is not None and fault == socket.EAI_AGAIN:
            return known
        raise socket.gaierror(fault, "the name has no answer")

    def _begun(self, name: _Name) -> asyncio.Task[Sequence[Address]]:
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.create_task(self._find(name))
            task.add_done_callback(lambda ended: self._end(name, ended))
        return task

    def _end(self, name: _Name, ended: asyncio.Task[Sequence[Address]]) -> None:
        del self._under_way[name]
        if not ended.cancelled():
            # Nobody may be left who waits for it.
            ended.exception()

    async def _find(self, name: _Name) -> Sequence[Address]:
        room = [self._room_of_suspects, self._room] if name in self._suspect else [self._room]
        taken: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(self._seconds):
                for each in room:
                    await each.acquire()
                    taken.append(each)
            return await self._found(name)
        finally:
            for each in taken:
                each.release()

    async def _found(self, name: _Name) -> Sequence[Address]:
        late = asyncio.get_running_loop().call_later(self._seconds, self._note_failure, name, socket.EAI_AGAIN)
        try:
            found = self._known[name] = await _in_thread(self._look_up, name)
        except OSError as error:
            self._note_failure(name, error.errno or socket.EAI_NONAME)
            raise
        finally:
            late.cancel()
        self._failed.pop(name, None)
        self._suspect.pop(name, None)
        return found

    def _note_failure(self, name: _Name, fault: int) -> None:
        self._failed[name], self._suspect[name] = fault, None


async def _in_thread(look_up: LookUp, name: _Name) -> Sequence[Address]:
    # No executor: the process would wait for its threads when it ends.
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Sequence[Address]] = loop.create_future()

    def tell(found: Sequence[Address] | Exception) -> None:
        if done.cancelled():
            return
        if isinstance(found, Exception):
            done.set_exception(found)
        else:
            done.set_result(found)

    def work() -> None:
        found: Sequence[Address] | Exception
        try:
            found = look_up(*name)
        # What it raises on a name that is none, such as one with labels that are too long, is its caller's to know.
        except (OSError, UnicodeError) as error:
            found = error
        # The loop may be gone.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=work, name="name-lookup", daemon=True).start()
    return await done
