"""Events in the OpenAPI document: the webhooks, and the types that webhooks and polling share.

The webhooks have a tag of their own: generators that make one class per tag would otherwise put them, without a path,
into the class that manages subscriptions. For generators that cannot read webhooks at all there is the same document
without them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.events import BY_POLLING, TO_SUBSCRIPTIONS, EventType
from app.events.contract.audience import audience
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.envelope_schema import HEADERS, OPTIONAL_HEADERS, event_components
from app.events.contract.type_names import event_name, message_name
from app.events.examples import example_event

__all__ = ["WEBHOOKS_TAG", "describe_events", "without_webhooks"]

WEBHOOKS_TAG = {
    "name": "webhooks",
    "description": "What the hub sends to the address of a subscription (*berichten aan een abonnement*). These are "
    "requests that you answer, not operations that you call.",
}

_CONTENT_TYPE = "application/cloudevents+json"

_ANSWERS = {
    "2XX": ("WebhookReceived", "You have the event; it is not sent again. The body of your answer is ignored."),
    "410": ("WebhookGone", "You want no more: the subscription is disabled, and what is owed to it is kept."),
    "429": ("WebhookTooMany", "You get too much: the hub waits as long as you ask, then sends fewer at a time."),
    "503": ("WebhookUnavailable", "You cannot take anything now: the hub leaves the address alone as long as you ask."),
    "default": (
        "WebhookFailed",
        "Any other answer, a redirect included, or none within 15 seconds: the event is sent again, ten times in 75 "
        "hours. Until it is delivered or given up, later events of the same referral wait.",
    ),
}
"""What a receiver may answer: by status, the name of the response and what the hub does."""

_RETRY_AFTER = {
    "description": "Seconds to wait, or a date (RFC 9110); at most 30 days.",
    "schema": {"type": "string"},
    "example": "120",
}


def describe_events(document: dict[str, Any]) -> None:
    """Add to a document the webhooks and the schemas of events; what polling returns becomes a union of events."""
    components = document["components"]
    components["schemas"].update(event_components(TO_SUBSCRIPTIONS))
    components["schemas"]["EventOut"] = _polled_event()
    components["parameters"] = {**components.get("parameters", {}), **_parameters()}
    components["responses"] = {**components.get("responses", {}), **_answers()}
    document["webhooks"] = {event_type.value: {"post": _call(event_type)} for event_type in TO_SUBSCRIPTIONS}


def without_webhooks(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without its webhooks, and without what only they refer to."""
    paths = document["paths"]
    used = _reached(paths, document)
    components = {
        kind: named
        if kind == "securitySchemes"
        else {name: each for name, each in named.items() if (kind, name) in used}
        for kind, named in document["components"].items()
    }
    others = {name: value for name, value in document.items() if name != "webhooks"}
    tags = [each for each in document["tags"] if each != WEBHOOKS_TAG]
    return {**others, "tags": tags, "components": {kind: named for kind, named in components.items() if named}}


def _polled_event() -> dict[str, Any]:
    mapping = {each.value: f"#/components/schemas/{event_name(each)}" for each in BY_POLLING}
    return {
        "title": "EventOut",
        "description": "A CloudEvent (1.0, NL GOV profile 1.1), the same as a webhook receives (*gebeurtenis*); its "
        "`type` says which.",
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


def _call(event_type: EventType) -> dict[str, Any]:
    name = message_name(event_type)
    return {
        "operationId": f"on{name[0].upper()}{name[1:]}",
        "summary": CATALOGUE[event_type].description,
        "description": f"{audience(event_type)} A CloudEvent (1.0, NL GOV profile 1.1) with the fields that may be "
        "disclosed to the receiver; any other field is absent. Check `webhook-signature`, store the event, and answer "
        "within 15 seconds.",
        "tags": [WEBHOOKS_TAG["name"]],
        # Its signature shows who sent it; there is no login.
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in (*HEADERS, *OPTIONAL_HEADERS)],
        "requestBody": {"required": True, "content": {_CONTENT_TYPE: _content(event_type)}},
        "responses": {status: {"$ref": f"#/components/responses/{name}"} for status, (name, _) in _ANSWERS.items()},
    }


def _content(event_type: EventType) -> dict[str, Any]:
    return {
        "schema": {"$ref": f"#/components/schemas/{event_name(event_type)}"},
        "examples": {message_name(event_type): {"value": example_event(event_type)}},
    }


def _parameters() -> dict[str, Any]:
    return {
        name: {
            "name": name,
            "in": "header",
            "required": name in HEADERS,
            "description": text,
            "schema": {"type": "string"},
            "example": _HEADER_EXAMPLES[name],
        }
        for name, text in {**HEADERS, **OPTIONAL_HEADERS}.items()
    }


_HEADER_EXAMPLES = {
    "webhook-id": "019ab3f2-7c00-7000-8000-000000000001",
    "webhook-timestamp": "1795426200",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    "webhook-redelivery": "true",
}


def _answers() -> dict[str, Any]:
    return {
        name: {"description": text} | ({"headers": {"Retry-After": _RETRY_AFTER}} if status in {"429", "503"} else {})
        for status, (name, text) in _ANSWERS.items()
    }


def _reached(node: object, document: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return kind and name of the components to which a part of a document refers, directly or by others."""
    found: set[tuple[str, str]] = set()
    new = set(_references(node))
    while new:
        found |= new
        new = {each for kind, name in new for each in _references(document["components"][kind][name])} - found
    return found


def _references(node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, str) and node.startswith("#/components/"):
        _, _, kind, name = node.split("/")
        yield kind, name
    elif isinstance(node, Mapping):
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
