"""The schemas of events as tests use them: what receivers read, and exactly what the hub documents that it sends.

Receivers' schemas allow what they do not name. The strict form does not: it has only the fields that the catalogue
has for this type, and only the codes that there are, so that a test notices what is sent without being documented.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from app.domain.events import TO_SUBSCRIPTIONS, EventType
from app.domain.fields import SPECS, Field
from app.events.contract.data_schemas import carried_fields, schema_document
from app.events.contract.envelope_schema import envelope_schema, event_components
from app.privacy.wire import wire_name

API_URL = "https://hub.example.nl/v1"
COMPONENTS = {"components": {"schemas": event_components(TO_SUBSCRIPTIONS)}}

Schema = dict[str, Any]


def receivers_data(event_type: EventType) -> Draft202012Validator:
    """Return the validator of ``data`` that receivers have."""
    return _validator(schema_document(event_type, API_URL))


def receivers_event(event_type: EventType) -> Draft202012Validator:
    """Return the validator of whole events that receivers have."""
    return _validator(COMPONENTS | envelope_schema(event_type))


def sent_data(event_type: EventType) -> Draft202012Validator:
    """Return the validator of ``data`` that the hub may send."""
    return _validator(_sent_data(event_type))


def sent_event(event_type: EventType) -> Draft202012Validator:
    """Return the validator of whole events that the hub may send."""
    schema: Schema = dict(envelope_schema(event_type))
    return _validator(_closed(schema, schema["properties"] | {"data": _sent_data(event_type)}))


def _validator(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _sent_data(event_type: EventType) -> Schema:
    document: Schema = dict(schema_document(event_type, API_URL))
    properties = {
        name: _sent_part(name, document["$defs"][schema["$ref"].rpartition("/")[2]], event_type)
        if "$ref" in schema
        else schema
        for name, schema in document["properties"].items()
    }
    return _closed(document, properties)


def _sent_part(name: str, schema: Schema, event_type: EventType) -> Schema:
    fields = dict(_names(name, carried_fields(event_type)))
    own = {each: _with_codes(schema["properties"][each], field) for each, field in fields.items()}
    # Notices have no fields of a case.
    return _closed(schema, own or schema["properties"])


def _names(group: str, fields: Iterable[Field]) -> Iterable[tuple[str, Field]]:
    return ((name, field) for field in fields for its_group, name in [wire_name(field)] if its_group == group)


def _with_codes(schema: Schema, field: Field) -> Schema:
    codes = SPECS[field].type.codes
    if codes is None:
        return schema
    values = [code.value for code in codes]
    return schema | ({"items": {"enum": values}} if "items" in schema else {"enum": [*values, None]})


def _closed(schema: Schema, properties: Mapping[str, Schema]) -> Schema:
    return schema | {"properties": properties, "additionalProperties": False}
