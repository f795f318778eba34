"""Every field of a case holds what its name says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.case_file import CaseFile, Facts, appointment_facts, facts_of, feedback_facts, summary_facts
from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    DropOutReason,
    IncomeSituation,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OrganisationRole,
    ReferralStatus,
    ReferrerKind,
    RejectionReason,
    RoutingAdvice,
    System,
    Threat,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.fields import Field
from app.domain.values import (
    Appointment,
    Client,
    ClientDetails,
    Consent,
    Counsellor,
    KbrApplication,
    Organisation,
    Plan,
    RecordedResult,
    Referral,
    ReferralContents,
    ReferralFlags,
    ReferralSummary,
    Trajectory,
    Worker,
)


def number(n: int) -> UUID:
    return UUID(int=n)


REFERRER = Organisation(
    number(1), "dock", "DOCK", OrganisationRole.REFERRER, ReferrerKind.WELZIJNSORGANISATIE, System.API
)
CONSENT = Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), date(2026, 1, 2), "signed form")
CONTENTS = ReferralContents(
    area="Charlois",
    worker=Worker("W. Werker", "010-1", "worker@example.nl"),
    reason="reason",
    motivation="motivation",
    income_situation=IncomeSituation.UNDER_WAY,
    debt_severity=next(iter(DebtSeverity)),
    threats=(Threat.EVICTION,),
    three_way_meeting=True,
    meeting_place="library",
    assessment_done_by="team",
    life_domains=(LifeDomain.HEALTH,),
    other_organisations=("food bank",),
    case_lead="lead",
    protective_administration=True,
    running_wsnp=True,
    wmo_indication=True,
    lives_in_municipality=False,
    consent=CONSENT,
)
REFERRAL = Referral(
    id=number(2),
    client_id=number(3),
    organisation=REFERRER,
    reference="REF-1",
    contents=CONTENTS,
    status=ReferralStatus.CONCLUDED,
    told_status=ReferralStatus.CONFIRMED,
    flags=ReferralFlags(),
    received_at=datetime(2026, 1, 3, tzinfo=UTC),
    age=41,
    advice=(RoutingAdvice.CRISIS_TO_CREDIT_BANK,),
    counsellor=Counsellor("C. Eerste", "010-2"),
    missed_count=7,
    intake_result=next(iter(IntakeResult)),
    intake_concluded_on=date(2026, 1, 4),
    rejection_reason=RejectionReason.INCOMPLETE,
    withdrawal_reason=next(iter(WithdrawalReason)),
    closure_reason=ClosureReason.NO_CONTACT,
    previous_id=number(4),
)
CLIENT = Client(
    number(3),
    ClientDetails(
        given_name="Zoë",
        family_name="Jansen",
        birth_date=date(1985, 5, 6),
        bsn="999990019",
        sex="v",
        address="Straat 1",
        phone="06-1",
        email="client@example.nl",
        preferred_channel=next(iter(ContactChannel)),
        interpreter_language="ti",
        contact_cautions=(next(iter(ContactCaution)),),
    ),
)
APPOINTMENT = Appointment(
    id=number(5),
    referral_id=number(2),
    starts_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
    place="town hall",
    three_way=True,
    counsellor=Counsellor("C. Tweede", "010-3"),
    status=AppointmentStatus.ATTENDED,
    response=AppointmentResponse.ACCEPTED,
    participants=("interpreter",),
    other_times=(datetime(2026, 1, 6, 9, tzinfo=UTC),),
    cancellation_reason=next(iter(CancellationReason)),
)
TRAJECTORY = Trajectory(
    id=number(6),
    referral_id=number(2),
    client_id=number(3),
    organisation=REFERRER,
    consent=CONSENT,
    status=TrajectoryStatus.DECIDED,
    started_on=date(2026, 2, 1),
    due_on=date(2026, 6, 1),
    plan=Plan(date(2026, 2, 2), "RDD-1"),
    results=(
        RecordedResult(TrajectoryResult.BUDGET_MANAGEMENT, date(2026, 2, 2)),
        RecordedResult(TrajectoryResult.BUDGET_MANAGEMENT, date(2026, 2, 3)),
        RecordedResult(TrajectoryResult.SOCIAL_LOAN, date(2026, 2, 4), next(iter(DropOutReason))),
    ),
    kbr_application=KbrApplication(number(7), number(6), KbrStatus.GRANTED, date(2026, 2, 5), date(2026, 2, 6)),
    closure_reason=next(iter(ClosureReason)),
    ended_on=date(2026, 2, 7),
)
CASE = CaseFile(REFERRAL, CLIENT, APPOINTMENT, TRAJECTORY)

RECORDS = {
    "referral": (REFERRAL, CONTENTS),
    "assessment": (CONTENTS,),
    "consent": (CONSENT,),
    "client": (CLIENT.details, CLIENT),
    "worker": (CONTENTS.worker,),
    "counsellor": (APPOINTMENT.counsellor,),
    "appointment": (APPOINTMENT,),
    "attendance": (REFERRAL,),
    "trajectory": (TRAJECTORY,),
    "plan": (TRAJECTORY.plan,),
    "result": (TRAJECTORY.results[-1],),
    "kbr": (TRAJECTORY.kbr_application,),
}
OTHERWISE: Facts = {
    Field.REFERRAL_ORGANISATION: "DOCK",
    Field.REFERRAL_ORGANISATION_KIND: ReferrerKind.WELZIJNSORGANISATIE,
    Field.REFERRAL_FLAGS: (),
    Field.ASSESSMENT_DONE_BY: "team",
    Field.INTAKE_RESULT: REFERRAL.intake_result,
    Field.INTAKE_CONCLUDED_ON: date(2026, 1, 4),
}
"""Fields whose value is not found under their own name."""

OF_THE_EVENT = {Field.SIGNAL_KIND, Field.OCCURRED_AT, Field.REFERRAL_REQUESTED_ACTION}


def named(field: Field) -> object:
    """Return the value that the records hold under the field's name."""
    if field in OTHERWISE:
        return OTHERWISE[field]
    group, name = field.value.split(".")
    return next(getattr(record, name) for record in RECORDS[group] if hasattr(record, name))


