"""How many values a JSON text has, found before any of them is made."""


def exceeds(content: bytes, most: int) -> bool:
    """Return whether more than this number of signs begin a value: commas and opening brackets outside texts."""
    return _signs(content) > most and _signs_outside_texts(content, most) > most


def _signs(content: bytes) -> int:
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def _signs_outside_texts(content: bytes, most: int) -> int:
    plain = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Each value has one text at most, and a name.
    if plain.count(b'"') > 4 * most:
        return most + 1
    return sum(map(_signs, plain.split(b'"')[::2]))
