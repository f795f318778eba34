"""How many values a JSON text has, found before any of them is made."""

from collections.abc import Iterator

_AT_ONCE = 64 * 2**10


def exceeds(content: bytes, most: int) -> bool:
    """Return whether more than this number of signs begin a value: commas and opening brackets outside texts.

    It looks at a part at a time, so that other threads work in between.
    """
    return _signs(content) > most and _exceeds_outside_texts(content, most)


def _signs(content: bytes) -> int:
    return sum(
        content.count(sign, begin, begin + _AT_ONCE)
        for begin in range(0, len(content), _AT_ONCE)
        for sign in (b",", b"[", b"{")
    )


def _exceeds_outside_texts(content: bytes, most: int) -> bool:
    signs = quotes = 0
    for part in _parts(content):
        plain = part.replace(b"\\\\", b"").replace(b'\\"', b"")
        pieces = plain.split(b'"')
        # An odd number of quotation marks came before: this part begins in a text.
        signs += sum(map(_signs, pieces[quotes % 2 :: 2]))
        quotes += len(pieces) - 1
        # Each value has one text at most, and a name.
        if signs > most or quotes > 4 * most:
            return True
    return False


def _parts(content: bytes) -> Iterator[bytes]:
    """Yield the content in parts that end outside an escape."""
    begin = 0
    while begin < len(content):
        end = begin + _AT_ONCE
        while content[end - 1 : end] == b"\\":
            following = content[end : end + _AT_ONCE]
            end += len(following) - len(following.lstrip(b"\\")) + 1
        yield content[begin:end]
        begin = end
