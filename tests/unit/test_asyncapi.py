"""The AsyncAPI document has every event that is sent to a subscriber."""

import json
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from app.domain.events import OCCASION_OF, TO_SUBSCRIPTIONS, Event, EventType
from app.domain.fields import Field
from app.events.asyncapi import asyncapi_document
from app.events.contract.catalogue import fields_for
from app.events.contract.envelope import Origin
from tests.support.privacy import FACTS, NOW, release_for

DOCUMENT = asyncapi_document()
SENT = [each for each, moment in OCCASION_OF.items() if moment is not None]


def followed(reference: str) -> Any:
    node: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        node = node[name]
    return node


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_every_type_that_is_told_has_a_message_and_an_operation() -> None:
    messages = [each["name"] for each in DOCUMENT["components"]["messages"].values()]

    assert sorted(messages) == sorted(TO_SUBSCRIPTIONS)
    assert DOCUMENT["operations"].keys() == DOCUMENT["components"]["messages"].keys()


def test_every_reference_leads_somewhere() -> None:
    assert all(followed(each) for each in references(DOCUMENT))


@pytest.mark.parametrize("event_type", SENT)
def test_an_event_as_it_is_sent_fits_its_message(event_type: EventType) -> None:
    moment = OCCASION_OF[event_type]
    assert moment is not None
    wanted = fields_for(event_type, moment)
    fields = {field: value for field, value in release_for("exit", moment).fields.items() if field in wanted}
    event = Event(id=UUID(int=1), type=event_type, subject_id=UUID(int=2), occurred_at=NOW, recorded_at=NOW)
    origin = Origin("0" * 20, "trajecthub", "https://hub.example.nl")
    sent = origin.envelope(event, {Field.REFERRAL_ID: str(FACTS[Field.REFERRAL_ID]), **fields}).numbered(1)

    (message,) = [each for each in DOCUMENT["components"]["messages"].values() if each["name"] == event_type]
    Draft202012Validator(DOCUMENT | message["payload"]).validate(json.loads(sent))
