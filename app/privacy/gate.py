"""The gate: builds what leaves the hub from the fields that the policy permits, and tells why.

Nothing else makes a ``Released``, and everything that leaves the hub asks for one.
"""

import json
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain.codes import ConsentScope
from app.domain.events import FactValue, Scalar
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM
from app.domain.ports import Clock
from app.privacy.classification import ID_FIELDS, INSIDE_ONLY, coarsen
from app.privacy.policy import AllowRule, Effect, MatrixCell, Occasion, Policy, Row
from app.privacy.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told.

    Attributes:
        key: stable, such as the organisation's id as text; its pseudonyms depend on it.
        kind: a ``ReferrerKind`` or ``OrganisationRole`` value.
        inside: True for who works in one of the three systems, and so gets the hub's own ids.
    """

    key: str
    kind: str
    inside: bool


class Reason(StrEnum):
    """Why a field was released or withheld."""

    RELEASED = "released"
    NO_RULE = "no-rule"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    NO_CONSENT = "no-consent"
    CONDITION = "condition"
    NOT_TOLD = "not-told"
    OUTSIDE = "outside"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one field; never holds its value.

    Attributes:
        effect: how it was released; None when it was withheld.
        rule_id: the rule that decided; None when no rule speaks of the field.
        reason: a ``Reason`` value.
    """

    field: Field
    effect: Effect | None
    rule_id: str | None
    reason: str


_KEY_OF_THE_GATE: Final = object()


@dataclass(frozen=True, slots=True, repr=False)
class Released:
    """What may leave, made by ``PrivacyGate.release`` only; prints without its values.

    Attributes:
        fields: released fields in the order of ``Field``, as JSON scalars or lists of text.
        decisions: one for each fact that was offered, in the order of ``Field``.
        policy_version: the version of the rules that decided.

    Raises:
        TypeError: something other than the gate tries to make one.
    """

    fields: Mapping[Field, FactValue]
    decisions: tuple[Decision, ...]
    policy_version: str
    occasion: Occasion
    key: InitVar[object]

    def __post_init__(self, key: object) -> None:
        if key is not _KEY_OF_THE_GATE:
            raise TypeError("only PrivacyGate.release makes a Released")
        object.__setattr__(self, "fields", MappingProxyType(self.fields))

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the fields as JSON with sorted keys and without spaces, in UTF-8."""
        return sha256(_CANONICAL.encode(dict(self.fields)).encode()).hexdigest()

    @property
    def withheld(self) -> tuple[Field, ...]:
        """The fields that were offered and do not leave."""
        return tuple(decision.field for decision in self.decisions if decision.effect is None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all may leave."""
        return not self.fields


class PrivacyGate:
    """Decides, field by field, what a receiver may be told; whatever no rule permits is withheld.

    Args:
        policy: the rules.
        pseudonyms: give a receiver outside the three systems its own ids.
        clock: its date in local time decides which rules are valid.
    """

    def __init__(self, policy: Policy, pseudonyms: Pseudonyms, clock: Clock) -> None:
        self.policy = policy
        self.pseudonyms = pseudonyms
        self._clock = clock

    def release(self, receiver: Receiver, occasion: Occasion, facts: Mapping[Field, object]) -> Released:
        """Return the facts that this receiver may be told on this occasion.

        Whatever the policy does not permit is withheld; so is a field on which deciding fails.

        Args:
            receiver: who is told.
            occasion: at which moment, on asking, or to be handled.
            facts: what is known, by field; ``consent.scopes`` among them is the consent recorded now.

        Raises:
            ValueError: the clock's time has no time zone.
        """
        question = self._question(receiver.kind, occasion, facts)
        fields: dict[Field, FactValue] = {}
        decisions = []
        for field in _FIELDS:
            if field in facts:
                decision, value = _offer(field, question, receiver, self.pseudonyms)
                decisions.append(decision)
                if decision.effect is not None:
                    fields[field] = value
        return Released(fields, tuple(decisions), self.policy.version, occasion, _KEY_OF_THE_GATE)

    def would_release(self, kind: str, occasion: Occasion, field: Field, facts: Mapping[Field, object]) -> bool:
        """Return whether ``release`` would release this field to a kind of receiver, whether or not it is a fact.

        The facts need to contain only what the rules ask about: consent, and the fields in conditions.
        """
        return _decide(field, self._question(kind, occasion, facts)).effect is not None

    def _question(self, kind: str, occasion: Occasion, facts: Mapping[Field, object]) -> "_Question":
        return _Question(facts, self.policy.row(kind, occasion), _local_day(self._clock.now()))


