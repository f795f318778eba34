"""Schemas in the form that generators of clients read best: one schema where Pydantic writes two, and no noise."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_ANYTHING = "#/components/schemas/JsonValue"
# FastAPI's 422 does not exist here: invalid input is a 400. What may be anything is a schema without a word.
_NOT_OURS = ("HTTPValidationError", "ValidationError", "JsonValue")
_DESCRIPTIONS: Mapping[str, str] = {
    "datacontenttype": "Media type of `data`.",
    "id": "Its id.",
    "items": "What is listed.",
    "nextCursor": "Cursor of the next page; absent on the last page.",
    "sequencetype": "What `sequence` is.",
    "specversion": "Version of CloudEvents.",
}
"""Of properties that are the same everywhere, by name."""
_PARTS = ("items", "additionalProperties", "anyOf", "oneOf", "allOf")


def shape_schemas(schemas: dict[str, Schema]) -> None:
    """Shape all schemas of a document; those that are not its own are removed."""
    for name in _NOT_OURS:
        schemas.pop(name, None)
    for name, schema in schemas.items():
        schema.pop("title", None)
        shape_schema(schema, keep_null=name.endswith("In"))


def shape_schema(schema: Schema, *, keep_null: bool) -> None:
    """Shape a schema and its parts; null stays where callers may send it."""
    if isinstance(schema.get("default"), dict | list):
        # It says nothing, and few generators can make one.
        del schema["default"]
    if schema.get("type") == "integer":
        schema.setdefault("format", "int32")
    if schema.get("$ref") == _ANYTHING:
        del schema["$ref"]
    for name, field in schema.get("properties", {}).items():
        # Pydantic derives it from the name, whose words run together in it.
        field.pop("title", None)
        if name in _DESCRIPTIONS:
            field.setdefault("description", _DESCRIPTIONS[name])
    for part in _parts(schema):
        shape_schema(part, keep_null=keep_null)
    choices = schema.get("anyOf")
    if isinstance(choices, list) and len(choices) == 2 and choices[1] == {"type": "null"}:
        _merge(schema, choices[0], keep_null=keep_null)


def _parts(schema: Schema) -> list[Schema]:
    parts = [*schema.get("properties", {}).values()]
    for word in _PARTS:
        part = schema.get(word, ())
        parts += [part] if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    return parts


def _merge(schema: Schema, choice: Schema, *, keep_null: bool) -> None:
    """Write "this or null" as one schema, so that its format is at the top."""
    if keep_null and "type" not in choice:
        return
    del schema["anyOf"]
    schema.update({name: value for name, value in choice.items() if name not in schema})
    if keep_null:
        schema["type"] = [choice["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
