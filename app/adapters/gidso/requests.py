"""What the hub asks of a worker in GIDSO: the request (*verzoek*) that a journal line carries."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.domain.codes import AppointmentResponse, InformationTopic, RequestedAction
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM
from app.domain.ports import PartnerMessage

_PLANNED = frozenset({EventType.INTAKE_SCHEDULED, EventType.INTAKE_RESCHEDULED})
_MEETINGS = frozenset({EventType.MEETING_SCHEDULED, EventType.MEETING_RESCHEDULED})

Request = dict[str, object]
"""A request as GIDSO stores it, by its names in the contract."""


def request_of(message: PartnerMessage) -> Request | None:
    """Return what a message asks of the worker, of the fields that were released; None when it asks nothing."""
    fields = message.fields
    if fields.get(Field.REFERRAL_REQUESTED_ACTION) == RequestedAction.RESTORE_CONTACT:
        return _request("CONTACT", str(message.id), fields.get(Field.CONTACT_RESTORE_BY))
    if message.event_type is EventType.INFORMATION_REQUESTED:
        return _question(fields)
    appointment_id = fields.get(Field.APPOINTMENT_ID)
    times = _times_to_answer(message.event_type, fields)
    if not times or not isinstance(appointment_id, str):
        return None
    return _request("AFSPRAAK", appointment_id, fields.get(Field.APPOINTMENT_ANSWER_BY), times)


def _question(fields: Mapping[str, object]) -> Request | None:
    request_id, topic = fields.get(Field.INFORMATION_ID), fields.get(Field.INFORMATION_TOPIC)
    if not isinstance(request_id, str):
        return None
    asked = {"Onderwerp": InformationTopic(str(topic)).label if topic else None}
    texts = asked | {"Vraag": fields.get(Field.INFORMATION_QUESTION)}
    shown = {name: value for name, value in texts.items() if value}
    return _request("VRAAG", request_id, fields.get(Field.INFORMATION_DUE_ON)) | shown


def _times_to_answer(event_type: EventType, fields: Mapping[str, object]) -> list[str]:
    """Return the times from which the worker is asked to choose: those of a proposal, or the one that was planned."""
    if event_type is EventType.APPOINTMENT_PROPOSED:
        proposed = fields.get(Field.APPOINTMENT_PROPOSED_TIMES)
        return _local(proposed) if isinstance(proposed, list | tuple) else []
    is_asked = fields.get(Field.APPOINTMENT_RESPONSE) == AppointmentResponse.REQUESTED
    starts_at = fields.get(Field.APPOINTMENT_STARTS_AT)
    return _local([starts_at]) if event_type in _PLANNED | _MEETINGS and is_asked and starts_at else []


def _request(kind: str, reference: str, due_on: object, times: Iterable[str] = ()) -> Request:
    request: Request = {"Soort": kind, "Kenmerk": reference, "UiterlijkOp": due_on, "Tijden": list(times)}
    return {name: value for name, value in request.items() if value}


def _local(moments: Iterable[object]) -> list[str]:
    return [datetime.fromisoformat(str(each)).astimezone(AMSTERDAM).isoformat() for each in moments]
