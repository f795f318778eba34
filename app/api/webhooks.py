"""How the document describes the webhooks: one for each type of event, from the event catalogue."""

from typing import Any

from app.domain.events import EventType
from app.events.catalogue import CATALOGUE, schema_for

_HEADERS = {
    "webhook-id": "The same at each try of one delivery; use it to see repeats.",
    "webhook-timestamp": "Seconds since 1970 of this try.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, joined by dots "
    "(Standard Webhooks 1.0.0).",
}

_ATTRIBUTES = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "The event's id, the same at each try."},
    "source": {"type": "string", "description": "`urn:nld:oin:<OIN>:systeem:<name>`."},
    "subject": {"type": "string", "format": "uuid", "description": "Your own id of the referral (*aanmelding*)."},
    "time": {"type": "string", "format": "date-time", "description": "When the hub recorded it."},
    "sequence": {"type": "string", "description": "Number in the chain of this referral for you, without gaps."},
    "sequencetype": {"type": "string", "const": "Integer"},
    "dataref": {"type": "string", "format": "uri", "description": "Where to read more."},
    "dataschema": {"type": "string", "format": "uri", "description": "The schema of `data`."},
    "datacontenttype": {"type": "string", "const": "application/json"},
}


def webhook_descriptions() -> dict[str, Any]:
    """Give the ``webhooks`` section: by type of event, the call that a subscriber gets."""
    return {event_type.value: {"post": _call(event_type)} for event_type in EventType}


def _call(event_type: EventType) -> dict[str, Any]:
    entry = CATALOGUE[event_type]
    return {
        "operationId": "on-" + event_type.value.replace(".", "-"),
        "summary": entry.description,
        "description": "A CloudEvent (1.0, NL GOV profile 1.1) with what was agreed to tell this subscriber; fields "
        "that it is not told are absent. Answer with a 2xx within the time limit; otherwise it is sent again.",
        "tags": ["subscriptions"],
        "parameters": [_header(name, text) for name, text in _HEADERS.items()],
        "requestBody": {
            "required": True,
            "content": {"application/cloudevents+json": {"schema": _envelope(event_type)}},
        },
        "responses": {"2XX": {"description": "Received; it is not sent again."}},
    }


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": description, "schema": {"type": "string"}}


def _envelope(event_type: EventType) -> dict[str, Any]:
    data = {name: value for name, value in schema_for(event_type).items() if name != "$schema"}
    properties = {**_ATTRIBUTES, "type": {"type": "string", "const": event_type.value}, "data": data}
    return {"type": "object", "required": [*properties], "properties": properties}
