"""What the hub asks of a worker of the referrer: a request in the worker's own system, next to the text for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.codes import AppointmentKind, AppointmentResponse, InformationTopic, RequestedAction
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM
from app.domain.ports import PartnerMessage


class RequestKind(StrEnum):
    """What a worker is asked to do: to answer which time suits, to restore contact, or to answer a question."""

    APPOINTMENT = "appointment"
    CONTACT = "contact"
    QUESTION = "question"


@dataclass(frozen=True, kw_only=True)
class WorkerRequest:
    """A request to a worker, of the fields that were released.

    Attributes:
        reference: the id of the appointment or of the question, else of the message.
        is_settled: nothing is asked any more; an earlier request of this kind needs no answer.
        meeting: for which kind of appointment; an appointment only.
        due_on: the last day on which an answer is expected.
        times: from which the worker chooses, in Dutch time.
    """

    kind: RequestKind
    reference: str
    is_settled: bool = False
    meeting: AppointmentKind | None = None
    due_on: date | None = None
    times: tuple[datetime, ...] = ()
    topic: InformationTopic | None = None
    question: str | None = None


_PLANNED = frozenset({EventType.INTAKE_SCHEDULED, EventType.MEETING_SCHEDULED})
_MOVED = frozenset({EventType.INTAKE_RESCHEDULED, EventType.MEETING_RESCHEDULED})
_CANCELLED = frozenset({EventType.INTAKE_CANCELLED, EventType.MEETING_CANCELLED})
_SETTLED = _MOVED | _CANCELLED


def request_of(message: PartnerMessage) -> WorkerRequest | None:
    """Return what a message asks of the worker, or that it asks it no longer; None when it does neither."""
    fields, event_type = message.fields, message.event_type
    if fields.get(Field.REFERRAL_REQUESTED_ACTION) == RequestedAction.RESTORE_CONTACT:
        due_on = _day(fields.get(Field.CONTACT_RESTORE_BY))
        return WorkerRequest(kind=RequestKind.CONTACT, reference=str(message.id), due_on=due_on)
    if event_type is EventType.CONTACT_RESTORED:
        return WorkerRequest(kind=RequestKind.CONTACT, reference=str(message.id), is_settled=True)
    if event_type in (EventType.INFORMATION_REQUESTED, EventType.INFORMATION_REQUEST_WITHDRAWN):
        return _question(event_type, fields)
    return _appointment(event_type, fields)


def _question(event_type: EventType, fields: Mapping[str, object]) -> WorkerRequest | None:
    request_id, topic = fields.get(Field.INFORMATION_ID), fields.get(Field.INFORMATION_TOPIC)
    question = fields.get(Field.INFORMATION_QUESTION)
    if not isinstance(request_id, str):
        return None
    if event_type is EventType.INFORMATION_REQUEST_WITHDRAWN:
        return WorkerRequest(kind=RequestKind.QUESTION, reference=request_id, is_settled=True)
    return WorkerRequest(
        kind=RequestKind.QUESTION,
        reference=request_id,
        due_on=_day(fields.get(Field.INFORMATION_DUE_ON)),
        topic=InformationTopic(str(topic)) if topic else None,
        question=question if isinstance(question, str) else None,
    )


def _appointment(event_type: EventType, fields: Mapping[str, object]) -> WorkerRequest | None:
    appointment_id, kind = fields.get(Field.APPOINTMENT_ID), fields.get(Field.APPOINTMENT_KIND)
    times = _times_to_answer(event_type, fields)
    is_settled = not times and (event_type in _SETTLED or (event_type in _PLANNED and _was_asked(fields)))
    if not isinstance(appointment_id, str) or not (times or is_settled):
        return None
    return WorkerRequest(
        kind=RequestKind.APPOINTMENT,
        reference=appointment_id,
        is_settled=is_settled,
        meeting=AppointmentKind(str(kind)) if kind else None,
        due_on=None if is_settled else _day(fields.get(Field.APPOINTMENT_ANSWER_BY)),
        times=times,
    )


def _times_to_answer(event_type: EventType, fields: Mapping[str, object]) -> tuple[datetime, ...]:
    """Return the times from which the worker is asked to choose: those of a proposal, or the one that was planned."""
    if event_type is EventType.APPOINTMENT_PROPOSED:
        proposed = fields.get(Field.APPOINTMENT_PROPOSED_TIMES)
        return _local(proposed) if isinstance(proposed, list | tuple) else ()
    is_asked = fields.get(Field.APPOINTMENT_RESPONSE) == AppointmentResponse.REQUESTED
    starts_at = fields.get(Field.APPOINTMENT_STARTS_AT)
    return _local([starts_at]) if event_type in _PLANNED | _MOVED and is_asked and starts_at else ()


def _was_asked(fields: Mapping[str, object]) -> bool:
    return fields.get(Field.APPOINTMENT_RESPONSE) not in (None, AppointmentResponse.NOT_ASKED)


def _local(moments: Iterable[object]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(str(each)).astimezone(AMSTERDAM) for each in moments)


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
