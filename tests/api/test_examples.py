"""The examples in the OpenAPI document can be sent unchanged, and are what a hub answers."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.api.openapi.document import document
from app.api.openapi.examples import request_examples
from app.database import Database
from tests.support.example_recording import (
    recording_of,
    run_every_example,
    without_ids_and_moments,
    written_recording,
)
from tests.support.example_run import documented_operations

DOCUMENT = document()
Json = Any


@pytest.mark.slow
async def test_every_example_can_be_sent_unchanged_and_is_answered_as_written(sqlite_database: Database) -> None:
    run = await run_every_example(sqlite_database)

    wanted = {
        operation["operationId"]: {each.name for each in accepted}
        for operation in operations()
        if (accepted := [each for each in _requests(operation) if not each.refused])
    }
    assert {name: run.shown[name] for name in wanted} == wanted
    answered, written = (without_ids_and_moments(each) for each in (recording_of(run), written_recording()))
    differing = {
        f"{operation} {status}"
        for tag in answered.keys() | written.keys()
        for operation in answered.get(tag, {}).keys() | written.get(tag, {}).keys()
        for status in _statuses(answered, tag, operation) | _statuses(written, tag, operation)
        if _answer(answered, tag, operation, status) != _answer(written, tag, operation, status)
    }
    assert differing == set(), "Run `python -m tests.support.example_recording`; read the difference."
    assert answered == written


def test_every_body_every_answer_and_every_error_of_an_operation_has_an_example() -> None:
    lacking = {
        f"{operation['operationId']} {where}"
        for operation in operations()
        for where, content in contents(operation)
        for each in content.values()
        if not each.get("examples")
    }

    assert lacking == set()


def test_every_example_is_valid_against_its_schema() -> None:
    components = DOCUMENT["components"]
    faults = {
        f"{operation['operationId']} {where} {name}": str(error.message)
        for operation in operations()
        for where, content in contents(operation)
        for each in content.values()
        for name, example in each["examples"].items()
        for error in Draft202012Validator({**each["schema"], "components": components}).iter_errors(value_of(example))
    }

    assert faults == {}


def test_the_example_of_an_error_has_the_status_of_its_response() -> None:
    wrong = {
        f"{operation['operationId']} {where} {name}"
        for operation in operations()
        for where, content in contents(operation)
        for each in content.values()
        for name, example in each["examples"].items()
        if where >= "400" and where != "body" and value_of(example)["status"] != int(where)
    }

    assert wrong == set()


def test_the_ids_in_addresses_are_those_of_what_the_examples_made() -> None:
    made = value_of(
        operation_of("createReferral")["responses"]["201"]["content"]["application/json"]["examples"]["usual"]
    )

    for name in ("getReferral", "updateReferral", "sendSignal"):
        (parameter,) = (each for each in operation_of(name)["parameters"] if each["name"] == "referralId")
        assert parameter["example"] == made["id"]
    assert answer_of("getReferral", "200", "as-its-referrer") == made


def operations() -> Iterator[Mapping[str, Any]]:
    for _, _, operation in documented_operations().values():
        yield operation


def operation_of(name: str) -> Mapping[str, Any]:
    return next(each for each in operations() if each["operationId"] == name)


def answer_of(operation: str, status: str, name: str) -> Json:
    content = operation_of(operation)["responses"][status]["content"]["application/json"]
    return value_of(content["examples"][name])


def contents(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the content of a body and of every response that has one, those that any request may get included."""
    yield "body", operation.get("requestBody", {}).get("content", {})
    for status, response in operation["responses"].items():
        yield status, response.get("content", {})


def value_of(example: Mapping[str, Any]) -> Json:
    reference = example.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["examples"][reference]["value"] if reference else example["value"]


def _requests(operation: Mapping[str, Any]) -> Any:
    return request_examples(operation["tags"][0]).get(operation["operationId"], ())


def _statuses(recording: Mapping[str, Any], tag: str, operation: str) -> set[str]:
    return set(recording.get(tag, {}).get(operation, {}).get("answers", {}))


def _answer(recording: Mapping[str, Any], tag: str, operation: str, status: str) -> Json:
    return recording.get(tag, {}).get(operation, {}).get("answers", {}).get(status)
