"""The example events of the kit are events of the contract."""

import json
from datetime import UTC, datetime

import pytest

from app.domain.events import TO_SUBSCRIPTIONS
from app.domain.identifiers import MonotonicIds
from app.kit.event_examples import EventExamples, Texts
from app.kit.receiver.contents import LARGE
from tests.support.event_schemas import sent_event

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("texts", [Texts(), LARGE], ids=["plain", "large"])
def test_an_example_of_each_type_has_every_field_of_its_schema(texts: Texts) -> None:
    examples = EventExamples("https://trajecthub.example.org", MonotonicIds())
    for event_type in TO_SUBSCRIPTIONS:
        event = examples.make(event_type, NOW, examples.subject(NOW), texts=texts)

        assert [*sent_event(event_type).iter_errors(json.loads(event.body))] == [], event_type
