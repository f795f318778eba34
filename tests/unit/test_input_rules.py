"""The catalogue of rules is complete: what a request can break is in it, and what is in it can be broken."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import ValidationError

from app.api.forms import FORMS
from app.api.http.validation_errors import invalid_input
from app.api.routes import ROUTERS
from app.domain.errors import FieldFault
from app.domain.input_rules import InputRule

APP = Path(__file__).parents[2] / "app"

# What Pydantic finds wrong with a value by the type of its schema, and by a limit of it.
OF_TYPE: Mapping[str, set[str]] = {
    "bool": {"bool_type"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "datetime": {"datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"},
    "dict": {"dict_type"},
    "enum": {"enum"},
    "float": {"float_type", "float_parsing", "finite_number"},
    "frozenset": {"frozen_set_type"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "list": {"list_type"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden"},
    "none": {"none_required"},
    "str": {"string_type", "string_unicode"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found"},
    "tuple": {"tuple_type"},
    "uuid": {"uuid_type", "uuid_parsing"},
}
OF_LIMIT: Mapping[tuple[str, str], str] = {
    ("datetime", "tz_constraint"): "timezone_aware",
    ("int", "ge"): "greater_than_equal",
    ("int", "le"): "less_than_equal",
    ("str", "max_length"): "string_too_long",
    ("str", "min_length"): "string_too_short",
    ("str", "pattern"): "string_pattern_mismatch",
    ("tuple", "max_length"): "too_long",
    ("tuple", "min_length"): "too_short",
}
# Schemas that hold others, or take anything.
TRANSPARENT = {
    "any", "default", "definition-ref", "definitions", "function-after", "function-before", "function-plain",
    "json-or-python",
    "model-field", "no-info", "nullable", "with-info",
}  # fmt: skip


def schemas(node: object, seen: set[int]) -> Iterator[dict[str, Any]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for each in node.values():
            yield from schemas(each, seen)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from schemas(each, seen)


def parameters(dependant: Dependant) -> Iterator[Any]:
    for fields in (dependant.path_params, dependant.query_params, dependant.header_params, dependant.body_params):
        yield from fields
    for each in dependant.dependencies:
        yield from parameters(each)


def all_routes() -> Iterator[APIRoute]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route


def request_schemas() -> Iterator[dict[str, Any]]:
    seen: set[int] = set()
    for route in all_routes():
        for field in parameters(route.dependant):
            yield from schemas(field._type_adapter.core_schema, seen)


def findings(schema: Mapping[str, Any]) -> set[str]:
    kind = schema["type"]
    if kind in TRANSPARENT:
        return set()
    found = set(OF_TYPE[kind])
    if kind == "bool" and not schema.get("strict"):
        found.add("bool_parsing")
    if "custom_error_type" in schema:
        found.add(schema["custom_error_type"])
    limits = {name for name in schema if isinstance(schema[name], int | str)} & {limit for _, limit in OF_LIMIT}
    return found | {OF_LIMIT[kind, limit] for limit in limits}


def rules_by_form() -> set[str]:
    found = set[str]().union(*map(findings, request_schemas()), {"json_invalid"})
    return {each.replace("_", "-") for each in found}


def rules_in_code() -> set[str]:
    return {
        InputRule[node.attr].value
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "InputRule"
    }


SAYS_WHAT_TO_DO = re.compile(
    r"(?:^|; |, or )(?:add|ask|choose|correct|encode|give|leave|search|see|send|use)\b", re.IGNORECASE
)
ZEGT_WAT_TE_DOEN = re.compile(
    r"(?:^|; |, of )(?:codeer|controleer|corrigeer|geef|gebruik|laat|meld|stuur|verbeter|vraag|zie)\b", re.IGNORECASE
)
WRONG: tuple[object, ...] = (
    None, True, 1.5, -1, 10**6, float("inf"), "", "x", "x" * 5000, "\x00", "\ud800", "9" * 5000, "2026-02-30",
    "2026-11-23", "2026-13-01T10:00:00Z", "2026-11-23T10:00:00+99:00", "1000-01-01", "-", ["x"], ["x"] * 90, {},
    {"x": 1}, {"type": "x"},
)  # fmt: skip


def validations() -> Iterator[tuple[Callable[[object], object], str | None]]:
    """Yield how each parameter is validated, and each model of a body with the name of each of its fields."""
    for route in all_routes():
        yield from ((field._type_adapter.validate_python, None) for field in parameters(route.dependant))
    for model in {schema["cls"] for schema in request_schemas() if schema["type"] == "model"}:
        yield from ((model.model_validate, info.alias or name) for name, info in model.model_fields.items())


def all_faults() -> Iterator[FieldFault]:
    """Yield what is said of wrong values of every parameter, and of every field of every body."""
    for validate, name in validations():
        for value in WRONG:
            try:
                validate(value if name is None else {name: value})
            except ValidationError as error:
                yield from invalid_input(error.errors()).faults


def test_what_is_said_of_every_wrong_value_names_the_rule_and_what_to_do_in_both_languages() -> None:
    faults = {(each.rule, each.message, each.message_nl) for each in all_faults()}

    assert {rule for rule, _, _ in faults} > {InputRule.STRING_TOO_SHORT, InputRule.ENUM, InputRule.LESS_THAN_EQUAL}
    assert InputRule.VALUE_ERROR not in {rule for rule, _, _ in faults}
    for _, message, message_nl in faults:
        assert SAYS_WHAT_TO_DO.search(message), message
        assert ZEGT_WAT_TE_DOEN.search(message_nl), message_nl
        for text in (message, message_nl):
            assert "{" not in text, text
            assert "None" not in text, text
            assert text.endswith("."), text


def test_every_text_of_a_rule_says_what_to_do() -> None:
    with_texts = [rule for rule in InputRule if rule is not InputRule.VALUE_ERROR]

    assert [rule.message for rule in with_texts if rule.message and not SAYS_WHAT_TO_DO.search(rule.message)] == []
    assert [rule.message_nl for rule in with_texts if not ZEGT_WAT_TE_DOEN.search(rule.message_nl)] == []


def test_what_a_request_can_break_is_exactly_the_catalogue() -> None:
    assert rules_by_form() | rules_in_code() == {rule.value for rule in InputRule}


def test_every_form_of_a_text_is_also_stated_in_words() -> None:
    patterns = {schema["pattern"] for schema in request_schemas() if "pattern" in schema}

    assert patterns == FORMS.keys()


def test_every_rule_says_in_one_sentence_each_what_it_demands_and_what_to_do() -> None:
    unfinished = [
        rule
        for rule in InputRule
        for text in (rule.demand, rule.remedy)
        if not (text[:1].isupper() and text.endswith(".") and ". " not in text)
    ]

    assert unfinished == []


def test_a_finding_without_a_name_in_the_catalogue_is_a_value_error() -> None:
    (fault,) = invalid_input(
        [{"type": "callable_type", "loc": ("body", "area"), "msg": "Input should be callable"}]
    ).faults

    assert (fault.field, fault.rule) == ("area", InputRule.VALUE_ERROR)
