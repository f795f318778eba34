"""What was disclosed to referrers, as it is stored: sealed with the key of the client."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.domain.codes import ConsentScope
from app.domain.disclosed import DisclosedFields, DisclosedRecord, DisclosedValue, EventDisclosure
from app.domain.fields import Field
from app.models.cases.referral import referral
from app.models.delivery.outbox import event
from app.models.sealed import place_of
from app.vault import Sealer

_Json = Mapping[str, Any]


def seal_record(sealer: Sealer, referral_id: UUID, record: DisclosedRecord) -> bytes:
    """Return the record of what was disclosed of a case, sealed."""
    appointments = {str(id): _values_form(values) for id, values in record.appointments.items()}
    document = {"values": _values_form(record.values), "appointments": appointments}
    return _sealed(sealer, document, _place_of_record(referral_id))


def open_record(sealer: Sealer, referral_id: UUID, sealed: bytes | None) -> DisclosedRecord:
    """Read a record back; None, of a case that is about to be filled, is an empty one."""
    if sealed is None:
        return DisclosedRecord()
    document = json.loads(sealer.open(sealed, _place_of_record(referral_id)))
    appointments = {UUID(id): _to_values(values) for id, values in document["appointments"].items()}
    return DisclosedRecord(_to_values(document["values"]), appointments)


def seal_disclosure(sealer: Sealer, event_id: UUID, disclosure: EventDisclosure | None) -> bytes | None:
    """Return what an event disclosed, sealed; None when it discloses nothing."""
    if disclosure is None or not disclosure.fields:
        return None
    fields = {name.value: value for name, value in disclosure.fields.items()}
    return _sealed(sealer, {"fields": fields, "asked": disclosure.asked}, _place_of_event(event_id))


def open_disclosure(sealer: Sealer, event_id: UUID, sealed: bytes | None) -> EventDisclosure:
    """Read back what an event disclosed."""
    if sealed is None:
        return EventDisclosure({})
    document = json.loads(sealer.open(sealed, _place_of_event(event_id)))
    fields: DisclosedFields = {Field(name): _to_value(form) for name, form in document["fields"].items()}
    return EventDisclosure(fields, {Field(name): value for name, value in document["asked"].items()})


def _place_of_record(referral_id: UUID) -> str:
    return place_of(referral.c.disclosed, referral_id)


def _place_of_event(event_id: UUID) -> str:
    return place_of(event.c.disclosed, event_id)


def _sealed(sealer: Sealer, document: _Json, place: str) -> bytes:
    return sealer.seal(json.dumps(document, separators=(",", ":")).encode(), place)


def _values_form(values: Mapping[Field, tuple[DisclosedValue, ...]]) -> _Json:
    return {name.value: disclosed for name, disclosed in values.items()}


def _to_values(form: _Json) -> dict[Field, tuple[DisclosedValue, ...]]:
    return {Field(name): tuple(map(_to_value, values)) for name, values in form.items()}


def _to_value(form: list[Any]) -> DisclosedValue:
    value, consent = form
    return DisclosedValue(value, ConsentScope(consent) if consent else None)
