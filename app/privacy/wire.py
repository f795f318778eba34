"""Released fields as JSON: nested by group, in camelCase."""

from collections.abc import Mapping

from pydantic.alias_generators import to_camel

from app.domain.fields import Field

__all__ = ["to_wire", "wire_name"]

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


def wire_name(field: Field) -> tuple[str | None, str]:
    """Return a field's group and name on the wire; the group is None for a field of the event itself."""
    return _WIRE_NAMES[field]


def _wire_name(field: Field) -> tuple[str | None, str]:
    # The status that was disclosed to the referrer has the name of the true one: a receiver gets one of the two.
    shown = Field.REFERRAL_STATUS if field is Field.REFERRAL_DISCLOSED_STATUS else field
    group, _, name = shown.value.partition(".")
    return (None if group == _TOP_GROUP else to_camel(group)), to_camel(name)


_WIRE_NAMES = {field: _wire_name(field) for field in Field}
