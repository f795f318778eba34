"""The gate: what it withholds, how fields leave, and that nothing gets around it."""

import copy
import dataclasses
import json
import pickle
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import ConsentScope, DisclosureOccasion, TrajectoryResult
from app.domain.fields import FactValue, Field
from app.privacy.decision import Decision
from app.privacy.gate import Receiver, Released
from app.privacy.json_values import digest_of
from app.privacy.policy import RECEIVER_KINDS, Condition, Effect, Policy, Rule
from tests.support.privacy import FACTS, NOW, POLICY, PSEUDONYMS, gate_of, receiver_of, release_for, withheld_fields

RULE = Rule(
    id="r",
    receivers=frozenset({"wijkteam"}),
    occasions=frozenset({DisclosureOccasion.MISSED}),
    fields=frozenset({Field.REFERRAL_REFERENCE}),
    effect=Effect.RELEASE,
    purpose="weten",
    legal_basis="Wgs art. 8 lid 2",
    activity="https://register.example.nl/verwerkingen/terugkoppeling",
    valid_from=date(2019, 3, 1),
)


def policy_of(*rules: Rule) -> Policy:
    return Policy("test/1", rules, RECEIVER_KINDS)


def variant(**changes: object) -> Rule:
    return dataclasses.replace(RULE, **changes)  # type: ignore[arg-type]  # the test names real attributes


def decide(
    *rules: Rule,
    occasion: DisclosureOccasion = DisclosureOccasion.MISSED,
    facts: Mapping[Field, object] | None = None,
    now: datetime = NOW,
) -> Decision:
    """Return the decision on the first fact, by default the referrer's reference."""
    asked = facts or {Field.REFERRAL_REFERENCE: "A-1"}
    released = gate_of(policy_of(*rules), now).release(receiver_of("wijkteam"), occasion, asked)
    return next(decision for decision in released.decisions if decision.field in asked)


def value_of(field: Field, value: object, inside: bool = True, effect: Effect = Effect.RELEASE) -> object:
    """Return what leaves of one value; "withheld" when nothing does."""
    rule = variant(fields=frozenset({field}), effect=effect, occasions=frozenset({DisclosureOccasion.READING}))
    receiver = Receiver("organisation-1", "wijkteam", inside)
    fields = gate_of(policy_of(rule)).release(receiver, DisclosureOccasion.READING, {field: value}).fields
    return fields.get(field, "withheld")


def test_a_permitted_field_is_released_with_the_rule_that_permits_it() -> None:
    assert decide(RULE) == Decision(
        field=Field.REFERRAL_REFERENCE, effect=Effect.RELEASE, rule_id="r", reason="released"
    )


def test_a_field_without_a_rule_is_withheld() -> None:
    assert decide() == Decision(field=Field.REFERRAL_REFERENCE, effect=None, rule_id=None, reason="no-rule")


def test_a_rule_for_another_occasion_permits_nothing() -> None:
    assert decide(RULE, occasion=DisclosureOccasion.CLOSED).reason == "no-rule"


def test_an_unknown_kind_of_receiver_gets_nothing() -> None:
    released = gate_of().release(Receiver("x", "journalist", True), DisclosureOccasion.READING, FACTS)

    assert not released.fields
    assert set(withheld_fields(released)) == set(FACTS)


def test_a_fact_that_is_no_field_never_leaves() -> None:
    facts = cast("dict[Field, object]", {"client.secret": "x", **FACTS})

    assert (
        release_for("finance_team", DisclosureOccasion.READING, facts).digest
        == release_for("finance_team", DisclosureOccasion.READING).digest
    )


@pytest.mark.parametrize("effect", [Effect.RELEASE, Effect.COARSEN])
def test_a_forbid_wins_over_every_permit(effect: Effect) -> None:
    field = frozenset({Field.REFERRAL_FLAGS})
    permit = variant(id="permit", fields=field, effect=effect)
    forbid = variant(id="forbid", fields=field, effect=Effect.FORBID)

    decision = decide(permit, forbid, facts={Field.REFERRAL_FLAGS: ()})

    assert decision == Decision(field=Field.REFERRAL_FLAGS, effect=None, rule_id="forbid", reason="forbidden")


def test_a_forbid_that_has_ended_forbids_no_more() -> None:
    forbid = variant(id="forbid", effect=Effect.FORBID, valid_until=date(2020, 1, 1))

    assert decide(RULE, forbid).reason == "released"


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), "expired"),
        # In Rotterdam the first of February begins an hour before it does in UTC.
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), "released"),
        (datetime(2026, 2, 2, 22, 59, tzinfo=UTC), "released"),
        (datetime(2026, 2, 2, 23, 0, tzinfo=UTC), "expired"),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day_in_local_time(now: datetime, reason: str) -> None:
    rule = variant(valid_from=date(2026, 2, 1), valid_until=date(2026, 2, 2))

    assert decide(rule, now=now).reason == reason


