"""A referral as its reader may see it: the fields that the privacy gate released, and no others."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field as Described

from app.api.schemas.codes import ReferralFlag
from app.api.schemas.fields import BirthDay, Out
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    AwaitedStep,
    CancellationReason,
    ClockState,
    ClosureReason,
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    DropOutReason,
    ExtensionReason,
    HelpOrganisationKind,
    IncomeSituation,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    NextStep,
    OrganisationRole,
    ParticipantRole,
    ProgressState,
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
    given_name: str | None = Described(None, description="Given name (*voornaam*).", examples=["Jan"])
    family_name: str | None = Described(None, description="Family name (*achternaam*).", examples=["Jansen"])
    birth_date: BirthDay | None = Described(
        None, description="Date of birth; `00` is a day, or a month and a day, that is not known."
    )
    sex: str | None = Described(None, description="Sex (*geslacht*), as registered.", examples=["v"])
    address: str | None = Described(
        None, description="Address (*adres*) in one line.", examples=["Coolsingel 40, 3011 AD Rotterdam"]
    )
    phone: str | None = Described(None, description="Telephone (*telefoon*).", examples=["+31 10 123 45 67"])
    email: str | None = Described(None, description="E-mail address.", examples=["jan@example.nl"])
    preferred_channel: ContactChannel | None = Described(
        None, description="How the client prefers to be reached (*voorkeurskanaal*)."
    )
    interpreter_language: str | None = Described(
        None, description="Language of the interpreter (*tolk*) as a BCP 47 tag.", examples=["ar"]
    )
    contact_cautions: list[ContactCaution] | None = Described(
        None, description="What to mind at first contact (*aandachtspunten*)."
    )


class WorkerOut(Out):
    """The referrer's worker (*contactpersoon van de verwijzer*)."""

    name: str | None = Described(None, description="Name (*naam*).", examples=["A. de Vries"])
    phone: str | None = Described(None, description="Telephone (*telefoon*).", examples=["+31 10 765 43 21"])
    email: str | None = Described(None, description="E-mail address.", examples=["a.devries@example.nl"])


class AssessmentOut(Out):
    """The broad assessment (*brede uitvraag*)."""

    done_by: str | None = Described(None, description="By whom it was done.", examples=["Wijkteam Charlois"])
    reference: str | None = Described(None, description="Where it can be read, by who may (*kenmerk*).")
    life_domains: list[LifeDomain] | None = Described(
        None, description="Domains of life in which help is needed (*leefgebieden*)."
    )


class HelpOrganisationOut(Out):
    """An organisation that helps the client now (*betrokken organisatie*)."""

    kind: HelpOrganisationKind = Described(description="Kind of organisation.", examples=["volunteers"])
    name: str | None = Described(None, description="Its name (*naam*), if known.", examples=["Humanitas"])


class ConsentOut(Out):
    """The client's consent (*toestemming*)."""

    scopes: list[ConsentScope] | None = Described(None, description="What was agreed.")
    given_on: date | None = Described(None, description="When it was agreed.", examples=["2026-11-20"])
    form: ConsentForm | None = Described(None, description="How the client agreed.")
    evidence: str | None = Described(None, description="Where it can be found that the client agreed.")
    recorded_by: str | None = Described(
        None, description="The organisation or system that stated it to the hub.", examples=["Wijkteam Charlois"]
    )
    recorded_at: datetime | None = Described(
        None, description="When the hub recorded it; it permits nothing that happened before."
    )


class CounsellorOut(Out):
    """The client's fixed contact at the finance team (*trajectbegeleider*)."""

    name: str | None = Described(None, description="Name (*naam*).", examples=["B. Bakker"])
    phone: str | None = Described(None, description="Telephone (*telefoon*).", examples=["+31 10 555 01 00"])


