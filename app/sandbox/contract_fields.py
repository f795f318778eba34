"""Fields of messages and their maximum lengths, read from the contracts of the partners themselves.

``openapi/partners`` is installed with the simulators.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml
from lxml import etree

from app.sandbox.lengths import Limits
from app.sandbox.runtime import Document

_XS = "{http://www.w3.org/2001/XMLSchema}"
_COMPLEX = f"{_XS}complexType"

_Found = Iterator[tuple[str, int | None]]


def json_limits(partner: str, schema: str) -> Limits:
    """Return the limits of all fields of a schema in the OpenAPI document of a partner."""
    return dict(_in_json({"$ref": f"#/components/schemas/{schema}"}, _document(partner), ""))


def json_required(partner: str, schema: str) -> tuple[str, ...]:
    """Return the fields that a schema in the OpenAPI document of a partner requires."""
    return tuple(_document(partner)["components"]["schemas"][schema]["required"])


def xsd_limits(partner: str, kind: str) -> Limits:
    """Return the limits of all texts in a type of the XML schema of a partner."""
    return dict(_in_xsd(kind, _schema(partner), ""))


def xsd_fields(partner: str, kind: str) -> Mapping[str, tuple[str, ...]]:
    """Return the fields of a type in the XML schema of a partner, in their order; with each the fields inside it."""
    schema = _schema(partner)
    fields = {}
    for element in _elements(schema.find(f"*[@name='{kind}']")):
        inner = schema.find(f"*[@name='{element.get('type')}']") if element.get("type") else element.find(_COMPLEX)
        fields[str(element.get("name"))] = tuple(str(each.get("name")) for each in _elements(inner))
    return fields


def _folder() -> Path:
    package = Path(__file__).parent
    in_repository, in_package = package.parents[1] / "openapi" / "partners", package / "contracts"
    return in_package if in_package.is_dir() else in_repository


def _schema(partner: str) -> etree._Element:
    return etree.parse(_folder() / f"{partner}.xsd").getroot()


@cache
def _document(partner: str) -> Document:
    document: Document = yaml.safe_load((_folder() / f"{partner}.yaml").read_text(encoding="utf-8"))
    return document


def _in_json(node: Document, document: Document, path: str) -> _Found:
    shape = _resolved(node, document)
    parts = [(path, part) for part in (*shape.get("oneOf", ()), *([shape["items"]] if "items" in shape else []))]
    parts += [(f"{path}.{name}".lstrip("."), part) for name, part in shape.get("properties", {}).items()]
    if not parts:
        yield path, shape.get("maxLength")
    if "maxItems" in shape:
        yield f"{path}[]", shape["maxItems"]
    for where, part in parts:
        yield from _in_json(part, document, where)


def _resolved(node: Document, document: Document) -> Document:
    if "$ref" not in node:
        return node
    target = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return target


def _in_xsd(kind: str, schema: etree._Element, path: str) -> _Found:
    declared = schema.find(f"*[@name='{kind}']")
    if declared is None:
        return
    for length in declared.iterfind(f"{_XS}restriction/{_XS}maxLength"):
        yield path, int(str(length.get("value")))
    for element in _elements(declared):
        where = f"{path}.{element.get('name')}".lstrip(".")
        most = element.get("maxOccurs", "1")
        if most.isdigit() and int(most) > 1:
            yield f"{where}[]", int(most)
        yield from _in_xsd(str(element.get("type")), schema, where)


def _elements(declared: etree._Element | None) -> Iterator[etree._Element]:
    if declared is not None:
        yield from declared.iterfind(f"{_XS}sequence/{_XS}element")
