"""What a text must be before the hub stores it or compares it, wherever it enters."""

import re

# PostgreSQL stores no NUL, and half of a surrogate pair is no character: it has no UTF-8 form.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Return whether both stores can hold the text: it has neither NUL nor half a character."""
    return _UNSTORABLE.search(text) is None
