"""What the hub asks of a consultant in RMW: the request (*verzoek*) that a status line carries."""

from collections.abc import Mapping
from typing import Final

from app.adapters.common import requests
from app.adapters.common.requests import RequestKind
from app.adapters.rmw.soap import Fields
from app.adapters.rmw.stuf import stuf_moment
from app.domain.codes import AppointmentKind
from app.domain.fields import Field
from app.domain.ports import PartnerMessage

KINDS: Final[Mapping[RequestKind, str]] = {
    RequestKind.APPOINTMENT: "AF",
    RequestKind.CONTACT: "CO",
    RequestKind.QUESTION: "VR",
}
MEETINGS: Final[Mapping[AppointmentKind, str]] = {
    AppointmentKind.INTAKE: "IN",
    AppointmentKind.FOLLOW_UP: "VG",
    AppointmentKind.SERVICE_DECISION_MEETING: "GB",
}


_SHOWN: Final[Mapping[RequestKind, frozenset[Field]]] = {
    RequestKind.APPOINTMENT: frozenset(
        {
            Field.APPOINTMENT_ID,
            Field.APPOINTMENT_KIND,
            Field.APPOINTMENT_PROPOSED_TIMES,
            Field.APPOINTMENT_STARTS_AT,
            Field.APPOINTMENT_ANSWER_BY,
        }
    ),
    RequestKind.CONTACT: frozenset({Field.REFERRAL_REQUESTED_ACTION, Field.CONTACT_RESTORE_BY}),
    RequestKind.QUESTION: frozenset(
        {Field.INFORMATION_ID, Field.INFORMATION_TOPIC, Field.INFORMATION_QUESTION, Field.INFORMATION_DUE_ON}
    ),
}


def shown_in_request(message: PartnerMessage) -> frozenset[Field]:
    """Return the fields that the request of a message shows, as far as they were released."""
    asked = requests.request_of(message)
    return frozenset(field for field in _SHOWN[asked.kind] if field in message.fields) if asked else frozenset()


def request_of(message: PartnerMessage) -> Fields | None:
    """Return what a message asks of the consultant, or that it asks it no longer; None when it does neither."""
    asked = requests.request_of(message)
    if asked is None:
        return None
    request = {
        "soort": KINDS[asked.kind],
        "kenmerk": asked.reference,
        "vervallen": "J" if asked.is_settled else None,
        "afspraaksoort": MEETINGS[asked.meeting] if asked.meeting else None,
        "uiterlijkOp": f"{asked.due_on:%Y%m%d}" if asked.due_on else None,
        "tijd": [stuf_moment(each) for each in asked.times],
        "onderwerp": asked.topic.label if asked.topic else None,
        "vraag": asked.question,
    }
    return {name: value for name, value in request.items() if value}
