"""Pydantic's findings as faults: field, rule and remedy, never the value that was sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from app.api.forms import FORMS
from app.domain.details import Detail, Said
from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule

_SAFE_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
_RULES = {rule.value: rule for rule in InputRule}
_PLACES = {"body", "query", "header", "path", "cookie"}

# What the message of a finding names: a limit, or the texts that are allowed.
_NAMED = {
    "enum": "expected",
    "greater_than_equal": "ge",
    "less_than_equal": "le",
    "literal_error": "expected",
    "string_too_long": "max_length",
    "string_too_short": "min_length",
    "too_long": "max_length",
    "too_short": "min_length",
    "union_tag_invalid": "expected_tags",
    "union_tag_not_found": "discriminator",
}
_COUNTED = {
    "string_too_long": (Said("character", "teken"), Said("characters", "tekens")),
    "string_too_short": (Said("character", "teken"), Said("characters", "tekens")),
    "too_long": (Said("item", "waarde"), Said("items", "waarden")),
    "too_short": (Said("item", "waarde"), Said("items", "waarden")),
}
"""What a limit counts: one, and more than one."""

MOST_FAULTS = 100
"""The most findings that are listed one by one; a body of one array may have thousands."""


def invalid_input(findings: Iterable[Any], broken: Iterable[FieldFault] = ()) -> InvalidInput:
    """Return the error to raise for what Pydantic found, each in its order, and for other rules that are broken."""
    found = list(findings)
    faults = [*map(_fault, found[:MOST_FAULTS]), *broken]
    if len(found) > MOST_FAULTS:
        faults.append(_formed("body", InputRule.VALUE_ERROR, Detail.MORE_FAULTS(number=len(found) - MOST_FAULTS)))
    return InvalidInput(*faults)


def _fault(finding: Mapping[str, Any]) -> FieldFault:
    kind: str = finding["type"]
    # A default that breaks a rule is named by the attribute of the model; an unknown name is the caller's own.
    in_camel = kind != "extra_forbidden"
    field = "body" if kind == "json_invalid" else _field(finding["loc"], in_camel=in_camel)
    rule = _RULES.get(kind.replace("_", "-"))
    if rule is None:
        return _formed(field, InputRule.VALUE_ERROR, Detail.ANOTHER_RULE())
    if not rule.message:
        # One of our own rules, whose message is written where it is checked.
        return FieldFault(field, rule, f"{finding['msg'].removesuffix('.')}.")
    return _formed(field, rule, _named(kind, finding.get("ctx", {})))


def _formed(field: str, rule: InputRule, named: Said) -> FieldFault:
    return FieldFault(field, rule, rule.message.format(named.english), details=named.dutch)


def _named(kind: str, context: Mapping[str, Any]) -> Said:
    if kind == "string_pattern_mismatch":
        form = FORMS[context["pattern"]]
        return Said(form.words, form.words_nl)
    named = context.get(_NAMED.get(kind, ""), "")
    if kind in _COUNTED:
        counted = _COUNTED[kind][named != 1]
        return Said(f"{named} {counted.english}", f"{named} {counted.dutch}")
    return Said(str(named), str(named).replace(" or ", " of "))


def _field(location: Sequence[str | int], *, in_camel: bool) -> str:
    """Return the path of a field; an unusual name was invented by the caller, and is not repeated."""
    steps = location[1:] if location and location[0] in _PLACES else location
    if location and location[0] != "header" and in_camel:
        steps = [to_camel(step) if isinstance(step, str) else step for step in steps]
    names = [str(step) if isinstance(step, int) or _SAFE_NAME.match(step) else "(unreadable name)" for step in steps]
    return ".".join(names) or str(location[0] if location else "body")
