"""Events can grow: receivers' schemas allow what they do not name; what the hub sends is named all the same."""

from collections.abc import Iterator
from typing import Any

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from jsonschema import Draft202012Validator

from app.domain.events import OCCASION_OF, TO_SUBSCRIPTIONS, EventType
from app.events.contract.data_schemas import schema_document
from app.events.contract.envelope import CONTENT_TYPE
from app.events.contract.envelope_schema import event_components
from app.events.examples import example_event, example_facts, example_message
from app.privacy.policy import REFERRER_KINDS
from tests.support.event_schemas import receivers_data, receivers_event, sent_data, sent_event
from tests.support.privacy import release_for

Json = dict[str, Any]
CODES = ("confirmed", "requested", "running", "budget_management", "gidso", "reading", "status-5xx")
HUB = "https://trajecthub.example.org/v1"


def grown(value: object) -> object:
    """Return a value with a member more in every object, and with other codes."""
    if isinstance(value, dict):
        return {name: grown(each) for name, each in value.items()} | {"isNew": True}
    return "a-new-code" if value in CODES else value


def schemas_in(node: object) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from schemas_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from schemas_in(each)


def test_receivers_take_an_event_with_what_they_do_not_know() -> None:
    for event_type in TO_SUBSCRIPTIONS:
        event = example_event(event_type)
        receivers_event(event_type).validate(grown(event))
        receivers_data(event_type).validate(grown(event["data"]))


def test_nothing_in_a_receivers_schema_closes_an_object_or_a_list_of_codes() -> None:
    closing = [
        (event_type, key)
        for event_type in TO_SUBSCRIPTIONS
        for schema in schemas_in(schema_document(event_type, HUB))
        for key in ("additionalProperties", "unevaluatedProperties", "enum")
        if key in schema
    ]

    assert closing == []


def test_the_hub_sends_nothing_that_is_not_documented() -> None:
    for event_type in TO_SUBSCRIPTIONS:
        event = example_event(event_type)
        sent_event(event_type).validate(event)
        for part in (event, event["data"]):
            part["isNew"] = True
            assert not sent_event(event_type).is_valid(event)
            del part["isNew"]


def test_the_documented_fields_are_those_of_the_type() -> None:
    confirmed = example_event(EventType.REFERRAL_CONFIRMED)["data"]

    confirmed["referral"]["closureReason"] = "no_contact"

    assert receivers_data(EventType.REFERRAL_CLOSED).is_valid(confirmed)
    assert not sent_data(EventType.REFERRAL_CONFIRMED).is_valid(confirmed)


def test_each_schema_is_valid_and_has_the_address_by_which_events_refer_to_it() -> None:
    for event_type in TO_SUBSCRIPTIONS:
        schema = schema_document(event_type, HUB)
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == example_event(event_type)["dataschema"]


def test_every_object_in_a_schema_has_a_name_and_says_what_is_always_there() -> None:
    components = event_components(TO_SUBSCRIPTIONS)
    nameless = [
        name
        for name, schema in components.items()
        if schema["title"] != name or any("properties" in each for each in schemas_in(schema["properties"]))
    ]
    always = {name: schema["required"] for name, schema in components.items() if "required" in schema}

    assert nameless == []
    assert always["ReferralsConfirmedData"] == ["referral"]
    assert always["EventReferral"] == ["id"]
    assert always["SubscriptionsTestData"] == ["occurredAt"]
    assert always["PartnersFailingData"] == ["occurredAt", "partner", "reason"]


def test_the_least_that_is_sent_has_what_a_receiver_is_promised() -> None:
    thin = {"referral": {"id": "5f0c2e1a-93b4-8d78-9e6f-0a2b3c4d5e6f"}}

    assert [each for each, moment in OCCASION_OF.items() if moment and not receivers_data(each).is_valid(thin)] == []


def test_a_public_library_reads_every_example() -> None:
    for event_type in TO_SUBSCRIPTIONS:
        read = from_structured_event(HTTPMessage({"content-type": CONTENT_TYPE}, example_message(event_type)))
        assert (read.get_type(), read.get_data()) == (event_type, example_event(event_type)["data"])


def test_an_example_discloses_what_some_referrer_receives() -> None:
    undisclosed = [
        event_type
        for event_type, moment in OCCASION_OF.items()
        if moment
        and not any(
            example_facts(event_type).keys() <= release_for(kind, moment).fields.keys() for kind in REFERRER_KINDS
        )
    ]

    assert undisclosed == []
