"""The parts of an agreement, and what no agreement may permit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, NamedTuple

from app.domain.codes import ConsentScope, DisclosureOccasion, OrganisationRole, ReferrerKind
from app.domain.fields import Field, FieldClass
from app.domain.values import works_on
from app.privacy.classification import CLASS_OF, COARSENABLE, ID_FIELDS, SUPPLIED_BY_REFERRER

REFERRER_KINDS = frozenset(kind.value for kind in ReferrerKind)
RECEIVER_KINDS = REFERRER_KINDS | {role.value for role in OrganisationRole if role is not OrganisationRole.REFERRER}
"""Every kind of receiver: the kinds of referrers, and the roles of organisations that do not refer."""


EVENT_OCCASIONS = frozenset(DisclosureOccasion) - {DisclosureOccasion.READING}
"""The occasions on which the hub sends: all but reading, where the receiver asks."""


class Effect(StrEnum):
    """What a rule does with a field."""

    RELEASE = "release"
    COARSEN = "coarsen"
    PSEUDONYMISE = "pseudonymise"
    FORBID = "forbid"


class PolicyFault(NamedTuple):
    """One fault in a policy.

    Attributes:
        rule_id: the rule at fault, or "policy" for the text as a whole.
        key: the key at fault.
        message: what is wrong and what to write instead.
    """

    rule_id: str
    key: str
    message: str


class PolicyError(ValueError):
    """The policy cannot be used; a line for each fault names rule, key and remedy.

    Attributes:
        faults: every fault that was found.
    """

    def __init__(self, *faults: PolicyFault) -> None:
        super().__init__("\n".join(f"rule {rule_id}, {key}: {message}" for rule_id, key, message in faults))
        self.faults = faults


@dataclass(frozen=True)
class Condition:
    """What a fact must be: one of some codes, or at least a number. An unknown value never meets it."""

    one_of: frozenset[str] = frozenset()
    at_least: int | None = None

    def holds(self, value: object) -> bool:
        """Return whether the value meets the condition; a value of another type does not."""
        if self.at_least is not None:
            return isinstance(value, int) and value >= self.at_least
        return isinstance(value, str) and value in self.one_of


class Reason(StrEnum):
    """Why a field was released or withheld."""

    RELEASED = "released"
    NO_RULE = "no-rule"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    NO_CONSENT = "no-consent"
    CONDITION = "condition"
    NOT_YET_RELEASED = "not-told"
    OUTSIDE = "outside"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ConsentRequirement:
    """The client must have agreed to something by the day of the disclosure, as recorded now (*toestemming*)."""

    scope: ConsentScope
    reason: ClassVar = Reason.NO_CONSENT

    def is_met_by(self, facts: Mapping[Field, object], day: date) -> bool:
        """Return whether the consent is recorded as given by this day; without a day nobody can show that it was.

        A text is not a list of scopes.
        """
        scopes, given_on = facts.get(Field.CONSENT_SCOPES), facts.get(Field.CONSENT_GIVEN_ON)
        is_recorded = isinstance(scopes, list | tuple | set | frozenset) and self.scope in scopes
        return is_recorded and works_on(given_on, day)


@dataclass(frozen=True, slots=True)
class FieldRequirement:
    """Another field must meet a condition."""

    field: Field
    condition: Condition
    reason: ClassVar = Reason.CONDITION

    def is_met_by(self, facts: Mapping[Field, object], day: date) -> bool:
        """Return whether the field meets the condition; an absent one does not."""
        return self.condition.holds(facts.get(self.field))


Requirement = ConsentRequirement | FieldRequirement
"""What must be true of a case before a rule permits anything."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One agreement: these receivers, on these occasions, these fields.

    Attributes:
        purpose: for which purpose (*doel*), for people.
        legal_basis: on which legal basis (*grondslag*), for people.
        activity: URI of the processing activity in the public register (*verwerkingsactiviteit*).
        valid_from: first day, in local time.
        valid_until: last day, in local time; None is until further notice.
        consent: what the client must have agreed to, as recorded at the time of disclosure.
        when: conditions on other facts; all must be met.
    """

    id: str
    receivers: frozenset[str]
    occasions: frozenset[DisclosureOccasion]
    fields: frozenset[Field]
    effect: Effect
    purpose: str
    legal_basis: str
    activity: str
    valid_from: date
    valid_until: date | None = None
    consent: ConsentScope | None = None
    when: Mapping[Field, Condition] = field(default_factory=dict)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """What must be true of the case, in the order of evaluation: consent, then each condition."""
        conditions = (FieldRequirement(about, condition) for about, condition in self.when.items())
        return (*self.consent_requirements, *conditions)

    @cached_property
    def consent_requirements(self) -> tuple[Requirement, ...]:
        """The consent that is needed, as a requirement; none when the rule needs no consent."""
        return () if self.consent is None else (ConsentRequirement(self.consent),)

    def is_valid_on(self, day: date) -> bool:
        """Return whether the rule is valid on a day in local time."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def check_rules(rules: Iterable[Rule], financial_agreed: frozenset[str]) -> None:
    """Refuse rules that permit what no agreement may.

    Args:
        rules: the rules of one policy.
        financial_agreed: the kinds of receivers with whom disclosure of financial facts is agreed.

    Raises:
        PolicyError: with every fault.
    """
    rules = tuple(rules)
    faults = [
        PolicyFault(rule_id, "id", f"is used {times} times; choose another for each rule")
        for rule_id, times in Counter(rule.id for rule in rules).items()
        if times > 1
    ]
    faults += [PolicyFault(rule.id, *fault) for rule in rules for fault in _faults(rule, financial_agreed)]
    if faults:
        raise PolicyError(*faults)


