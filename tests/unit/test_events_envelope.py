"""Events as they travel: CloudEvents of the NL GOV profile."""

import json
from datetime import UTC, datetime
from uuid import UUID

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event

from app.domain.events import Event, EventType
from app.domain.fields import FactValue, Field
from app.events.contract.envelope import CONTENT_TYPE, Origin
from app.privacy.wire import to_wire

ORIGIN = Origin("00000001001234567000", "trajecthub", "https://hub.example")
EVENT = Event(
    id=UUID("01930000-0000-7000-8000-0000000000aa"),
    type=EventType.INTAKE_MISSED,
    subject_id=UUID("01930000-0000-7000-8000-000000000001"),
    occurred_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    recorded_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
)
FIELDS: dict[Field, FactValue] = {
    Field.REFERRAL_ID: "5f0c3d4e-0000-4000-8000-000000000001",
    Field.REFERRAL_STATUS: "missed",
    Field.ATTENDANCE_MISSED_COUNT: 2,
    Field.OCCURRED_AT: "2026-11-20T09:00:00Z",
}


def test_public_library_reads_the_envelope() -> None:
    body = ORIGIN.envelope(EVENT, FIELDS).numbered(3)

    read = from_structured_event(HTTPMessage({"content-type": CONTENT_TYPE}, body))

    assert read.get_id() == str(EVENT.id)
    assert read.get_source() == "urn:nld:oin:00000001001234567000:systeem:trajecthub"
    assert read.get_type() == "nl.trajecthub.referrals.intake-missed.v1"
    assert read.get_subject() == FIELDS[Field.REFERRAL_ID]
    assert read.get_time() == EVENT.recorded_at
    assert read.get_extension("sequence") == "3"
    assert read.get_extension("sequencetype") == "Integer"
    assert read.get_extension("dataref") == f"https://hub.example/v1/referrals/{FIELDS[Field.REFERRAL_ID]}"


def test_data_are_nested_by_group_in_camel_case() -> None:
    sent = json.loads(ORIGIN.envelope(EVENT, FIELDS).numbered(1))

    assert sent["data"] == {
        "referral": {"id": FIELDS[Field.REFERRAL_ID], "status": "missed"},
        "attendance": {"missedCount": 2},
        "occurredAt": "2026-11-20T09:00:00Z",
    }


def test_hub_s_own_id_of_the_referral_is_nowhere_in_the_message() -> None:
    assert str(EVENT.subject_id) not in ORIGIN.envelope(EVENT, FIELDS).numbered(1).decode()


def test_names_of_attributes_are_those_the_standard_allows() -> None:
    sent = json.loads(ORIGIN.envelope(EVENT, FIELDS).numbered(1))

    assert all(name.isascii() and name.isalnum() and name.islower() and len(name) <= 20 for name in sent)


def test_disclosed_status_is_shown_as_the_status() -> None:
    assert to_wire({Field.REFERRAL_DISCLOSED_STATUS: "received"}) == {"referral": {"status": "received"}}


def test_true_status_goes_before_the_told_one_in_any_order() -> None:
    both: dict[Field, object] = {Field.REFERRAL_STATUS: "missed", Field.REFERRAL_DISCLOSED_STATUS: "received"}

    assert to_wire(both) == to_wire(dict(reversed(both.items()))) == {"referral": {"status": "missed"}}
