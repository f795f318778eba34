"""What a text must be before the hub stores it or compares it, wherever it enters."""

import re
import unicodedata

# PostgreSQL stores no NUL, and half of a surrogate pair is no character: it has no UTF-8 form.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


# Characters that count as alphabetic or as signs, and show nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Without these two, names in Persian and in Indian languages cannot be written.
_JOINERS = frozenset("\u200c\u200d")
# Visible signs of Arabic, Syriac and Kaithi, which Unicode counts among the format characters.
_SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# No spaces and no long numbers: a name, an address, a phone number or a BSN in the wrong field is never repeated.
_CODE = re.compile(r"(?!.*\d{5})[A-Za-z0-9][A-Za-z0-9_-]*")
_LONGEST_CODE = 30
_TRUNK_PREFIX = re.compile(r"^(\+[0-9]{1,3} ?)\(0\)")
_PHONE_SEPARATORS = re.compile(r"[\s().]+")


def composed(text: str) -> str:
    """Return the text in Unicode's composed form (NFC): an é is one character, however it was typed."""
    return unicodedata.normalize("NFC", text)


def is_readable_name(text: str) -> bool:
    """Return whether a text can be the name of a person: it has an alphabetic character, and nothing hidden.

    Hidden are zero-width characters, and those that turn the direction of writing, so that a name reads as another.
    """
    return any(_is_alphabetic(each) for each in text) and not any(_is_hidden(each) for each in text)


def without_hidden(text: str) -> str:
    """Return the text without zero-width characters, and without those that turn the direction of writing.

    They show nothing of their own, so that a text reads as another, or two that look alike are not the same. The
    joiners that some languages need are kept.
    """
    return text if text.isascii() else "".join(each for each in text if not _is_hidden(each))


def plain_phone(text: str) -> str:
    """Return a telephone number with single spaces in place of brackets and dots; hyphens are left."""
    return _PHONE_SEPARATORS.sub(" ", _TRUNK_PREFIX.sub(r"\1 ", text)).strip()


def shown_code(code: object, longest: int = _LONGEST_CODE) -> str:
    """Return a code as a message may name it; a text that could be more than a code is left out."""
    text = str(code)
    return f"the code '{text}'" if len(text) <= longest and _CODE.fullmatch(text) else "a code"


def is_storable(text: str) -> bool:
    """Return whether both stores can hold the text: it has neither NUL nor half a character."""
    return _UNSTORABLE.search(text) is None


def _is_alphabetic(character: str) -> bool:
    return unicodedata.category(character).startswith("L") and character not in _FILLERS


def _is_hidden(character: str) -> bool:
    is_format = (
        unicodedata.category(character) == "Cf" and character not in _JOINERS and character not in _SHOWN_FORMATS
    )
    return is_format or character in _FILLERS
