"""Pydantic's findings as faults: field, rule and remedy, never the value that was sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from app.api.forms import FORMS
from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule

_SAFE_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
_RULES = {rule.value: rule for rule in InputRule}
_PLACES = {"body", "query", "header", "path", "cookie"}

# Pydantic's own text for these says too little, or repeats part of the value.
_REMEDIES = {
    "missing": "Give this field; it is required.",
    "extra_forbidden": "Leave this field out; it does not exist here.",
    "json_invalid": "Send well-formed JSON.",
    "uuid_parsing": "Give a UUID, such as 0195a3c2-7c1e-7d1a-9c55-3f6d1f0c8a11.",
    "date_parsing": "Give a date as 1980-02-29.",
    "date_from_datetime_parsing": "Give a date as 1980-02-29.",
    "date_from_datetime_inexact": "Give a date as 1980-02-29, without a time.",
    "datetime_parsing": "Give a moment as 2026-03-02T09:30:00+01:00.",
    "datetime_from_date_parsing": "Give a moment as 2026-03-02T09:30:00+01:00.",
    "timezone_aware": "Add the offset, as in 2026-03-02T09:30:00+01:00.",
    "model_attributes_type": "Give a JSON object.",
    "url_parsing": "Give an absolute https address.",
}


# What the Dutch message of a finding names: a limit, or the texts that are allowed.
_DETAILS = {
    "enum": "expected",
    "greater_than_equal": "ge",
    "less_than_equal": "le",
    "literal_error": "expected",
    "string_too_long": "max_length",
    "string_too_short": "min_length",
    "too_long": "max_length",
    "union_tag_invalid": "expected_tags",
    "union_tag_not_found": "discriminator",
}


MOST_FAULTS = 100
"""The most findings that are listed one by one; a body of one array may have thousands."""


def invalid_input(findings: Iterable[Any], broken: Iterable[FieldFault] = ()) -> InvalidInput:
    """Return the error to raise for what Pydantic found, each in its order, and for other rules that are broken."""
    found = list(findings)
    faults = [*map(_fault, found[:MOST_FAULTS]), *broken]
    if len(found) > MOST_FAULTS:
        message = f"There are {len(found) - MOST_FAULTS} more faults; correct these first."
        faults.append(FieldFault("body", InputRule.VALUE_ERROR, message))
    return InvalidInput(*faults)


def _fault(finding: Mapping[str, Any]) -> FieldFault:
    kind: str = finding["type"]
    # A default that breaks a rule is named by the attribute of the model; an unknown name is the caller's own.
    in_camel = kind != "extra_forbidden"
    field = "body" if kind == "json_invalid" else _field(finding["loc"], in_camel=in_camel)
    rule = _RULES.get(kind.replace("_", "-"), InputRule.VALUE_ERROR)
    return FieldFault(field, rule, _message(kind, finding), details=_details(kind, finding))


def _details(kind: str, finding: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return FORMS[finding["ctx"]["pattern"]].words_nl
    named = finding.get("ctx", {}).get(_DETAILS.get(kind))
    return "" if named is None else str(named).replace(" or ", " of ")


def _message(kind: str, finding: Mapping[str, Any]) -> str:
    if kind in _REMEDIES:
        return _REMEDIES[kind]
    if kind == "string_pattern_mismatch":
        return f"Use the form of this field: {FORMS[finding['ctx']['pattern']].words}."
    text: str = finding["msg"].removeprefix("Value error, ").replace("Input should", "The value should")
    # After a comma Pydantic says what it could not parse, which may be part of the value.
    if kind.endswith("_parsing"):
        text = text.partition(",")[0]
    return text if text.endswith(".") else f"{text}."


def _field(location: Sequence[str | int], *, in_camel: bool) -> str:
    """Return the path of a field; an unusual name was invented by the caller, and is not repeated."""
    steps = location[1:] if location and location[0] in _PLACES else location
    if location and location[0] != "header" and in_camel:
        steps = [to_camel(step) if isinstance(step, str) else step for step in steps]
    names = [str(step) if isinstance(step, int) or _SAFE_NAME.match(step) else "(unreadable name)" for step in steps]
    return ".".join(names) or str(location[0] if location else "body")
