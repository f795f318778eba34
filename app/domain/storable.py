"""What both stores can keep of a partner's record: keys of bounded length, and texts of whole characters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final

from app.domain.errors import PartnerUnreadable
from app.domain.ports import PartnerRecord, ReadError

LONGEST_KEY: Final = 200
"""The most characters of a key of a partner's record."""

# PostgreSQL refuses NUL and lone surrogates; the others belong in no text, as over the API (app/api/schemas/fields.py).
_ODD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NAME: Final = re.compile(r"(?!.*\d{3})[^\W\d]\w{0,39}")
_LONGEST_PLACE: Final = 100
_KEPT_OF_A_KEY: Final = 100
_ODD_KEY: Final = ReadError(
    "key",
    PartnerUnreadable.reason,
    "A key of the record is too long or holds a control character or half a character, and is shown escaped; have it "
    "corrected at the partner.",
)


def with_storable_keys(record: PartnerRecord) -> PartnerRecord:
    """Return a record whose keys every store can keep; one with another key is unread, and goes to quarantine."""
    storable = replace(
        record,
        external_id=storable_key(record.external_id),
        case_id=storable_key(record.case_id),
        version=storable_key(record.version),
    )
    if storable == record:
        return record
    return replace(storable, commands=(), unread=record.unread or _ODD_KEY)


def storable_key(key: str) -> str:
    """Return a key as it is when every store can keep it, else its beginning in escaped form with a hash of all of it.

    Applying this to its own result changes nothing.
    """
    if len(key) <= LONGEST_KEY and not _ODD.search(key):
        return key
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    escaped = _ODD.sub(lambda found: f"\\u{ord(found.group()):04x}", key)
    return f"{escaped[:_KEPT_OF_A_KEY]}~{digest[:16]}"


def odd_place(payload: Mapping[str, object]) -> str | None:
    """Return where a payload holds a control character or half a character; None when every store can keep its texts.

    The place is made of the partner's names, with dots between them; a name that could be personal data is left out.
    """
    return next((place for place, text in _texts(payload) if _ODD.search(text)), None)


def _texts(payload: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    # A list of what is left instead of recursion: a payload may be nested deeper than Python's stack.
    left: list[tuple[str, object]] = [("", payload)]
    while left:
        place, value = left.pop()
        if isinstance(value, str):
            yield place or "record", value
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                yield place or "record", name
                left.append((_inside(place, name), inner))
        elif isinstance(value, list | tuple):
            left.extend((place, inner) for inner in value)


def _inside(place: str, name: str) -> str:
    shown = name if _NAME.fullmatch(name) else "(unnamed)"
    return (f"{place}.{shown}" if place else shown)[:_LONGEST_PLACE]
