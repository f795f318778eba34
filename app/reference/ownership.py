"""Reads who owns which field from a city's reference data; every field has exactly one owner."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.fields import Field
from app.domain.ownership import FieldGroup, Owner, Ownership


class FaultyOwnership(ValueError):
    """A field has no owner, or more than one, or there is no such field or owner."""


def read_ownership(groups: Sequence[Mapping[str, Any]]) -> Ownership:
    """Read the table ``field_groups`` of a city.

    Raises:
        FaultyOwnership: names what is wrong and where.
    """
    named = [name for group in groups for name in group["fields"]]
    if unknown := sorted(set(named) - set(Field)):
        raise FaultyOwnership(f"field_groups: no such field: {', '.join(unknown)}; see app/domain/fields.py.")
    if twice := sorted(name for name, count in Counter(named).items() if count > 1):
        raise FaultyOwnership(f"field_groups: more than one owner: {', '.join(twice)}; name each field once.")
    if missing := sorted(set(Field) - set(named)):
        raise FaultyOwnership(f"field_groups: no owner: {', '.join(missing)}; add them to a group.")
    return Ownership(tuple(_group(group) for group in groups))


def _group(group: Mapping[str, Any]) -> FieldGroup:
    if group["owner"] not in set(Owner):
        raise FaultyOwnership(f"field_groups: {group['name']}: no such owner; use one of: {', '.join(Owner)}.")
    return FieldGroup(group["name"], Owner(group["owner"]), frozenset(map(Field, group["fields"])))
