"""How an event looks on the wire, for the documents that describe it: its attributes, its headers, its schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.events import PARTNER_NOTICES, EventType
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.data_schemas import NAMED_TYPES, data_schema
from app.events.contract.field_schemas import Schema
from app.events.contract.type_names import data_name, event_name

__all__ = ["ATTRIBUTES", "HEADERS", "OPTIONAL_HEADERS", "envelope_schema", "event_components"]

HEADERS: Mapping[str, str] = {
    "webhook-id": "The same at each try of one delivery; use it to see repeats.",
    "webhook-timestamp": "Seconds since 1970 of this try.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, joined by dots "
    "(Standard Webhooks 1.0.0). With `signing` `v1a` or during a rotation of the secret there are several, separated "
    "by spaces.",
}
"""The headers of every webhook. Source: Standard Webhooks 1.0.0."""

OPTIONAL_HEADERS: Mapping[str, str] = {
    "webhook-redelivery": "`true` when you asked to have this event sent again (redelivery or replay); else absent.",
}
"""Headers that some webhooks have; the hub's own."""

ATTRIBUTES: Mapping[str, Schema] = {
    "specversion": {"type": "string", "description": "Version of CloudEvents, `1.0`."},
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
    "sequencetype": {"type": "string", "description": "What `sequence` is, `Integer`."},
    "dataref": {"type": "string", "format": "uri", "description": "Where to read more."},
    "dataschema": {"type": "string", "format": "uri", "description": "The schema of `data`."},
    "datacontenttype": {"type": "string", "description": "What `data` is, `application/json`."},
}
"""The attributes of every event but its type. Source: CloudEvents 1.0, NL GOV profile 1.1."""

_PARTNER_SUBJECT: Schema = {"type": "string", "description": "The partner system: `allegro`, `gidso` or `rmw`."}


def envelope_schema(event_type: EventType) -> Schema:
    """Return the schema of whole events of a type, as receivers read them: they may have more attributes."""
    properties: dict[str, Schema] = {
        **ATTRIBUTES,
        "type": {"type": "string", "const": event_type.value, "description": "Type of the event."},
        "data": {"$ref": f"#/components/schemas/{data_name(event_type)}"},
    }
    if event_type in PARTNER_NOTICES:
        properties["subject"] = _PARTNER_SUBJECT
    return {
        "title": event_name(event_type),
        "description": f"{CATALOGUE[event_type].description}.",
        "type": "object",
        "required": [*properties],
        "properties": properties,
    }


def event_components(event_types: Iterable[EventType]) -> dict[str, Schema]:
    """Return the schemas of these types of event, their data and the types in those, by name."""
    every = tuple(event_types)
    return {
        **{event_name(each): envelope_schema(each) for each in every},
        **{data_name(each): data_schema(each) for each in every},
        **NAMED_TYPES,
    }