@pytest.mark.parametrize(
    ("scopes", "reason"),
    [
        ([ConsentScope.FEEDBACK_TO_REFERRER], "released"),
        (("feedback_to_referrer",), "released"),
        (frozenset({"feedback_to_referrer"}), "released"),
        ([], "no-consent"),
        (None, "no-consent"),
        ("feedback_to_referrer", "no-consent"),
        (["something_else"], "no-consent"),
        (7, "no-consent"),
    ],
)
def test_a_rule_that_needs_consent_permits_only_with_the_consent_recorded_now(scopes: object, reason: str) -> None:
    rule = variant(consent=ConsentScope.FEEDBACK_TO_REFERRER)

    consent = {Field.CONSENT_SCOPES: scopes, Field.CONSENT_GIVEN_ON: date(2026, 11, 22)}

    decision = decide(rule, facts={Field.REFERRAL_REFERENCE: "A-1", **consent})

    assert decision.reason == reason


@pytest.mark.parametrize(
    ("given_on", "reason"),
    [
        (date(2026, 11, 22), "released"),
        (date(2026, 11, 23), "released"),
        (None, "no-consent"),
        (date(2026, 11, 24), "no-consent"),
        (date(2200, 1, 1), "no-consent"),
        ("2026-11-22", "no-consent"),
        (7, "no-consent"),
    ],
)
def test_consent_that_is_not_dated_by_the_day_of_a_disclosure_permits_nothing(given_on: object, reason: str) -> None:
    rule = variant(consent=ConsentScope.FEEDBACK_TO_REFERRER)
    consent = {Field.CONSENT_SCOPES: list(ConsentScope), Field.CONSENT_GIVEN_ON: given_on}

    decision = decide(rule, facts={Field.REFERRAL_REFERENCE: "A-1", **consent})

    assert decision.reason == reason


def test_consent_that_is_not_among_the_facts_is_not_given() -> None:
    assert decide(variant(consent=ConsentScope.FEEDBACK_TO_REFERRER)).reason == "no-consent"


@pytest.mark.parametrize(("count", "reason"), [(2, "released"), (1, "condition"), (None, "condition")])
def test_a_rule_with_a_condition_permits_only_when_it_is_met(count: int | None, reason: str) -> None:
    rule = variant(when={Field.ATTENDANCE_MISSED_COUNT: Condition(at_least=2)})

    decision = decide(rule, facts={Field.REFERRAL_REFERENCE: "A-1", Field.ATTENDANCE_MISSED_COUNT: count})

    assert decision.reason == reason


def test_a_withheld_field_names_the_rule_that_did_not_apply() -> None:
    assert decide(variant(valid_until=date(2020, 1, 1))) == Decision(
        field=Field.REFERRAL_REFERENCE, effect=None, rule_id="r", reason="expired"
    )


def test_one_fitting_rule_is_enough() -> None:
    ended = variant(id="ended", valid_until=date(2020, 1, 1))

    assert decide(ended, RULE).rule_id == "r"


def test_the_widest_of_two_permits_decides() -> None:
    field = frozenset({Field.REFERRAL_FLAGS})
    coarse = variant(id="coarse", fields=field, effect=Effect.COARSEN)

    decision = decide(coarse, variant(fields=field), facts={Field.REFERRAL_FLAGS: ("contact_lost",)})

    assert decision.effect is Effect.RELEASE


def test_what_was_disclosed_at_a_moment_may_be_read_again() -> None:
    assert decide(RULE, occasion=DisclosureOccasion.READING).reason == "released"


def test_reading_is_explained_by_a_rule_for_reading_where_there_is_one() -> None:
    own = variant(id="own", occasions=frozenset({DisclosureOccasion.READING}))

    assert decide(RULE, own, occasion=DisclosureOccasion.READING).rule_id == "own"


def test_what_is_still_empty_was_not_disclosed_and_is_not_read() -> None:
    decision = decide(RULE, occasion=DisclosureOccasion.READING, facts={Field.REFERRAL_REFERENCE: None})

    assert decision.reason == "not-told"


def test_reading_again_asks_for_consent_again() -> None:
    rule = variant(consent=ConsentScope.FEEDBACK_TO_REFERRER)

    assert decide(rule, occasion=DisclosureOccasion.READING).reason == "no-consent"


