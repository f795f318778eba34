"""A merge patch takes what the document says: each field by its own schema, and null exactly where that removes it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from httpx import Response

from app.api.openapi.document import document
from app.database import Database
from tests.api.conftest import Api
from tests.support.api_calls import refer

SCHEMAS: Mapping[str, Any] = document()["components"]["schemas"]


def fields(name: str, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Return every field of a patch by its path, and whether it may be null."""
    for field, schema in SCHEMAS[name]["properties"].items():
        yield (*path, field), takes_null(schema)
        for inner in (schema, *schema.get("anyOf", ())):
            reference = inner.get("$ref", "").rpartition("/")[2]
            if reference.endswith("PatchIn"):
                yield from fields(reference, (*path, field))


def takes_null(schema: Mapping[str, Any]) -> bool:
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Return the faster store: this is about the form of a body, which is the same on both."""
    return sqlite_database


async def patched(client: Api, address: str, path: tuple[str, ...], value: object = None) -> Response:
    patch = value
    for field in reversed(path):
        patch = {field: patch}
    return await client.patch(address, json=patch, headers={"If-Match": "*"})


async def test_null_is_taken_of_exactly_the_fields_that_may_be_removed(dock: Api) -> None:
    referral = (await refer(dock))["id"]
    made = await dock.post("/v1/subscriptions", json={"url": "https://hooks.example.nl/hub"})
    addresses = {
        "ReferralPatchIn": f"/v1/referrals/{referral}",
        "SubscriptionPatchIn": f"/v1/subscriptions/{made.json()['id']}",
    }

    answers = {}
    for name, address in addresses.items():
        for path, nullable in fields(name):
            answers[name, path] = (await patched(dock, address, path)).status_code, nullable
            if path == ("client", "givenName"):
                # One of the two names has to stay.
                await patched(dock, address, path, "Jan")

    assert {key: each for key, each in answers.items() if (each[0] == 200) is not each[1]} == {}
    assert len(answers) > 40


def test_a_patch_has_no_defaults_because_what_is_absent_stays_as_it_is() -> None:
    defaults = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        if name.endswith("PatchIn")
        for field, each in schema["properties"].items()
        if "default" in each
    ]

    assert defaults == []
    assert not any("required" in schema for name, schema in SCHEMAS.items() if name.endswith("PatchIn"))
