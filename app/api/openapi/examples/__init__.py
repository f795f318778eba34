"""The examples in the OpenAPI document: requests that succeed unchanged, and what a hub answered to them.

``requests/`` is written by hand, one file a tag. ``answers/`` is recorded from a running hub by
``tests/api/test_examples.py``, which makes every request of ``requests/`` and provokes every error.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

Json = Any
_REFUSED = "refused"
_PROBLEM = "400"
"""The first status of problems."""
OF_ANY_REQUEST = "any-request"
"""In place of a tag and the id of an operation: the problems that any request may get."""


class RequestExample(NamedTuple):
    """A body that is sent unchanged.

    Attributes:
        body: ``{name}`` in its texts is an id, which only a running hub knows.
        refused: whether it breaks a rule, to show how that is answered; it is not part of the document.
    """

    name: str
    summary: str
    body: Json
    refused: bool


class RecordedAnswers(NamedTuple):
    """What a hub answered.

    Attributes:
        values: the ids in its address and in the body of its request, by name.
        answers: the bodies by status and name.
    """

    values: Mapping[str, str]
    answers: Mapping[str, Mapping[str, Json]]


_NOTHING = RecordedAnswers({}, {})


@cache
def request_examples(tag: str) -> Mapping[str, tuple[RequestExample, ...]]:
    """Return the bodies of the operations with this tag, by id of the operation, in the order of the document."""
    path = files(__package__) / "requests" / f"{tag}.yaml"
    if not path.is_file():
        return {}
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {operation: tuple(_requests(stated)) for operation, stated in document.items()}


@cache
def recorded_answers(tag: str) -> Mapping[str, RecordedAnswers]:
    """Return what a hub answered in the operations with this tag, by id of the operation."""
    path = files(__package__) / "answers" / f"{tag}.json"
    if not path.is_file():
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    return {operation: RecordedAnswers(**each) for operation, each in document.items()}


def add_examples(document: dict[str, Any]) -> None:
    """Add to a document the examples of every operation; a problem that several can get is shared."""
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    shared = _shared_problems(operations)
    document["components"]["examples"] = {
        name: {"summary": body["title"], "value": body} for name, body in sorted(shared.items())
    }
    for operation in operations:
        _describe(operation, shared)
    components = document["components"]
    of_any = recorded_answers(OF_ANY_REQUEST).get(OF_ANY_REQUEST, _NOTHING)
    components["responses"] |= {
        status: _with_answers(components["responses"][status], status, bodies, {}, shared)
        for status, bodies in of_any.answers.items()
    }


def filled_in(body: Json, values: Mapping[str, str]) -> Json:
    """Return a body with ids in place of their names."""
    text = json.dumps(body)
    for name, value in values.items():
        text = text.replace(f'"{{{name}}}"', f'"{value}"')
    return json.loads(text)


def _requests(stated: Mapping[str, Any]) -> Iterator[RequestExample]:
    for name, each in stated.items():
        if name == _REFUSED:
            yield from (request._replace(refused=True) for request in _requests(each))
        else:
            yield RequestExample(name, each["summary"], each["body"], refused=False)


def _of(operation: Mapping[str, Any]) -> tuple[tuple[RequestExample, ...], RecordedAnswers]:
    tag, name = operation["tags"][0], operation["operationId"]
    return request_examples(tag).get(name, ()), recorded_answers(tag).get(name, _NOTHING)


def _shared_problems(operations: list[dict[str, Any]]) -> dict[str, Json]:
    """Return the problems that more than one operation answers with, by a name that is a key of the document."""
    found = Counter(
        (name, json.dumps(body))
        for operation in operations
        for status, bodies in _of(operation)[1].answers.items()
        for name, body in bodies.items()
        if status >= _PROBLEM
    )
    often: dict[str, list[str]] = {}
    for (name, text), number in found.items():
        if number > 1:
            often.setdefault(name, []).append(text)
    return {
        name if number == 1 else f"{name}-{number}": json.loads(text)
        for name, texts in often.items()
        for number, text in enumerate(texts, start=1)
    }


def _describe(operation: dict[str, Any], shared: Mapping[str, Json]) -> None:
    requests, recorded = _of(operation)
    summaries = {each.name: each.summary for each in requests}
    shown = {
        each.name: {"summary": each.summary, "value": filled_in(each.body, recorded.values)}
        for each in requests
        if not each.refused
    }
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content.pop("example", None)
        content["examples"] = shown
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] in recorded.values:
            parameter["example"] = recorded.values[parameter["name"]]
    for status, bodies in recorded.answers.items():
        response = operation["responses"][status]
        operation["responses"][status] = _with_answers(response, status, bodies, summaries, shared)


def _with_answers(
    response: Mapping[str, Any],
    status: str,
    bodies: Mapping[str, Json],
    summaries: Mapping[str, str],
    shared: Mapping[str, Json],
) -> dict[str, Any]:
    examples = {name: _answer(name, body, status, summaries, shared) for name, body in bodies.items()}
    content = {kind: {**each, "examples": examples} for kind, each in response["content"].items()}
    return {**response, "content": content}


def _answer(
    name: str, body: Json, status: str, summaries: Mapping[str, str], shared: Mapping[str, Json]
) -> dict[str, Json]:
    for key, problem in shared.items():
        if status >= _PROBLEM and key.startswith(name) and problem == body:
            return {"$ref": f"#/components/examples/{key}"}
    written = summaries.get(name) or (body["title"] if status >= _PROBLEM else name.replace("-", " ").capitalize())
    return {"summary": written, "value": body}
