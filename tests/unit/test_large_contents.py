"""Large contents are weighed and unpacked in parts, with the same result as in one piece."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from random import Random

import pytest

from app.adapters.common.contents import MOST_SIGNS, check_weight, unpacked
from app.domain.errors import PartnerUnreachable
from app.domain.json_signs import exceeds

PART = 64 * 2**10
SIGNS = b'",[{\\\\\\x'


def values_in(content: bytes) -> int:
    """Return how many values a text has, read sign by sign."""
    found, is_text, is_escaped = 0, False, False
    for sign in content:
        if is_escaped and sign in b'\\"':
            is_escaped = False
            continue
        is_escaped = sign == ord("\\")
        if sign == ord('"'):
            is_text = not is_text
        elif not is_text and sign in b",[{":
            found += 1
    return found


def test_values_are_counted_across_the_borders_of_parts() -> None:
    random = Random(7)
    for _ in range(40):
        around = bytes(random.choice(SIGNS) for _ in range(40))
        content = b"," * 100 + b" " * (PART - 120) + around + b" " * (PART - 40) + around
        found = values_in(content)
        assert (exceeds(content, found), exceeds(content, found - 1)) == (False, True)


def test_a_text_that_ends_nowhere_has_no_values() -> None:
    for content in (b'"' + b",\\" * PART, b'"' + b"\\" * (3 * PART) + b"," * PART):
        assert not exceeds(content, 1)


async def test_others_work_while_a_small_packed_answer_is_unpacked() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def parts() -> AsyncIterator[bytes]:
        yield zlib.compress(b" " * (100 * PART), 9)

    working = asyncio.create_task(other())
    content = await unpacked(parts(), {"content-encoding": "deflate"}, 100 * PART)
    working.cancel()

    assert (len(content), turns >= 99) == (100 * PART, True)


async def test_signs_of_xml_are_counted_in_all_parts() -> None:
    few = b"<" * (MOST_SIGNS // 2) + b" " * PART
    await check_weight(few + few)

    with pytest.raises(PartnerUnreachable):
        await check_weight(few + few + b"<")
