"""The agreements of a municipality, checked and indexed: a field that no rule permits is withheld."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Self

from app.domain.codes import FEEDBACK_MOMENTS, ConsentScope, DisclosureOccasion
from app.domain.fields import Field
from app.privacy.classification import ID_FIELDS
from app.privacy.policy_file import read_policy
from app.privacy.rules import (
    EVENT_OCCASIONS,
    RECEIVER_KINDS,
    REFERRER_KINDS,
    Condition,
    Effect,
    PolicyError,
    PolicyFault,
    Reason,
    Requirement,
    Rule,
    check_rules,
)

__all__ = [
    "EVENT_OCCASIONS",
    "NO_RULES",
    "RECEIVER_KINDS",
    "REFERRER_KINDS",
    "AllowRule",
    "Condition",
    "Effect",
    "MatrixCell",
    "Policy",
    "PolicyError",
    "Reason",
    "Row",
    "Rule",
    "load_policy",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowRule:
    """A rule's permission for one field.

    Attributes:
        effect: how the field leaves; an id is always pseudonymised, whatever the rule permits.
        overruled_by: the rules that forbid the field on this rule's own occasion.
        re_released: True when a rule about a moment counts for reading, because what was disclosed may be read
            again. A field that is still empty has not been disclosed. The conditions of the rule were judged when it
            was disclosed, on the facts of then.
    """

    rule: Rule
    effect: Effect
    overruled_by: tuple[Rule, ...]
    re_released: bool = False

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What must be true of the case, in the order of evaluation."""
        return self.rule.consent_requirements if self.re_released else self.rule.requirements


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """All rules about one field for one kind of receiver on one occasion.

    ``permits`` are sorted widest first, so that removing one can only narrow what is released.
    """

    forbids: tuple[Rule, ...] = ()
    permits: tuple[AllowRule, ...] = ()


NO_RULES = MatrixCell()
"""The cell of a field that no rule names: it is withheld."""

Row = Mapping[Field, MatrixCell]
_EMPTY_ROW: Row = MappingProxyType({})


class Policy:
    """The rules of one municipality in one version.

    Args:
        version: names this text of the rules; recorded with every disclosure.
        rules: in the order of the text.
        financial_agreed: the kinds of receivers with whom disclosure of financial facts is agreed.
        digest: SHA-256 in hex of the text; empty when there is none.

    Attributes:
        asks: the fields on which some rule depends, for itself or another field: consent and conditions.

    Raises:
        PolicyError: two rules have one id, or a rule promises what no rule may.
    """

    def __init__(self, version: str, rules: Iterable[Rule], financial_agreed: frozenset[str], digest: str = "") -> None:
        self.version = version
        self.digest = digest
        self.rules = tuple(rules)
        self.financial_agreed = financial_agreed
        check_rules(self.rules, financial_agreed)
        self._rows = _rows(self.rules)
        self._consents = {rule.id: rule.consent for rule in self.rules}
        self.asks = frozenset(
            {Field.CONSENT_SCOPES, Field.CONSENT_GIVEN_ON, *(field for rule in self.rules for field in rule.when)}
        )

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a policy.

        Raises:
            PolicyError: the text cannot be read or breaks a rule; names rule and key.
        """
        written = read_policy(text)
        return cls(written.version, written.rules, written.financial_agreed, written.digest)

    def row(self, kind: str, occasion: DisclosureOccasion) -> Row:
        """Return the rules by field for a kind of receiver; none for an unknown kind."""
        return self._rows.get((kind, occasion), _EMPTY_ROW)

    def consent_of(self, rule_id: str | None) -> ConsentScope | None:
        """Return the consent that a rule depends on; None when it depends on none."""
        return self._consents.get(rule_id or "")

    def reads(self, kind: str, field: Field) -> bool:
        """Return whether a rule for reading itself permits a field to this kind, and not only one for a moment."""
        cell = self.row(kind, DisclosureOccasion.READING).get(field, NO_RULES)
        return any(not permit.re_released for permit in cell.permits)

    def agrees(self, kind: str, occasion: DisclosureOccasion) -> bool:
        """Return whether some rule, of any date and condition, permits something to this kind."""
        return any(cell.permits for cell in self.row(kind, occasion).values())


@cache
def load_policy(municipality: str = "rotterdam") -> Policy:
    """Return the policy that comes with the hub for a municipality; it is read once.

    Raises:
        PolicyError: there is none, or it cannot be used.
    """
    place = files("app.privacy") / "policy_data" / f"{municipality}.toml"
    if not place.is_file():
        fault = f"no policy for {municipality!r}; add it to app/privacy/policy_data"
        raise PolicyError(PolicyFault("policy", "municipality", fault))
    return Policy.from_toml(place.read_text(encoding="utf-8"))


def _rows(rules: Iterable[Rule]) -> dict[tuple[str, DisclosureOccasion], dict[Field, MatrixCell]]:
    rules_about: dict[tuple[str, DisclosureOccasion], dict[Field, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules:
        for kind in rule.receivers:
            for occasion in rule.occasions:
                for field in rule.fields:
                    rules_about[kind, occasion][field].append(rule)
    rows = {key: {field: _cell(field, about) for field, about in fields.items()} for key, fields in rules_about.items()}
    for kind in REFERRER_KINDS:
        rows[kind, DisclosureOccasion.READING] = _reading_row(kind, rows)
    return rows


def _cell(field: Field, rules: Iterable[Rule]) -> MatrixCell:
    forbids = tuple(rule for rule in rules if rule.effect is Effect.FORBID)
    permits = (
        AllowRule(rule=rule, effect=Effect.PSEUDONYMISE if field in ID_FIELDS else rule.effect, overruled_by=forbids)
        for rule in rules
        if rule.effect is not Effect.FORBID
    )
    return MatrixCell(forbids, _widest_first(permits))


def _reading_row(kind: str, rows: Mapping[tuple[str, DisclosureOccasion], Row]) -> dict[Field, MatrixCell]:
    own = rows.get((kind, DisclosureOccasion.READING), _EMPTY_ROW)
    at_moments = [rows.get((kind, moment), _EMPTY_ROW) for moment in FEEDBACK_MOMENTS]
    return {
        field: _reading_cell(own.get(field, NO_RULES), [row[field] for row in at_moments if field in row])
        for field in set(own).union(*at_moments)
    }


def _reading_cell(own: MatrixCell, at_moments: Iterable[MatrixCell]) -> MatrixCell:
    re_released = (replace(permit, re_released=True) for cell in at_moments for permit in cell.permits)
    return MatrixCell(own.forbids, _widest_first((*own.permits, *re_released)))


def _widest_first(permits: Iterable[AllowRule]) -> tuple[AllowRule, ...]:
    return tuple(sorted(permits, key=lambda permit: permit.effect is Effect.COARSEN))
