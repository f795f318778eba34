"""Events as they travel to subscribers: CloudEvents 1.0 in structured JSON, NL GOV profile 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from app.domain.events import SUBSCRIPTION_ID, Event, FactValue
from app.domain.facts import Field
from app.privacy.wire import to_wire

__all__ = ["CONTENT_TYPE", "Origin"]

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
"""Structured mode, one event a message. Source: NL GOV guideline for CloudEvents over HTTP."""


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
        """Give the message for one receiver.

        ``time`` is when the hub recorded the event; when it happened is ``data.occurredAt``. No attribute holds
        more about a person than the receiver's own id of the referral.

        Args:
            event: as stored.
            fields: released for this receiver; holds at least the referral's id.
            sequence: number of the event in the referral's chain for this receiver, from 1, without gaps.
        """
        subject = str(fields[Field.REFERRAL_ID])
        return self._message(event, subject, f"referrals/{subject}", fields, sequence)

    def test(self, event: Event, sequence: int) -> bytes:
        """Give the message of a subscription test: its subject is the subscription, and it tells of nobody."""
        subject = str(event.facts[SUBSCRIPTION_ID])
        happened = event.occurred_at.isoformat().replace("+00:00", "Z")
        return self._message(event, subject, f"subscriptions/{subject}", {Field.OCCURRED_AT: happened}, sequence)

    def _message(
        self, event: Event, subject: str, path: str, fields: Mapping[Field, FactValue], sequence: int
    ) -> bytes:
        return to_json(
            {
                "specversion": "1.0",
                "id": str(event.id),
                "source": f"urn:nld:oin:{self.oin}:systeem:{self.system_name}",
                "type": event.type.value,
                "subject": subject,
                "time": event.recorded_at.isoformat().replace("+00:00", "Z"),
                "sequence": str(sequence),
                "sequencetype": "Integer",
                "dataref": f"{self.public_url}/v1/{path}",
                "dataschema": f"{self.public_url}/v1/event-schemas/{event.type.value}",
                "datacontenttype": "application/json",
                "data": to_wire(fields),
            }
        )
