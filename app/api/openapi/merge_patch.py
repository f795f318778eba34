"""The bodies that change a record, as schemas: a merge patch (RFC 7396) of the body with which it was made."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.api.openapi.names import SCHEMAS
from app.api.schemas.fields import In
from app.api.schemas.merge_patch import MERGE_PATCH
from app.api.schemas.referral_in import ReferralContentsIn
from app.api.schemas.subscriptions import SubscriptionIn

Schema = dict[str, Any]

_PATCHES: Mapping[str, tuple[str, type[In]]] = {
    "ReferralPatchIn": ("ReferralIn", ReferralContentsIn),
    "SubscriptionPatchIn": ("SubscriptionIn", SubscriptionIn),
}
"""Of each patch the schema of what the record was made with, and the model of what of that can change."""


def type_patches(document: dict[str, Any]) -> None:
    """Add to a document the schemas of its bodies that are merge patches."""
    schemas = document["components"]["schemas"]
    for name, (made_with, model) in _PATCHES.items():
        changing = {field.alias for field in model.model_fields.values()}
        schemas.update(_patches(schemas, name, made_with, changing))
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            if MERGE_PATCH in content:
                _type(schemas, content)


def _type(schemas: Mapping[str, Schema], content: dict[str, Any]) -> None:
    # The hub reads it too, but of two media types with one schema some generators make code that does not compile.
    untyped = content.pop("application/json")["schema"]
    described = {word: untyped[word] for word in ("description", "examples")}
    schemas[content[MERGE_PATCH]["schema"]["$ref"].removeprefix(SCHEMAS)].update(described)


def _patches(
    schemas: Mapping[str, Schema], name: str, made_with: str, changing: set[str | None] | None = None
) -> Iterator[tuple[str, Schema]]:
    """Return the schemas of a patch and of the objects in it, each with its name; ``changing`` None is every field."""
    whole = schemas[made_with]
    fields = {field: each for field, each in whole["properties"].items() if changing is None or field in changing}
    for field, schema in fields.items():
        inner = schema.get("$ref", "").removeprefix(SCHEMAS)
        if schemas.get(inner, {}).get("type") == "object":
            patched = inner.removesuffix("In") + "PatchIn"
            yield from _patches(schemas, patched, inner)
            fields[field] = schema | {"$ref": SCHEMAS + patched}
    required = whole.get("required", ())
    properties = {field: schema if field in required else _nullable(schema) for field, schema in fields.items()}
    left_out = ("required", "examples", "title")
    yield name, {word: each for word, each in whole.items() if word not in left_out} | {"properties": properties}


def _nullable(schema: Schema) -> Schema:
    """Return a schema that allows null too, which removes the value; without a default, because absent is as it was."""
    kept = {word: each for word, each in schema.items() if word != "default"}
    if "$ref" in kept:
        return {"anyOf": [{"$ref": kept.pop("$ref")}, {"type": "null"}], **kept}
    if not isinstance(kept.get("type"), str):
        return kept
    return kept | {"type": [kept["type"], "null"]} | ({"enum": [*kept["enum"], None]} if "enum" in kept else {})
