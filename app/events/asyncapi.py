"""The AsyncAPI 3.0 document: every event that the hub sends to a subscriber, from the event catalogue."""

from __future__ import annotations

from typing import Any

from app import __version__
from app.domain.events import ABOUT_CONNECTIONS, OCCASION_OF, EventType
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.envelope_schema import HEADERS, OPTIONAL_HEADERS, envelope_schema

__all__ = ["asyncapi_document"]

_DESCRIPTION = """\
Events that the hub sends to subscribers by webhook; `GET /v1/events` of the REST API returns the same by polling.

**Envelope**: CloudEvents 1.0 in structured JSON, one event a message (NL GOV profile 1.1).
**Signature**: Standard Webhooks 1.0.0; public libraries verify it.
**Promise**: at least once, in order per referral; `sequence` shows a gap (`docs/explanation/delivery-guarantees.md`).
**What a receiver may not know is absent**: the privacy gate decides at the moment of sending.
"""

_CHANNEL = "subscriber"


def asyncapi_document() -> dict[str, Any]:
    """Return the document; a type that is sent to the finance team's own system only is not in it."""
    outgoing = [each for each in EventType if OCCASION_OF[each] is not None or each in ABOUT_CONNECTIONS]
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/cloudevents+json",
        "channels": {_CHANNEL: _channel(outgoing)},
        "operations": {_key(each): _operation(each) for each in outgoing},
        "components": {"messages": {_key(each): _message(each) for each in outgoing}},
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


def _channel(outgoing: list[EventType]) -> dict[str, Any]:
    return {
        "address": None,
        "title": "A subscriber's endpoint",
        "description": "The address that a subscription names (*abonnement*); each event is posted to it over HTTPS.",
        "messages": {_key(each): {"$ref": f"#/components/messages/{_key(each)}"} for each in outgoing},
        "bindings": {"http": {}},
    }


def _operation(event_type: EventType) -> dict[str, Any]:
    return {
        "action": "send",
        "title": event_type.value,
        "summary": CATALOGUE[event_type].description,
        "channel": {"$ref": f"#/channels/{_CHANNEL}"},
        "messages": [{"$ref": f"#/channels/{_CHANNEL}/messages/{_key(event_type)}"}],
        "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
    }


def _message(event_type: EventType) -> dict[str, Any]:
    moment = OCCASION_OF[event_type] or "none, it is about no person"
    return {
        "name": event_type.value,
        "title": event_type.value,
        "summary": CATALOGUE[event_type].description,
        "description": f"Feedback moment (*terugkoppelmoment*): {moment}.",
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "required": [*HEADERS],
            "properties": {
                name: {"type": "string", "description": text} for name, text in {**HEADERS, **OPTIONAL_HEADERS}.items()
            },
        },
        "payload": envelope_schema(event_type),
    }


def _key(event_type: EventType) -> str:
    """Name a type in the document, such as ``referralsIntakeMissed``; a dot has a meaning in references."""
    first, *others = event_type.value.removeprefix("nl.trajecthub.").removesuffix(".v1").replace(".", "-").split("-")
    return first + "".join(word.capitalize() for word in others)
