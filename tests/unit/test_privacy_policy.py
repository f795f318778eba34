"""A policy that promises what it may not, or that cannot be accounted for, is not loaded."""

from itertools import product

import pytest

from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion
from app.domain.fields import Field, FieldClass
from app.privacy.classification import CLASS_OF
from app.privacy.policy import (
    EVENT_OCCASIONS,
    RECEIVER_KINDS,
    REFERRER_KINDS,
    Condition,
    Effect,
    Policy,
    PolicyError,
    load_policy,
)

HEAD = """
version = "test/1"
financial_agreed = ["exit", "finance_team"]

[groups]
teams = ["wijkteam", "exit"]
"""
RULE = {
    "id": '"a-rule"',
    "receivers": '["wijkteam"]',
    "occasions": '["received"]',
    "fields": '["referral.reference"]',
    "effect": '"release"',
    "purpose": '"weten dat de aanmelding er is"',
    "legal_basis": '"Wgs art. 8 lid 2"',
    "activity": '"https://register.example.nl/verwerkingen/terugkoppeling"',
    "valid_from": "2019-03-01",
}

TABLES = "must be tables, each headed [[rules]]"


def rule(**changes: str | None) -> str:
    keys = RULE | changes
    return "\n[[rules]]\n" + "\n".join(f"{key} = {value}" for key, value in keys.items() if value is not None)


@pytest.mark.parametrize(
    "changed",
    [
        HEAD + rule(receivers='["exit"]'),
        HEAD + rule(purpose='"iets anders"'),
        HEAD + rule(valid_from="2019-03-02"),
        HEAD + rule(valid_until="2030-01-01"),
        HEAD + rule() + rule(id='"another"'),
        HEAD.replace('"exit", "finance_team"', '"finance_team"') + rule(),
        HEAD.replace('["wijkteam", "exit"]', '["wijkteam"]') + rule(),
    ],
)
def test_whatever_changes_in_a_policy_changes_its_digest(changed: str) -> None:
    assert Policy.from_toml(changed).digest != Policy.from_toml(HEAD + rule()).digest


def test_comments_and_layout_change_no_digest() -> None:
    laid_out = "# A comment.\n" + (HEAD + rule()).replace(" = ", "   =   ").replace("\n", "\n\n") + "  # Another."

    assert Policy.from_toml(laid_out).digest == Policy.from_toml(HEAD + rule()).digest


def test_every_moment_is_an_occasion() -> None:
    assert set(FEEDBACK_MOMENTS) == set(DisclosureOccasion) - {
        DisclosureOccasion.ARRIVED,
        DisclosureOccasion.READING,
        DisclosureOccasion.HANDLING,
    }
    assert frozenset(DisclosureOccasion) - {DisclosureOccasion.READING} == EVENT_OCCASIONS


def test_a_policy_is_read_as_it_is_written() -> None:
    policy = Policy.from_toml(
        HEAD
        + rule(
            receivers='["@teams", "vraagwijzer"]',
            valid_until="2020-01-01",
            consent='"feedback_to_referrer"',
            when='{ "attendance.missed_count" = { at_least = 2 }, "result.code" = { one_of = ["social_loan"] } }',
        )
    )

    (read,) = policy.rules

    assert policy.version == "test/1"
    assert policy.financial_agreed == {"exit", "finance_team"}
    assert policy.asks == {
        Field.CONSENT_SCOPES,
        Field.CONSENT_GIVEN_ON,
        Field.ATTENDANCE_MISSED_COUNT,
        Field.RESULT_CODE,
    }
    assert read.receivers == {"wijkteam", "exit", "vraagwijzer"}
    assert read.fields == {Field.REFERRAL_REFERENCE}
    assert read.valid_until is not None
    assert read.when == {
        Field.ATTENDANCE_MISSED_COUNT: Condition(at_least=2),
        Field.RESULT_CODE: Condition(one_of=frozenset({"social_loan"})),
    }


def faults_of(text: str) -> list[tuple[str, str]]:
    """Return rule and key of each fault for which a policy is refused."""
    try:
        Policy.from_toml(text)
    except PolicyError as error:
        return [fault[:2] for fault in error.faults]
    return []


