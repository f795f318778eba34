"""What a partner's contract does not know of its answers: reported by place, never by value."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from app.domain.ports import PartnerRecord

MOST_PLACES = 50
"""The most places that are reported for one page, the most frequent first."""

# The name of a field comes from the partner too: one that could be personal data is not repeated.
_NAME = re.compile(r"(?!.*\d{3})[^\W\d]\w{0,39}")
_UNNAMED = "(unnamed)"


def drift_of(records: Iterable[PartnerRecord], fields: Iterable[str]) -> dict[str, int]:
    """Count, by place, unknown fields and what made records unreadable: their codes and types.

    Args:
        records: the records of a page.
        fields: the places of unknown fields; see ``unknown_fields``.
    """
    unread = (f"{record.kind}.{record.unread.field}" for record in records if record.unread)
    return dict(Counter([*unread, *fields]).most_common(MOST_PLACES))


def unknown_in(
    rows: Iterable[Mapping[str, object]], model: type[BaseModel], kind: str, not_read: Set[str] = frozenset()
) -> Iterator[str]:
    """Return the places of the unknown fields of a page: the kind of record, a dot, and the path in it."""
    return (f"{kind}.{path}" for row in rows for path in unknown_fields(model, row, not_read))


def unknown_fields(
    model: type[BaseModel], raw: Mapping[str, object], not_read: Set[str] = frozenset()
) -> Iterator[str]:
    """Return the paths of the fields that neither the model nor ``not_read`` names, those of nested models included.

    Args:
        model: the message as the contract describes it.
        raw: the message as it was received.
        not_read: fields of the contract that the hub does not read.
    """
    known = _shape(model)
    for name, value in raw.items():
        inner = known.get(name)
        if inner:
            yield from (f"{name}.{path}" for each in _objects(value) for path in unknown_fields(inner, each))
        elif name not in known and name not in not_read:
            yield name if _NAME.fullmatch(name) else _UNNAMED


def _objects(value: object) -> Iterable[Mapping[str, object]]:
    values = value if isinstance(value, list) else [value]
    return (each for each in values if isinstance(each, Mapping))


@cache
def _shape(model: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    return {field.alias or name: _model_in(field.annotation) for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:  # a type expression
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
