"""A referral as its reader may see it: the fields that the privacy gate released, and no others."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field as Described

from app.api.schemas.codes import ReferralFlag
from app.api.schemas.fields import BirthDay, Out
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
    ReferralStatus,
    ReferrerKind,
    RejectionReason,
    RoutingAdvice,
    Threat,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)


class ClientOut(Out):
    """The client (*klant*)."""

    id: UUID | None = Described(None, description="Your id of the client.")
    bsn: str | None = Described(None, description="Citizen service number; never outside GIDSO and RMW.")
    given_name: str | None = Described(None, examples=["Jan"])
    family_name: str | None = Described(None, examples=["Jansen"])
    birth_date: BirthDay | None = Described(
        None, description="Date of birth; `00` is a day, or a month and a day, that is not known."
    )
    sex: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    preferred_channel: ContactChannel | None = None
    interpreter_language: str | None = None
    contact_cautions: list[ContactCaution] | None = None


class WorkerOut(Out):
    """The referrer's worker (*contactpersoon van de verwijzer*)."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class AssessmentOut(Out):
    """The broad assessment (*brede uitvraag*)."""

    done_by: str | None = None
    life_domains: list[LifeDomain] | None = None


class ConsentOut(Out):
    """The client's consent (*toestemming*)."""

    scopes: list[ConsentScope] | None = None
    given_on: date | None = None
    form: ConsentForm | None = None
    evidence: str | None = None
    recorded_by: str | None = Described(
        None, description="The organisation or system that stated it to the hub.", examples=["Wijkteam Charlois"]
    )
    recorded_at: datetime | None = Described(
        None, description="When the hub recorded it; it permits nothing that happened before."
    )


class CounsellorOut(Out):
    """The client's fixed contact at the finance team (*trajectbegeleider*)."""

    name: str | None = Described(None, examples=["B. Bakker"])
    phone: str | None = Described(None, examples=["+31 10 555 01 00"])


class AppointmentFacts(Out):
    """The planned intake (*intakegesprek*); a proposal as long as a three-way meeting was not accepted."""

    id: UUID | None = None
    status: AppointmentStatus | None = None
    starts_at: datetime | None = Described(None, examples=["2026-12-01T09:00:00Z"])
    place: str | None = None
    three_way: bool | None = Described(None, description="Whether it is a three-way meeting (*driegesprek*).")
    participants: list[str] | None = None
    response: AppointmentResponse | None = Described(None, description="The worker's answer to the proposal.")
    other_times: list[datetime] | None = None
    cancellation_reason: CancellationReason | None = None


class AttendanceOut(Out):
    """How often the client did not appear (*niet verschenen*)."""

    missed_count: int | None = None


class IntakeOut(Out):
    """What the intake led to (*resultaat intake*)."""

    result: IntakeResult | None = None
    concluded_on: date | None = None


class TrajectoryFacts(Out):
    """The guidance that followed (*traject*)."""

    id: UUID | None = None
    status: TrajectoryStatus | None = None
    started_on: date | None = None
    due_on: date | None = Described(None, description="By when the counsellor decides.")
    ended_on: date | None = None
    closure_reason: ClosureReason | None = None


class PlanOut(Out):
    """The signed support plan (*ondersteuningsplan*)."""

    signed_on: date | None = None
    document_reference: str | None = Described(None, description="Where it lies in the document store (RDD).")


class ResultOut(Out):
    """The newest result of the trajectory (*resultaat traject*)."""

    code: TrajectoryResult | None = None
    decided_on: date | None = None
    drop_out_reason: DropOutReason | None = None


class KbrOut(Out):
    """The application to the credit bank (*aanvraag Kredietbank Rotterdam*)."""

    status: KbrStatus | None = None
    changed_on: date | None = None
    service_decision_meeting_on: date | None = Described(
        None, description="Day of the meeting on the service (*gesprek bepalen dienstverlening*)."
    )


class ReferralSummaryOut(Out):
    """A referral in a list (*aanmelding*)."""

    id: UUID = Described(description="Your id of the referral.", examples=["019ab3f2-7c00-7000-8000-000000000001"])
    reference: str | None = Described(None, description="The referrer's own reference (*kenmerk*).")
    status: ReferralStatus | None = Described(
        None, description="Its status; for a referrer: the last one disclosed to it.", examples=["confirmed"]
    )
    received_at: datetime | None = Described(None, examples=["2026-11-23T08:30:00Z"])
    area: str | None = Described(None, description="Area of the city (*gebied*).", examples=["Noord"])
    organisation: str | None = Described(None, description="Name of the referring organisation (*verwijzer*).")
    organisation_kind: ReferrerKind | None = None
    consent: ConsentOut | None = None
    counsellor: CounsellorOut | None = None
    intake: IntakeOut | None = None


class ReferralOut(ReferralSummaryOut):
    """A referral (*aanmelding*). A field that is absent is not known, or withheld from you."""

    previous_id: UUID | None = Described(None, description="The earlier referral of this client (*heraanmelding*).")
    three_way_meeting: bool | None = None
    meeting_place: str | None = None
    income_situation: IncomeSituation | None = None
    debt_severity: DebtSeverity | None = None
    threats: list[Threat] | None = None
    protective_administration: bool | None = None
    running_wsnp: bool | None = None
    wmo_indication: bool | None = None
    lives_in_municipality: bool | None = None
    case_lead: str | None = None
    other_organisations: list[str] | None = None
    reason: str | None = None
    motivation: str | None = None
    advice: list[RoutingAdvice] | None = Described(
        None,
        description="Advice on the route (*routeadvies*), never a refusal; Dutch labels in "
        "`/code-lists/routing-advices`.",
        examples=[["neighbourhood_team"]],
    )
    flags: list[ReferralFlag] | None = Described(
        None,
        description="What holds in addition to the status.",
        examples=[["withdrawal_requested"]],
    )
    rejection_reason: RejectionReason | None = None
    withdrawal_reason: WithdrawalReason | None = None
    closure_reason: ClosureReason | None = None
    age: int | None = Described(None, description="Age on the day of referral.")
    client: ClientOut | None = None
    worker: WorkerOut | None = None
    assessment: AssessmentOut | None = None
    appointment: AppointmentFacts | None = Described(None, description="The newest appointment (*afspraak*).")
    attendance: AttendanceOut | None = None
    trajectory: TrajectoryFacts | None = None
    plan: PlanOut | None = None
    result: ResultOut | None = None
    kbr: KbrOut | None = None


class ReferralLink(Out):
    """Which referral a record belongs to (*aanmelding*)."""

    id: UUID


class AppointmentOut(AppointmentFacts):
    """An intake appointment (*afspraak*)."""

    referral: ReferralLink
    counsellor: CounsellorOut | None = None


class TrajectoryOut(TrajectoryFacts):
    """A trajectory (*traject*). A field that is absent is not known, or withheld from you."""

    referral: ReferralLink
    plan: PlanOut | None = None
    result: ResultOut | None = None
    kbr: KbrOut | None = None
