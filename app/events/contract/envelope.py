"""Events as they travel to subscribers: CloudEvents 1.0 in structured JSON, NL GOV profile 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from app.domain.events import Event, FactValue
from app.domain.fields import Field
from app.privacy.wire import to_wire

__all__ = ["CONTENT_TYPE", "About", "Origin"]

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
"""Structured mode, one event a message. Source: NL GOV guideline for CloudEvents over HTTP."""


@dataclass(frozen=True)
class About:
    """What an event is about, as its receiver knows it.

    Attributes:
        subject: the receiver's own id of it.
        path: where the receiver reads more, below ``/v1``.
        data: what is said of it, JSON-ready.
    """

    subject: str
    path: str
    data: Mapping[str, object]


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

    def envelope(self, event: Event, fields: Mapping[Field, FactValue], sequence: int) -> bytes:
        """Return the message for one receiver.

        ``time`` is when the hub recorded the event; when it happened is ``data.occurredAt``. No attribute holds
        more about a person than the receiver's own id of the referral.

        Args:
            event: as stored.
            fields: released for this receiver; holds at least the referral's id.
            sequence: number of the event in the referral's chain for this receiver, from 1, without gaps.
        """
        subject = str(fields[Field.REFERRAL_ID])
        return self.message(event, About(subject, f"referrals/{subject}", to_wire(fields)), sequence)

    def message(self, event: Event, about: About, sequence: int) -> bytes:
        """Return the message of an event that is about what it says it is; what is said must be free of persons."""
        return to_json(
            {
                "specversion": "1.0",
                "id": str(event.id),
                "source": f"urn:nld:oin:{self.oin}:systeem:{self.system_name}",
                "type": event.type.value,
                "subject": about.subject,
                "time": event.recorded_at.isoformat().replace("+00:00", "Z"),
                "sequence": str(sequence),
                "sequencetype": "Integer",
                "dataref": f"{self.public_url}/v1/{about.path}",
                "dataschema": f"{self.public_url}/v1/event-schemas/{event.type.value}",
                "datacontenttype": "application/json",
                "data": about.data,
            }
        )
