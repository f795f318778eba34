"""Names in the OpenAPI document, which generated clients take over as names of methods and classes."""

import json
import re
from collections.abc import Mapping
from typing import Any

from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

SCHEMAS = "#/components/schemas/"

_SCHEMA_NAMES: Mapping[str, str] = {
    "Action": "CaseAction",
    "Effect": "PolicyEffect",
    "Field": "CaseField",
    "Machine": "StateMachine",
    "Reason": "DisclosureReason",
    "System": "PartnerSystem",
    "Threat": "ThreateningSituation",
}
"""The names of schemas that would hide a type of the language, or say nothing without their module."""


def operation_id(route: APIRoute) -> str:
    """Return the id of an operation: the name of its function, such as ``createReferral``."""
    return to_camel(route.name)


def documented_path(path: str) -> str:
    """Return the path of a route with its parameters as callers name them, such as ``/referrals/{referralId}``."""
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{to_camel(found[1])}}}", path)


def with_schema_names(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document in which schemas have the names that clients see."""
    text = json.dumps(document)
    for name, published in _SCHEMA_NAMES.items():
        text = text.replace(f'"{SCHEMAS}{name}"', f'"{SCHEMAS}{published}"')
    renamed: dict[str, Any] = json.loads(text)
    schemas = renamed["components"]["schemas"]
    for name, published in _SCHEMA_NAMES.items():
        schemas[published] = schemas.pop(name)
    renamed["components"]["schemas"] = dict(sorted(schemas.items()))
    return renamed
