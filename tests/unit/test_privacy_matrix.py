"""The whole policy of Rotterdam against the agreements, written out. Source: domain.md, sections 7 and 8."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.codes import FEEDBACK_MOMENTS, ConsentScope, DisclosureOccasion, ReferrerKind, TrajectoryResult
from app.domain.fields import Field, FieldClass
from app.privacy.classification import CLASS_OF, ID_FIELDS
from app.privacy.policy import RECEIVER_KINDS, REFERRER_KINDS, Effect, Policy
from tests.support.privacy import CONSENT, FACTS, GIDSO_AND_RMW, POLICY, release_for

# x told; 2 told from the second time; k told on the route to the credit bank; c told with the client's
# consent; - not told. Columns: received, confirmed, intake planned, intake attended, missed, intake result,
# plan signed, other help, first result, change, closed.
AGREED = """
                       rec con pla att mis res pln oth fir cha clo
vraagwijzer             x   x   x   -   x   -   -   x   -   -   x
wijkteam                x   x   x   -   2   x   -   x   k   -   x
jongerenloket           x   x   x   x   x   x   -   -   x   -   -
werk_en_inkomen         x   x   x   x   x   x   x   -   x   -   x
exit                    x   x   x   x   x   x   x   -   x   x   x
statushouders           x   x   x   x   x   x   -   -   x   -   -
detentie_reintegratie   x   x   x   x   x   -   -   -   x   -   x
prestatie010            x   x   x   x   x   -   -   -   x   x   x
welzijnsorganisatie     x   x   x   x   x   x   -   x   x   x   x
deurwaarder             x   x   -   x   c   -   -   -   -   c   c
reclassering            x   x   x   x   x   -   -   -   x   -   x
schuldenrechter         x   x   -   x   x   -   -   -   -   -   -
frontlijn               x   x   -   -   -   -   -   -   -   -   x
bewindvoerder           x   x   -   -   -   -   -   -   -   -   x
zorginstelling          x   x   -   -   -   -   -   -   -   -   x
woningbouwvereniging    x   x   -   -   -   -   -   -   -   -   x
overig                  x   x   -   -   -   -   -   -   -   -   x
onbekend                x   x   -   -   -   -   -   -   -   -   x
"""

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

NEWS = "referral.id referral.reference referral.status event.occurred_at"
CLOSING = "referral.withdrawal_reason referral.closure_reason trajectory.closure_reason"
FIELDS_AT = {
    DisclosureOccasion.RECEIVED: f"{NEWS} referral.received_at referral.advice",
    DisclosureOccasion.CONFIRMED: f"{NEWS} referral.rejection_reason counsellor.name counsellor.phone",
    DisclosureOccasion.INTAKE_PLANNED: f"{NEWS} appointment.id appointment.starts_at appointment.place "
    "appointment.three_way appointment.response appointment.cancellation_reason counsellor.name counsellor.phone",
    DisclosureOccasion.INTAKE_ATTENDED: NEWS,
    DisclosureOccasion.MISSED: f"{NEWS} attendance.missed_count",
    DisclosureOccasion.INTAKE_RESULT: f"{NEWS} intake.result intake.concluded_on trajectory.id",
    DisclosureOccasion.PLAN_SIGNED: f"{NEWS} plan.signed_on trajectory.id",
    DisclosureOccasion.OTHER_HELP: "referral.id referral.reference event.occurred_at",
    DisclosureOccasion.FIRST_RESULT: f"{NEWS} result.code result.decided_on trajectory.id",
    DisclosureOccasion.CHANGE: f"{NEWS} trajectory.id trajectory.status kbr.status kbr.changed_on",
    DisclosureOccasion.CLOSED: f"{NEWS} {CLOSING}",
}
EXCEPT = {
    (
        "welzijnsorganisatie",
        DisclosureOccasion.MISSED,
    ): f"{FIELDS_AT[DisclosureOccasion.MISSED]} referral.requested_action",
    (
        "welzijnsorganisatie",
        DisclosureOccasion.CLOSED,
    ): f"{FIELDS_AT[DisclosureOccasion.CLOSED]} referral.requested_action",
    ("prestatie010", DisclosureOccasion.CHANGE): f"{NEWS} trajectory.status kbr.status kbr.changed_on",
    ("deurwaarder", DisclosureOccasion.CHANGE): f"{NEWS} trajectory.status",
    **{("schuldenrechter", moment): NEWS for moment in FEEDBACK_MOMENTS},
}
NO_COUNSELLOR = frozenset(line.split()[0] for line in AGREED.splitlines()[2:] if line.split()[3] == "-")

ROWS = [
    (line.split()[0], moment, mark)
    for line in AGREED.splitlines()[2:]
    for moment, mark in zip(FEEDBACK_MOMENTS, line.split()[1:], strict=True)
]


def expected_fields(kind: str, moment: DisclosureOccasion) -> set[str]:
    fields = set(EXCEPT.get((kind, moment), FIELDS_AT[moment]).split())
    if moment is DisclosureOccasion.CONFIRMED and kind in NO_COUNSELLOR:
        fields -= {"counsellor.name", "counsellor.phone"}
    return fields


def test_the_table_of_agreements_names_every_referrer_kind() -> None:
    assert {kind for kind, _, _ in ROWS} == set(ReferrerKind)


@pytest.mark.parametrize(("kind", "moment", "mark"), ROWS)
def test_each_kind_is_told_at_each_moment_exactly_what_is_agreed(
    kind: str, moment: DisclosureOccasion, mark: str
) -> None:
    released = release_for(kind, moment)

    assert set(released.fields) == (set() if mark == "-" else expected_fields(kind, moment))


UNMET: dict[str, dict[Field, object]] = {
    "2": {Field.ATTENDANCE_MISSED_COUNT: 1},
    "k": {Field.RESULT_CODE: "budget_management"},
    "c": {Field.CONSENT_SCOPES: ()},
    "x": {Field.CONSENT_SCOPES: ()},
}


@pytest.mark.parametrize(("kind", "moment", "mark"), [row for row in ROWS if row[2] != "-"])
def test_only_the_marked_agreements_depend_on_a_condition(kind: str, moment: DisclosureOccasion, mark: str) -> None:
    released = release_for(kind, moment, FACTS | UNMET[mark])

    assert released.is_empty is (mark != "x")


@pytest.mark.parametrize(("kind", "count"), [(kind, count) for kind in sorted(RECEIVER_KINDS) for count in (0, 1, 2)])
def test_no_receiver_is_told_care_or_free_text_by_an_event(kind: str, count: int) -> None:
    facts = FACTS | {Field.ATTENDANCE_MISSED_COUNT: count}

    sent = {
        field
        for occasion in set(DisclosureOccasion) - {DisclosureOccasion.READING}
        for field in release_for(kind, occasion, facts).fields
    }

    assert not {field for field in sent if CLASS_OF[field] in {FieldClass.CARE, FieldClass.FREE_TEXT}}


@pytest.mark.parametrize("kind", sorted(RECEIVER_KINDS))
@pytest.mark.parametrize("occasion", DisclosureOccasion)
def test_no_receiver_is_given_both_the_true_and_the_told_status(kind: str, occasion: DisclosureOccasion) -> None:
    fields = release_for(kind, occasion).fields

    assert not {Field.REFERRAL_STATUS, Field.REFERRAL_TOLD_STATUS} <= fields.keys()


@pytest.mark.parametrize("kind", sorted(RECEIVER_KINDS))
@pytest.mark.parametrize("occasion", DisclosureOccasion)
def test_ids_never_leave_as_themselves_to_a_receiver_outside(kind: str, occasion: DisclosureOccasion) -> None:
    ids = {str(FACTS[field]) for field in ID_FIELDS}

    values = {str(value) for value in release_for(kind, occasion).fields.values()}

    inside = kind in GIDSO_AND_RMW or kind in {"finance_team", "credit_bank"}
    assert inside or not ids & values


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
def test_a_bsn_is_read_back_only_by_who_registers_in_a_partner_system(kind: str) -> None:
    fields = release_for(kind, DisclosureOccasion.READING).fields

    assert (Field.CLIENT_BSN in fields) is (kind in GIDSO_AND_RMW)


READ_OF_THE_COURSE = {
    "vraagwijzer": "- - -",
    "wijkteam": "- - trajectory.id",
    "jongerenloket": "appointment.status - trajectory.id",
    "werk_en_inkomen": "appointment.status - trajectory.id",
    "exit": "appointment.status trajectory.status trajectory.id",
    "statushouders": "appointment.status - trajectory.id",
    "detentie_reintegratie": "appointment.status - trajectory.id",
    "prestatie010": "appointment.status - trajectory.id",
    "welzijnsorganisatie": "appointment.status - trajectory.id",
    "reclassering": "appointment.status - trajectory.id",
    "deurwaarder": "- - -",
    "schuldenrechter": "- - -",
    "frontlijn": "- - -",
}


@pytest.mark.parametrize(("kind", "readable"), READ_OF_THE_COURSE.items())
def test_a_status_is_read_only_where_every_moment_it_could_betray_is_told(kind: str, readable: str) -> None:
    statuses = {Field.APPOINTMENT_STATUS, Field.TRAJECTORY_STATUS, Field.TRAJECTORY_ID}

    fields = statuses & release_for(kind, DisclosureOccasion.READING).fields.keys()

    assert fields == set(readable.split()) - {"-"}


@pytest.mark.parametrize("kind", ["detentie_reintegratie", "prestatie010", "reclassering"])
def test_who_is_not_told_the_intake_result_cannot_read_it_from_a_new_trajectory(kind: str) -> None:
    of_the_trajectory = {
        field: None
        for field in Field
        if field.split(".")[0] in {"trajectory", "plan", "result", "kbr"} and field is not Field.TRAJECTORY_ID
    }
    without = {field: value for field, value in FACTS.items() if field not in of_the_trajectory}
    without.pop(Field.TRAJECTORY_ID)

    started = release_for(kind, DisclosureOccasion.READING, FACTS | of_the_trajectory)

    assert started.fields == release_for(kind, DisclosureOccasion.READING, without).fields


def test_the_finance_team_reads_no_care_needs() -> None:
    fields = release_for("finance_team", DisclosureOccasion.READING).fields

    assert not {Field.ASSESSMENT_LIFE_DOMAINS, Field.REFERRAL_WMO_INDICATION} & fields.keys()


def test_the_credit_bank_reads_no_free_text() -> None:
    fields = release_for("credit_bank", DisclosureOccasion.READING).fields

    assert not {field for field in fields if CLASS_OF[field] is FieldClass.FREE_TEXT}


def test_an_operator_reads_nothing_of_a_client() -> None:
    fields = release_for("operator", DisclosureOccasion.READING).fields

    assert set(fields) == {
        "referral.id",
        "referral.status",
        "referral.received_at",
        "referral.area",
        "referral.organisation",
        "referral.organisation_kind",
    }


def test_only_the_finance_team_is_sent_something_to_handle() -> None:
    handlers = {kind for kind in RECEIVER_KINDS if not release_for(kind, DisclosureOccasion.HANDLING).is_empty}

    assert handlers == {"finance_team"}


def test_every_rule_of_rotterdam_holds_from_the_start_of_the_pilot() -> None:
    assert {rule.valid_from for rule in POLICY.rules} == {date(2019, 3, 1)}


PERMITS = [index for index, rule in enumerate(POLICY.rules) if rule.effect is not Effect.FORBID]


@pytest.mark.parametrize("index", PERMITS)
def test_taking_out_a_permit_never_widens_what_anybody_is_told(index: int) -> None:
    rest = Policy("less", POLICY.rules[:index] + POLICY.rules[index + 1 :], POLICY.financial_agreed)

    widened = [
        (kind, occasion)
        for kind in RECEIVER_KINDS
        for occasion in DisclosureOccasion
        if not release_for(kind, occasion, policy=rest).fields.items() <= release_for(kind, occasion).fields.items()
    ]

    assert widened == []


@settings(deadline=None)
@given(
    kind=st.sampled_from(sorted(RECEIVER_KINDS)),
    occasion=st.sampled_from(DisclosureOccasion),
    consent=st.sampled_from([CONSENT, frozenset()]),
    missed_count=st.integers(0, 3),
    result=st.sampled_from([None, *TrajectoryResult]),
    data=st.data(),
)
def test_changing_withheld_facts_changes_no_byte_of_what_is_told(
    kind: str,
    occasion: DisclosureOccasion,
    consent: frozenset[ConsentScope],
    missed_count: int,
    result: TrajectoryResult | None,
    data: st.DataObject,
) -> None:
    facts = FACTS | {
        Field.CONSENT_SCOPES: consent,
        Field.ATTENDANCE_MISSED_COUNT: missed_count,
        Field.RESULT_CODE: result,
    }
    before = release_for(kind, occasion, facts)
    # Consent opens and closes by itself: it is asked, told or not.
    withheld = sorted(set(before.withheld) - {Field.CONSENT_SCOPES})
    changes = data.draw(st.dictionaries(st.sampled_from(withheld), VALUES) if withheld else st.just({}))

    after = release_for(kind, occasion, facts | changes)

    assume(not set(changes) & set(after.fields))
    assert (after.digest, dict(after.fields)) == (before.digest, dict(before.fields))
