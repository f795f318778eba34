"""The OpenAPI document says everything that a caller needs."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.api.openapi.document import document
from app.operations.access.clients import SCOPES

DOCUMENT = document()
OPEN = {"/openapi.json", "/code-lists", "/code-lists/{name}", "/event-schemas/{type}"}
QUESTIONS = {"/referrals/_search", "/feedback-policies/explanation", "/subscriptions/{subscriptionId}/preview"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


every_operation = pytest.mark.parametrize(
    ("path", "method", "operation"), [pytest.param(*each, id=f"{each[1]} {each[0]}") for each in operations()]
)


@every_operation
def test_an_operation_is_described_with_the_dutch_term(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert "*" in operation["description"]
    assert operation["tags"]


@every_operation
def test_an_operation_names_its_scopes(path: str, method: str, operation: dict[str, Any]) -> None:
    scopes = {scope for each in operation.get("security", ()) for names in each.values() for scope in names}

    # Where one of several scopes will do, which OpenAPI cannot say, the description names them.
    named = bool(scopes) or any(scope in operation["description"] for scope in SCOPES)

    assert bool(operation.get("security")) is named is (path not in OPEN)
    assert scopes <= set(SCOPES)


@every_operation
def test_an_operation_names_its_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    expected = {"400"} | ({"401", "403"} if path not in OPEN else set())

    assert expected <= set(operation["responses"])
    assert "422" not in operation["responses"]


@every_operation
def test_a_write_asks_for_an_idempotency_key(path: str, method: str, operation: dict[str, Any]) -> None:
    headers = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}
    is_write = method != "get" and path not in QUESTIONS

    assert ("Idempotency-Key" in headers) is is_write


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]

    assert len(ids) == len(set(ids))


def test_the_document_has_an_event_for_each_type_with_its_signature() -> None:
    webhook = DOCUMENT["webhooks"]["nl.trajecthub.referrals.intake-missed.v1"]["post"]

    assert [(each["name"], each["required"]) for each in webhook["parameters"]] == [
        ("webhook-id", True),
        ("webhook-timestamp", True),
        ("webhook-signature", True),
        ("webhook-redelivery", False),
    ]
    assert "application/cloudevents+json" in webhook["requestBody"]["content"]
