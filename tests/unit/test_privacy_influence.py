"""What is withheld has no influence on what is released, and fewer rules never release more."""

from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.codes import (
    AppointmentResponse,
    CaseLead,
    ConsentScope,
    DisclosureOccasion,
    OnwardStatus,
    TrajectoryResult,
)
from app.domain.fields import Field
from app.privacy.policy import Effect, Policy
from tests.support.privacy import CONSENT, FACTS, POLICY, gate_of, release_for, withheld_fields
from tests.support.privacy_matrix import CELLS

Facts = dict[Field, object]

# Everything on which a rule depends, in every combination.
SETTINGS: list[Facts] = [
    {
        Field.CONSENT_SCOPES: consent,
        Field.CONSENT_GIVEN_ON: given_on,
        Field.ATTENDANCE_MISSED_COUNT: missed,
        Field.RESULT_CODE: result,
        Field.REFERRAL_LED_BY: lead,
        Field.APPOINTMENT_RESPONSE: response,
        Field.ONWARD_STATUS: onward,
    }
    for (consent, given_on), missed, result, lead, response, onward in product(
        ((CONSENT, date(2019, 9, 2)), (frozenset(), None)),
        (0, 1, 2),
        (None, TrajectoryResult.KBR_APPLICATION, TrajectoryResult.NO_FURTHER_SUPPORT),
        CaseLead,
        (AppointmentResponse.NOT_ASKED, AppointmentResponse.ACCEPTED),
        (OnwardStatus.MADE, OnwardStatus.ENDED),
    )
]
OTHERS: dict[type, object] = {
    str: "another",
    int: 99,
    date: date(2001, 1, 1),
    datetime: datetime(2001, 1, 1, tzinfo=UTC),
    UUID: UUID(int=7),
    tuple: ("another",),
    frozenset: frozenset({"another"}),
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.lists(st.text()),
    st.uuids(),
    st.dates(),
    st.sampled_from(TrajectoryResult),
)


def other(field: Field) -> object:
    """Return another value of the same kind."""
    known = FACTS[field]
    if isinstance(known, bool):
        return not known
    return next((value for kind, value in OTHERS.items() if type(known) is kind), "another")


def changes_of(withheld: list[Field], together: bool) -> list[Facts]:
    """Return changes of withheld fields: all to another value, all to none, or each to another value alone."""
    if together:
        return [{field: other(field) for field in withheld}, dict.fromkeys(withheld)]
    return [{field: other(field)} for field in withheld]


def influences(setting: Facts, together: bool) -> list[tuple[str, DisclosureOccasion, Facts]]:
    """Return for which receiver and occasion a change of withheld fields changes what is released."""
    return [
        (kind, occasion, change)
        for kind, occasion in CELLS
        for facts in [FACTS | setting]
        for before in [release_for(kind, occasion, facts)]
        for change in changes_of([field for field in withheld_fields(before) if field not in POLICY.asks], together)
        if release_for(kind, occasion, facts | change).digest != before.digest
    ]


def test_the_settings_vary_all_that_the_rules_ask_about() -> None:
    assert set(SETTINGS[0]) == POLICY.asks
    assert set(FACTS) == set(Field)


def test_withheld_fields_together_change_no_byte_of_what_is_released() -> None:
    assert [found for setting in SETTINGS for found in influences(setting, together=True)] == []


def test_each_withheld_field_alone_changes_no_byte_of_what_is_released() -> None:
    assert influences({}, together=False) == []


@given(
    cell=st.sampled_from(CELLS),
    consent=st.sampled_from([CONSENT, frozenset()]),
    given_on=st.sampled_from([None, date(2019, 9, 2), date(2200, 1, 1)]),
    missed_count=st.integers(0, 3),
    result=st.sampled_from([None, *TrajectoryResult]),
    data=st.data(),
)
def test_any_change_of_withheld_facts_changes_no_byte_of_what_is_released(
    cell: tuple[str, DisclosureOccasion],
    consent: frozenset[ConsentScope],
    given_on: date | None,
    missed_count: int,
    result: TrajectoryResult | None,
    data: st.DataObject,
) -> None:
    facts = FACTS | {
        Field.CONSENT_SCOPES: consent,
        Field.CONSENT_GIVEN_ON: given_on,
        Field.ATTENDANCE_MISSED_COUNT: missed_count,
        Field.RESULT_CODE: result,
    }
    before = release_for(*cell, facts)
    # These are asked about by rules, and are released or not.
    asked = {Field.CONSENT_SCOPES, Field.CONSENT_GIVEN_ON, Field.REFERRAL_LED_BY, Field.ONWARD_STATUS}
    withheld = sorted(set(withheld_fields(before)) - asked)
    changes = data.draw(st.dictionaries(st.sampled_from(withheld), VALUES) if withheld else st.just({}))

    after = release_for(*cell, facts | changes)

    assume(not set(changes) & set(after.fields))
    assert (after.digest, dict(after.fields)) == (before.digest, dict(before.fields))


PERMITS = [index for index, rule in enumerate(POLICY.rules) if rule.effect is not Effect.FORBID]


def widened_without(index: int) -> list[tuple[str, str, DisclosureOccasion]]:
    """Return for which receiver and occasion more is released when one rule is taken out of the policy."""
    rule = POLICY.rules[index]
    gate = gate_of(Policy("less", POLICY.rules[:index] + POLICY.rules[index + 1 :], POLICY.financial_agreed))
    concerned = product(rule.receivers, {*rule.occasions, DisclosureOccasion.READING}, SETTINGS[::4])
    everybody = ((kind, occasion, Facts()) for kind, occasion in CELLS)
    return [
        (rule.id, kind, occasion)
        for kind, occasion, setting in [*concerned, *everybody]
        if not release_for(kind, occasion, FACTS | setting, gate).fields.items()
        <= release_for(kind, occasion, FACTS | setting).fields.items()
    ]


def test_taking_out_a_permit_widens_nothing_for_anybody_in_any_setting() -> None:
    assert [found for index in PERMITS for found in widened_without(index)] == []
