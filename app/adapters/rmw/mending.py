"""RMW's answers that are no XML: the registrations in them that can be read, each alone.

What XML cannot hold (a control character, half a character, a byte of another encoding, an unknown entity) is marked by
a character of a private area, so that the rest parses; ``restored`` returns the text as RMW sent it, and the mapping
finds what does not belong there (``app.domain.storable``).
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape

from app.adapters.common.contents import MOST_RECORDS

_MARKS: Final = 0x10F000
_OTHER: Final = _MARKS + 0x100
_ODD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKED: Final = re.compile(f"[{chr(_MARKS)}-{chr(_OTHER)}]")
_REFERENCE: Final = re.compile(
    # One that does not end takes the rest with it: looking for each end anew would take the square of their number.
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:#x([0-9a-fA-F]+);|#([0-9]+);|(?:amp|lt|gt|quot|apos);)?",
    re.DOTALL,
)
_LONGEST_DECLARATION: Final = 300
_DECLARATION: Final = re.compile(rb"""^\s*<\?xml[^>]*?(?:encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*)?\?>""")
_START: Final = re.compile(r"<((?:[\w.-]+:)?)aanmelding(?=[\s/>])")
_END: Final = re.compile(r"</(?:[\w.-]+:)?aanmelding\s*>")
_NUMBER: Final = re.compile(r"<(?:[\w.-]{1,100}:)?aanmeldnummer[ \t\r\n]{0,20}>([^<&]{1,200})</")
_LONGEST_NUMBER: Final = 40

_ENCODINGS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
"""Those in which a sign of XML is the same byte, and that are read in a time that grows with the length only."""

_MOST_ODD: Final = 10_000
_AT_ONCE: Final = 64 * 2**10
_LONGEST_BEGINNING: Final = 1000
_LONGEST_AROUND: Final = 64 * 2**10


def mended(message: bytes) -> str:
    """Return a message with a mark in the place of everything that XML cannot hold, and without its declaration.

    Raises:
        ValueError: nearly all of it is what XML cannot hold, or it does not begin as XML.
    """
    if b"<" not in message[:_LONGEST_BEGINNING]:
        raise ValueError("no XML")
    declared = _DECLARATION.match(message[:_LONGEST_DECLARATION])
    encoding = _encoding_in(declared) or "utf-8"
    content = message[declared.end() :] if declared else message
    text = _decoded(content, encoding if encoding in _ENCODINGS - {"utf-8"} else "utf-8-sig")
    # First what is odd, because nearly nothing else is read when there is too much of it.
    return _REFERENCE.sub(_reference, _marked(text))


def _marked(text: str) -> str:
    parts, left = [], _MOST_ODD
    # In parts, between which other threads work.
    for begin in range(0, len(text), _AT_ONCE):
        part, number = _ODD.subn(lambda found: _mark(ord(found.group())), text[begin : begin + _AT_ONCE], left)
        parts.append(part)
        left -= number
        if left <= 0:
            raise ValueError("no text")
    return "".join(parts)


def is_readable(message: bytes) -> bool:
    """Return whether a message is in an encoding that is read, as far as its first bytes say."""
    declared = _DECLARATION.match(message[:_LONGEST_DECLARATION])
    return message.removeprefix(BOM_UTF8).lstrip()[:1] == b"<" and (_encoding_in(declared) or "utf-8") in _ENCODINGS


def restored(text: str) -> str:
    """Return a text of a mended message as it was sent."""
    return _MARKED.sub(_unmarked, text)


def taken_apart(message: str, parses: Callable[[str], bool]) -> str:
    """Return a list in which each registration that is no XML is one that holds its text (*bericht*).

    Args:
        message: a mended message with ``aanmelding`` elements.
        parses: returns whether a message is XML.
    """
    starts = list(_START.finditer(message))
    ends = list(_END.finditer(message))
    if not starts or not ends:
        return message
    head, tail = message[: starts[0].start()], message[ends[-1].end() :]
    # What is around the registrations is read with each of them.
    if len(head) + len(tail) > _LONGEST_AROUND or len(starts) > MOST_RECORDS:
        return message
    borders = [*(start.start() for start in starts), ends[-1].end()]
    elements = [message[begin:end] for begin, end in pairwise(borders)]
    kept = [
        element if parses(f"{head}{element}{tail}") else _set_aside(element, start.group(1))
        for element, start in zip(elements, starts, strict=True)
    ]
    return f"{head}{''.join(kept)}{tail}"


def _encoding_in(declared: re.Match[bytes] | None) -> str | None:
    return declared.group(1).decode().lower() if declared and declared.group(1) else None


def _set_aside(element: str, prefix: str) -> str:
    """Return a registration with the number and the text of one that is no XML."""
    found = _NUMBER.search(element)
    number = found.group(1).strip() if found else ""
    is_usable = 0 < len(number) <= _LONGEST_NUMBER
    named = f"<{prefix}aanmeldnummer>{number}</{prefix}aanmeldnummer>" if is_usable else ""
    return f"<{prefix}aanmelding>{named}<{prefix}bericht>{escape(element)}</{prefix}bericht></{prefix}aanmelding>"


def _reference(found: re.Match[str]) -> str:
    if found.group() == "&":
        # An unknown entity, or an ampersand that is not escaped: what was meant is not certain.
        return f"{chr(_OTHER)}&amp;"
    hexadecimal, decimal = found.groups()
    if hexadecimal is None and decimal is None:
        return found.group()
    # No character has more than seven digits; Python refuses to read thousands.
    code = int(hexadecimal[-8:], 16) if hexadecimal else int(decimal[-8:])
    return found.group() if _is_character(code) else _mark(code)


def _is_character(code: int) -> bool:
    return code <= 0x10FFFF and not _ODD.fullmatch(chr(code))


def _mark(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return chr(_MARKS + code) if code < 0x100 else chr(_OTHER)


def _unmarked(found: re.Match[str]) -> str:
    code = ord(found.group()) - _MARKS
    if code == _OTHER - _MARKS:
        return "\ufffe"
    # A byte of another encoding is half a character, as Python decodes it.
    return chr(code if code < 0x80 else 0xDC00 + code)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding, "surrogateescape")
    except (LookupError, UnicodeError):
        return content.decode("utf-8", "surrogateescape")
