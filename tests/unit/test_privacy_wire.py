"""How fields are named on the wire."""

import pytest

from app.domain.fields import Field
from app.privacy.wire import to_wire, wire_name


@pytest.mark.parametrize(
    ("field", "group", "name"),
    [
        (Field.REFERRAL_ID, "referral", "id"),
        (Field.REFERRAL_LIVES_IN_MUNICIPALITY, "referral", "livesInMunicipality"),
        (Field.KBR_SERVICE_DECISION_MEETING_ON, "kbr", "serviceDecisionMeetingOn"),
        # The referrer reads the status that was disclosed to it under the name of the status.
        (Field.REFERRAL_DISCLOSED_STATUS, "referral", "status"),
        (Field.OCCURRED_AT, None, "occurredAt"),
    ],
)
def test_a_field_is_in_its_group_in_camel_case(field: Field, group: str | None, name: str) -> None:
    assert wire_name(field) == (group, name)


def test_fields_of_one_group_are_together_and_those_of_the_event_next_to_the_groups() -> None:
    fields = {Field.REFERRAL_ID: "1", Field.OCCURRED_AT: "now", Field.REFERRAL_AREA: None}

    assert to_wire(fields) == {"referral": {"id": "1", "area": None}, "occurredAt": "now"}