def test_a_case_knows_every_field_but_those_of_an_event() -> None:
    assert set(facts_of(CASE)) == set(Field) - OF_THE_EVENT


@pytest.mark.parametrize("field", sorted(set(Field) - OF_THE_EVENT))
def test_every_field_holds_what_its_name_says(field: Field) -> None:
    assert facts_of(CASE)[field] == named(field)


def test_a_list_shows_of_a_referral_what_the_case_does() -> None:
    summary = ReferralSummary(
        REFERRAL.id,
        REFERRER,
        REFERRAL.reference,
        CONTENTS.area,
        REFERRAL.status,
        REFERRAL.told_status,
        REFERRAL.received_at,
        CONSENT,
        REFERRAL.counsellor,
        REFERRAL.intake_result,
    )

    shown = summary_facts(summary)

    assert shown == {field: facts_of(CaseFile(REFERRAL, CLIENT))[field] for field in shown}
    assert len(shown) == 11
    assert summary_facts(replace(summary, counsellor=None))[Field.COUNSELLOR_NAME] is None


def test_feedback_holds_nothing_of_the_client_and_nothing_that_the_referrer_said() -> None:
    facts = feedback_facts(REFERRAL, TRAJECTORY)

    told = {field.split(".")[0] for field in facts}
    contents = {field for field in Field if field in facts and hasattr(CONTENTS, field.split(".")[1])}
    assert told == {"referral", "counsellor", "attendance", "intake", "consent", "trajectory", "plan", "result", "kbr"}
    assert contents == set()
    assert {field: facts_of(CaseFile(REFERRAL, CLIENT, None, TRAJECTORY))[field] for field in facts} == facts


def test_what_has_not_begun_is_not_among_the_facts() -> None:
    facts = facts_of(CaseFile(REFERRAL, CLIENT))

    groups = {field.split(".")[0] for field in facts}
    assert not groups & {"appointment", "trajectory", "plan", "result", "kbr"}
    assert facts[Field.COUNSELLOR_NAME] == "C. Eerste"
    assert facts[Field.COUNSELLOR_PHONE] == "010-2"


def test_what_a_new_trajectory_has_not_reached_is_empty() -> None:
    facts = facts_of(replace(CASE, trajectory=replace(TRAJECTORY, plan=None, results=(), kbr_application=None)))

    reached = {
        field for field in facts if field.split(".")[0] in {"plan", "result", "kbr"} and facts[field] is not None
    }
    assert reached == set()


def test_without_a_counsellor_the_contact_is_empty_or_left_as_it_was() -> None:
    unknown = facts_of(CaseFile(replace(REFERRAL, counsellor=None), CLIENT))

    assert (unknown[Field.COUNSELLOR_NAME], unknown[Field.COUNSELLOR_PHONE]) == (None, None)
    assert Field.COUNSELLOR_NAME not in appointment_facts(replace(APPOINTMENT, counsellor=None))


@pytest.mark.parametrize("flag", ["awaiting_information", "withdrawal_requested", "contact_lost"])
def test_a_flag_is_named_when_it_is_set(flag: str) -> None:
    flagged = replace(REFERRAL, flags=ReferralFlags(**{flag: True}))

    assert facts_of(replace(CASE, referral=flagged))[Field.REFERRAL_FLAGS] == (flag,)
