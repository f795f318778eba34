"""Reads the rules of a policy from TOML; the form is told at the head of ``policy_data/rotterdam.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from app.domain.codes import ConsentScope, DisclosureOccasion
from app.domain.fields import Field
from app.privacy.rules import Condition, Effect, PolicyError, Rule

Table = Mapping[str, object]
Name = TypeVar("Name", bound=StrEnum)

_REQUIRED = frozenset(
    {"id", "receivers", "occasions", "fields", "effect", "purpose", "legal_basis", "activity", "valid_from"}
)
_OPTIONAL = frozenset({"valid_until", "consent", "when"})
_WHOLE = "policy"


@dataclass(frozen=True)
class PolicyText:
    """A policy as it is written, not yet checked as a whole."""

    version: str
    rules: tuple[Rule, ...]
    financial_agreed: frozenset[str]


def read_policy(text: str) -> PolicyText:
    """Read a policy.

    Raises:
        PolicyError: no TOML, an unknown or missing key, or an unknown name; names rule and key.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(_WHOLE, "text", f"is not TOML: {error}") from error
    groups = _table(_Entry(_WHOLE, document, {}), "groups")
    whole = _Entry(_WHOLE, document, groups)
    whole.check_keys(frozenset({"version", "financial_agreed", "groups", "rules"}), frozenset())
    return PolicyText(whole.text("version"), _rules(whole), frozenset(whole.names("financial_agreed")))


def _rules(whole: "_Entry") -> tuple[Rule, ...]:
    tables = whole.table["rules"]
    if not isinstance(tables, list):
        raise PolicyError(_WHOLE, "rules", "must be tables, each headed [[rules]]")
    return tuple(_rule(_Entry(_id_of(table), table, whole.groups)) for table in tables)


def _rule(entry: "_Entry") -> Rule:
    entry.check_keys(_REQUIRED, _OPTIONAL)
    return Rule(
        id=entry.rule_id,
        receivers=frozenset(entry.names("receivers")),
        occasions=frozenset(entry.codes("occasions", DisclosureOccasion)),
        fields=frozenset(entry.codes("fields", Field)),
        effect=_known(entry, "effect", entry.text("effect"), Effect),
        purpose=entry.text("purpose"),
        legal_basis=entry.text("legal_basis"),
        activity=_uri(entry, "activity"),
        valid_from=entry.day("valid_from"),
        valid_until=entry.day("valid_until") if "valid_until" in entry.table else None,
        consent=_consent(entry),
        when=_conditions(entry),
    )


@dataclass(frozen=True)
class _Entry:
    """One table of the text, with the id to name it by and the groups its lists may refer to."""

    rule_id: str
    table: Table
    groups: Table

    def fault(self, key: str, message: str) -> PolicyError:
        return PolicyError(self.rule_id, key, message)

    def check_keys(self, required: frozenset[str], optional: frozenset[str]) -> None:
        for key in sorted(required - self.table.keys()):
            raise self.fault(key, "is missing; a rule without it cannot be accounted for")
        for key in sorted(self.table.keys() - required - optional):
            raise self.fault(key, "is not a key of a policy; mind the spelling")

    def text(self, key: str) -> str:
        value = self.table[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, "must be a text that is not empty")
        return value

    def day(self, key: str) -> date:
        value = self.table[key]
        # A TOML date-time is a date too, by Python's count of types, but says more than a day.
        if type(value) is not date:
            raise self.fault(key, "must be a date, such as 2019-03-01")
        return value

    def names(self, key: str) -> list[str]:
        return [name for written in _strings(self, key, self.table[key]) for name in self._expanded(key, written)]

    def codes(self, key: str, codes: type[Name]) -> list[Name]:
        return [_known(self, key, name, codes) for name in self.names(key)]

    def _expanded(self, key: str, written: str) -> list[str]:
        if not written.startswith("@"):
            return [written]
        if written[1:] not in self.groups:
            raise self.fault(key, f"no group is named {written}; see [groups]")
        return _strings(self, written, self.groups[written[1:]])


def _strings(entry: _Entry, key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise entry.fault(key, "must be a list of one or more names")
    return value


def _known(entry: _Entry, key: str, name: str, codes: type[Name]) -> Name:
    try:
        return codes(name)
    except ValueError:
        raise entry.fault(key, f"{name!r} is not known; mind the spelling") from None


def _id_of(table: object) -> str:
    if not isinstance(table, dict):
        raise PolicyError(_WHOLE, "rules", "must be tables, each headed [[rules]]")
    rule_id = table.get("id")
    if not isinstance(rule_id, str) or not rule_id.strip():
        raise PolicyError("without id", "id", "is missing; every decision is explained by it")
    return rule_id


def _uri(entry: _Entry, key: str) -> str:
    value = entry.text(key)
    if not value.startswith("https://"):
        raise entry.fault(key, "must be the https address of the processing activity in the register")
    return value


def _consent(entry: _Entry) -> ConsentScope | None:
    return _known(entry, "consent", entry.text("consent"), ConsentScope) if "consent" in entry.table else None


def _conditions(entry: _Entry) -> dict[Field, Condition]:
    written = _table(entry, "when")
    return {_known(entry, "when", name, Field): _condition(entry, name, written[name]) for name in written}


def _condition(entry: _Entry, name: str, written: object) -> Condition:
    match written:
        case {"one_of": [*codes], **rest} if codes and not rest:
            return Condition(one_of=frozenset(_strings(entry, "when", codes)))
        case {"at_least": int(number), **rest} if not rest and number is not True and number is not False:
            return Condition(at_least=number)
    raise entry.fault("when", f"{name} needs either one_of = [codes] or at_least = a number")


def _table(entry: _Entry, key: str) -> Table:
    value = entry.table.get(key, {})
    if not isinstance(value, dict):
        raise entry.fault(key, "must be a table")
    return value