def test_what_a_moment_forbids_was_not_disclosed_and_is_not_read() -> None:
    forbid = variant(id="forbid", effect=Effect.FORBID)

    assert decide(RULE, forbid, occasion=DisclosureOccasion.READING).reason == "forbidden"


def test_a_forbid_on_reading_wins_over_what_was_disclosed() -> None:
    forbid = variant(id="forbid", effect=Effect.FORBID, occasions=frozenset({DisclosureOccasion.READING}))

    assert decide(RULE, forbid, occasion=DisclosureOccasion.READING).rule_id == "forbid"
    assert decide(RULE, forbid).reason == "released"


def test_what_the_finance_team_is_sent_is_no_ground_for_reading() -> None:
    rule = variant(receivers=frozenset({"finance_team"}), occasions=frozenset({DisclosureOccasion.MISSED}))

    released = gate_of(policy_of(rule)).release(
        receiver_of("finance_team"), DisclosureOccasion.READING, {Field.REFERRAL_REFERENCE: "A-1"}
    )

    assert not released.fields


TEXT = st.text(st.characters(codec="utf-8"))
ID = UUID("01930000-0000-7000-8000-000000000001")


@pytest.mark.parametrize("effect", [Effect.RELEASE, Effect.PSEUDONYMISE])
@pytest.mark.parametrize("value", [ID, str(ID)])
def test_an_id_leaves_as_the_receivers_own_whatever_the_rule_permits(effect: Effect, value: object) -> None:
    outside = value_of(Field.REFERRAL_ID, value, inside=False, effect=effect)
    inside = value_of(Field.REFERRAL_ID, value, inside=True, effect=effect)

    assert outside == str(PSEUDONYMS.of("organisation-1", ID))
    assert inside == str(ID)


def test_the_release_of_an_id_is_recorded_as_a_pseudonym() -> None:
    decision = decide(variant(fields=frozenset({Field.REFERRAL_ID})), facts={Field.REFERRAL_ID: ID})

    assert decision.effect is Effect.PSEUDONYMISE


def test_something_that_is_no_id_cannot_leave_as_one() -> None:
    assert value_of(Field.REFERRAL_ID, "case 12", inside=False) == "withheld"


def test_a_bsn_does_not_leave_to_the_outside_whatever_the_rule_permits() -> None:
    assert value_of(Field.CLIENT_BSN, "999990019", inside=False) == "withheld"
    assert value_of(Field.CLIENT_BSN, "999990019", inside=True) == "999990019"


def test_a_bsn_that_a_rule_would_release_is_withheld_with_the_rule_and_the_reason() -> None:
    rule = variant(fields=frozenset({Field.CLIENT_BSN}))
    outside = Receiver("organisation-1", "wijkteam", False)

    released = gate_of(policy_of(rule)).release(outside, DisclosureOccasion.MISSED, {Field.CLIENT_BSN: "999990019"})

    assert released.decisions == (Decision(field=Field.CLIENT_BSN, effect=None, rule_id="r", reason="outside"),)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (None, None),
        (True, True),
        (3, 3),
        ("Feijenoord", "Feijenoord"),
        (TrajectoryResult.SOCIAL_LOAN, "social_loan"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23, 10, 30, tzinfo=timezone(timedelta(hours=1))), "2026-11-23T09:30:00Z"),
        (ID, str(ID)),
        (("b", "a"), ["b", "a"]),
        ([date(2026, 11, 23)], ["2026-11-23"]),
        (frozenset({"b", "a"}), ["a", "b"]),
    ],
)
def test_values_leave_in_the_form_of_the_wire(value: object, sent: object) -> None:
    released = value_of(Field.REFERRAL_REFERENCE, value)

    assert released == sent
    assert type(released) is type(sent)


@pytest.mark.parametrize(
    "value",
    [
        3.5,
        object(),
        {"a": "b"},
        [3.5],
        "\ud800",
        datetime(2026, 11, 23, 10, 30),  # noqa: DTZ001 - a moment without a zone is the case under test
    ],
)
def test_a_value_without_a_json_form_is_withheld(value: object) -> None:
    assert value_of(Field.REFERRAL_REFERENCE, value) == "withheld"


