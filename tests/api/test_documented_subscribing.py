"""Every call that docs/how-to/subscribing.md shows exists, and its examples are accepted and valid."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from app.api.openapi.document import document
from app.api.schemas.subscriptions import SubscriptionIn
from app.domain.events import EventType
from tests.support.api_calls import Json
from tests.support.documented import resolved
from tests.support.documents import ROOT, code_blocks, without_blocks
from tests.support.event_schemas import sent_data, sent_event

Api = httpx.AsyncClient
PAGE = ROOT / "docs" / "how-to" / "subscribing.md"
ROW = re.compile(r"^\|.+\| `(GET|POST|PATCH|DELETE) …(/\S+)?` \|(.*)\|$", re.MULTILINE)
FIELD = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
BODY = re.compile(r"--json '(.+?)'", re.DOTALL)


@dataclass(frozen=True)
class Call:
    """A row of the table of calls."""

    method: str
    path: str
    needs: frozenset[str]

    @property
    def operation(self) -> Json:
        found: Json = document()["paths"]["/subscriptions/{subscriptionId}" + self.path][self.method.lower()]
        return found

    @property
    def parameters(self) -> set[str]:
        return {each["name"] for each in map(resolved, self.operation["parameters"])}

    @property
    def body(self) -> set[str]:
        content = self.operation.get("requestBody", {}).get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        schema = document()["components"]["schemas"].get(reference.rpartition("/")[2], {})
        return set(schema.get("properties", ()))


def calls() -> Iterator[Call]:
    for method, path, needs in ROW.findall(without_blocks(PAGE)):
        yield Call(method, path, frozenset(re.findall(r"`([^`]+)`", needs)))


def example(method_or_path: str) -> Any:
    (block,) = [each for each in code_blocks(PAGE, "sh") if f'{method_or_path}" ' in each]
    return json.loads(BODY.findall(block)[0])


def test_every_call_takes_what_the_page_says_it_needs() -> None:
    documented = list(calls())

    assert len(documented) == 13
    for each in documented:
        assert each.needs <= each.parameters | each.body, each
        assert ("428" in each.operation["responses"]) == ("If-Match" in each.needs), each
        assert ("Idempotency-Key" in each.parameters) == (each.method != "GET" and each.path != "/preview"), each


def test_every_operation_on_a_subscription_is_on_the_page() -> None:
    prefix = "/subscriptions/{subscriptionId}"
    operations = {
        (method.upper(), path.removeprefix(prefix))
        for path, methods in document()["paths"].items()
        if path.startswith(prefix)
        for method in methods
    }

    # Reading needs no explanation, and approval is for the operator.
    assert operations - {("GET", ""), ("POST", "/approval")} == {(each.method, each.path) for each in calls()}


def test_every_field_of_a_new_subscription_is_on_the_page() -> None:
    fields = {str(each.alias) for each in SubscriptionIn.model_fields.values()}

    assert set(FIELD.findall(without_blocks(PAGE))) == fields


async def test_examples_are_accepted(dock: Api) -> None:
    made = await dock.post("/v1/subscriptions", json=example("/v1/subscriptions"))
    replayed = await dock.post(f"{made.headers['location']}/replay", json=example("/replay"))

    assert (made.status_code, replayed.status_code) == (201, 202)


def test_example_events_are_valid() -> None:
    _owed, event, notice = (json.loads(block) for block in code_blocks(PAGE, "json"))

    sent_event(EventType.INTAKE_SCHEDULED).validate(event)
    sent_data(EventType.SUBSCRIPTION_FAILING).validate(notice)
