"""The compiled policy: what it decides for one kind of receiver on one occasion on one day, worked out once."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple

from app.domain.fields import FactValue, Field
from app.privacy.classification import coarsen
from app.privacy.decision import Decision, Question, decide, withheld
from app.privacy.json_values import to_json_value
from app.privacy.policy import Effect, MatrixCell, Row
from app.privacy.rules import Reason, Requirement

Conversion = Callable[[object], FactValue]


class Outcome(NamedTuple):
    """What happens to one field.

    Attributes:
        released: whether the field leaves.
        convert: returns a value as it leaves; None for an id, which leaves as the receiver's own.
    """

    decision: Decision
    released: bool
    convert: Conversion | None


class FieldOutcomes(NamedTuple):
    """What happens to a field with a value, and to one that is still empty."""

    filled: Outcome
    empty: Outcome


class ReleasePlan:
    """The decisions on every field, for one kind of receiver on one occasion on one day.

    Only the requirements of the rules (consent, conditions) depend on the case. They are evaluated once per case; what
    follows from their answers is worked out the first time that these answers occur. Safe to share between threads.

    Args:
        row: the rules for the kind of receiver on the occasion.
        inside: whether the receiver works in one of the three systems.
        day: the date in local time.
    """

    def __init__(self, row: Row, inside: bool, day: date) -> None:
        self._row = row
        self._inside = inside
        self._day = day
        self._requirements = _requirements_of(row)
        self._outcomes: dict[_Answers, Mapping[Field, FieldOutcomes]] = {}

    def outcomes(self, facts: Mapping[Field, object]) -> Mapping[Field, FieldOutcomes]:
        """Return what happens to each field of a case."""
        answers = tuple([_answer(requirement, facts, self._day) for requirement in self._requirements])
        outcomes = self._outcomes.get(answers)
        if outcomes is None:
            outcomes = self._outcomes[answers] = self._work_out(answers)
        return outcomes

    def depends_on_case(self, field: Field) -> bool:
        """Return whether what happens to a field depends on the case."""
        cell = self._row.get(field)
        return cell is not None and any(permit.rule.requirements for permit in cell.permits)

    def _work_out(self, answers: "_Answers") -> Mapping[Field, FieldOutcomes]:
        is_met = partial(_recalled, dict(zip(self._requirements, answers, strict=True)))
        question = Question(self._day, self._inside, is_met)
        return _WITHOUT_RULES | {
            field: FieldOutcomes(
                filled=_outcome_of(field, cell, question, is_empty=False),
                empty=_outcome_of(field, cell, question, is_empty=True),
            )
            for field, cell in self._row.items()
        }


_Answers = tuple[bool | None, ...]
"""Whether each requirement of a plan is met; None when evaluating it failed."""


class _RequirementFailed(Exception):
    """A decision depends on a requirement that could not be evaluated."""


def _requirements_of(row: Row) -> tuple[Requirement, ...]:
    permits = [permit for cell in row.values() for permit in cell.permits]
    return tuple(dict.fromkeys(requirement for permit in permits for requirement in permit.requirements))


def _answer(requirement: Requirement, facts: Mapping[Field, object], day: date) -> bool | None:
    try:
        return requirement.is_met_by(facts, day)
    except Exception:  # noqa: BLE001 - what cannot be evaluated withholds the fields that depend on it
        return None


def _recalled(answers: Mapping[Requirement, bool | None], requirement: Requirement) -> bool:
    answer = answers[requirement]
    if answer is None:
        raise _RequirementFailed
    return answer


def _outcome_of(field: Field, cell: MatrixCell, question: Question, *, is_empty: bool) -> Outcome:
    try:
        return _outcome(decide(field, cell, question, is_empty=is_empty))
    except _RequirementFailed:
        return _outcome(withheld(field, Reason.ERROR))


# The same decisions occur under many plans: they share the objects.
@lru_cache(maxsize=16_384)
def _outcome(decision: Decision) -> Outcome:
    return Outcome(decision, decision.effect is not None, _conversion(decision))


def _conversion(decision: Decision) -> Conversion | None:
    if decision.effect is Effect.PSEUDONYMISE:
        return None
    return partial(_coarsened, decision.field) if decision.effect is Effect.COARSEN else to_json_value


def _coarsened(field: Field, value: object) -> FactValue:
    return to_json_value(coarsen(field, value))


def _without_rules(field: Field) -> FieldOutcomes:
    outcome = _outcome(withheld(field, Reason.NO_RULE))
    return FieldOutcomes(outcome, outcome)


_WITHOUT_RULES = {field: _without_rules(field) for field in Field}
"""What happens to the fields that no rule names."""
