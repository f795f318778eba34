"""A JSON Schema in the form in which two of them are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.cli.changes.change import UnreadableDocument
from app.cli.changes.merging import VALUE_KINDS, merged, schema_of, type_names
from app.events.contract.field_schemas import OPEN_LIST

__all__ = ["NamedSchema", "Schema", "Shape", "reference_of", "resolved", "shape_of"]

Schema = Mapping[str, Any]

_NULL = {"type": "null"}
_CHOICES = ("oneOf", "anyOf")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a schema allows.

    Attributes:
        types: None: any.
        takes_null: null is allowed.
        values: the codes; None: no list of codes.
        is_open: other codes may follow.
        is_closed: members that it does not name are refused.
        variants: the schemas of a union by name; none where it is no union. That it may be null is no variant.
        alone: the schema itself by its name, as the only variant of a union.
        discriminator: which member says which variant it is, so that others may follow; None: there is none.
        rules: bounds, formats and patterns.
    """

    types: frozenset[str] | None
    takes_null: bool
    values: tuple[object, ...] | None
    is_open: bool
    properties: Mapping[str, Any]
    required: frozenset[str]
    is_closed: bool
    variants: Mapping[str, Schema]
    alone: Mapping[str, Schema]
    discriminator: Schema | None
    rules: Schema


@dataclass(frozen=True)
class NamedSchema:
    """A schema that is a named one: as it is, or with more.

    Attributes:
        target: the reference itself.
        takes_null: it may be null instead.
        further: what it says besides.
    """

    target: Schema
    takes_null: bool
    further: Schema

    @property
    def name(self) -> str:
        """The name of the schema."""
        return _name_of(self.target)


def reference_of(schema: Schema) -> NamedSchema | None:
    """Return which named schema a schema is; None: it is none, or more than one."""
    if "$ref" in schema:
        return NamedSchema({"$ref": schema["$ref"]}, False, _without(schema, "$ref"))
    for key in ("allOf", *_CHOICES):
        parts = schema.get(key, ())
        others = [each for each in parts if each != _NULL]
        takes_null = len(others) < len(parts)
        if len(others) == 1 and schema_of(others[0]).keys() == {"$ref"} and not (takes_null and key == "allOf"):
            return NamedSchema(others[0], takes_null, _without(schema, key))
    return None


def resolved(document: Schema, node: Schema) -> Schema:
    """Return a node, or the target of its reference, with what the node says in addition.

    Raises:
        UnreadableDocument: a reference leads nowhere, to another file, or back to itself.
    """
    followed: set[str] = set()
    while "$ref" in node:
        target = node["$ref"]
        if target in followed:
            raise UnreadableDocument(f"its reference {target} leads back to itself")
        followed.add(target)
        node = {**_target(document, target), **_without(node, "$ref")}
    return node


def shape_of(document: Schema, schema: Schema) -> Shape:
    """Return the shape of a schema of a document."""
    whole, is_nullable, alone = _flat(document, schema, frozenset())
    choices = [choice for each in _CHOICES for choice in whole.get(each, ())]
    others = [each for each in choices if each != _NULL]
    listed = OPEN_LIST in str(whole.get("description", ""))
    types = _types(whole)
    if types is not None and is_nullable:
        types |= {"null"}
    has_null_choice = len(others) < len(choices)
    return Shape(
        types=types,
        takes_null=is_nullable or has_null_choice or (not choices and (types is None or "null" in types)),
        values=_values(whole, is_listed=listed),
        is_open=listed or bool(whole.get("x-open-list")),
        properties=whole.get("properties", {}),
        required=frozenset(whole.get("required", ())),
        is_closed=whole.get("additionalProperties") is False,
        variants={_name_of(each): each for each in others},
        alone={_name_of(alone): alone},
        discriminator=whole.get("discriminator"),
        rules=whole,
    )


def _flat(document: Schema, schema: Schema, within: frozenset[str]) -> tuple[Schema, bool, Schema]:
    """Return a schema with everything that it refers to in it, whether it may be null besides, and what it is then.

    Args:
        document: where its references lead.
        schema: the schema.
        within: the references that led here; what is in itself adds nothing.
    """
    parts, within = [*_parts(document, schema_of(schema), within)], within | _references(schema)
    whole: Schema = {}
    for part in parts:
        whole = merged(whole, part)
    for key in _CHOICES:
        choices = whole.get(key, ())
        others = [each for each in choices if each != _NULL]
        if len(others) == 1 and len(choices) > 1:
            # "This or null" is this with one more type.
            inner, _, _ = _flat(document, others[0], within)
            return merged(_without(whole, key), inner), True, others[0]
    return whole, False, schema


def _parts(document: Schema, schema: Schema, within: frozenset[str]) -> Iterator[Schema]:
    """Return what a schema demands together: what it says itself first, then its reference and its ``allOf``."""
    yield _without(schema, "$ref", "allOf")
    if "$ref" in schema and schema["$ref"] not in within:
        target = _target(document, schema["$ref"])
        yield from _parts(document, schema_of(target), within | _references(schema))
    for part in schema.get("allOf", ()):
        inner, is_nullable, _ = _flat(document, schema_of(part), within | _references(schema))
        yield {**inner, "type": [*type_names(inner), "null"]} if is_nullable and "type" in inner else inner


def _references(schema: Any) -> frozenset[str]:
    return frozenset({schema["$ref"]} if isinstance(schema, Mapping) and "$ref" in schema else ())


def _target(document: Schema, reference: str) -> Schema:
    if not reference.startswith("#/"):
        raise UnreadableDocument(f"its reference {reference} leads to another file")
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        key = unquote(name).replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = dict(enumerate(found)).get(int(key)) if key.isdecimal() else None
        else:
            found = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping | bool):
        raise UnreadableDocument(f"its reference {reference} leads nowhere")
    return schema_of(found)


def _values(schema: Schema, *, is_listed: bool) -> tuple[object, ...] | None:
    stated = _stated_values(schema)
    if stated is not None:
        # That it may be null, its type says.
        return tuple(each for each in stated if each is not None)
    return tuple(schema.get("examples", ())) if is_listed else None


def _stated_values(schema: Schema) -> list[object] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _types(schema: Schema) -> frozenset[str] | None:
    names = frozenset(type_names(schema))
    # Every whole number is a number.
    types = (names | {"integer"} if "number" in names else names) or None
    values = _stated_values(schema)
    if values is None:
        return types
    of_values = frozenset(VALUE_KINDS[type(each)] for each in values)
    return of_values if types is None else types & (of_values | {"integer"} if "number" in of_values else of_values)


def _without(schema: Schema, *names: str) -> Schema:
    return {name: value for name, value in schema.items() if name not in names}


def _name_of(variant: Schema) -> str:
    variant = schema_of(variant)
    if "$ref" in variant:
        return str(variant["$ref"].rpartition("/")[2])
    return str(variant.get("title") or json.dumps(variant, sort_keys=True))