class AttendeeOut(Out):
    """Who takes part in addition to the client and the counsellor (*deelnemer*)."""

    role: ParticipantRole = Described(description="As what (*rol*).")
    name: str | None = Described(None, description="Name (*naam*).", examples=["A. de Vries"])
    attendance: AppointmentStatus | None = Described(None, description="Whether this participant appeared.")


class AppointmentFacts(Out):
    """An appointment (*afspraak*), planned or proposed; without `startsAt` it is a proposal, and nothing is planned."""

    id: UUID | None = Described(None, description="Your id of the appointment.")
    kind: AppointmentKind | None = Described(None, description="What it is for (*soort*).")
    status: AppointmentStatus | None = Described(None, description="Its status.")
    starts_at: datetime | None = Described(
        None, description="When it begins (*aanvang*).", examples=["2026-12-01T09:00:00Z"]
    )
    place: str | None = Described(None, description="Where (*plaats*).", examples=["Huis van de Wijk, Noord"])
    three_way: bool | None = Described(None, description="Whether it is a three-way meeting (*driegesprek*).")
    minutes: int | None = Described(None, description="How long it lasts, in minutes (*duur*).")
    participants: list[str] | None = Described(None, description="Who else takes part (*deelnemers*).")
    attendees: list[AttendeeOut] | None = Described(
        None, description="Who else takes part, with the role, and who appeared (*deelnemers met rol*)."
    )
    proposed_times: list[datetime] | None = Described(
        None, description="From which times the worker chooses (*voorgestelde tijden*)."
    )
    answer_by: date | None = Described(
        None, description="The last day for the worker's answer; after it the hub decides (*antwoord uiterlijk op*)."
    )
    response: AppointmentResponse | None = Described(None, description="The worker's answer to the proposal.")
    other_times: list[datetime] | None = Described(
        None, description="Times that suit the worker, when the proposed one does not (*andere tijden*)."
    )
    cancellation_reason: CancellationReason | None = Described(None, description="Who cancelled it.")
    calendar_url: str | None = Described(
        None,
        description="Where it can be read as iCalendar, with your token (*agenda*).",
        json_schema_extra={"format": "uri"},
    )


class AttendanceOut(Out):
    """How often the client did not appear (*niet verschenen*)."""

    missed_count: int | None = Described(None, description="How many appointments the client missed.")


class ContactOut(Out):
    """Whether the client can be reached (*contact*)."""

    attempts: int | None = Described(
        None, description="How often the counsellor tried in vain since contact was last had (*contactpogingen*)."
    )


class IntakeOut(Out):
    """What the intake led to (*resultaat intake*)."""

    result: IntakeResult | None = Described(None, description="The result (*resultaat*).")
    concluded_on: date | None = Described(None, description="On which day (*datum*).")


class TrajectoryFacts(Out):
    """The guidance that followed (*traject*)."""

    id: UUID | None = Described(None, description="Your id of the trajectory.")
    status: TrajectoryStatus | None = Described(None, description="Its status.")
    started_on: date | None = Described(None, description="When it began.")
    due_on: date | None = Described(None, description="By when the counsellor decides.")
    ended_on: date | None = Described(None, description="When it ended.")
    closure_reason: ClosureReason | None = Described(None, description="Why it ended.")


class PlanOut(Out):
    """The signed support plan (*ondersteuningsplan*)."""

    signed_on: date | None = Described(None, description="When it was signed (*datum ondertekening*).")
    document_reference: str | None = Described(None, description="Where it lies in the document store (RDD).")


class ResultOut(Out):
    """The newest result of the trajectory (*resultaat traject*)."""

    code: TrajectoryResult | None = Described(None, description="The result (*resultaat*).")
    decided_on: date | None = Described(None, description="When it was decided (*datum besluit*).")
    drop_out_reason: DropOutReason | None = Described(
        None, description="The reason behind *wil geen (verdere) ondersteuning*."
    )


