"""The webhooks in the OpenAPI document: one for each type of event, from the event catalogue."""

from typing import Any

from app.domain.events import EventType
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.envelope_schema import HEADERS, OPTIONAL_HEADERS, envelope_schema


def webhook_descriptions() -> dict[str, Any]:
    """Return the ``webhooks`` section: the request to a subscriber, by type of event."""
    return {event_type.value: {"post": _call(event_type)} for event_type in EventType}


def _call(event_type: EventType) -> dict[str, Any]:
    entry = CATALOGUE[event_type]
    return {
        "operationId": "on-" + event_type.value.replace(".", "-"),
        "summary": entry.description,
        "description": "A CloudEvent (1.0, NL GOV profile 1.1) with the fields that may be disclosed to this "
        "subscriber; any other field is absent. Answer with a 2xx within 15 seconds; otherwise it is sent again.",
        "tags": ["subscriptions"],
        # Its signature shows who sent it; there is no login.
        "security": [],
        "parameters": [
            *(_header(name, text, required=True) for name, text in HEADERS.items()),
            *(_header(name, text, required=False) for name, text in OPTIONAL_HEADERS.items()),
        ],
        "requestBody": {
            "required": True,
            "content": {"application/cloudevents+json": {"schema": envelope_schema(event_type)}},
        },
        "responses": {"2XX": {"description": "Received; it is not sent again."}},
    }


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}
