"""The JSON Schema of every field that an event may carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from app.domain.codes import PARTNERS, Code
from app.domain.fields import DAY, MOMENT, SPECS, Field, FieldType
from app.privacy.wire import wire_name

__all__ = ["FIELD_SCHEMAS", "PARTNER_NOTICE", "SUBSCRIPTION_NOTICE", "Schema", "schema_of"]

Schema = dict[str, object]


def _schema(type: FieldType, about: str) -> Schema:
    """Return the schema of a field; any field may be null."""
    described: Schema = {"description": _described(type, about), "type": [type.json_type, "null"]}
    if type.json_type == "array":
        return described | {"items": _item(type)}
    if type.codes:
        return described | {"enum": [*_codes(type.codes), None]}
    return described | ({"format": type.json_format} if type.json_format else {})


def _described(type: FieldType, about: str) -> str:
    if type.codes:
        return f"{about}: " + ", ".join(f"{code.value} ({code.label})" for code in type.codes)
    return about + {MOMENT: ", RFC 3339 in UTC", DAY: ", a calendar day"}.get(type, "")


def _item(type: FieldType) -> Schema:
    item: Schema = {"type": "string"}
    if type.codes:
        return item | {"enum": _codes(type.codes)}
    return item | ({"format": type.json_format} if type.json_format else {})


def _codes(codes: type[Code]) -> list[str]:
    return [code.value for code in codes]


FIELD_SCHEMAS: Mapping[Field, Schema] = {
    field: _schema(spec.type, spec.about) for field, spec in SPECS.items() if spec.about
}
"""What each field holds. A field is absent when it is withheld from the receiver, and null when it is not known."""


def schema_of(fields: Iterable[Field], said: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """Return the schema of an object that may hold these fields, nested as on the wire, and what else is said."""
    top: dict[str, Schema] = dict(said)
    groups: dict[str, dict[str, Schema]] = {}
    for field in fields:
        group, name = wire_name(field)
        target = top if group is None else groups.setdefault(group, {})
        target[name] = FIELD_SCHEMAS[field]
    return _object({name: _object(properties) for name, properties in groups.items()} | top)


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


SUBSCRIPTION_NOTICE: Mapping[str, Schema] = {
    "subscription": _object({"id": {"description": "Your id of it (abonnement)", "type": "string", "format": "uuid"}}),
    "since": {"description": "Since when deliveries fail, RFC 3339 in UTC", "type": "string", "format": "date-time"},
    "reason": {
        "description": "Why, as a code: the kind of error of the last try such as `timeout` or `status-5xx`; "
        "`gone`: the address answered 410; `resumed`: its owner or an operator says that it is up",
        "type": "string",
    },
}
"""What a notice says of a subscription; what does not apply is absent."""

PARTNER_NOTICE: Mapping[str, Schema] = {
    "partner": _object(
        {
            "system": {
                "description": "Its key (partnersysteem)",
                "type": "string",
                "enum": [each.value for each in PARTNERS],
            }
        }
    ),
    "since": {"description": "Since when it fails, RFC 3339 in UTC", "type": "string", "format": "date-time"},
    "reason": {
        "description": "What fails or failed: `reading` its changes, `sending` to it, its `feed`, whose numbers jump "
        "or went back (a backup was restored there), what was passed over is read again; or `quarantine`: some of its "
        "records cannot be applied, for one cause",
        "type": "string",
        "enum": ["reading", "sending", "feed", "quarantine"],
    },
    "quarantine": _object(
        {
            "reason": {"description": "Why records are in quarantine, as a code (oorzaak)", "type": "string"},
            "field": {"description": "The partner's name of the field that is refused", "type": "string"},
        }
    ),
}
"""What a notice says of the connection with a partner system; what does not apply is absent."""
