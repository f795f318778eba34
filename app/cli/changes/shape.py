"""A JSON Schema in the form in which two of them are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.events.contract.field_schemas import OPEN_LIST

__all__ = ["Schema", "Shape", "resolved", "shape_of"]

Schema = Mapping[str, Any]

_NULL = {"type": "null"}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a schema allows.

    Attributes:
        types: None: any.
        values: the codes; None: no list of codes.
        is_open: other codes may follow.
        is_closed: members that it does not name are refused.
        variants: the schemas of a union by name; none where it is no union.
        alone: the schema itself by its name, as the only variant of a union.
        is_open_union: a member says which variant it is, and others may follow.
        rules: bounds, formats and patterns.
    """

    types: frozenset[str] | None
    values: tuple[object, ...] | None
    is_open: bool
    properties: Mapping[str, Schema]
    required: frozenset[str]
    is_closed: bool
    variants: Mapping[str, Schema]
    alone: Mapping[str, Schema]
    is_open_union: bool
    rules: Schema


def resolved(document: Schema, node: Schema) -> Schema:
    """Return a node, or the target of its reference, with what the node says in addition."""
    while "$ref" in node:
        target: Any = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = {**target, **{name: value for name, value in node.items() if name != "$ref"}}
    return node


def shape_of(document: Schema, schema: Schema) -> Shape:
    """Return the shape of a schema of a document."""
    whole = _merged(document, resolved(document, schema))
    choices = whole.get("oneOf") or whole.get("anyOf") or []
    others = [each for each in choices if each != _NULL]
    if len(others) == 1 and _NULL in choices:
        # "This or null" is this with one more type.
        only = resolved(document, others[0])
        shape = shape_of(document, {**_without_choices(whole), **_nullable(only)})
        return replace(shape, alone={_name_of(others[0]): others[0]})
    listed = OPEN_LIST in str(whole.get("description", ""))
    return Shape(
        types=_types(whole),
        values=_values(whole, is_listed=listed),
        is_open=listed or bool(whole.get("x-open-list")),
        properties=whole.get("properties", {}),
        required=frozenset(whole.get("required", ())),
        is_closed=whole.get("additionalProperties") is False,
        variants={_name_of(each): each for each in choices},
        alone={_name_of(schema): schema},
        is_open_union="discriminator" in whole,
        rules=whole,
    )


def _values(schema: Schema, *, is_listed: bool) -> tuple[object, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    if "enum" in schema:
        # That it may be null, its type says.
        return tuple(each for each in schema["enum"] if each is not None)
    return tuple(schema.get("examples", ())) if is_listed else None


def _merged(document: Schema, schema: Schema) -> Schema:
    """Return a schema with its ``allOf`` in it."""
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        for name, value in _merged(document, resolved(document, part)).items():
            if name == "properties":
                merged[name] = {**value, **merged.get(name, {})}
            elif name == "required":
                merged[name] = [*value, *merged.get(name, ())]
            else:
                merged.setdefault(name, value)
    return merged


def _nullable(schema: Schema) -> Schema:
    if "type" not in schema:
        return schema
    return {**schema, "type": [*_type_names(schema), "null"]}


def _without_choices(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name not in {"oneOf", "anyOf"}}


def _types(schema: Schema) -> frozenset[str] | None:
    names = frozenset(_type_names(schema))
    # Every whole number is a number.
    return (names | {"integer"} if "number" in names else names) or None


def _type_names(schema: Schema) -> Iterator[str]:
    names = schema.get("type", ())
    yield from [names] if isinstance(names, str) else names


def _name_of(variant: Schema) -> str:
    if "$ref" in variant:
        return str(variant["$ref"].rpartition("/")[2])
    return str(variant.get("title") or json.dumps(variant, sort_keys=True))