def test_a_rule_without_one_of_its_keys_is_refused() -> None:
    faults = {key: faults_of(HEAD + rule(**{key: None})) for key in set(RULE) - {"id"}}

    assert faults == {key: [("a-rule", key)] for key in set(RULE) - {"id"}}


FOR_COUNSELLOR = [field for field in Field if CLASS_OF[field] is FieldClass.FOR_COUNSELLOR]


def rule_about(field: Field, receiver: str, occasion: str, effect: Effect = Effect.RELEASE) -> str:
    return HEAD + rule(
        receivers=f'["{receiver}"]', occasions=f'["{occasion}"]', fields=f'["{field}"]', effect=f'"{effect}"'
    )


def test_a_policy_that_discloses_to_others_what_was_said_for_the_counsellor_is_refused() -> None:
    accepted = {
        (receiver, occasion)
        for receiver, occasion in product(sorted(RECEIVER_KINDS), DisclosureOccasion)
        if not any(faults_of(rule_about(field, receiver, occasion)) for field in FOR_COUNSELLOR)
    }
    refused = {
        (receiver, occasion)
        for receiver, occasion in product(sorted(RECEIVER_KINDS), DisclosureOccasion)
        if all(faults_of(rule_about(field, receiver, occasion)) == [("a-rule", "fields")] for field in FOR_COUNSELLOR)
    }

    assert accepted == {
        ("finance_team", DisclosureOccasion.READING),
        ("finance_team", DisclosureOccasion.HANDLING),
        *((kind, DisclosureOccasion.READING) for kind in REFERRER_KINDS),
    }
    assert refused == set(product(RECEIVER_KINDS, DisclosureOccasion)) - accepted


def test_a_rule_for_several_may_not_mix_in_one_that_may_not_have_what_was_said_for_the_counsellor() -> None:
    mixed = [
        rule(receivers='["finance_team", "credit_bank"]', occasions='["reading"]', fields='["referral.reason"]'),
        rule(receivers='["finance_team", "wijkteam"]', occasions='["reading"]', fields='["referral.reason"]'),
        rule(receivers='["wijkteam"]', occasions='["reading", "received"]', fields='["referral.reason"]'),
    ]

    assert [faults_of(HEAD + each) for each in mixed] == [[("a-rule", "fields")]] * 3


def test_what_was_said_for_the_counsellor_may_be_forbidden_to_anybody() -> None:
    assert faults_of(rule_about(Field.REFERRAL_REASON, "deurwaarder", "received", Effect.FORBID)) == []


REFUSED = [
    ("receivers", '["wijkteem"]'),
    ("receivers", '["referrer"]'),
    ("receivers", "[]"),
    ("receivers", '["@nobody"]'),
    ("receivers", '"wijkteam"'),
    ("occasions", '["sometimes"]'),
    ("occasions", "[]"),
    ("fields", '["referral.secret"]'),
    ("fields", "[]"),
    ("fields", "[1]"),
    ("effect", '"show"'),
    ("purpose", '" "'),
    ("legal_basis", '""'),
    ("activity", '"terugkoppeling"'),
    ("valid_from", '"2019-03-01"'),
    ("valid_from", "2019-03-01T00:00:00Z"),
    ("valid_until", "2019-02-28"),
    ("consent", '"everything"'),
    ("when", '"always"'),
    ("when", '{ "referral.secret" = { at_least = 2 } }'),
    ("when", '{ "result.code" = { one_of = [] } }'),
    ("when", '{ "result.code" = { one_of = [1] } }'),
    ("when", '{ "result.code" = { } }'),
    ("when", '{ "attendance.missed_count" = { at_least = true } }'),
    ("when", '{ "attendance.missed_count" = { at_least = false } }'),
    ("when", '{ "attendance.missed_count" = { at_least = 2, one_of = ["2"] } }'),
    ("valid_unitl", "2020-01-01"),
    # What no agreement may promise.
    ("fields", '["assessment.life_domains"]'),
    ("fields", '["referral.reason"]'),
]


