"""How an event looks on the wire, for the documents that describe it: its attributes, its headers, its schema."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.events import PARTNER_NOTICES, EventType
from app.events.contract.catalogue import schema_for
from app.events.contract.field_schemas import Schema

__all__ = ["ATTRIBUTES", "HEADERS", "OPTIONAL_HEADERS", "envelope_schema"]

HEADERS: Mapping[str, str] = {
    "webhook-id": "The same at each try of one delivery; use it to see repeats.",
    "webhook-timestamp": "Seconds since 1970 of this try.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, joined by dots "
    "(Standard Webhooks 1.0.0).",
}
"""The headers of every webhook. Source: Standard Webhooks 1.0.0."""

OPTIONAL_HEADERS: Mapping[str, str] = {
    "webhook-redelivery": "`true` when you asked to have this event sent again (redelivery or replay); else absent.",
}
"""Headers that some webhooks have; the hub's own."""

ATTRIBUTES: Mapping[str, Schema] = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "The event's id, the same at each try."},
    "source": {"type": "string", "description": "`urn:nld:oin:<OIN>:systeem:<name>`."},
    "subject": {
        "type": "string",
        "format": "uuid",
        "description": "Your own id of the referral (*aanmelding*), or of the subscription.",
    },
    "time": {"type": "string", "format": "date-time", "description": "When the hub recorded it."},
    "sequence": {
        "type": "string",
        "description": "Number in the chain of this referral or connection for you, without gaps.",
    },
    "sequencetype": {"type": "string", "const": "Integer"},
    "dataref": {"type": "string", "format": "uri", "description": "Where to read more."},
    "dataschema": {"type": "string", "format": "uri", "description": "The schema of `data`."},
    "datacontenttype": {"type": "string", "const": "application/json"},
}
"""The attributes of every event but its type. Source: CloudEvents 1.0, NL GOV profile 1.1."""

_PARTNER_SUBJECT: Schema = {"type": "string", "description": "The partner system: `allegro`, `gidso` or `rmw`."}


def envelope_schema(event_type: EventType) -> Schema:
    """Return the JSON Schema of a whole event of this type."""
    data = {name: value for name, value in schema_for(event_type).items() if name != "$schema"}
    properties = {**ATTRIBUTES, "type": {"type": "string", "const": event_type.value}, "data": data}
    if event_type in PARTNER_NOTICES:
        properties["subject"] = _PARTNER_SUBJECT
    return {"type": "object", "required": [*properties], "properties": properties}
