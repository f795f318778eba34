"""The AsyncAPI 3.0 document: every event that the hub sends to a subscriber, from the event catalogue."""

from __future__ import annotations

from typing import Any

from app import __version__
from app.domain.events import TO_SUBSCRIPTIONS, EventType
from app.events.contract.audience import audience
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.envelope_schema import HEADERS, OPTIONAL_HEADERS, event_components
from app.events.contract.type_names import event_name, message_name
from app.events.examples import example_event

__all__ = ["asyncapi_document"]

_DESCRIPTION = """\
Events that the hub sends to subscribers by webhook; `GET /v1/events` of the REST API returns the same by polling.

**Events grow**: a field, a code or a type that you do not know is no error (`docs/compatibility.md`).
**Envelope**: CloudEvents 1.0 in structured JSON, one event a message (NL GOV profile 1.1).
**Signature**: Standard Webhooks 1.0.0; public libraries verify it.
**Promise**: at least once, in order per referral; `sequence` shows a gap (`docs/explanation/delivery-guarantees.md`).
**What a receiver may not know is absent**: the privacy gate decides at the moment of sending.
"""

_CHANNEL = "subscriber"


def asyncapi_document() -> dict[str, Any]:
    """Return the document; a type that is sent to the finance team's own system only is not in it."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/cloudevents+json",
        "channels": {_CHANNEL: _channel()},
        "operations": {message_name(each): _operation(each) for each in TO_SUBSCRIPTIONS},
        "components": {
            "messages": {message_name(each): _message(each) for each in TO_SUBSCRIPTIONS},
            "schemas": event_components(TO_SUBSCRIPTIONS),
        },
    }


def _info() -> dict[str, Any]:
    return {
        "title": "trajecthub events",
        "version": __version__,
        "description": _DESCRIPTION,
        "license": {
            "name": "EUPL-1.2",
            "url": "https://interoperable-europe.ec.europa.eu/collection/eupl/eupl-text-eupl-12",
        },
    }


def _channel() -> dict[str, Any]:
    return {
        "address": None,
        "title": "A subscriber's endpoint",
        "description": "The address that a subscription names (*abonnement*); each event is posted to it over HTTPS.",
        "messages": {
            message_name(each): {"$ref": f"#/components/messages/{message_name(each)}"} for each in TO_SUBSCRIPTIONS
        },
        "bindings": {"http": {}},
    }


def _operation(event_type: EventType) -> dict[str, Any]:
    return {
        "action": "send",
        "title": event_type.value,
        "summary": CATALOGUE[event_type].description,
        "description": audience(event_type),
        "channel": {"$ref": f"#/channels/{_CHANNEL}"},
        "messages": [{"$ref": f"#/channels/{_CHANNEL}/messages/{message_name(event_type)}"}],
        "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
    }


def _message(event_type: EventType) -> dict[str, Any]:
    return {
        "name": event_type.value,
        "title": event_type.value,
        "summary": CATALOGUE[event_type].description,
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "required": [*HEADERS],
            "properties": {
                name: {"type": "string", "description": text} for name, text in {**HEADERS, **OPTIONAL_HEADERS}.items()
            },
        },
        "payload": {"$ref": f"#/components/schemas/{event_name(event_type)}"},
        "examples": [{"payload": example_event(event_type)}],
    }