_FIELDS = tuple(Field)
_UNSAID = MatrixCell()


@dataclass(frozen=True, slots=True)
class _Question:
    facts: Mapping[Field, object]
    row: Row
    today: date


def _local_day(now: datetime) -> date:
    if now.tzinfo is None:
        raise ValueError("now: must have a time zone; take it from a Clock")
    return now.astimezone(AMSTERDAM).date()


def _offer(field: Field, question: _Question, receiver: Receiver, pseudonyms: Pseudonyms) -> tuple[Decision, FactValue]:
    try:
        decision = _decide(field, question)
        if decision.effect is None:
            return decision, None
        if field in INSIDE_ONLY and not receiver.inside:
            return Decision(field, None, decision.rule_id, Reason.OUTSIDE), None
        return decision, _outgoing(decision, question.facts[field], receiver, pseudonyms)
    except Exception:  # noqa: BLE001 - whatever fails on a field, that field stays inside
        return Decision(field, None, None, Reason.ERROR), None


def _decide(field: Field, question: _Question) -> Decision:
    cell = question.row.get(field, _UNSAID)
    for forbid in cell.forbids:
        if forbid.is_valid_on(question.today):
            return _decision(field, None, forbid.id, Reason.FORBIDDEN)
    rule_id, verdict = None, Reason.NO_RULE
    for permit in cell.permits:
        rule_id, verdict = permit.rule.id, _verdict(field, permit, question)
        if verdict is Reason.RELEASED:
            return _decision(field, permit.effect, rule_id, verdict)
    return _decision(field, None, rule_id, verdict)


# The same few thousand decisions come back all the time, and making one costs more than finding it.
_decision = lru_cache(maxsize=16_384)(Decision)


def _verdict(field: Field, permit: AllowRule, question: _Question) -> Reason:
    rule, facts = permit.rule, question.facts
    if not rule.is_valid_on(question.today):
        return Reason.EXPIRED
    if permit.overruled_by and any(forbid.is_valid_on(question.today) for forbid in permit.overruled_by):
        return Reason.FORBIDDEN
    if rule.consent is not None and not _is_given(rule.consent, facts.get(Field.CONSENT_SCOPES)):
        return Reason.NO_CONSENT
    if rule.when and not all(condition.holds(facts.get(about)) for about, condition in rule.when.items()):
        return Reason.CONDITION
    return Reason.NOT_TOLD if permit.retold and field in facts and facts[field] is None else Reason.RELEASED


def _is_given(scope: ConsentScope, scopes: object) -> bool:
    # A bare text is no list of scopes, though Python would look for the scope inside it.
    return isinstance(scopes, list | tuple | set | frozenset) and scope in scopes


def _outgoing(decision: Decision, value: object, receiver: Receiver, pseudonyms: Pseudonyms) -> FactValue:
    if value is None:
        return None
    if decision.field in ID_FIELDS:
        return _own_id(value, receiver, pseudonyms)
    return _json_ready(coarsen(decision.field, value) if decision.effect is Effect.COARSEN else value)


def _own_id(value: object, receiver: Receiver, pseudonyms: Pseudonyms) -> str:
    record_id = value if isinstance(value, UUID) else UUID(str(value))
    return str(record_id if receiver.inside else pseudonyms.of(receiver.key, record_id))


def _json_ready(value: object) -> FactValue:
    # Most values are text, and this is the hot path.
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return [str(_scalar(item)) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(_scalar(item)) for item in value)
    return _scalar(value)


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, (date, UUID)):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no form on the wire")


def _text(value: str) -> str:
    # A lone surrogate cannot be encoded: better to miss one field here than a whole message later.
    value.encode()
    return str(value)


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone could be any moment")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
