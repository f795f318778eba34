"""Every field of a case holds what its name says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.case import Case, Lazy
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
from app.domain.field_values import appointment_values, feedback_values, field_values, summary_values
from app.domain.fields import Field, FieldValues
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
    id=number(1),
    code="dock",
    name="DOCK",
    role=OrganisationRole.REFERRER,
    kind=ReferrerKind.WELZIJNSORGANISATIE,
    system=System.API,
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
    area=CONTENTS.area,
    consent=replace(CONSENT, evidence=None),
    status=ReferralStatus.CONCLUDED,
    disclosed_status=ReferralStatus.CONFIRMED,
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
    status=TrajectoryStatus.DECIDED,
    started_on=date(2026, 2, 1),
    due_on=date(2026, 6, 1),
    plan=Plan(date(2026, 2, 2), "RDD-1"),
    results=(
        RecordedResult(TrajectoryResult.BUDGET_MANAGEMENT, date(2026, 2, 2)),
        RecordedResult(TrajectoryResult.BUDGET_MANAGEMENT, date(2026, 2, 3)),
        RecordedResult(TrajectoryResult.SOCIAL_LOAN, date(2026, 2, 4), next(iter(DropOutReason))),
    ),
    kbr_application=KbrApplication(number(7), KbrStatus.GRANTED, date(2026, 2, 5), date(2026, 2, 6)),
    closure_reason=next(iter(ClosureReason)),
    ended_on=date(2026, 2, 7),
)


def case_of(referral: Referral, *appointments: Appointment, trajectory: Trajectory | None = None) -> Case:
    """Return a case with these contents and this client."""
    return Case(
        referral=referral,
        sealed_contents=Lazy.of(CONTENTS),
        sealed_client=Lazy.of(CLIENT.details),
        appointments=appointments,
        trajectory=trajectory,
    )


CASE = case_of(REFERRAL, APPOINTMENT, trajectory=TRAJECTORY)

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
OTHERWISE: FieldValues = {
    Field.REFERRAL_ORGANISATION: "DOCK",
    Field.REFERRAL_ORGANISATION_KIND: ReferrerKind.WELZIJNSORGANISATIE,
    Field.REFERRAL_DISCLOSED_STATUS: REFERRAL.disclosed_status,
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
    assert set(field_values(CASE)) == set(Field) - OF_THE_EVENT


@pytest.mark.parametrize("field", sorted(set(Field) - OF_THE_EVENT))
def test_every_field_holds_what_its_name_says(field: Field) -> None:
    assert field_values(CASE)[field] == named(field)


def test_a_list_shows_of_a_referral_what_the_case_does() -> None:
    summary = ReferralSummary(
        id=REFERRAL.id,
        organisation=REFERRER,
        reference=REFERRAL.reference,
        area=CONTENTS.area,
        status=REFERRAL.status,
        disclosed_status=REFERRAL.disclosed_status,
        received_at=REFERRAL.received_at,
        consent=CONSENT,
        counsellor=REFERRAL.counsellor,
        intake_result=REFERRAL.intake_result,
    )

    shown = summary_values(summary)

    assert shown == {field: field_values(case_of(REFERRAL))[field] for field in shown}
    assert len(shown) == 11
    assert summary_values(replace(summary, counsellor=None))[Field.COUNSELLOR_NAME] is None


def test_feedback_holds_nothing_of_the_client_and_nothing_that_the_referrer_said() -> None:
    facts = feedback_values(REFERRAL, TRAJECTORY)

    told = {field.split(".")[0] for field in facts}
    contents = {field for field in Field if field in facts and hasattr(CONTENTS, field.split(".")[1])}
    assert told == {"referral", "counsellor", "attendance", "intake", "consent", "trajectory", "plan", "result", "kbr"}
    assert contents == set()
    assert {field: field_values(case_of(REFERRAL, trajectory=TRAJECTORY))[field] for field in facts} == facts


def test_what_has_not_begun_is_not_among_the_facts() -> None:
    facts = field_values(case_of(REFERRAL))

    groups = {field.split(".")[0] for field in facts}
    assert not groups & {"appointment", "trajectory", "plan", "result", "kbr"}
    assert facts[Field.COUNSELLOR_NAME] == "C. Eerste"
    assert facts[Field.COUNSELLOR_PHONE] == "010-2"


def test_what_a_new_trajectory_has_not_reached_is_empty() -> None:
    facts = field_values(replace(CASE, trajectory=replace(TRAJECTORY, plan=None, results=(), kbr_application=None)))

    reached = {
        field for field in facts if field.split(".")[0] in {"plan", "result", "kbr"} and facts[field] is not None
    }
    assert reached == set()


def test_without_a_counsellor_the_contact_is_empty_or_left_as_it_was() -> None:
    unknown = field_values(case_of(replace(REFERRAL, counsellor=None)))

    assert (unknown[Field.COUNSELLOR_NAME], unknown[Field.COUNSELLOR_PHONE]) == (None, None)
    assert Field.COUNSELLOR_NAME not in appointment_values(replace(APPOINTMENT, counsellor=None))


@pytest.mark.parametrize("flag", ["awaiting_information", "withdrawal_requested", "contact_lost"])
def test_a_flag_is_named_when_it_is_set(flag: str) -> None:
    flagged = replace(REFERRAL, flags=ReferralFlags(**{flag: True}))

    assert field_values(replace(CASE, referral=flagged))[Field.REFERRAL_FLAGS] == (flag,)
