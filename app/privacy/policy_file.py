"""Reads the rules of a policy from TOML; the form is described at the head of ``policy_data/rotterdam.toml``."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from app.data_file import (
    Document,
    Fault,
    FaultyFile,
    Names,
    Table,
    Text,
    a_list_of_names,
    is_a_list_of_names,
    known,
    read,
)
from app.domain.codes import ConsentScope, DisclosureOccasion
from app.domain.fields import Field
from app.privacy.rules import Condition, Effect, PolicyError, PolicyFault, Rule

_WHOLE = "policy"


@dataclass(frozen=True, kw_only=True)
class PolicyText:
    """A policy as it is written, not yet checked as a whole.

    Attributes:
        digest: SHA-256 in hex of what it says, whatever its comments and its layout.
    """

    version: str
    digest: str
    rules: tuple[Rule, ...]
    financial_agreed: frozenset[str]


def read_policy(text: str) -> PolicyText:
    """Read a policy.

    Raises:
        PolicyError: not TOML, an unknown or missing key, or an unknown name; names rule and key of every fault.
    """
    try:
        document: Document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(PolicyFault(_WHOLE, "text", f"is not TOML: {error}")) from error
    try:
        table = read(_PolicyTable, document, {"groups": _groups_of(document)})
    except FaultyFile as error:
        raise PolicyError(*(_policy_fault(fault, document) for fault in error.faults)) from error
    return PolicyText(
        version=table.version,
        digest=_digest_of(document),
        rules=tuple(each.to_rule() for each in table.rules),
        financial_agreed=frozenset(table.financial_agreed),
    )


def _digest_of(document: Document) -> str:
    # Of dates the text is their form in TOML.
    return sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def _expanded(names: list[str], info: ValidationInfo) -> list[str]:
    """Replace each ``@name`` in a list by the names of the group."""
    groups: Mapping[str, list[str]] = info.context["groups"] if info.context else {}
    return [name for written in names for name in _expand(written, groups)]


def _expand(written: str, groups: Mapping[str, list[str]]) -> list[str]:
    if not written.startswith("@"):
        return [written]
    if written[1:] not in groups:
        raise PydanticCustomError("group", "no group is named {name}; see [groups]", {"name": written})
    return groups[written[1:]]


def _groups_of(document: Document) -> dict[str, list[str]]:
    """Return the groups; a faulty one is empty here, because it is refused where it is written."""
    groups = document.get("groups")
    if not isinstance(groups, dict):
        return {}
    return {name: members if is_a_list_of_names(members) else [] for name, members in groups.items()}


def _condition(value: object) -> Condition:
    match value:
        case {"one_of": [*codes], **rest} if not rest and is_a_list_of_names(codes):
            return Condition(one_of=frozenset(codes))
        case {"at_least": int(number), **rest} if not rest and not isinstance(number, bool):
            return Condition(at_least=number)
    raise PydanticCustomError("condition", "needs either one_of = [codes] or at_least = a number")


def _https(address: str) -> str:
    if not address.startswith("https://"):
        raise PydanticCustomError("https", "must be the https address of the processing activity in the register")
    return address


# Validators before the type run from the last to the first: the list is checked, then the groups are filled in.
_fill_in_groups = BeforeValidator(_expanded)
_Receivers = Annotated[list[str], _fill_in_groups, a_list_of_names]

_Conditions = dict[Annotated[Field, known(Field)], Annotated[Condition, BeforeValidator(_condition)]]


class _RuleTable(Table):
    id: Text
    receivers: _Receivers
    occasions: Annotated[
        list[Annotated[DisclosureOccasion, known(DisclosureOccasion)]], _fill_in_groups, a_list_of_names
    ]
    fields: Annotated[list[Annotated[Field, known(Field)]], _fill_in_groups, a_list_of_names]
    effect: Annotated[Effect, known(Effect)]
    purpose: Text
    legal_basis: Text
    activity: Annotated[Text, AfterValidator(_https)]
    valid_from: date
    valid_until: date | None = None
    consent: Annotated[ConsentScope, known(ConsentScope)] | None = None
    when: _Conditions | None = None

    def to_rule(self) -> Rule:
        return Rule(
            id=self.id,
            receivers=frozenset(self.receivers),
            occasions=frozenset(self.occasions),
            fields=frozenset(self.fields),
            effect=self.effect,
            purpose=self.purpose,
            legal_basis=self.legal_basis,
            activity=self.activity,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            consent=self.consent,
            when=self.when or {},
        )


class _PolicyTable(Table):
    # As long as what is recorded with every disclosure.
    version: Annotated[Text, StringConstraints(max_length=40)]
    financial_agreed: _Receivers
    groups: dict[str, Names]
    rules: list[_RuleTable]


_TABLES = "must be tables, each headed [[rules]]"
_NO_ID = "is missing; every decision is explained by it"
_MISSING = "is missing; a rule without it cannot be accounted for"


def _policy_fault(fault: Fault, document: Document) -> PolicyFault:
    match fault.path:
        case ("rules", int(), "id"):
            return PolicyFault("without id", "id", _NO_ID)
        case ("rules", int(row), str(key), *within):
            return PolicyFault(_id_of(document, row), key, _message_of(fault, within))
        case ("rules", *_) if fault.kind != "missing":
            return PolicyFault(_WHOLE, "rules", _TABLES)
        case (*keys,):
            return PolicyFault(_WHOLE, ".".join(map(str, keys)), _message_of(fault, ()))


def _message_of(fault: Fault, within: Sequence[str | int]) -> str:
    """Return what is wrong, preceded by the entry at fault where the value is a table."""
    if fault.kind == "missing":
        return _MISSING
    match within:
        case (str(entry),):
            return f"{entry} {fault.message}"
    return fault.message


def _id_of(document: Document, row: int) -> str:
    match document:
        case {"rules": [*rules]}:
            match rules[row]:
                case {"id": str(rule_id)} if rule_id.strip():
                    return rule_id
    return "without id"
