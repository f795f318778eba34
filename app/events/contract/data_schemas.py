"""The JSON Schemas (draft 2020-12) of the ``data`` of events, as receivers read them.

They allow what they do not name, so that an event can grow within its version. A part of the record, such as the
appointment, has one named type for all events; which fields of it a type of event carries, its description says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.events import ABOUT_TERMS, TO_SUBSCRIPTIONS, EventType
from app.domain.fields import Field
from app.events.contract.catalogue import CATALOGUE
from app.events.contract.field_schemas import FIELD_SCHEMAS, Schema
from app.events.contract.notice_schemas import NOTICE_TYPES
from app.events.contract.type_names import data_name
from app.privacy.wire import wire_name

__all__ = ["NAMED_TYPES", "carried_fields", "data_schema", "schema_document"]

_COMPONENTS = "#/components/schemas/"

_PARTS = {
    "referral": "The referral (aanmelding).",
    "appointment": "The appointment (afspraak).",
    "counsellor": "The client's fixed contact (trajectbegeleider).",
    "trajectory": "The trajectory (traject).",
    "intake": "What the intake led to (intake).",
    "attendance": "Whether the client appears (verschijnen).",
    "contact": "The contact with the client (contact).",
    "information": "A question of the counsellor to the referrer (informatievraag).",
    "onward": "That the client was referred to another organisation too (doorverwijzing).",
    "client": "The client (klant).",
    "otherHelp": "Other help than that of the finance team (andere hulp).",
    "progress": "Where the case is (stand).",
    "term": "A term of the finance team (termijn).",
    "plan": "The support plan (ondersteuningsplan).",
    "result": "The result of the trajectory (resultaat).",
    "kbr": "The application to the credit bank (aanvraag KBR).",
}


def carried_fields(event_type: EventType) -> tuple[Field, ...]:
    """Return the fields that events of a type may carry to a subscriber."""
    entry = CATALOGUE[event_type]
    return (*entry.always, *(entry.to_finance_team if event_type in ABOUT_TERMS else entry.to_referrer))


def data_schema(event_type: EventType, named_at: str = _COMPONENTS) -> Schema:
    """Return the schema of the ``data`` of a type of event.

    Args:
        event_type: one of ``TO_SUBSCRIPTIONS``.
        named_at: where the document has the schemas of ``NAMED_TYPES``.
    """
    notice = CATALOGUE[event_type].notice
    _, top = _grouped(carried_fields(event_type))
    named = _named_parts(event_type)
    properties = {name: {"$ref": f"{named_at}{type_name}"} for name, type_name in named.items()}
    always = ("referral",) if "referral" in named else ("occurredAt", *(notice.required if notice else ()))
    return {
        "title": data_name(event_type),
        "description": _description(event_type),
        "type": "object",
        "required": [*always],
        "properties": properties | top | dict(notice.properties if notice else {}),
    }


def schema_document(event_type: EventType, api_url: str) -> Schema:
    """Return the schema of the ``data`` of a type of event as a document of its own.

    Args:
        event_type: one of ``TO_SUBSCRIPTIONS``.
        api_url: base of the API with its version; the document's ``$id`` is the ``dataschema`` of events below it.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{api_url}/event-schemas/{event_type}",
        **data_schema(event_type, "#/$defs/"),
        "$defs": {name: NAMED_TYPES[name] for name in _named_parts(event_type).values()},
    }


def _description(event_type: EventType) -> str:
    entry = CATALOGUE[event_type]
    fields = [f"`{'.'.join(filter(None, wire_name(each)))}`" for each in carried_fields(event_type)]
    carries = "" if entry.notice else f" It carries {', '.join(fields)}."
    return f"{entry.description}.{carries} What is withheld from the receiver or does not apply is absent."


def _grouped(fields: Iterable[Field]) -> tuple[dict[str, dict[str, Schema]], dict[str, Schema]]:
    """Return the schemas of fields by group, and those of fields without a group."""
    groups: dict[str, dict[str, Schema]] = {}
    top: dict[str, Schema] = {}
    for field in fields:
        group, name = wire_name(field)
        (top if group is None else groups.setdefault(group, {}))[name] = FIELD_SCHEMAS[field]
    return groups, top


def _named_parts(event_type: EventType) -> dict[str, str]:
    """Return the properties of the data of a type that are of a named type, with that name."""
    groups, _ = _grouped(carried_fields(event_type))
    notice = CATALOGUE[event_type].notice
    return {group: _type_name(group) for group in groups} | dict(notice.groups if notice else {})


def _type_name(group: str) -> str:
    return "Event" + group[0].upper() + group[1:]


def _parts() -> dict[str, Schema]:
    every = dict.fromkeys(field for event_type in TO_SUBSCRIPTIONS for field in carried_fields(event_type))
    groups, _ = _grouped(every)
    return {_type_name(group): _part(group, properties) for group, properties in groups.items()}


def _part(group: str, properties: dict[str, Schema]) -> Schema:
    described: Schema = {"title": _type_name(group), "description": _PARTS[group], "type": "object"}
    if group == "referral":
        # Everything else may be withheld.
        described["required"] = ["id"]
        properties["id"] = properties["id"] | {"type": "string"}
    return described | {"properties": properties}


NAMED_TYPES: Mapping[str, Schema] = _parts() | dict(NOTICE_TYPES)
"""The parts of events that have a name, by that name."""
