"""What counts as disclosed to a partner is what its message shows: without another field it would be the same."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

import pytest

from app.adapters.allegro.outgoing import message_body, referral_body, shown_by_message, shown_by_referral
from app.adapters.gidso.journal import SHOWN, to_text
from app.adapters.gidso.requests import request_of
from app.adapters.rmw.remarks import MAX_LENGTH, remark
from app.adapters.rmw.remarks import shown as shown_by_line
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage
from app.privacy.json_values import to_json_value
from tests.support.full_case import VALUES
from tests.support.hub import NOW

FIELDS: Mapping[str, object] = {field.value: to_json_value(value) for field, value in VALUES.items()}
STATES = {Field.REFERRAL_STATUS, Field.REFERRAL_DISCLOSED_STATUS, Field.APPOINTMENT_STATUS, Field.OCCURRED_AT}
"""What the status of a line says, or its first sentence and its day."""


def needed_by(message: Callable[[Mapping[str, object]], object], fields: Mapping[str, object]) -> set[str]:
    """Return the fields without which a message would be another."""
    whole = message(fields)
    return {left_out for left_out in fields if message({n: v for n, v in fields.items() if n != left_out}) != whole}


def test_a_journal_line_shows_what_its_sentences_show() -> None:
    asked = {**FIELDS, Field.APPOINTMENT_RESPONSE.value: "requested"}
    contact = Field.REFERRAL_REQUESTED_ACTION.value

    def line(fields: Mapping[str, object]) -> object:
        # A message asks for one thing: without this action, a time of the appointment.
        without_action = {name: value for name, value in fields.items() if name != contact}
        return to_text(EventType.INTAKE_SCHEDULED, fields), request_of(message(without_action))

    def question(fields: Mapping[str, object]) -> object:
        return request_of(replace(message(fields), event_type=EventType.INFORMATION_REQUESTED))

    without_action = {name: value for name, value in asked.items() if name != contact}
    assert needed_by(line, asked) | needed_by(question, without_action) | STATES == SHOWN


def message(fields: Mapping[str, object]) -> PartnerMessage:
    """Return the message that an intake is planned."""
    return PartnerMessage(
        id=UUID(int=1),
        event_type=EventType.INTAKE_SCHEDULED,
        moment=OCCASION_OF[EventType.INTAKE_SCHEDULED],
        referral_id=UUID(int=1),
        external_id="G-000123",
        occurred_at=NOW,
        fields=fields,
    )


@pytest.mark.parametrize("place", ["Coolsingel 40", "x" * (MAX_LENGTH + 1)])
def test_a_status_line_shows_what_fits_in_its_remark(place: str) -> None:
    fields = {**FIELDS, Field.APPOINTMENT_PLACE.value: place}

    needed = needed_by(remark, fields)

    assert needed | STATES == shown_by_line(fields)
    assert needed


def test_a_referral_at_allegro_shows_what_it_contains() -> None:
    assert needed_by(referral_body, FIELDS) | {Field.REFERRAL_ID} == shown_by_referral()


@pytest.mark.parametrize(
    "event_type",
    [
        EventType.REFERRAL_WITHDRAWN,
        EventType.WITHDRAWAL_REQUESTED,
        EventType.APPOINTMENT_RESPONDED,
        EventType.SIGNAL_GIVEN,
    ],
)
def test_a_message_to_a_counsellor_shows_what_it_contains(event_type: EventType) -> None:
    def body(fields: Mapping[str, object]) -> object:
        return message_body(
            PartnerMessage(
                id=UUID(int=1),
                event_type=event_type,
                moment=None,
                referral_id=UUID(int=1),
                external_id="A1",
                occurred_at=NOW,
                fields=fields,
            )
        )

    assert needed_by(body, FIELDS) | {Field.REFERRAL_ID, Field.OCCURRED_AT} == shown_by_message(event_type)
