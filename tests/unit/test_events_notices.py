"""What events about connections say, and to whom in which words."""

from uuid import uuid4

from app.domain.events import ABOUT_CONNECTIONS, Event, EventType
from app.events.contract.data_schemas import data_schema
from app.events.delivery.notices import content_of
from tests.support.event_env import START


def test_every_type_about_a_connection_is_one_of_no_moment_and_no_field_of_a_case() -> None:
    told = {
        each: data_schema(each)["properties"].keys()  # type: ignore[attr-defined]
        for each in ABOUT_CONNECTIONS
    }

    assert {name for names in told.values() for name in names} == {
        "subscription", "partner", "quarantine", "since", "reason", "occurredAt"
    }  # fmt: skip


def test_event_of_a_test_that_was_stored_before_notices_existed_can_still_be_sent() -> None:
    stored = Event(
        id=uuid4(),
        type=EventType.SUBSCRIPTION_TEST,
        subject_id=uuid4(),
        occurred_at=START,
        recorded_at=START,
        facts={"subscription.id": "x"},
    )

    assert content_of(stored, uuid4()).subject == "x"
