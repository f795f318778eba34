"""Bodies that are a merge patch (RFC 7396) of what a record was made with."""

from typing import Any

MERGE_PATCH = "application/merge-patch+json"


def patch_body(name: str) -> dict[str, Any]:
    """Return what the document says of a patch, for ``openapi_extra=`` of its route; ``name`` is that of its schema."""
    return {"requestBody": {"content": {MERGE_PATCH: {"schema": {"$ref": f"#/components/schemas/{name}"}}}}}
