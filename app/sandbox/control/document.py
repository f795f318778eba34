"""The OpenAPI document of the sandbox's own API, which is no part of the hub's."""

from typing import Any

from app.sandbox.control.catalogue import SCENARIOS

_PROBLEM = {
    "description": "It cannot be done; `detail` says why.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "code"],
                "properties": {
                    "type": {"type": "string", "const": "about:blank"},
                    "title": {"type": "string", "description": "The name of the status."},
                    "status": {"type": "integer"},
                    "detail": {"type": "string", "description": "What happened and what to do."},
                    "code": {"type": "string", "description": "What went wrong, as a stable code."},
                },
            }
        }
    },
}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_CLOCK = {
    "type": "object",
    "required": ["now", "aheadSeconds"],
    "properties": {
        "now": {"type": "string", "format": "date-time"},
        "aheadSeconds": {"type": "integer", "description": "How far it is ahead of the computer's clock."},
        "settled": {
            "type": "boolean",
            "description": "After a move: whether everything that fell due was done within ten seconds.",
        },
    },
}
_MOVE = {
    "oneOf": [
        {
            "type": "object",
            "required": ["now"],
            "additionalProperties": False,
            "properties": {"now": {"type": "string", "format": "date-time"}},
        },
        {
            "type": "object",
            "required": ["forwardSeconds"],
            "additionalProperties": False,
            "properties": {"forwardSeconds": {"type": "number", "minimum": 0}},
        },
    ]
}
_PLAYED = {
    "type": "object",
    "required": ["scenario", "happened", "ids", "look"],
    "properties": {
        "scenario": {"type": "string"},
        "happened": {"type": "array", "items": {"type": "string"}, "description": "What happened, in order."},
        "ids": _TEXTS,
        "look": {
            "type": "array",
            "description": "Where to look: `what` one sees, the call, and the `client` that makes it.",
            "items": _TEXTS,
        },
    },
}
_LISTED = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "summary", "parameters"],
                "properties": {"name": {"type": "string"}, "summary": {"type": "string"}, "parameters": _TEXTS},
            },
        }
    },
}


def sandbox_document(base_url: str) -> dict[str, Any]:
    """Return the document for a sandbox at this address."""
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(SCENARIOS)},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "trajecthub sandbox",
            "version": "1",
            "description": "Clock, scenarios and reset of the demo, for programs of this machine; no part of the hub.",
        },
        "servers": [{"url": base_url}],
        "paths": {
            "/sandbox/clock": {
                "get": _operation("readClock", "Read the clock", _CLOCK),
                "put": _operation("moveClock", "Move the clock forward", _CLOCK, body=_MOVE),
            },
            "/sandbox/scenarios": {"get": _operation("listScenarios", "List the scenarios", _LISTED)},
            "/sandbox/scenarios/{name}": {
                "parameters": [name],
                "post": _operation("playScenario", "Play a scenario", _PLAYED, body=_TEXTS, needs_body=False),
            },
            "/sandbox/reset": {"post": _operation("reset", "Put everything back as it was at the start", None)},
        },
    }


def _operation(
    name: str,
    summary: str,
    answer: dict[str, Any] | None,
    body: dict[str, Any] | None = None,
    *,
    needs_body: bool = True,
) -> dict[str, Any]:
    done = {"204": {"description": "Done."}} if answer is None else {"200": {"description": "Done."} | _json(answer)}
    operation = {"operationId": name, "summary": summary, "responses": done | {"default": _PROBLEM}}
    return operation | ({"requestBody": {"required": needs_body} | _json(body)} if body else {})


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
