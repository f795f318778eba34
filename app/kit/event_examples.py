"""Events as the hub sends them, with invented contents: from the contracts, and about no person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.domain.codes import System
from app.domain.events import (
    ABOUT_CONNECTIONS,
    PARTNER_NOTICES,
    SUBSCRIPTION_NOTICES,
    Event,
    EventType,
)
from app.domain.fields import DAY, SPECS, FactValue, Field
from app.domain.identifiers import NewId
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.envelope import MessageContent, Origin
from app.privacy.wire import to_wire

__all__ = ["EventExamples", "ExampleEvent", "Texts", "plain_text"]

_TEXTS: Final[Mapping[Field, str]] = {
    Field.REFERRAL_REFERENCE: "TEST-2026-0001",
    Field.COUNSELLOR_PHONE: "+31 10 000 00 00",
}
_OIN: Final = "00000000000000000000"
_AGO: Final = timedelta(minutes=1)


def plain_text(field: Field) -> str:
    """Return an invented text for a field."""
    return _TEXTS.get(field, "Voorbeeld")


@dataclass(frozen=True)
class Texts:
    """What the texts of an example are: ``of`` returns that of a field; a list has this number of them."""

    of: Callable[[Field], str] = plain_text
    items: int = 1


_PLAIN: Final = Texts()


@dataclass(frozen=True, kw_only=True)
class ExampleEvent:
    """One event, ready to be sent; ``body`` is structured JSON, as the hub makes it."""

    id: str
    type: str
    subject: str
    body: bytes


class EventExamples:
    """Makes events, each with an id of its own.

    Args:
        public_url: base of the API that the events name, without ``/v1``.
        new_id: makes their ids.
    """

    def __init__(self, public_url: str, new_id: NewId) -> None:
        self._origin = Origin(_OIN, "trajecthub", public_url)
        self._new_id = new_id

    def subject(self, now: datetime) -> UUID:
        """Return the id of another subject."""
        return self._new_id(now)

    def make(
        self, event_type: EventType, now: datetime, subject: UUID, *, sequence: int = 1, texts: Texts = _PLAIN
    ) -> ExampleEvent:
        """Return an event with every field that a subscriber may get of its type.

        Args:
            event_type: any of the catalogue.
            now: when the hub stores it, aware, in UTC.
            subject: the receiver's id of the referral or subscription; ignored for a partner's notice.
            sequence: its number in the chain of the subject.
            texts: what its texts are.
        """
        event = Event(
            id=self._new_id(now), type=event_type, subject_id=subject, occurred_at=now - _AGO, recorded_at=now
        )
        content = _content(event, texts)
        body = self._origin.message(event, content).numbered(sequence)
        return ExampleEvent(id=str(event.id), type=event_type.value, subject=content.subject, body=body)


def _content(event: Event, texts: Texts) -> MessageContent:
    """Return what a message says, nested and named as the hub does."""
    subject, data = str(event.subject_id), to_wire(_fields(event, texts))
    since = _moment(event.occurred_at - _AGO)
    if event.type in PARTNER_NOTICES:
        partner = System.ALLEGRO.value
        notice = {"partner": {"system": partner}, "since": since, "reason": "reading"}
        return MessageContent(partner, "partners", notice | data)
    if event.type in SUBSCRIPTION_NOTICES:
        notice = {"subscription": {"id": subject}, "since": since, "reason": "timeout"}
        return MessageContent(subject, f"subscriptions/{subject}", notice | data)
    kind = "subscriptions" if event.type in ABOUT_CONNECTIONS else "referrals"
    return MessageContent(subject, f"{kind}/{subject}", data)


def _fields(event: Event, texts: Texts) -> dict[Field, FactValue]:
    entry = CATALOGUE[event.type]
    names = dict.fromkeys((*entry.always, *entry.to_referrer))
    return {name: _value(name, event, texts) for name in names}


def _value(name: Field, event: Event, texts: Texts) -> FactValue:
    form = SPECS[name].type
    if form.json_type == "boolean":
        return True
    if form.json_type == "integer":
        return 1
    if form.json_type == "array":
        return [_text(name, event, texts)] if form.codes else [_text(name, event, texts)] * texts.items
    return _text(name, event, texts)


def _text(name: Field, event: Event, texts: Texts) -> str:
    form = SPECS[name].type
    if form.codes:
        return next(iter(form.codes)).value
    if form.json_format == "uuid":
        return str(event.subject_id)
    if form.json_format == "date-time":
        return _moment(event.occurred_at)
    if form is DAY:
        return event.occurred_at.date().isoformat()
    return texts.of(name)


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
