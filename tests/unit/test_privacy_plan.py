"""The compiled gate decides what the rules decide: `release` and `explain` agree on everything."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from app.domain.codes import ConsentScope, DisclosureOccasion, TrajectoryResult
from app.domain.fields import Field, FieldClass
from app.privacy.classification import CLASS_OF, COARSENABLE, ID_FIELDS
from app.privacy.decision import withheld
from app.privacy.gate import PrivacyGate, Receiver
from app.privacy.policy import EVENT_OCCASIONS, RECEIVER_KINDS, Condition, Effect, Policy, Reason, Rule
from tests.support.privacy import FACTS, POLICY, gate_of, receiver_of

Facts = Mapping[Field, object]


class Unanswerable:
    """A value that cannot be compared, so that every requirement about it fails."""

    __hash__ = None  # type: ignore[assignment]  # as of any class that only defines equality

    @override
    def __eq__(self, other: object) -> bool:
        raise ValueError("cannot be compared")


CONSENTS: tuple[Facts, ...] = (
    {Field.CONSENT_SCOPES: list(ConsentScope), Field.CONSENT_GIVEN_ON: date(2019, 9, 2)},
    {Field.CONSENT_SCOPES: list(ConsentScope), Field.CONSENT_GIVEN_ON: date(2200, 1, 1)},
    {Field.CONSENT_SCOPES: (), Field.CONSENT_GIVEN_ON: None},
    {Field.CONSENT_SCOPES: [Unanswerable()]},
)
CONDITIONS: tuple[Facts, ...] = (
    {Field.ATTENDANCE_MISSED_COUNT: 2, Field.RESULT_CODE: TrajectoryResult.KBR_APPLICATION},
    {Field.ATTENDANCE_MISSED_COUNT: 1, Field.RESULT_CODE: None},
)
PRESENCES: tuple[Facts, ...] = (
    FACTS,
    dict.fromkeys(Field),
    {field: FACTS[field] for position, field in enumerate(Field) if position % 2},
)
ONE_DAY = timedelta(days=1)


def borders(policy: Policy) -> list[date]:
    """Return the first and last day of every rule, the day before and the day after."""
    first = {rule.valid_from for rule in policy.rules}
    last = {rule.valid_until for rule in policy.rules if rule.valid_until}
    return sorted(first | {day - ONE_DAY for day in first} | last | {day + ONE_DAY for day in last})


def gate_on(policy: Policy, day: date) -> PrivacyGate:
    return gate_of(policy, datetime.combine(day, time(12), UTC))


WHOLE_MATRIX = list(product(sorted(RECEIVER_KINDS), DisclosureOccasion))


def differences(
    gate: PrivacyGate, cases: Iterable[Facts], cells: Collection[tuple[str, DisclosureOccasion]] = WHOLE_MATRIX
) -> list[tuple[object, ...]]:
    """Return for which receivers, occasions and cases the plan and the rules decide differently."""
    return [
        (receiver, occasion, facts)
        for facts, (kind, occasion), inside in product(cases, cells, (True, False))
        for receiver in [Receiver("organisation-1", kind, inside)]
        if gate.release(receiver, occasion, facts) != gate.explain(receiver, occasion, facts)
    ]


def test_the_plan_decides_as_the_rules_do_over_the_whole_matrix() -> None:
    cases = [
        {**presence, **conditions, **consent}
        for presence, conditions, consent in product(PRESENCES, CONDITIONS, CONSENTS)
    ]

    found = [(day, differences(gate_on(POLICY, day), cases)) for day in borders(POLICY)]

    assert [each for each in found if each[1]] == []


def test_the_plan_decides_as_the_rules_do_on_each_day_that_a_rule_begins_or_ends() -> None:
    start = date(2026, 1, 1)
    dated = [
        replace(rule, valid_from=start + ONE_DAY * (number % 3), valid_until=start + ONE_DAY * (3 + number % 2))
        for number, rule in enumerate(POLICY.rules)
    ]
    policy = Policy("dated/1", dated, POLICY.financial_agreed)

    found = [(day, differences(gate_on(policy, day), [FACTS])) for day in borders(policy)]

    assert [each for each in found if each[1]] == []
    assert (
        len({gate_on(policy, day).release(EXIT, DisclosureOccasion.READING, FACTS).digest for day in borders(policy)})
        > 2
    )


EXIT = receiver_of("exit")
KINDS = ["exit", "deurwaarder", "finance_team"]
OCCASIONS = [DisclosureOccasion.MISSED, DisclosureOccasion.CHANGE, DisclosureOccasion.READING]
DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
# The finance team reads what others said, a referrer what it said itself: no rule is for both.
FOR_COUNSELLOR = frozenset(
    field for field in Field if CLASS_OF[field] in {FieldClass.FOR_COUNSELLOR, FieldClass.ADDRESSED}
)
NOT_SENT = FOR_COUNSELLOR | {field for field in Field if CLASS_OF[field] in {FieldClass.CARE, FieldClass.FREE_TEXT}}
ASKED = [Field.CONSENT_SCOPES, Field.CONSENT_GIVEN_ON, Field.ATTENDANCE_MISSED_COUNT, Field.RESULT_CODE]
FIT_FOR = {Effect.COARSEN: COARSENABLE, Effect.PSEUDONYMISE: ID_FIELDS}


@st.composite
def rules(draw: st.DrawFn, rule_id: str) -> Rule:
    """Return a rule that a policy may have."""
    effect = draw(st.sampled_from(Effect))
    occasions = draw(st.frozensets(st.sampled_from(OCCASIONS), min_size=1))
    receivers = draw(st.frozensets(st.sampled_from(KINDS), min_size=1))
    allowed = FIT_FOR.get(effect, frozenset(Field)) - (NOT_SENT if occasions & EVENT_OCCASIONS else frozenset())
    if receivers > {"finance_team"}:
        allowed -= FOR_COUNSELLOR
    conditional = effect is not Effect.FORBID
    first, last = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2)))
    return Rule(
        id=rule_id,
        receivers=receivers,
        occasions=occasions,
        fields=draw(st.frozensets(st.sampled_from(sorted(allowed)), min_size=1, max_size=4)),
        effect=effect,
        purpose="weten",
        legal_basis="Wgs art. 8 lid 2",
        activity="https://register.example.nl/verwerkingen/terugkoppeling",
        valid_from=first,
        valid_until=draw(st.sampled_from([last, None])),
        consent=draw(st.sampled_from([None, *ConsentScope])) if conditional else None,
        when=draw(st.dictionaries(st.sampled_from(ASKED[2:]), CONDITION, max_size=2)) if conditional else {},
    )


CONDITION = st.sampled_from([Condition(at_least=2), Condition(one_of=frozenset({"kbr_application"}))])
POLICIES = st.integers(1, 6).flatmap(lambda count: st.tuples(*(rules(f"rule-{number}") for number in range(count))))
ODD = [None, 3.5, "text", ("text",), Unanswerable(), [Unanswerable()], *DAYS, datetime(2026, 1, 2, tzinfo=UTC)]


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    """Return facts of which some are missing, empty or not of their type."""
    named = draw(st.frozensets(st.sampled_from(Field), max_size=12)) | draw(st.frozensets(st.sampled_from(ASKED)))
    return {field: draw(st.sampled_from([FACTS[field], *ODD])) for field in named}


@given(POLICIES, st.sampled_from(DAYS), cases())
def test_the_plan_decides_as_the_rules_do_under_any_policy(drawn: tuple[Rule, ...], day: date, facts: Facts) -> None:
    gate = gate_on(Policy("drawn/1", drawn, RECEIVER_KINDS), day)

    assert differences(gate, [facts], list(product(KINDS, OCCASIONS))) == []


def test_would_release_answers_as_release_does_over_the_whole_matrix() -> None:
    gate = gate_of()

    found = [
        (kind, occasion, inside, facts)
        for facts, kind, occasion, inside in product(
            CASES_OF_WOULD, sorted(RECEIVER_KINDS), DisclosureOccasion, (True, False)
        )
        for released in [gate.release(Receiver("organisation-1", kind, inside=inside), occasion, facts)]
        if set(released.fields)
        != {field for field in facts if gate.would_release(kind, occasion, field, facts, inside=inside)}
    ]

    assert found == []


CASES_OF_WOULD = [FACTS, *({**FACTS, **conditions, Field.CONSENT_SCOPES: ()} for conditions in CONDITIONS)]


def test_a_requirement_that_cannot_be_evaluated_withholds_what_depends_on_it_and_nothing_else() -> None:
    facts = {**FACTS, Field.CONSENT_SCOPES: [Unanswerable()]}

    released = gate_of().release(receiver_of("deurwaarder"), DisclosureOccasion.MISSED, facts)
    received = gate_of().release(receiver_of("deurwaarder"), DisclosureOccasion.RECEIVED, facts)

    assert not released.fields
    assert withheld(Field.REFERRAL_ID, Reason.ERROR) in released.decisions
    assert Field.REFERRAL_ID in received.fields
