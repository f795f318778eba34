"""The example events of the kit are events of the contract."""

import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from app.domain.events import EventType
from app.domain.identifiers import MonotonicIds
from app.events.contract.envelope_schema import envelope_schema
from app.kit.event_examples import EventExamples, Texts
from app.kit.receiver.contents import LARGE

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("texts", [Texts(), LARGE], ids=["plain", "large"])
def test_an_example_of_each_type_has_every_field_of_its_schema(texts: Texts) -> None:
    examples = EventExamples("https://trajecthub.example.org", MonotonicIds())
    for event_type in EventType:
        event = examples.make(event_type, NOW, examples.subject(NOW), texts=texts)
        schema = envelope_schema(event_type)
        faults = list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(json.loads(event.body)))

        assert faults == [], event_type