def test_a_failing_field_is_withheld_alone_and_explained() -> None:
    rule = variant(fields=frozenset({Field.CLIENT_BIRTH_DATE, Field.REFERRAL_AREA}), effect=Effect.RELEASE)
    coarse = dataclasses.replace(rule, id="c", fields=frozenset({Field.CLIENT_BIRTH_DATE}), effect=Effect.COARSEN)
    clear = dataclasses.replace(rule, fields=frozenset({Field.REFERRAL_AREA}))
    facts: dict[Field, object] = {Field.CLIENT_BIRTH_DATE: "in 1980", Field.REFERRAL_AREA: "Noord"}

    released = release_for("wijkteam", DisclosureOccasion.MISSED, facts, gate_of(policy_of(coarse, clear)))

    assert released.fields == {Field.REFERRAL_AREA: "Noord"}
    assert released.decisions[1] == Decision(field=Field.CLIENT_BIRTH_DATE, effect=None, rule_id=None, reason="error")


def test_a_coarsened_field_leaves_less_precisely() -> None:
    assert value_of(Field.CLIENT_BIRTH_DATE, date(1980, 2, 29), effect=Effect.COARSEN) == 1980
    assert value_of(Field.REFERRAL_ADVICE, ("crisis_to_credit_bank", "already_open"), effect=Effect.COARSEN) == [
        "crisis_to_credit_bank"
    ]


def test_now_must_have_a_time_zone() -> None:
    with pytest.raises(ValueError, match=r"^now: must have a time zone; take it from a Clock$"):
        decide(RULE, now=datetime(2026, 11, 23, 9, 30))  # noqa: DTZ001 - the case under test


def test_an_absent_fact_stays_absent() -> None:
    released = release_for("finance_team", DisclosureOccasion.READING, {Field.REFERRAL_AREA: None})

    assert dict(released.fields) == {Field.REFERRAL_AREA: None}
    assert len(released.decisions) == 1


def test_fields_and_decisions_are_in_the_order_of_the_record() -> None:
    backwards = dict(reversed(FACTS.items()))

    released = release_for("finance_team", DisclosureOccasion.READING, backwards)

    order = list(Field)
    assert [decision.field for decision in released.decisions] == order
    assert list(released.fields) == sorted(released.fields, key=order.index)


@given(st.dictionaries(st.sampled_from(Field), st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT)))
def test_the_digest_is_that_of_the_fields_as_canonical_json(fields: dict[Field, FactValue]) -> None:
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert digest_of(fields) == sha256(canonical.encode()).hexdigest()
    assert release_for("exit", DisclosureOccasion.READING).digest == digest_of(
        release_for("exit", DisclosureOccasion.READING).fields
    )


def test_a_release_names_its_policy_and_occasion() -> None:
    released = release_for("exit", DisclosureOccasion.CHANGE)

    assert (released.policy_version, released.occasion) == (POLICY.version, DisclosureOccasion.CHANGE)


def test_a_release_prints_no_values() -> None:
    printed = repr(release_for("finance_team", DisclosureOccasion.READING))

    # A single letter is in every text; as a value it would be between quotation marks.
    texts = [str(value) if len(value) > 1 else repr(value) for value in FACTS.values() if isinstance(value, str)]
    assert not [text for text in texts if text in printed]


def test_only_the_gate_makes_a_release() -> None:
    with pytest.raises(TypeError, match=r"^only PrivacyGate creates a Released$"):
        Released(
            fields={Field.CLIENT_BSN: "999990019"},
            decisions=(),
            policy_version="1",
            occasion=DisclosureOccasion.READING,
            key=object(),
        )


def test_a_release_cannot_be_changed_or_made_from_another() -> None:
    released = release_for("exit", DisclosureOccasion.CHANGE)

    with pytest.raises(dataclasses.FrozenInstanceError):
        released.fields = {}  # type: ignore[misc]  # the refusal is the case under test
    with pytest.raises(TypeError):
        released.fields[Field.CLIENT_BSN] = "999990019"  # type: ignore[index]  # as above
    with pytest.raises(TypeError):
        dataclasses.replace(released, fields={}, key=object())
    with pytest.raises(TypeError):
        pickle.dumps(released)
    assert copy.copy(released).fields == released.fields


def test_would_release_needs_only_the_facts_that_rules_ask_about() -> None:
    scopes = (ConsentScope.FEEDBACK_TO_REFERRER,)
    facts = {Field.CONSENT_SCOPES: scopes, Field.CONSENT_GIVEN_ON: date(2026, 1, 1)}

    assert gate_of().would_release("deurwaarder", DisclosureOccasion.MISSED, Field.REFERRAL_STATUS, facts)
    assert not gate_of().would_release("deurwaarder", DisclosureOccasion.MISSED, Field.REFERRAL_STATUS, {})
    assert gate_of().would_release("exit", DisclosureOccasion.READING, Field.COUNSELLOR_NAME, {})
