"""Each request of the Bruno collection is an operation of the API, with fields that the API has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.documents import ROOT

COLLECTION = ROOT / "clients" / "bruno" / "collection"
DOCUMENT: Any = json.loads((ROOT / "openapi" / "hub.v1.json").read_text())
REQUESTS = sorted(path for path in COLLECTION.rglob("*.bru") if "environments" not in path.parts)

ADDRESS = re.compile(r"^(get|post|put|patch|delete) \{\n  url: \{\{hub\}\}(/v1)?(/[^?\s]*)(?:\?(\S*))?$", re.MULTILINE)
BODY = re.compile(r"^body:json \{\n(.*?)^\}$", re.MULTILINE | re.DOTALL)
HEADERS = re.compile(r"^headers \{\n(.*?)^\}$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"\{\{?\w+\}?\}")


def operation(text: str) -> tuple[str, Any] | None:
    """Return the path and the operation of a request; None for one that is not below /v1."""
    found = ADDRESS.search(text)
    assert found, text
    if found[2] is None:
        return None
    asked = PLACE.sub("{}", found[3])
    asked = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{}", asked)
    for path, operations in DOCUMENT["paths"].items():
        if PLACE.sub("{}", path) == asked and found[1] in operations:
            return path, operations[found[1]]
    raise AssertionError(f"no such operation: {found[1]} {found[3]}")


def parameters(of: Any) -> Iterator[Any]:
    for each in of.get("parameters", []):
        name = each.get("$ref", "").rpartition("/")[2]
        yield DOCUMENT["components"]["parameters"][name] if name else each


@pytest.mark.parametrize("request_file", REQUESTS, ids=lambda path: path.stem)
def test_a_request_names_an_operation_and_its_fields(request_file: Any) -> None:
    text = request_file.read_text()
    found = operation(text)
    if found is None:
        assert "/oauth/token" in text
        return
    _, described = found
    if body := BODY.search(text):
        (content,) = described["requestBody"]["content"].values()
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        faults = [
            fault.message
            for fault in Draft202012Validator(schema).iter_errors(
                json.loads(body[1].replace("{{receiver}}", "https://hooks.example.nl/"))
            )
        ]
        assert faults == [] or "missing" in request_file.stem, faults
    headers = HEADERS.search(text)
    needed = {each["name"].lower() for each in parameters(described) if each["in"] == "header" and each.get("required")}
    given = {line.strip().partition(":")[0].lower() for line in (headers[1] if headers else "").splitlines()}
    assert needed <= given or "Without" in request_file.stem, needed - given


def test_the_collection_has_what_a_tester_begins_with() -> None:
    named = {found[1]["operationId"] for each in REQUESTS if (found := operation(each.read_text()))}

    assert named >= {
        "createReferral",
        "confirmReferral",
        "scheduleAppointment",
        "recordAttendance",
        "recordIntakeResult",
        "recordTrajectoryResult",
        "listEvents",
        "createSubscription",
        "requestSubscriptionConsent",
    }
