"""What a worker of the referrer answers and reports in its own system: reactions (*reacties*) and signals (*signalen*).

Each is a record of its own, with its own id and moment: it is applied once, whatever else changes, and no other record
of the case waits for one that cannot be read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from app.adapters.common.drift import unknown_in
from app.adapters.common.parsing import noon_of, read_record, without_id
from app.domain.codes import CancellationReason
from app.domain.commands import AnswerInformation, CancelAppointment, Command, RespondToAppointment
from app.domain.errors import PartnerUnreadable
from app.domain.local_time import local_date
from app.domain.ports import STATED_ONCE, PartnerRecord


class ReactionKind(StrEnum):
    """How a worker answers a request."""

    ACCEPTED = "accepted"
    OTHER_TIMES = "other_times"
    CANCELLED = "cancelled"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """A worker's answer to a request.

    Attributes:
        reference: of the request; None: whichever appointment waits for an answer.
        times: the one that suits, or others.
    """

    kind: ReactionKind
    reference: str | None
    times: tuple[datetime, ...]
    text: str | None


@dataclass(frozen=True, kw_only=True)
class AnswerFields:
    """How a system names what a reaction holds, for the texts of errors."""

    reference: str
    times: str
    text: str


@dataclass(frozen=True, kw_only=True)
class AnswerList:
    """A field of a registration that holds answers of workers.

    Attributes:
        kind: of their records.
        id_name: the field with the id of each.
    """

    name: str
    kind: str
    id_name: str


Steps = Callable[[PartnerRecord], Iterator[PartnerRecord]]


def read_answers(
    row: Mapping[str, object], lists: tuple[AnswerList, ...], case_field: str, read_at: datetime, steps: Steps
) -> list[PartnerRecord]:
    """Return the answers on a registration, by their moments.

    Args:
        row: a registration.
        lists: its fields that hold answers.
        case_field: its field with its own id, which each answer gets too.
        read_at: the moment of what has no readable moment of its own.
        steps: what reads a record further (:func:`app.adapters.common.parsing.read_record`).
    """
    case_id = row.get(case_field)
    found = []
    for each in lists:
        for item in items_of(row.get(each.name)):
            payload = {**(item if isinstance(item, Mapping) else {each.name: item}), case_field: case_id}
            own_id = payload.get(each.id_name)
            record = PartnerRecord(
                kind=each.kind,
                external_id=own_id if isinstance(own_id, str) and own_id else without_id(payload),
                case_id=case_id if isinstance(case_id, str) and case_id else without_id(row),
                version=STATED_ONCE,
                payload=payload,
                occurred_at=read_at,
            )
            found.append(read_record(record, steps(record)))
    return sorted(found, key=lambda each: each.occurred_at)


def items_of(value: object) -> list[object]:
    """Return the items of a list of answers.

    What is no list is read as one item, which cannot be read either, so that it goes to quarantine.
    """
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def unknown_in_answers(row: Mapping[str, object], models: Mapping[AnswerList, type[BaseModel]]) -> Iterator[str]:
    """Return the places of the fields of the answers on a registration that the contract does not know.

    Args:
        row: a registration.
        models: the contract of the answers in each of its fields.
    """
    for each, model in models.items():
        groups = [item for item in items_of(row.get(each.name)) if isinstance(item, Mapping)]
        yield from unknown_in(groups, model, each.kind)


def signal_moment(registered: datetime, day: date) -> datetime:
    """Return when something happened: the moment at which it was registered, or noon of the other day that it names."""
    return registered if day == local_date(registered) else noon_of(day)


def to_command(reaction: Reaction, fields: AnswerFields) -> Command:
    """Return the command of a reaction.

    Raises:
        PartnerUnreadable: something is missing, is no reference of a request, or is more than one accepted time.
    """
    reference = _reference(reaction, fields)
    if reaction.kind is ReactionKind.ANSWERED:
        return _answer(reaction, reference, fields)
    if reaction.kind is ReactionKind.CANCELLED:
        return CancelAppointment(CancellationReason.REFERRER_CANCELLED, reference)
    if reaction.kind is ReactionKind.OTHER_TIMES:
        return RespondToAppointment(reference, accepted=False, other_times=reaction.times)
    if len(reaction.times) > 1:
        message = f"{fields.times} holds more than the one time that is accepted; have it corrected"
        raise PartnerUnreadable(fields.times, message)
    return RespondToAppointment(reference, accepted=True, chosen_time=next(iter(reaction.times), None))


def _answer(reaction: Reaction, request_id: UUID | None, fields: AnswerFields) -> Command:
    if request_id is None:
        message = f"{fields.reference} is missing; have the question named that is answered"
        raise PartnerUnreadable(fields.reference, message)
    if not reaction.text:
        raise PartnerUnreadable(fields.text, f"{fields.text} is missing; have the answer written")
    return AnswerInformation(request_id, reaction.text)


def _reference(reaction: Reaction, fields: AnswerFields) -> UUID | None:
    try:
        return UUID(reaction.reference) if reaction.reference else None
    except ValueError:
        message = f"{fields.reference} is no UUID of a request; have it corrected there"
        raise PartnerUnreadable(fields.reference, message) from None