class KbrOut(Out):
    """The application to the credit bank (*aanvraag Kredietbank Rotterdam*)."""

    status: KbrStatus | None = Described(None, description="Its status.")
    changed_on: date | None = Described(None, description="Since when (*datum*).")
    service_decision_meeting_on: date | None = Described(
        None, description="Day of the meeting on the service (*gesprek bepalen dienstverlening*)."
    )


class ProgressOut(Out):
    """Where the case is, between the first talk of the intake and its end (*stand van zaken*).

    Who agreed so reads how it is now; the others what was disclosed to them last, with its day.
    """

    state: ProgressState | None = Described(None, description="Where it is (*stand*).")
    next_step: NextStep | None = Described(None, description="What comes next (*volgende stap*).")
    due_on: date | None = Described(
        None, description="By when the counsellor decides (*besluit uiterlijk op*); absent when it is not known yet."
    )
    week: int | None = Described(None, description="How many weeks after the first talk it was disclosed.")
    reported_on: date | None = Described(
        None, description="When it was disclosed to you (*peildatum*); absent when it is how it is now."
    )


class OpenTermOut(Out):
    """A term that runs (*lopende termijn*), as it is at the moment of reading."""

    code: str = Described(description="Code of the term, as the city names it.", examples=["decision"])
    label: str = Described(description="Its name in Dutch.", examples=["Besluit over de dienstverlening"])
    bound: OrganisationRole = Described(
        description="Who has to be in time: the finance team, the credit bank or the referrer.",
        examples=["finance_team"],
    )
    due_on: date = Described(
        description="Its last day (*uiterlijk op*); while it is paused, as if it went on at once.",
        examples=["2027-02-22"],
    )
    state: ClockState = Described(description="Where it is; never `met`.", examples=["running"])
    paused_since: datetime | None = Described(
        None, description="Since when it is paused, because information is awaited (*staat stil sinds*)."
    )
    extension_reason: ExtensionReason | None = Described(
        None, description="Why its last day was moved (*reden verlenging*); absent when it was not."
    )


class AwaitedOut(Out):
    """A step that the case waits for (*wie is aan zet*)."""

    of: OrganisationRole = Described(description="Whose step: of the referrer or the finance team.")
    step: AwaitedStep = Described(description="Which step.", examples=["intake_result"])
    since: datetime = Described(description="Since when it is awaited (*sinds*).", examples=["2026-12-01T09:00:00Z"])


class ReferralSummaryOut(Out):
    """A referral in a list (*aanmelding*)."""

    id: UUID = Described(description="Your id of the referral.", examples=["019ab3f2-7c00-7000-8000-000000000001"])
    reference: str | None = Described(None, description="The referrer's own reference (*kenmerk*).")
    status: ReferralStatus | None = Described(
        None, description="Its status; for a referrer: the last one disclosed to it.", examples=["confirmed"]
    )
    received_at: datetime | None = Described(
        None, description="When the referral was made (*ontvangstmoment*).", examples=["2026-11-23T08:30:00Z"]
    )
    area: str | None = Described(None, description="Area of the city (*gebied*).", examples=["Noord"])
    organisation: str | None = Described(None, description="Name of the referring organisation (*verwijzer*).")
    organisation_kind: ReferrerKind | None = Described(None, description="Kind of referrer (*vindplaats*).")
    consent: ConsentOut | None = Described(None, description="The client's consent (*toestemming*).")
    counsellor: CounsellorOut | None = Described(None, description="Who guides the client (*trajectbegeleider*).")
    intake: IntakeOut | None = Described(None, description="What the intake led to.")