def _faults(rule: Rule, financial_agreed: frozenset[str]) -> Iterator[tuple[str, str]]:
    if unknown := _listed(rule.receivers - RECEIVER_KINDS):
        yield "receivers", f"unknown: {unknown}; use a referrer kind or an organisation role"
    if rule.valid_until is not None and rule.valid_until < rule.valid_from:
        yield "valid_until", "is before valid_from"
    if rule.effect is Effect.FORBID and (rule.consent or rule.when):
        yield "effect", "a forbid is unconditional; leave out consent and when"
    if unfit := _listed(rule.fields - _FIT_FOR.get(rule.effect, rule.fields)):
        yield "effect", f"{rule.effect} is not possible for {unfit}; choose another effect"
    yield from _faults_of_fields(rule)
    if others := _listed(_financial_receivers(rule) - financial_agreed):
        yield "receivers", f"financial facts are not agreed with {others}; see financial_agreed"


def _faults_of_fields(rule: Rule) -> Iterator[tuple[str, str]]:
    if private := _listed(_unsendable(rule)):
        yield "fields", f"care and free text are never sent, only read: remove {private}"
    if meant := _listed(_not_for_receivers(rule)):
        yield "fields", f"said for the counsellor: to the finance team, or read by who said it; remove {meant}"
    if written := _listed(_not_addressed(rule)):
        yield "fields", f"written for one side of a case: to its addressee, or read by who wrote it; remove {written}"


_FOR_REFERRER = frozenset({Field.INFORMATION_QUESTION})
_FOR_FINANCE_TEAM = frozenset({Field.INFORMATION_ANSWER, Field.SIGNAL_TEXT})

_OF_FINANCE_TEAM = frozenset({DisclosureOccasion.READING, DisclosureOccasion.HANDLING})

_FIT_FOR: Mapping[Effect, frozenset[Field]] = {Effect.COARSEN: COARSENABLE, Effect.PSEUDONYMISE: ID_FIELDS}


def _unsendable(rule: Rule) -> frozenset[Field]:
    if not rule.occasions & EVENT_OCCASIONS:
        return frozenset()
    return frozenset(f for f in rule.fields if CLASS_OF[f] in (FieldClass.CARE, FieldClass.FREE_TEXT))


def _not_for_receivers(rule: Rule) -> frozenset[Field]:
    """Return what was said for the counsellor, where a rule discloses it to others or on another occasion."""
    if rule.effect is Effect.FORBID:
        return frozenset()
    # A referrer reads its own referrals only.
    to_finance_team = rule.receivers == {OrganisationRole.FINANCE_TEAM} and rule.occasions <= _OF_FINANCE_TEAM
    to_author = rule.receivers <= REFERRER_KINDS and rule.occasions == {DisclosureOccasion.READING}
    if to_finance_team or to_author:
        return frozenset()
    return frozenset(f for f in rule.fields if CLASS_OF[f] is FieldClass.FOR_COUNSELLOR)


def _not_addressed(rule: Rule) -> frozenset[Field]:
    """Return what one side of a case wrote for the other, where a rule discloses it to anybody else."""
    written = frozenset(f for f in rule.fields if CLASS_OF[f] is FieldClass.ADDRESSED)
    if rule.effect is Effect.FORBID or not written:
        return frozenset()
    to_finance_team, to_referrers = rule.receivers == {OrganisationRole.FINANCE_TEAM}, rule.receivers <= REFERRER_KINDS
    if rule.occasions == {DisclosureOccasion.READING} and (to_finance_team or to_referrers):
        return frozenset()
    if to_finance_team and rule.occasions <= _OF_FINANCE_TEAM:
        return written - _FOR_FINANCE_TEAM
    if to_referrers and rule.occasions == {DisclosureOccasion.INFORMATION_REQUESTED}:
        return written - _FOR_REFERRER
    return written


def _financial_receivers(rule: Rule) -> frozenset[str]:
    """Return the receivers that get financial facts by this rule, except a referrer that reads what it supplied."""
    financial = {f for f in rule.fields if CLASS_OF[f] is FieldClass.FINANCIAL}
    if rule.effect is Effect.FORBID or not financial:
        return frozenset()
    only_supplied = financial <= SUPPLIED_BY_REFERRER and rule.occasions == {DisclosureOccasion.READING}
    return rule.receivers - REFERRER_KINDS if only_supplied else rule.receivers


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
