"""The partners' contracts: their operations, their examples, and the lengths of their texts."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import yaml
from jsonschema import Draft202012Validator
from lxml import etree
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.applications import Starlette
from starlette.routing import Route

FOLDER = Path(__file__).parents[2] / "openapi" / "partners"
OPENAPI: Mapping[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}
JSON_CONTRACTS = [name for name in OPENAPI if not (FOLDER / f"{name}.xsd").exists()]
XSD = etree.parse(FOLDER / "rmw.xsd").getroot()
XS = "{http://www.w3.org/2001/XMLSchema}"
METHODS = ("get", "put", "post", "delete", "patch")

_NOTHING = {"type": "null"}
_SETTLED = ("enum", "const", "format", "pattern", "oneOf")

Document = dict[str, Any]
"""A message of a partner: JSON, or elements by their names."""

Codes = dict[str, frozenset[str]]
"""The codes of a field by its path; none where it takes other values than codes."""

Lengths = dict[str, int | None]
"""The maximum number of characters of a text by its path, or of items with ``[]``; None if another rule limits it."""


def resolved(name: str, node: dict[str, Any]) -> dict[str, Any]:
    """Return a node, or the target of its ``$ref``."""
    found: Any = OPENAPI[name]
    for step in node["$ref"].removeprefix("#/").split("/") if "$ref" in node else ():
        found = found[step]
    return found if "$ref" in node else node


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return path, method and description of every operation."""
    for path, item in OPENAPI[name]["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def described_operations(name: str) -> set[tuple[str, str]]:
    """Return method and path of every operation of a contract, with ``{}`` for each parameter in a path."""
    return {(method.upper(), _shape(path)) for path, method, _ in operations(name)}


# The first page, and the folders of the others, where people do what they do in the partner system.
_PAGES = {"", "aanmeldingen", "dossiers"}


def served_operations(simulator: Starlette) -> set[tuple[str, str]]:
    """Return the same for every operation that a simulator has routes for, without its console and its pages."""
    routes = [route for route in simulator.routes if isinstance(route, Route)]
    return {
        (method, _shape(route.path))
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
        if not route.path.startswith("/_") and route.path.split("/")[1] not in _PAGES
    }


def contents_of(name: str, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the contents of the request and of each response of an operation, each with a name."""
    if "requestBody" in operation:
        yield from (("body", content) for content in operation["requestBody"]["content"].values())
    for status, answer in operation["responses"].items():
        yield from ((status, content) for content in resolved(name, answer).get("content", {}).values())


def example_of(name: str, operation_id: str, what: str, called: str | None = None) -> Any:
    """Return the example of the request or of a response of an operation; the one of this name when it has several."""
    (operation,) = (each for _, _, each in operations(name) if each["operationId"] == operation_id)
    content = dict(contents_of(name, operation))[what]
    return content["examples"][called]["value"] if called else content["example"]


def examples_of(described: dict[str, Any]) -> list[Any]:
    """Return the examples of a body, an answer or a parameter."""
    return [each["value"] for each in described.get("examples", {}).values()] or [
        described[key] for key in ("example",) if key in described
    ]


def validator(name: str, schema: dict[str, Any]) -> Draft202012Validator:
    """Return a validator of a schema of a contract, including the formats of dates and ids."""
    whole = {"components": OPENAPI[name].get("components", {}), **schema}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def codes(name: str, schema: dict[str, Any], path: str = "") -> Codes:
    """Return the codes of all fields in a schema of a contract."""
    shape = resolved(name, schema)
    inner = {_inside(path, field): part for field, part in shape.get("properties", {}).items()}
    forms = [*shape.get("allOf", ()), *shape.get("anyOf", ()), *shape.get("oneOf", ())]
    parts = [(path, part) for part in (*forms, *([shape["items"]] if "items" in shape else [])) if part != _NOTHING]
    if not inner and not parts:
        return {path: frozenset(code for code in shape.get("enum", ()) if code is not None)}
    found: Codes = {}
    for where, part in (*inner.items(), *parts):
        found |= codes(name, part, where)
    return found


def lengths(name: str, schema: dict[str, Any], path: str = "") -> Lengths:
    """Return the lengths of all texts and lists of texts in a schema of a contract."""
    shape = resolved(name, schema)
    found: Lengths = {}
    for part in (*shape.get("allOf", ()), *shape.get("anyOf", ()), *shape.get("oneOf", ())):
        found |= lengths(name, part, path)
    for field, inner in shape.get("properties", {}).items():
        found |= lengths(name, inner, _inside(path, field))
    if "items" in shape:
        found |= lengths(name, shape["items"], path)
        found |= {f"{path}[]": shape["maxItems"]} if "maxItems" in shape else {}
    elif path and not shape.get("properties") and _is_text(shape):
        found[path] = shape.get("maxLength")
    return found


def unlimited(name: str, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Return the paths of the texts for which a schema of a contract sets no limit of any kind."""
    for field, inner in schema.get("properties", {}).items():
        yield from unlimited(name, inner, f"{path}.{field}")
    if "items" in schema:
        yield from unlimited(name, schema["items"], f"{path}[]")
    kinds = schema.get("type", ())
    if "string" in (kinds if isinstance(kinds, list) else [kinds]):
        yield from [path] if not {"maxLength", *_SETTLED} & set(schema) else []


def xsd_codes(kind: etree._Element, path: str = "") -> Codes:
    """Return the codes of all fields in a type of RMW's schema."""
    elements = kind.findall(f"{XS}sequence/{XS}element")
    if not elements:
        return {path: frozenset(str(each.get("value")) for each in kind.iter(f"{XS}enumeration"))}
    found: Codes = {}
    for element in elements:
        found |= xsd_codes(_kind_of(element), _inside(path, str(element.get("name"))))
    return found


def _kind_of(element: etree._Element) -> etree._Element:
    for kind in (XSD.find(f"*[@name='{element.get('type')}']"), element.find(f"{XS}complexType")):
        if kind is not None:
            return kind
    return element


def filled_paths(document: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Return the paths of all fields of a message that hold something."""
    for name, value in document.items():
        groups = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
        if groups:
            yield from (each for group in groups for each in filled_paths(group, _inside(path, name)))
        elif value not in (None, "", []):
            yield _inside(path, name)


def with_value(document: Document, path: str, value: object) -> Document:
    """Return a message with another value in one field; a list gets this one item, or has it in its first group."""
    name, _, rest = path.partition(".")
    old = document[name]
    if rest and isinstance(old, list):
        return {**document, name: [with_value(old[0], rest, value)]}
    new = with_value(old, rest, value) if rest else [value] if isinstance(old, list) else value
    return {**document, name: new}


def xsd_lengths(kind: str, path: str = "") -> Lengths:
    """Return the lengths of all texts in a type of RMW's schema; None for codes and patterns."""
    declared = XSD.find(f"*[@name='{kind}']")
    if declared is None:
        return {path: None}
    if declared.tag == f"{XS}simpleType":
        limit = declared.find(f".//{XS}maxLength")
        return {path: None if limit is None else int(str(limit.get("value")))}
    found: Lengths = {}
    for element in declared.findall(f"{XS}sequence/{XS}element"):
        where, most = _inside(path, str(element.get("name"))), str(element.get("maxOccurs", "1"))
        if element.get("type"):
            found |= xsd_lengths(str(element.get("type")), where)
        if most.isdigit() and int(most) > 1:
            found[f"{where}[]"] = int(most)
    return found


def model_lengths(model: type[BaseModel], path: str = "") -> Lengths:
    """Return the lengths of all texts that an adapter's model reads, by the partner's names."""
    found: Lengths = {}
    for name, field in model.model_fields.items():
        found |= _field_lengths(field.annotation, field, f"{path}.{field.alias or name}".lstrip("."))
    return found


def _field_lengths(annotation: Any, field: FieldInfo | None, path: str) -> Lengths:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return model_lengths(annotation, path)
    limit = _limit(field.metadata if field else getattr(annotation, "__metadata__", ()))
    parts = [part for part in get_args(annotation) if part not in (NoneType, ...)]
    if isinstance(annotation, type) or hasattr(annotation, "__metadata__"):
        return {path: limit}
    inner = next(iter(parts), None)
    return _field_lengths(inner, None, path) | ({f"{path}[]": limit} if limit else {})


def _limit(metadata: Any) -> int | None:
    return next((each.max_length for each in metadata if getattr(each, "max_length", None)), None)


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _is_text(shape: dict[str, Any]) -> bool:
    kinds = shape.get("type", "string" if {"enum", "const"} & set(shape) else None)
    return "string" in (kinds if isinstance(kinds, list) else [kinds])
