"""The gate: builds what leaves the hub from the fields that the policy permits.

Only the gate creates a ``Released``, and everything that leaves the hub is built from one.
"""

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, replace
from datetime import date
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final, Self
from uuid import UUID

from app.domain.codes import DisclosureOccasion
from app.domain.fields import FactValue, Field
from app.domain.local_time import local_date
from app.domain.ports import Clock
from app.privacy.classification import ID_FIELDS, coarsen
from app.privacy.decision import Decision, Question, decide, withheld
from app.privacy.json_values import digest_of, to_json_value
from app.privacy.plan import ReleasePlan
from app.privacy.policy import NO_RULES, Effect, Policy
from app.privacy.pseudonyms import Pseudonyms
from app.privacy.rules import Reason, Requirement


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom something is disclosed.

    Attributes:
        key: a stable name, such as the organisation's id as text; its pseudonyms depend on it.
        kind: a ``ReferrerKind`` or ``OrganisationRole`` value.
        inside: True when it works in one of the three systems, and so gets the hub's own ids.
    """

    key: str
    kind: str
    inside: bool


_CREATED_BY_GATE: Final = object()

_MAX_PLANS: Final = 1024
"""Enough for every kind of receiver on every occasion, inside and outside, on one day."""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Released:
    """What may leave, created by ``PrivacyGate`` only; its ``repr`` shows no values.

    Attributes:
        fields: released fields in the order of ``Field``, as JSON scalars or lists of text.
        decisions: one for each fact that was offered, in the order of ``Field``.
        policy_version: the version of the rules that decided.
        under_consent: those of its fields that were disclosed with the client's consent only.

    Raises:
        TypeError: something other than the gate creates one.
    """

    fields: Mapping[Field, FactValue]
    decisions: tuple[Decision, ...]
    policy_version: str
    occasion: DisclosureOccasion
    under_consent: frozenset[Field] = frozenset()
    key: InitVar[object]

    def __post_init__(self, key: object) -> None:
        if key is not _CREATED_BY_GATE:
            raise TypeError("only PrivacyGate creates a Released")
        object.__setattr__(self, "fields", MappingProxyType(self.fields))

    def marking(self, under_consent: frozenset[Field]) -> Self:
        """Return the same with the fields marked that were disclosed with the client's consent only."""
        return replace(self, under_consent=under_consent & self.fields.keys(), key=_CREATED_BY_GATE)

    def without(self, field: Field) -> Self:
        """Return the same without a field that was offered to compare with only."""
        fields = {name: value for name, value in self.fields.items() if name is not field}
        return replace(self, fields=fields, under_consent=self.under_consent - {field}, key=_CREATED_BY_GATE)

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the fields as JSON with sorted keys and without spaces, in UTF-8."""
        return digest_of(self.fields)


Release = Callable[[Receiver, Mapping[Field, object]], Released]


class PrivacyGate:
    """Decides, field by field, what is released to a receiver; a field that no rule permits is withheld.

    Safe to share between threads.

    Args:
        policy: the rules.
        pseudonyms: the ids of receivers outside the three systems.
        clock: its date in local time decides which rules are valid.
    """

    def __init__(self, policy: Policy, pseudonyms: Pseudonyms, clock: Clock) -> None:
        self.policy = policy
        self.pseudonyms = pseudonyms
        self._clock = clock
        self._plan = lru_cache(maxsize=_MAX_PLANS)(self._compiled)

    def release(self, receiver: Receiver, occasion: DisclosureOccasion, facts: Mapping[Field, object]) -> Released:
        """Return the facts that this receiver may have on this occasion.

        A field that the policy does not permit is withheld; so is a field on which deciding fails.

        Args:
            receiver: to whom the facts are disclosed.
            occasion: at which moment, on request, or to be handled.
            facts: what is known, by field; ``consent.scopes`` and ``consent.given_on`` among them are the consent that
                is recorded now.

        Raises:
            ValueError: the clock's time has no time zone.
        """
        return self.at_one_moment(occasion)(receiver, facts)

    def at_one_moment(self, occasion: DisclosureOccasion) -> Release:
        """Return a function that does what ``release`` does, for many records: all of them now, on one occasion.

        Raises:
            ValueError: the clock's time has no time zone.
        """
        return partial(self._release, occasion, self._today())

    def _release(
        self, occasion: DisclosureOccasion, day: date, receiver: Receiver, facts: Mapping[Field, object]
    ) -> Released:
        plan = self._plan(receiver.kind, occasion, receiver.inside, day)
        own_id = partial(self._own_id, receiver)
        fields: dict[Field, FactValue] = {}
        decisions = []
        outcomes = plan.outcomes(facts)
        # This loop runs for every field of every record that leaves.
        for field in _in_order(tuple(facts)):
            value = facts[field]
            filled, empty = outcomes[field]
            decision, released, convert = empty if value is None else filled
            if released:
                try:
                    fields[field] = None if value is None else (convert or own_id)(value)
                except Exception:  # noqa: BLE001 - a value that cannot be converted stays inside
                    decision = withheld(field, Reason.ERROR)
            decisions.append(decision)
        return self._released(occasion, fields, decisions)

    def explain(self, receiver: Receiver, occasion: DisclosureOccasion, facts: Mapping[Field, object]) -> Released:
        """Return the same as ``release``, decided rule by rule without a plan: slower, to explain and to compare.

        Raises:
            ValueError: the clock's time has no time zone.
        """
        row = self.policy.row(receiver.kind, occasion)
        day = self._today()
        question = Question(day, receiver.inside, partial(_is_met_by, facts, day))
        fields: dict[Field, FactValue] = {}
        decisions = []
        for field in _in_order(tuple(facts)):
            try:
                decision = decide(field, row.get(field, NO_RULES), question, is_empty=facts[field] is None)
                if decision.effect is not None:
                    fields[field] = self._converted(decision, facts[field], receiver)
            except Exception:  # noqa: BLE001 - whatever fails on a field, that field stays inside
                decision = withheld(field, Reason.ERROR)
            decisions.append(decision)
        return self._released(occasion, fields, decisions)

    def would_release(
        self,
        kind: str,
        occasion: DisclosureOccasion,
        field: Field,
        facts: Mapping[Field, object],
        *,
        inside: bool = False,
    ) -> bool:
        """Return whether ``release`` would release a field to this kind of receiver, also when it is not a fact.

        Args:
            kind: of receiver.
            occasion: at which moment, on request, or to be handled.
            field: that is asked about.
            facts: at least what the rules depend on: consent, and the fields in conditions.
            inside: whether the receiver works in one of the three systems.
        """
        outcomes = self._plan(kind, occasion, inside, self._today()).outcomes(facts)[field]
        return (outcomes.empty if field in facts and facts[field] is None else outcomes.filled).released

    def reads_as_it_is(self, receiver: Receiver, field: Field, facts: Mapping[Field, object]) -> bool:
        """Return whether a rule for reading releases a field to a receiver now, and not only one for a moment.

        Whoever has such a rule reads how something is, the others what was disclosed to them.

        Args:
            receiver: who reads.
            field: that is asked about.
            facts: at least what the rules depend on: consent, and the fields in conditions.
        """
        day = self._today()
        cell = self.policy.row(receiver.kind, DisclosureOccasion.READING).get(field, NO_RULES)
        own = replace(cell, permits=tuple(permit for permit in cell.permits if not permit.re_released))
        question = Question(day, receiver.inside, partial(_is_met_by, facts, day))
        return decide(field, own, question, is_empty=False).effect is not None

    def depends_on_case(self, kind: str, occasion: DisclosureOccasion, field: Field, inside: bool) -> bool:
        """Return whether a case decides on the release of a field: by its consent, or by a condition.

        Where it does not, ``would_release`` answers the same whatever the facts.
        """
        return self._plan(kind, occasion, inside, self._today()).depends_on_case(field)

    def _compiled(self, kind: str, occasion: DisclosureOccasion, inside: bool, day: date) -> ReleasePlan:
        return ReleasePlan(self.policy.row(kind, occasion), inside, day)

    def _today(self) -> date:
        now = self._clock.now()
        if now.tzinfo is None:
            raise ValueError("now: must have a time zone; take it from a Clock")
        return local_date(now)

    def _released(
        self, occasion: DisclosureOccasion, fields: dict[Field, FactValue], decisions: list[Decision]
    ) -> Released:
        return Released(
            fields=fields,
            decisions=tuple(decisions),
            policy_version=self.policy.version,
            occasion=occasion,
            key=_CREATED_BY_GATE,
        )

    def _converted(self, decision: Decision, value: object, receiver: Receiver) -> FactValue:
        if value is None:
            return None
        if decision.field in ID_FIELDS:
            return self._own_id(receiver, value)
        return to_json_value(coarsen(decision.field, value) if decision.effect is Effect.COARSEN else value)

    def _own_id(self, receiver: Receiver, value: object) -> str:
        record_id = value if isinstance(value, UUID) else UUID(str(value))
        return str(record_id if receiver.inside else self.pseudonyms.of(receiver.key, record_id))


# Each caller offers the same fields again and again.
@lru_cache(maxsize=1024)
def _in_order(offered: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields in the order of ``Field``, without what is no field."""
    return tuple(field for field in Field if field in offered)


def _is_met_by(facts: Mapping[Field, object], day: date, requirement: Requirement) -> bool:
    return requirement.is_met_by(facts, day)
