"""Events as they travel to subscribers: CloudEvents 1.0 in structured JSON, NL GOV profile 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from app.domain.events import Event
from app.domain.fields import FactValue, Field
from app.privacy.wire import to_wire

__all__ = ["CONTENT_TYPE", "Message", "MessageContent", "Origin"]

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
"""Structured mode, one event a message. Source: NL GOV guideline for CloudEvents over HTTP."""


@dataclass(frozen=True)
class MessageContent:
    """The part of a message that differs by receiver.

    Attributes:
        subject: the receiver's own id of what the event is about.
        path: where the receiver reads more, below ``/v1``.
        data: the fields, JSON-ready.
    """

    subject: str
    path: str
    data: Mapping[str, object]


@dataclass(frozen=True)
class Message:
    """An event in JSON, the same for every receiver but for its sequence number, which goes between the two parts."""

    before: bytes
    after: bytes

    def numbered(self, sequence: int) -> bytes:
        """Return the message for one receiver.

        Args:
            sequence: number of the event in the chain of its subject for this receiver, from 1, without gaps.
        """
        return b"%b%d%b" % (self.before, sequence, self.after)


@dataclass(frozen=True)
class Origin:
    """Where events come from.

    Attributes:
        oin: organisation identification number of the hub's owner, 20 digits.
        system_name: name of this installation.
        public_url: base of the API as receivers see it, without ``/v1``.
    """

    oin: str
    system_name: str
    public_url: str

    def envelope(self, event: Event, fields: Mapping[Field, FactValue]) -> Message:
        """Return the message about a referral.

        ``time`` is when the hub recorded the event; when it happened is ``data.occurredAt``. No attribute holds
        more about a person than the receiver's own id of the referral.

        Args:
            event: as stored.
            fields: released for this receiver; holds at least the referral's id.
        """
        subject = str(fields[Field.REFERRAL_ID])
        return self.message(event, MessageContent(subject, f"referrals/{subject}", to_wire(fields)))

    def message(self, event: Event, content: MessageContent) -> Message:
        """Return the message about any subject; ``content`` must be what may be sent to its receiver."""
        event_type = event.type.value
        before = {
            "specversion": "1.0",
            "id": str(event.id),
            "source": f"urn:nld:oin:{self.oin}:systeem:{self.system_name}",
            "type": event_type,
            "subject": content.subject,
            "time": event.recorded_at.isoformat().replace("+00:00", "Z"),
        }
        after = {
            "sequencetype": "Integer",
            "dataref": f"{self.public_url}/v1/{content.path}",
            "dataschema": f"{self.public_url}/v1/event-schemas/{event_type}",
            "datacontenttype": "application/json",
            "data": content.data,
        }
        return Message(to_json(before)[:-1] + b',"sequence":"', b'",' + to_json(after)[1:])
