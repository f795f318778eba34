"""How released fields look on the wire: nested by group, in camelCase."""

from collections.abc import Mapping

from app.domain.fields import Field

__all__ = ["to_wire", "wire_name"]

# Fields of the event itself stand beside the groups.
_TOP_GROUP = "event"


def to_wire(fields: Mapping[Field, object]) -> dict[str, object]:
    """Nest fields by group: ``{"referral": {"id": …, "receivedAt": …}, "occurredAt": …}``.

    ``referral.status`` and ``referral.told_status`` share a name; where both are given, the former is shown.

    Args:
        fields: JSON-ready values by field, as the privacy gate released them.
    """
    top: dict[str, object] = {}
    groups: dict[str, dict[str, object]] = {}
    for field, value in fields.items():
        if field is Field.REFERRAL_TOLD_STATUS and Field.REFERRAL_STATUS in fields:
            continue
        group, name = _WIRE_NAMES[field]
        target = top if group is None else groups.setdefault(group, {})
        target[name] = value
    return groups | top


def wire_name(field: Field) -> tuple[str | None, str]:
    """Return a field's group and name on the wire; the group is None for what stands beside the groups."""
    return _WIRE_NAMES[field]


def _wire_name(field: Field) -> tuple[str | None, str]:
    # The referrer is told a status of its own, which it reads under the same name.
    shown = Field.REFERRAL_STATUS if field is Field.REFERRAL_TOLD_STATUS else field
    group, _, name = shown.value.partition(".")
    return (None if group == _TOP_GROUP else _camel_case(group)), _camel_case(name)


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


_WIRE_NAMES = {field: _wire_name(field) for field in Field}
