"""A case in which everything is known: no attribute is empty, and none has its default."""

from datetime import UTC, date, datetime
from uuid import UUID

from app.domain.case import Case, Lazy
from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    ConsentForm,
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
    SignalKind,
    System,
    Threat,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.field_values import field_values
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
    Trajectory,
    Worker,
)

REFERRER = Organisation(
    id=UUID("01930000-0000-7000-8000-000000000006"),
    code="wijkteam-feijenoord",
    name="Wijkteam Feijenoord",
    role=OrganisationRole.REFERRER,
    kind=ReferrerKind.WIJKTEAM,
    system=System.GIDSO,
    area="Feijenoord",
)
CONSENT = Consent(
    frozenset({ConsentScope.FEEDBACK_TO_REFERRER}),
    date(2026, 10, 30),
    "Formulier in het dossier",
    form=ConsentForm.SPOKEN,
    recorded_by="GIDSO",
    recorded_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
)
CONTENTS = ReferralContents(
    area="Feijenoord",
    worker=Worker("W. Werker", "0100000001", "werker@example.nl"),
    reason="Schulden sinds de scheiding",
    motivation="Wil rust",
    income_situation=IncomeSituation.UNDER_WAY,
    debt_severity=DebtSeverity.HEAVY,
    threats=(Threat.SEIZURE, Threat.EVICTION),
    three_way_meeting=True,
    meeting_place="Huis van de Wijk",
    assessment_done_by="Wijkteam",
    life_domains=(LifeDomain.MENTAL_HEALTH,),
    other_organisations=("Antes",),
    case_lead="R. Regisseur",
    protective_administration=True,
    running_wsnp=True,
    wmo_indication=True,
    lives_in_municipality=False,
    consent=CONSENT,
)
CLIENT = Client(
    UUID("01930000-0000-7000-8000-000000000003"),
    ClientDetails(
        given_name="Samira",
        family_name="Voorbeeld",
        birth_date=date(1980, 2, 29),
        bsn="999990019",
        sex="f",
        address="Voorbeeldstraat 1, Rotterdam",
        phone="0600000001",
        email="samira@example.nl",
        preferred_channel=ContactChannel.PHONE,
        interpreter_language="ar",
        contact_cautions=(ContactCaution.DO_NOT_WRITE,),
    ),
)
REFERRAL = Referral(
    id=UUID("01930000-0000-7000-8000-000000000001"),
    client_id=CLIENT.id,
    organisation=REFERRER,
    reference="WT-2026-0001",
    area=CONTENTS.area,
    consent=CONSENT.asked_by_rules,
    status=ReferralStatus.CONCLUDED,
    disclosed_status=ReferralStatus.SCHEDULED,
    flags=ReferralFlags(awaiting_information=True, withdrawal_requested=True, contact_lost=True),
    received_at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC),
    age=46,
    advice=(RoutingAdvice.NEIGHBOURHOOD_TEAM, RoutingAdvice.ALREADY_OPEN),
    counsellor=Counsellor("E. Eerste", "0100000003"),
    missed_count=2,
    intake_held_on=date(2026, 11, 12),
    intake_result=IntakeResult.ROUTE_TO_KBR,
    disclosed_counsellor="T. Begeleider",
    disclosed_result=IntakeResult.ROUTE_TO_KBR,
    shows_consented=True,
    intake_concluded_on=date(2026, 11, 13),
    rejection_reason=RejectionReason.ALREADY_KNOWN,
    withdrawal_reason=WithdrawalReason.HELPED_ELSEWHERE,
    closure_reason=ClosureReason.NO_CONTACT,
    previous_id=UUID("01930000-0000-7000-8000-000000000002"),
)
APPOINTMENT = Appointment(
    id=UUID("01930000-0000-7000-8000-000000000004"),
    starts_at=datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
    place="Stadskantoor",
    three_way=True,
    counsellor=Counsellor("T. Begeleider", "0100000002"),
    status=AppointmentStatus.ATTENDED,
    response=AppointmentResponse.ACCEPTED,
    participants=("W. Werker",),
    other_times=(datetime(2026, 11, 13, 9, 0, tzinfo=UTC),),
    cancellation_reason=CancellationReason.CLIENT_CANCELLED,
)
TRAJECTORY = Trajectory(
    id=UUID("01930000-0000-7000-8000-000000000005"),
    status=TrajectoryStatus.RUNNING,
    started_on=date(2026, 11, 12),
    due_on=date(2027, 2, 11),
    counsellor=Counsellor("T. Begeleider", "0100000002"),
    plan=Plan(date(2026, 11, 14), "RDD-1"),
    results=(
        RecordedResult(TrajectoryResult.BUDGET_MANAGEMENT, date(2026, 11, 18), DropOutReason.SOLVES_IT_ALONE),
        RecordedResult(TrajectoryResult.KBR_APPLICATION, date(2026, 11, 20), DropOutReason.OTHER),
    ),
    kbr_application=KbrApplication(
        id=UUID("01930000-0000-7000-8000-000000000007"),
        status=KbrStatus.RECEIVED,
        changed_on=date(2026, 11, 21),
        service_decision_meeting_on=date(2026, 11, 22),
    ),
    closure_reason=ClosureReason.RESULT_REACHED,
    ended_on=date(2027, 2, 1),
    disclosed_status=TrajectoryStatus.RUNNING,
)
CASE = Case(
    referral=REFERRAL,
    sealed_contents=Lazy.of(CONTENTS),
    sealed_client=Lazy.of(CLIENT.details),
    appointments=(APPOINTMENT,),
    trajectory=TRAJECTORY,
)
OF_THE_EVENT: FieldValues = {
    Field.REFERRAL_REQUESTED_ACTION: "restore_contact",
    Field.SIGNAL_KIND: SignalKind.SUPPORT_STOPPED,
    Field.OCCURRED_AT: datetime(2026, 11, 22, 8, 15, tzinfo=UTC),
}
VALUES: FieldValues = field_values(CASE) | OF_THE_EVENT
"""The value of every field."""