class ReferralOut(ReferralSummaryOut):
    """A referral (*aanmelding*). A field that is absent is not known, or withheld from you."""

    previous_id: UUID | None = Described(None, description="The earlier referral of this client (*heraanmelding*).")
    three_way_meeting: bool | None = Described(
        None, description="Whether a three-way meeting (*driegesprek*) is wished."
    )
    meeting_place: str | None = Described(None, description="Where to meet (*plaats*).")
    income_situation: IncomeSituation | None = Described(None, description="Income (*inkomenssituatie*).")
    debt_severity: DebtSeverity | None = Described(None, description="Light or heavy debts, as estimated (*zwaarte*).")
    threats: list[Threat] | None = Described(None, description="Threatening situations (*dreiging*).")
    protective_administration: bool | None = Described(
        None, description="Whether there is protective administration (*bewindvoering*)."
    )
    running_wsnp: bool | None = Described(None, description="Whether a statutory debt restructuring (*WSNP*) runs.")
    wmo_indication: bool | None = Described(None, description="Whether a Wmo arrangement (*Wmo-indicatie*) is known.")
    lives_in_municipality: bool | None = Described(None, description="Whether the client lives in the municipality.")
    case_lead: str | None = Described(None, description="Who directs the case (*casusregisseur*).")
    other_organisations: list[HelpOrganisationOut] | None = Described(
        None, description="Organisations that help the client now (*betrokken organisaties*)."
    )
    reason: str | None = Described(None, description="Reason of the referral (*aanleiding*).")
    motivation: str | None = Described(None, description="Motivation of the client (*motivatie*).")
    tried: str | None = Described(None, description="What was tried before (*eerder geprobeerd*).")
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
    rejection_reason: RejectionReason | None = Described(None, description="Why it was rejected.")
    withdrawal_reason: WithdrawalReason | None = Described(None, description="Why it was withdrawn.")
    closure_reason: ClosureReason | None = Described(None, description="Why it ended.")
    age: int | None = Described(None, description="Age on the day of referral.")
    client: ClientOut | None = Described(None, description="The client (*klant*).")
    worker: WorkerOut | None = Described(None, description="The referrer's worker (*contactpersoon*).")
    assessment: AssessmentOut | None = Described(None, description="The broad assessment (*brede uitvraag*).")
    appointment: AppointmentFacts | None = Described(None, description="The newest appointment (*afspraak*).")
    attendance: AttendanceOut | None = Described(None, description="Missed appointments.")
    contact: ContactOut | None = Described(None, description="Attempts to reach the client; for the finance team.")
    trajectory: TrajectoryFacts | None = Described(None, description="The guidance that followed (*traject*).")
    plan: PlanOut | None = Described(None, description="The signed support plan (*ondersteuningsplan*).")
    result: ResultOut | None = Described(None, description="The newest result of the trajectory.")
    kbr: KbrOut | None = Described(None, description="The application to the credit bank.")
    progress: ProgressOut | None = Described(None, description="Where the case is (*stand van zaken*).")
    terms: list[OpenTermOut] | None = Described(
        None,
        description="The terms that run (*lopende termijnen*), the first to end first; for the finance team and the "
        "credit bank. They depend on the moment of reading, and so does the ETag.",
    )
    awaited: list[AwaitedOut] | None = Described(
        None, description="What the case waits for (*wie is aan zet*), of each at most one step; for the finance team."
    )


class ReferralLink(Out):
    """Which referral a record belongs to (*aanmelding*)."""

    id: UUID = Described(description="Your id of the referral.")


class AppointmentOut(AppointmentFacts):
    """An appointment, planned or proposed (*afspraak*)."""

    referral: ReferralLink = Described(description="The referral that it belongs to.")
    counsellor: CounsellorOut | None = Described(None, description="With whom (*trajectbegeleider*).")


class TrajectoryOut(TrajectoryFacts):
    """A trajectory (*traject*). A field that is absent is not known, or withheld from you."""

    referral: ReferralLink = Described(description="The referral that it followed.")
    plan: PlanOut | None = Described(None, description="The signed support plan (*ondersteuningsplan*).")
    result: ResultOut | None = Described(None, description="The newest result.")
    kbr: KbrOut | None = Described(None, description="The application to the credit bank.")
