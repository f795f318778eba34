"""The content of a partner's answer: unpacked within a size, of a bounded weight, and read apart from the event loop.

A text of a few million bytes may hold as many values, which take sixty times its room in memory, or be packed a
thousand times smaller. What is refused here is refused before anything is made of it.
"""

import asyncio
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from app.adapters.common.answers import UNEXPECTED_ANSWER
from app.domain.errors import PartnerUnreachable
from app.domain.json_signs import exceeds

T = TypeVar("T")

MOST_BYTES: Final = 8 * 2**20
"""The largest list that is read, unpacked; a page of 500 records has a few million bytes."""

MOST_BYTES_OF_ONE: Final = 512 * 2**10
"""The largest answer about one record, or to one message; many of them are read at once."""

MOST_SIGNS: Final = 250_000
"""The most values of JSON, or signs of XML that begin something, in an answer; 500 records have a fifth of it."""

MOST_RECORDS: Final = 2_000
"""The most records in a list; the hub asks for 500."""

MOST_CHARACTERS_OF_ONE: Final = 256 * 2**10
"""The most characters of a record in a list; the longest text in a contract has 4,000."""

ENCODINGS: Final = "gzip"
"""How a partner may pack its answers."""

_AT_ONCE: Final = 64 * 2**10
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN: Final = frozenset({"", "identity"})
_EITHER_HEADER: Final = 32 + zlib.MAX_WBITS

_LONGEST_TURN_SECONDS: Final = 0.0005

# One at a time, so that the memory of one is needed. Python lets the event loop work after each turn of this thread;
# with its own 5 ms a loop that waits a few times for its turn is late.
_reader: Final = ThreadPoolExecutor(1, "answers", initializer=sys.setswitchinterval, initargs=(_LONGEST_TURN_SECONDS,))


async def unpacked(parts: AsyncIterator[bytes], headers: Mapping[str, str], most: int) -> bytes:
    """Return the content of an answer.

    Args:
        parts: as they arrive.
        headers: of the answer, whatever the case of their names.
        most: the most bytes, unpacked.

    Raises:
        PartnerUnreachable: it is larger, or packed in a way that the hub did not ask for.
    """
    stated = headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and int(stated[:20]) > most:
        raise _too_large(most)
    unpack = _unpacking(headers.get("content-encoding", "").strip().lower())
    content = bytearray()
    async for part in parts:
        for unpacked_part in unpack(part):
            content += unpacked_part
            if len(content) > most:
                raise _too_large(most)
            if len(unpacked_part) == _AT_ONCE:
                # A few packed bytes may be many: others work in between.
                await asyncio.sleep(0)
    return bytes(content)


async def check_weight(content: bytes) -> None:
    """Check that few enough values are made of an answer, in JSON or in XML.

    Raises:
        PartnerUnreachable: there are more.
    """
    if await read_apart(content, partial(_is_too_heavy, content)):
        text = f"An answer with more than {MOST_SIGNS:,} values is not read; check what the partner sends"
        raise PartnerUnreachable(text, code=UNEXPECTED_ANSWER)


def _is_too_heavy(content: bytes) -> bool:
    of_xml = dict.fromkeys((b"<", b"=", b"&"), 0)
    # In parts, between which other threads work.
    for begin in range(0, len(content), _AT_ONCE):
        for sign in of_xml:
            of_xml[sign] += content.count(sign, begin, begin + _AT_ONCE)
        if max(of_xml.values()) > MOST_SIGNS:
            return True
    return exceeds(content, MOST_SIGNS)


def are_bounded(records: Sequence[object]) -> bool:
    """Return whether the records of a list are few, and none of them is too large to be stored."""
    return len(records) <= MOST_RECORDS and not any(map(_is_too_large, records))


def _is_too_large(record: object) -> bool:
    characters, waiting = 0, [record]
    while waiting and characters <= MOST_CHARACTERS_OF_ONE:
        match waiting.pop():
            case str(text):
                characters += len(text)
            case list(items):
                waiting += items
            case dict(members):
                waiting += [*members, *members.values()]
    return characters > MOST_CHARACTERS_OF_ONE


async def read_apart(content: bytes, read: Callable[[], T]) -> T:
    """Return what is read of an answer; a large one is read by a thread, and large ones one after the other.

    Raises:
        Exception: whatever ``read`` raises.
    """
    return read() if len(content) <= _AT_ONCE else await apart(read)


async def apart(read: Callable[[], T]) -> T:
    """Return what is read by the thread that reads large answers, one after the other.

    Raises:
        Exception: whatever ``read`` raises.
    """
    return await asyncio.get_running_loop().run_in_executor(_reader, read)


def _unpacking(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    if encoding in _PLAIN:
        return lambda part: iter((part,))
    if encoding not in _PACKED:
        text = "The partner packs its answers in another way than gzip, for which the hub asks; have it corrected there"
        raise PartnerUnreachable(text, code=UNEXPECTED_ANSWER)
    return _Unpacking().unpack


class _Unpacking:
    """Unpacks a little at a time, and no more than is wanted, whatever else was packed."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_EITHER_HEADER)

    def unpack(self, part: bytes) -> Iterator[bytes]:
        try:
            while part:
                yield self._stream.decompress(part, _AT_ONCE)
                part = self._stream.unconsumed_tail
        except zlib.error as error:
            text = "The partner's answer cannot be unpacked; trying again later"
            raise PartnerUnreachable(text, code=UNEXPECTED_ANSWER) from error


def _too_large(most: int) -> PartnerUnreachable:
    size = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 2**10} KiB"
    text = f"An answer of more than {size} is not read; check what the partner sends"
    return PartnerUnreachable(text, code=UNEXPECTED_ANSWER)
