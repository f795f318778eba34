"""Parameters and responses that several operations have, stated once: the document is a third smaller by it."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.api.http.problems import NOT_YOURS

_RESPONSES: Mapping[str, str] = {
    "400": "InvalidInput",
    "401": "Unauthenticated",
    "403": "Forbidden",
    "404": "NotFound",
    "406": "NotAcceptable",
    "409": "Conflict",
    "412": "PreconditionFailed",
    "413": "BodyTooLarge",
    "415": "UnsupportedMediaType",
    "428": "PreconditionRequired",
    "429": "TooManyRequests",
    "500": "InternalError",
    "503": "Unavailable",
}
"""The names of the responses that are problems, by status."""


class _Shared:
    """What occurs more than once of one kind of component."""

    def __init__(self, kind: str, objects: list[Any]) -> None:
        self._kind = kind
        self._often = {text for text, number in Counter(map(_text, objects)).items() if number > 1}
        self._names: dict[str, str] = {}
        self.components: dict[str, Any] = {}

    def refer(self, item: Any, *names: str) -> Any:
        """Return a reference to an object that occurs more than once, under the first of the names that is free.

        Any other object, and one for which no name is free, is returned as it is.
        """
        text = _text(item)
        if "$ref" in item or text not in self._often:
            return item
        if text not in self._names:
            free = [name for name in names if name not in self.components]
            if not free:
                return item
            self._names[text] = free[0]
            self.components[free[0]] = item
        return {"$ref": f"#/components/{self._kind}/{self._names[text]}"}


def share(document: dict[str, Any]) -> None:
    """Make components of the parameters and the problems that several operations of a document have."""
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    _name_responses(document, operations)
    parameters = _Shared("parameters", [each for operation in operations for each in operation["parameters"]])
    responses = _Shared("responses", [each for operation in operations for each in operation["responses"].values()])
    for operation in operations:
        place = operation["tags"][0].capitalize()
        operation["parameters"] = [
            parameters.refer(each, name := _name_of(each), f"{name}In{place}") for each in operation["parameters"]
        ]
        for status, response in operation["responses"].items():
            if status in _RESPONSES:
                name = _name_of_response(status, response)
                operation["responses"][status] = responses.refer(response, name, f"{name}In{place}")
    document["components"]["parameters"] |= parameters.components
    document["components"]["responses"] |= responses.components


def _name_responses(document: dict[str, Any], operations: list[dict[str, Any]]) -> None:
    """Name the responses that are components already by what they mean."""
    components = document["components"]
    components["responses"] = {_RESPONSES.get(name, name): each for name, each in components["responses"].items()}
    for operation in operations:
        for status, response in operation["responses"].items():
            if "$ref" in response:
                operation["responses"][status] = {"$ref": f"#/components/responses/{_RESPONSES[status]}"}


def _name_of(parameter: Mapping[str, Any]) -> str:
    if "$ref" in parameter:
        return ""
    name = "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z]+", parameter["name"]))
    return "IfMatchOfExisting" if name == "IfMatch" and not parameter["required"] else name


def _name_of_response(status: str, response: Mapping[str, Any]) -> str:
    return "ConflictOrNotYours" if response.get("description") == NOT_YOURS else _RESPONSES[status]


def _text(item: Any) -> str:
    return json.dumps(item, sort_keys=True)
