"""Released fields as JSON: nested by group, in camelCase."""

from collections.abc import Mapping

from pydantic.alias_generators import to_camel

from app.domain.fields import FactValue, Field

__all__ = ["to_wire", "wire_name", "with_addresses"]

# Fields of the event itself are next to the groups.
_TOP_GROUP = "event"

_STATUSES = {Field.REFERRAL_STATUS, Field.REFERRAL_DISCLOSED_STATUS}


def to_wire(fields: Mapping[Field, object]) -> dict[str, object]:
    """Nest fields by group: ``{"referral": {"id": …, "receivedAt": …}, "occurredAt": …}``.

    The status and the one that was disclosed to the referrer share a name; where both are given, the former is shown.

    Args:
        fields: JSON-ready values by field, as the privacy gate released them.
    """
    top: dict[str, object] = {}
    groups: dict[str, dict[str, object]] = {}
    # This loop runs for every field of every answer and event.
    for field, value in fields.items():
        group, name = _WIRE_NAMES[field]
        if group is None:
            top[name] = value
        elif group in groups:
            groups[group][name] = value
        else:
            groups[group] = {name: value}
    if fields.keys() >= _STATUSES:
        groups["referral"]["status"] = fields[Field.REFERRAL_STATUS]
    return groups | top


def with_addresses(fields: Mapping[Field, FactValue], api_url: str) -> Mapping[Field, FactValue]:
    """Return released fields with the address of the calendar file, which has the reader's own ids.

    Args:
        fields: as the privacy gate released them; the address is left out where an id in it was not released.
        api_url: base of the API with its version.
    """
    if fields.get(Field.APPOINTMENT_CALENDAR_URL) is None:
        return fields
    referral_id, appointment_id = fields.get(Field.REFERRAL_ID), fields.get(Field.APPOINTMENT_ID)
    is_known = referral_id is not None and appointment_id is not None
    address = f"{api_url}/referrals/{referral_id}/appointments/{appointment_id}/calendar" if is_known else None
    return {**fields, Field.APPOINTMENT_CALENDAR_URL: address}


def wire_name(field: Field) -> tuple[str | None, str]:
    """Return a field's group and name on the wire; the group is None for a field of the event itself."""
    return _WIRE_NAMES[field]


def _wire_name(field: Field) -> tuple[str | None, str]:
    # The status that was disclosed to the referrer has the name of the true one: a receiver gets one of the two.
    shown = Field.REFERRAL_STATUS if field is Field.REFERRAL_DISCLOSED_STATUS else field
    group, _, name = shown.value.partition(".")
    return (None if group == _TOP_GROUP else to_camel(group)), to_camel(name)


_WIRE_NAMES = {field: _wire_name(field) for field in Field}