def test_a_rule_that_cannot_be_read_or_kept_is_refused_by_name() -> None:
    found = [
        (key, value, faults)
        for key, value in REFUSED
        for faults in [faults_of(HEAD + rule(**{key: value}))]
        if faults != [("a-rule", key)]
    ]

    assert found == []


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("purpose", None, "is missing; a rule without it cannot be accounted for"),
        ("valid_unitl", "2020-01-01", "is not a known key; mind the spelling"),
        ("purpose", '" "', "must be a text that is not empty"),
        ("valid_from", '"2019"', "must be a date, such as 2019-03-01"),
        ("valid_until", "2019-02-28", "is before valid_from"),
        ("receivers", "[]", "must be a list of one or more names"),
        ("receivers", '["wijkteem", "a"]', "unknown: a, wijkteem; use a referrer kind or an organisation role"),
        ("receivers", '["@nobody"]', "no group is named @nobody; see [groups]"),
        ("effect", '"show"', "'show' is not known; use one of: release, coarsen, pseudonymise, forbid"),
        ("fields", '["referral.secret"]', "'referral.secret' is not known; mind the spelling"),
        ("when", '{ "referral.secret" = { at_least = 2 } }', "'referral.secret' is not known; mind the spelling"),
        ("effect", '"coarsen"', "coarsen is not possible for referral.reference; choose another effect"),
        ("activity", '"http://a.nl"', "must be the https address of the processing activity in the register"),
        ("when", '"always"', "must be a table"),
        ("when", '{ "result.code" = { } }', "result.code needs either one_of = [codes] or at_least = a number"),
    ],
)
def test_a_refusal_names_what_to_write_instead(key: str, value: str | None, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(HEAD + rule(**{key: value}))

    assert str(caught.value) == f"rule a-rule, {key}: {words}"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            HEAD + rule(effect='"show"', purpose=None) + rule(id='"other"', fields='["referral.secret"]'),
            [("a-rule", "effect"), ("a-rule", "purpose"), ("other", "fields")],
        ),
        (
            HEAD + rule(valid_until="2019-02-28", receivers='["wijkteem"]') + rule(),
            [("a-rule", "id"), ("a-rule", "receivers"), ("a-rule", "valid_until")],
        ),
    ],
)
def test_a_refusal_names_every_fault_at_once(text: str, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(text)

    assert sorted(fault[:2] for fault in caught.value.faults) == faults
    assert len(str(caught.value).splitlines()) == len(faults)


def test_financial_facts_cannot_go_to_a_kind_that_has_not_agreed_it() -> None:
    with pytest.raises(PolicyError, match=r"a-rule, receivers: .* not agreed with wijkteam; see financial_agreed"):
        Policy.from_toml(HEAD + rule(receivers='["@teams"]', fields='["result.code"]'))


def test_financial_facts_can_go_to_a_kind_that_has_agreed_it() -> None:
    policy = Policy.from_toml(HEAD + rule(receivers='["exit"]', fields='["result.code"]'))

    assert policy.agrees("exit", DisclosureOccasion.RECEIVED)


def test_a_referrer_may_read_back_the_finances_it_supplied() -> None:
    policy = Policy.from_toml(HEAD + rule(occasions='["reading"]', fields='["referral.debt_severity"]'))

    assert policy.agrees("wijkteam", DisclosureOccasion.READING)


def test_a_referrer_cannot_be_sent_the_finances_it_supplied() -> None:
    with pytest.raises(PolicyError, match="not agreed with wijkteam"):
        Policy.from_toml(HEAD + rule(occasions='["reading", "received"]', fields='["referral.debt_severity"]'))


def test_another_role_cannot_read_the_finances_that_a_referrer_supplied() -> None:
    with pytest.raises(PolicyError, match="operator"):
        Policy.from_toml(
            HEAD + rule(receivers='["operator"]', occasions='["reading"]', fields='["referral.debt_severity"]')
        )


def test_a_forbid_on_financial_facts_needs_no_agreement() -> None:
    policy = Policy.from_toml(HEAD + rule(fields='["result.code"]', effect='"forbid"'))

    assert not policy.agrees("wijkteam", DisclosureOccasion.RECEIVED)


@pytest.mark.parametrize(
    ("effect", "field"), [("coarsen", "referral.reference"), ("pseudonymise", "referral.reference")]
)
def test_an_effect_that_a_field_does_not_have_is_refused(effect: str, field: str) -> None:
    with pytest.raises(PolicyError, match=f"{effect} is not possible for {field}"):
        Policy.from_toml(HEAD + rule(effect=f'"{effect}"', fields=f'["{field}"]'))


@pytest.mark.parametrize(
    "condition",
    [{"consent": '"feedback_to_referrer"'}, {"when": '{ "attendance.missed_count" = { at_least = 2 } }'}],
)
def test_a_forbid_cannot_depend_on_a_condition(condition: dict[str, str]) -> None:
    with pytest.raises(PolicyError, match="effect: a forbid is unconditional; leave out consent and when"):
        Policy.from_toml(HEAD + rule(effect='"forbid"', **condition))


def test_two_rules_cannot_have_one_id() -> None:
    with pytest.raises(PolicyError, match="rule a-rule, id: is used 2 times; choose another for each rule"):
        Policy.from_toml(HEAD + rule() + rule())


@pytest.mark.parametrize("rule_id", [None, '""', "1"])
def test_a_rule_without_an_id_is_refused(rule_id: str | None) -> None:
    with pytest.raises(PolicyError, match="rule without id, id: is missing; every decision is explained by it"):
        Policy.from_toml(HEAD + rule(id=rule_id))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = ", "text: is not TOML: "),
        ('version = "1"\nfinancial_agreed = ["exit"]\ngroups = {}\n', "rules: is missing; "),
        ('version = "1"\nfinancial_agreed = ["exit"]\ngroups = {}\nrules = 3\n', f"rules: {TABLES}"),
        ('version = "1"\nfinancial_agreed = ["exit"]\ngroups = {}\nrules = [3]\n', f"rules: {TABLES}"),
        ('version = "1"\nfinancial_agreed = ["exit"]\ngroups = 3\nrules = []\n', "groups: must be a table"),
        (HEAD.replace("version", "versie") + rule(), "version: is missing; "),
        (HEAD.replace('"test/1"', "1") + rule(), "version: must be a text "),
        (HEAD.replace("test/1", "v" * 41) + rule(), "version: must have at most 40 characters"),
        (HEAD.replace('["exit", "finance_team"]', "[]") + rule(), "financial_agreed: must be a list "),
    ],
)
def test_a_text_that_is_no_policy_is_refused_by_key(text: str, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(text)

    assert str(caught.value).startswith(f"rule policy, {words}")


def test_a_group_without_names_is_refused_by_its_own_name() -> None:
    with pytest.raises(PolicyError, match=r"^rule policy, groups\.teams: must be a list of one or more names$"):
        Policy.from_toml(HEAD.replace('["wijkteam", "exit"]', "[]") + rule(receivers='["@teams"]'))


def test_a_rule_may_hold_for_one_day() -> None:
    policy = Policy.from_toml(HEAD + rule(valid_until="2019-03-01"))

    assert policy.agrees("wijkteam", DisclosureOccasion.RECEIVED)


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Condition(at_least=2), 2, True),
        (Condition(at_least=2), 1, False),
        (Condition(at_least=2), None, False),
        (Condition(at_least=2), "2", False),
        (Condition(one_of=frozenset({"a", "b"})), "b", True),
        (Condition(one_of=frozenset({"a", "b"})), "c", False),
        (Condition(one_of=frozenset({"a", "b"})), None, False),
        (Condition(one_of=frozenset({"a", "b"})), ["a"], False),
        (Condition(), "a", False),
    ],
)
def test_a_condition_holds_only_for_what_it_names(condition: Condition, value: object, holds: bool) -> None:
    assert condition.holds(value) is holds


def test_an_unknown_kind_gets_nothing() -> None:
    assert not load_policy().agrees("somebody", DisclosureOccasion.RECEIVED)


def test_a_municipality_without_a_policy_is_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy("utopia")

    assert str(caught.value) == ("rule policy, municipality: no policy for 'utopia'; add it to app/privacy/policy_data")
