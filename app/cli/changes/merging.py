"""Two schemas that must both be met, as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["ANNOTATIONS", "LOWER", "UPPER", "VALUE_KINDS", "merged", "schema_of", "type_names"]

LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
ANNOTATIONS = frozenset(
    {"title", "description", "example", "examples", "deprecated", "default", "externalDocs", "xml", "discriminator"}
    | {"$comment", "$defs", "$schema", "$id", "$anchor"}
)
"""Members of a schema that refuse no value."""
VALUE_KINDS: Mapping[type, str] = MappingProxyType(
    {
        type(None): "null",
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "string",
        list: "array",
        dict: "object",
    }
)
"""How JSON Schema calls the types of the values that JSON has."""

_Schema = Mapping[str, Any]


def schema_of(stated: Any) -> _Schema:
    """Return a schema as an object: ``true`` takes anything, and ``false`` nothing."""
    if isinstance(stated, bool):
        return {} if stated else {"not": {}}
    return stated  # type: ignore[no-any-return]


def merged(first: _Schema, second: _Schema) -> _Schema:
    """Return what meets both of two schemas; where both annotate, the first does."""
    both = dict(first)
    for name, value in second.items():
        if name not in both or both[name] == value:
            both[name] = value
        elif name not in ANNOTATIONS and not name.startswith("x-"):
            rule: _Rule = _RULES.get(name, _each)
            both[name] = rule(both[name], value)
    return both


def type_names(schema: _Schema) -> Iterator[str]:
    """Return the types that a schema names."""
    names = schema.get("type", ())
    yield from [names] if isinstance(names, str) else names


def _types(first: Any, second: Any) -> list[str]:
    one, other = (set(type_names({"type": each})) for each in (first, second))
    of_both = one & other
    if "integer" in one | other and "number" in one | other:
        of_both |= {"integer"}
    return sorted(of_both)


def _highest(first: Any, second: Any) -> Any:
    return max(first, second)


def _lowest(first: Any, second: Any) -> Any:
    return min(first, second)


def _enum(first: Any, second: Any) -> list[object]:
    return [each for each in first if each in second]


def _names(first: Any, second: Any) -> list[str]:
    return sorted({*first, *second})


def _both(first: Any, second: Any) -> _Schema:
    return {"allOf": [schema_of(first), schema_of(second)]}


def _members(first: Any, second: Any) -> dict[str, Any]:
    shared = {name: _both(first[name], second[name]) for name in first.keys() & second.keys()}
    return {**second, **first, **shared}


def _extra(first: Any, second: Any) -> Any:
    return False if first is False or second is False else _both(first, second)


def _each(first: Any, second: Any) -> list[object]:
    """Return both values, in one order, of what cannot be put together."""
    given = [*(first if isinstance(first, list) else [first]), *(second if isinstance(second, list) else [second])]
    return [json.loads(each) for each in sorted({json.dumps(each, sort_keys=True) for each in given})]


_Rule = Callable[[Any, Any], Any]
_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        **dict.fromkeys(LOWER, _highest),
        **dict.fromkeys(UPPER, _lowest),
        "type": _types,
        "enum": _enum,
        "required": _names,
        "properties": _members,
        "additionalProperties": _extra,
        "items": _both,
    }
)
