"""Checks of the simulated partners: texts and lists that are too long, and fields that are not in the contract.

A field is named by its path (``Burger.Voornaam``); an item of a list has the path of the list. Nothing is truncated.
"""

from collections.abc import Iterator, Mapping

from app.sandbox.runtime import Document

Limits = Mapping[str, int | None]
"""The maximum number of characters of a text by its path, or of items with ``[]``; None for codes and dates."""

_MAX_NAME_SHOWN = 60


def too_long(value: object, limits: Limits, path: str = "") -> Iterator[str]:
    """Return a sentence in Dutch for each text and each list that is too long."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from too_long(inner, limits, _inside(path, name))
    elif isinstance(value, list):
        yield from _over(path, len(value), limits.get(f"{path}[]"), "waarden")
        for item in value:
            yield from too_long(item, limits, path)
    elif isinstance(value, str):
        yield from _over(path, len(value), limits.get(path), "tekens")


def misfits(document: Document, fields: Limits, path: str = "") -> Iterator[str]:
    """Return a sentence in Dutch for each invalid field of a message that consists of texts, and of lists of them.

    Args:
        document: the message.
        fields: all fields that the message may have, with their limits.
        path: the path of the document in the message.
    """
    for name, value in document.items():
        where = _inside(path, name)
        groups = _groups_at(value, where, fields)
        if groups is not None:
            yield from _over(where, len(groups), fields.get(f"{where}[]"), "waarden")
            for group in groups:
                yield from misfits(group, fields, where)
        elif where not in fields:
            yield f"{where[:_MAX_NAME_SHOWN]}: geen veld van dit bericht."
        elif not _is_text(value):
            yield f"{where}: geen tekst."
        else:
            yield from too_long(value, fields, where)


def _groups_at(value: object, where: str, fields: Limits) -> list[Document] | None:
    """Return the groups of fields that a value is or lists; None where the message has no group, or a part is none."""
    parts = value if isinstance(value, list) else [value]
    groups = [each for each in parts if isinstance(each, dict)]
    is_group = any(field.startswith(f"{where}.") for field in fields)
    return groups if is_group and len(groups) == len(parts) else None


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _over(path: str, size: int, limit: int | None, unit: str) -> Iterator[str]:
    if limit is not None and size > limit:
        yield f"{path}: ten hoogste {limit} {unit}."


def _is_text(value: object) -> bool:
    return all(isinstance(each, str) for each in (value if isinstance(value, list) else [value]))
