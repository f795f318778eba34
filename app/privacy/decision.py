"""What the rules decide about one field, and why: the only place where rules are weighed against each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.domain.fields import Field
from app.privacy.classification import INSIDE_ONLY
from app.privacy.policy import AllowRule, Effect, MatrixCell
from app.privacy.rules import Reason, Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one field; never contains its value.

    Attributes:
        effect: how it is released; None when it is withheld.
        rule_id: the rule that decided; None when no rule names the field.
        reason: a ``Reason`` value.
    """

    field: Field
    effect: Effect | None
    rule_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """What decisions depend on, next to the rules and the field.

    Attributes:
        day: the date in local time.
        inside: whether the receiver works in one of the three systems.
        is_met: returns whether a requirement of a rule is met.
    """

    day: date
    inside: bool
    is_met: Callable[[Requirement], bool]


def decide(field: Field, cell: MatrixCell, question: Question, *, is_empty: bool) -> Decision:
    """Return what the rules of one cell of the matrix decide about a field.

    A valid forbid wins; otherwise the first rule that permits decides, and these are sorted widest first. When none
    permits, the last one names the reason.

    Args:
        field: that is decided about.
        cell: all rules about it for this kind of receiver on this occasion.
        question: the circumstances.
        is_empty: whether the field is a fact without a value yet.
    """
    for forbid in cell.forbids:
        if forbid.is_valid_on(question.day):
            return withheld(field, Reason.FORBIDDEN, forbid.id)
    rule_id, reason = None, Reason.NO_RULE
    for permit in cell.permits:
        rule_id, reason = permit.rule.id, _reason(permit, question, is_empty)
        if reason is Reason.RELEASED:
            return _released(field, permit, question)
    return withheld(field, reason, rule_id)


def withheld(field: Field, reason: Reason, rule_id: str | None = None) -> Decision:
    """Return the decision to withhold a field."""
    return Decision(field=field, effect=None, rule_id=rule_id, reason=reason)


def _reason(permit: AllowRule, question: Question, is_empty: bool) -> Reason:
    rule = permit.rule
    if not rule.is_valid_on(question.day):
        return Reason.EXPIRED
    if any(forbid.is_valid_on(question.day) for forbid in permit.overruled_by):
        return Reason.FORBIDDEN
    for requirement in permit.requirements:
        if not question.is_met(requirement):
            return requirement.reason
    return Reason.NOT_YET_RELEASED if permit.re_released and is_empty else Reason.RELEASED


def _released(field: Field, permit: AllowRule, question: Question) -> Decision:
    if field in INSIDE_ONLY and not question.inside:
        return withheld(field, Reason.OUTSIDE, permit.rule.id)
    return Decision(field=field, effect=permit.effect, rule_id=permit.rule.id, reason=Reason.RELEASED)
