"""Webhooks in the OpenAPI document: what subscriptions receive, its types, and the same document without them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.openapi.document import document, document_without_webhooks
from app.domain.events import BY_POLLING, TO_SUBSCRIPTIONS, EventType
from app.domain.preconditions import etag_of
from tests.api.conftest import PUBLIC_URL, Api
from tests.support.event_schemas import sent_event

DOCUMENT = document()
NEW = {"url": "https://hooks.example.nl/trajecthub"}
WITHOUT = document_without_webhooks()
TEAM_ONLY = (EventType.REFERRAL_AMENDED, EventType.SIGNAL_GIVEN, EventType.TRAJECTORY_STARTED)


def calls() -> Iterator[tuple[EventType, dict[str, Any]]]:
    for event_type, methods in DOCUMENT["webhooks"].items():
        yield EventType(event_type), methods["post"]


def content_of(call: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = call["requestBody"]["content"]["application/cloudevents+json"]
    return content


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for value in node.values() if isinstance(value, str) and value.startswith("#/"))
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def resolved(reference: str, within: dict[str, Any]) -> Any:
    node: Any = within
    for name in reference.removeprefix("#/").split("/"):
        node = node[name]
    return node


def test_there_is_a_webhook_for_each_type_that_a_subscription_receives_and_for_no_other() -> None:
    assert [each for each, _ in calls()] == [*TO_SUBSCRIPTIONS]
    assert not set(TEAM_ONLY) & set(TO_SUBSCRIPTIONS)


@pytest.mark.sqlite
async def test_those_are_the_types_that_a_subscription_can_ask_for(dock: Api, etf: Api, operator: Api) -> None:
    accepted = {
        each
        for each in EventType
        for api in (dock, etf, operator)
        if (await api.post("/v1/subscriptions", json=NEW | {"eventTypes": [each]})).status_code == 201
    }

    # A test is sent when it is asked for, and cannot be subscribed to.
    assert accepted == {*TO_SUBSCRIPTIONS} - {EventType.SUBSCRIPTION_TEST}


def test_webhooks_have_a_tag_that_no_operation_has() -> None:
    operations = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]

    assert {tag for _, call in calls() for tag in call["tags"]} == {"webhooks"}
    assert [each["operationId"] for each in operations if "webhooks" in each["tags"]] == []
    assert "webhooks" in {each["name"] for each in DOCUMENT["tags"]}


def test_a_webhook_names_its_headers_and_what_a_receiver_may_answer() -> None:
    for event_type, call in calls():
        headers = [resolved(each["$ref"], DOCUMENT) for each in call["parameters"]]
        assert [(each["name"], each["required"]) for each in headers] == [
            ("webhook-id", True),
            ("webhook-timestamp", True),
            ("webhook-signature", True),
            ("webhook-redelivery", False),
        ], event_type
        answers = {status: resolved(each["$ref"], DOCUMENT) for status, each in call["responses"].items()}
        assert {*answers} == {"2XX", "410", "429", "503", "default"}, event_type
        asked = [status for status, each in answers.items() if "Retry-After" in each.get("headers", ())]
        assert asked == ["429", "503"], event_type


def test_the_example_of_a_webhook_is_an_event_as_the_hub_sends_it() -> None:
    for event_type, call in calls():
        (example,) = content_of(call)["examples"].values()
        sent_event(event_type).validate(example["value"])


def test_polling_and_webhooks_share_the_types_of_events() -> None:
    union = DOCUMENT["components"]["schemas"]["EventOut"]
    of_webhooks = {event_type.value: content_of(call)["schema"]["$ref"] for event_type, call in calls()}

    assert union["discriminator"]["propertyName"] == "type"
    assert union["discriminator"]["mapping"] == {each.value: of_webhooks[each] for each in BY_POLLING}
    assert [each["$ref"] for each in union["oneOf"]] == [*union["discriminator"]["mapping"].values()]
    for event_type, reference in union["discriminator"]["mapping"].items():
        assert resolved(reference, DOCUMENT)["properties"]["type"]["const"] == event_type


def test_the_data_of_an_event_are_a_type_of_their_own() -> None:
    for event_type, call in calls():
        event = resolved(content_of(call)["schema"]["$ref"], DOCUMENT)
        assert "required" in resolved(event["properties"]["data"]["$ref"], DOCUMENT), event_type


def test_a_list_that_grows_with_the_hub_is_open_in_answers() -> None:
    named = {name for name, each in DOCUMENT["components"]["schemas"].items() if each.get("x-open-list")}

    assert {
        "CaseAction",
        "CaseField",
        "EventType",
        "InputRule",
        "PartnerSystem",
        "ProblemCode",
        "ReferrerKind",
    } <= named
    assert not {"ReferralStatus", "TrajectoryStatus", "SubscriptionStatus", "OrganisationRole"} & named


def test_the_document_without_webhooks_has_the_same_operations_and_refers_to_nothing_that_is_missing() -> None:
    assert WITHOUT["paths"] == DOCUMENT["paths"]
    assert "webhooks" not in WITHOUT
    assert "webhooks" not in {each["name"] for each in WITHOUT["tags"]}
    for each in references(WITHOUT):
        assert resolved(each, WITHOUT) is not None


def test_the_document_without_webhooks_has_nothing_that_only_they_refer_to() -> None:
    unused = {
        f"#/components/{kind}/{name}"
        for kind, named in WITHOUT["components"].items()
        for name in named
        if kind != "securitySchemes"
    } - set(references(WITHOUT))

    assert unused == set()


@pytest.mark.sqlite
async def test_the_hub_serves_both_documents_to_everybody(api: Api) -> None:
    both, without = await api.get("/v1/openapi.json"), await api.get("/v1/without-webhooks/openapi.json")

    assert without.json() == document_without_webhooks(PUBLIC_URL)
    assert "webhooks" in both.json()
    assert without.headers["access-control-allow-origin"] == "*"


@pytest.mark.sqlite
async def test_the_hub_serves_the_schema_of_each_type_at_its_own_address(api: Api) -> None:
    for event_type in TO_SUBSCRIPTIONS:
        answer = await api.get(f"/v1/event-schemas/{event_type}")
        assert answer.json()["$id"] == f"{PUBLIC_URL}/v1/event-schemas/{event_type}"
        assert answer.headers["etag"] == etag_of(json.dumps(answer.json(), sort_keys=True))

    assert (await api.get(f"/v1/event-schemas/{EventType.REFERRAL_AMENDED}")).status_code == 404
