"""The JSON Schema of every field that an event may carry, as its receivers read it.

A code is a text, and its present values are listed as examples: more may follow within a version, and a receiver that
refuses those would refuse the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.codes import Code
from app.domain.fields import DAY, MOMENT, SPECS, Field, FieldType

__all__ = ["FIELD_SCHEMAS", "OPEN_LIST", "Schema", "open_list"]

Schema = dict[str, object]

OPEN_LIST = "others may follow"
"""The remark in the description of a list of values that may grow."""


def open_list(description: str, values: Iterable[str]) -> Schema:
    """Return the schema of a text that is one of these values now."""
    return {"description": f"{description}; {OPEN_LIST}", "type": "string", "examples": [*values]}


def _schema(type: FieldType, about: str) -> Schema:
    """Return the schema of a field; any field may be null."""
    if type.json_type == "array":
        return {"description": about, "type": ["array", "null"], "items": _item(type)}
    if type.codes:
        return open_list(f"{about}: {_listed(type.codes)}", _values(type.codes)) | {"type": ["string", "null"]}
    described: Schema = {"description": _described(type, about), "type": [type.json_type, "null"]}
    return described | ({"format": type.json_format} if type.json_format else {})


def _described(type: FieldType, about: str) -> str:
    return about + {MOMENT: ", RFC 3339 in UTC", DAY: ", a calendar day"}.get(type, "")


def _item(type: FieldType) -> Schema:
    if type.codes:
        return open_list(f"One of {_listed(type.codes)}", _values(type.codes))
    item: Schema = {"type": "string"}
    return item | ({"format": type.json_format} if type.json_format else {})


def _listed(codes: type[Code]) -> str:
    return ", ".join(f"{code.value} ({code.label})" for code in codes)


def _values(codes: type[Code]) -> list[str]:
    return [code.value for code in codes]


FIELD_SCHEMAS: Mapping[Field, Schema] = {
    field: _schema(spec.type, spec.about) for field, spec in SPECS.items() if spec.about
}
"""What each field holds. A field is absent when it is withheld from the receiver, and null when it is not known."""
