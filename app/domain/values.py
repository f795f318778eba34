"""The values of the record: what a client, a referral, an appointment and a trajectory hold."""

from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from app.domain.birth_date import BirthDate
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    BankSignalKind,
    CancellationReason,
    ClosureReason,
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    DropOutReason,
    HelpOrganisationKind,
    IncomeSituation,
    InformationRequestStatus,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OnwardStatus,
    OrganisationRole,
    ParticipantRole,
    PartyRole,
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
from app.domain.term_facts import TermFacts


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """An organisation that refers, guides, decides or operates."""

    id: UUID
    code: str
    name: str
    role: OrganisationRole
    kind: ReferrerKind | None
    system: System
    area: str | None = None
    active: bool = True

    @property
    def is_inside(self) -> bool:
        """Return whether it works in one of the three systems or runs the hub, and so knows the hub's own ids."""
        return self.system is not System.API or self.role is OrganisationRole.OPERATOR


@dataclass(frozen=True, kw_only=True)
class ClientDetails:
    """Who the client is and how to reach them; every field is encrypted at rest. Some people have one name only."""

    given_name: str | None
    family_name: str | None
    birth_date: BirthDate
    bsn: str | None = None
    sex: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    preferred_channel: ContactChannel | None = None
    interpreter_language: str | None = None
    contact_cautions: tuple[ContactCaution, ...] = ()


@dataclass(frozen=True)
class Client:
    """A resident with debts, known to the hub by an id of its own."""

    id: UUID
    details: ClientDetails


@dataclass(frozen=True)
class Worker:
    """The referrer's worker."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class HelpOrganisation:
    """An organisation that helps the client now; the name is None when only its kind is known."""

    kind: HelpOrganisationKind
    name: str | None = None


@dataclass(frozen=True)
class Counsellor:
    """The client's fixed contact at the finance team (*trajectbegeleider*)."""

    name: str
    phone: str | None = None


def works_on(given_on: object, day: date) -> bool:
    """Return whether consent that was given on a day works on another; without a day nobody can show that it does."""
    return isinstance(given_on, date) and given_on <= day


@dataclass(frozen=True)
class Consent:
    """What the client agreed to, when and how, and who recorded it when.

    Attributes:
        evidence: where it can be found that the client agreed.
        recorded_by: the organisation or system that stated it to the hub; None when it never was.
        recorded_at: when the hub recorded it; it permits nothing of before.
    """

    scopes: frozenset[ConsentScope] = frozenset()
    given_on: date | None = None
    evidence: str | None = None
    _: KW_ONLY
    form: ConsentForm | None = None
    # Not part of what was stated: the same statement again is no other consent.
    recorded_by: str | None = field(default=None, compare=False)
    recorded_at: datetime | None = field(default=None, compare=False)

    def recorded(self, by: str, at: datetime) -> "Consent":
        """Return the consent as it is stored, with who recorded it when."""
        return replace(self, recorded_by=by, recorded_at=at)

    @property
    def asked_by_rules(self) -> "Consent":
        """The part that is stored in clear, because rules ask about it."""
        return Consent(self.scopes, self.given_on)


@dataclass(frozen=True, kw_only=True)
class ReferralContents:
    """What the referrer says; the referrer owns all of it (domain.md section 9).

    Attributes:
        reason: why the client is referred, as written for the counsellor.
        motivation: what the client wants, as written for the counsellor.
        tried: what was tried before, such as a light plan, as written for the counsellor.
        assessment_reference: where the broad assessment can be read, by who may.
        life_domains: in which help is needed; what for is not stored.
        other_organisations: that help the client now.
    """

    area: str
    worker: Worker = Worker()
    reason: str | None = None
    motivation: str | None = None
    tried: str | None = None
    income_situation: IncomeSituation = IncomeSituation.UNKNOWN
    debt_severity: DebtSeverity = DebtSeverity.UNKNOWN
    threats: tuple[Threat, ...] = ()
    three_way_meeting: bool = False
    meeting_place: str | None = None
    assessment_done_by: str | None = None
    assessment_reference: str | None = None
    life_domains: tuple[LifeDomain, ...] = ()
    other_organisations: tuple[HelpOrganisation, ...] = ()
    case_lead: str | None = None
    protective_administration: bool = False
    running_wsnp: bool = False
    wmo_indication: bool = False
    lives_in_municipality: bool = True
    consent: Consent = Consent()


@dataclass(frozen=True, kw_only=True)
class ReferralFlags:
    """What is going on in addition to the status."""

    awaiting_information: bool = False
    withdrawal_requested: bool = False
    contact_lost: bool = False
    closed_unasked: bool = False


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A client put forward to the finance team by a referrer (*aanmelding*): what is stored without encryption.

    Attributes:
        area: where the client lives, a copy of what the contents say.
        consent: a copy of what the contents say, without the evidence.
        disclosed_status: the newest status that was disclosed to the referrer.
        disclosed_counsellor: the name of the counsellor that was disclosed to the referrer last.
        disclosed_result: the result of the intake that was disclosed to the referrer last.
        shows_consented: whether one of these three was disclosed with the client's consent only.
        age: of the client on the day of the referral, in whole years.
        contact_attempts: when the counsellor tried in vain to reach the client since the last contact, oldest first.
        in_contact_at: the newest moment at which contact was restored or the client appeared; None without one.
        contact_changed_at: the moment of the newest report that contact was lost or restored; None without one.
        other_help: the domains of life in which other help was reported to be needed.
        intake_held_on: the day of the first talk that the client attended.
        term_facts: what its terms depend on; None in a case of before there were terms, until it is worked out.
        question_count: how many questions the counsellor asked the referrer.
        onward_count: how often the client was referred onward.
    """

    id: UUID
    client_id: UUID
    organisation: Organisation
    area: str
    consent: Consent
    status: ReferralStatus
    disclosed_status: ReferralStatus
    received_at: datetime
    age: int
    reference: str | None = None
    flags: ReferralFlags = ReferralFlags()
    advice: tuple[RoutingAdvice, ...] = ()
    counsellor: Counsellor | None = None
    disclosed_counsellor: str | None = None
    disclosed_result: IntakeResult | None = None
    shows_consented: bool = False
    missed_count: int = 0
    contact_attempts: tuple[datetime, ...] = ()
    in_contact_at: datetime | None = None
    contact_changed_at: datetime | None = None
    other_help: tuple[LifeDomain, ...] = ()
    intake_held_on: date | None = None
    intake_result: IntakeResult | None = None
    intake_concluded_on: date | None = None
    rejection_reason: RejectionReason | None = None
    withdrawal_reason: WithdrawalReason | None = None
    closure_reason: ClosureReason | None = None
    previous_id: UUID | None = None
    term_facts: TermFacts | None = field(default_factory=TermFacts)
    question_count: int = 0
    onward_count: int = 0


@dataclass(frozen=True, kw_only=True)
class ReferralSummary:
    """A referral as lists show it; what was disclosed is shown to the referrer, and the rest to others."""

    id: UUID
    organisation: Organisation
    reference: str | None
    area: str
    status: ReferralStatus
    disclosed_status: ReferralStatus
    received_at: datetime
    consent: Consent
    counsellor: Counsellor | None = None
    intake_result: IntakeResult | None = None
    disclosed_counsellor: str | None = None
    disclosed_result: IntakeResult | None = None
    shows_consented: bool = False


@dataclass(frozen=True)
class Participant:
    """Who takes part in an appointment, in addition to the client and the counsellor.

    Attributes:
        name: None where only the role is known.
        attended: whether this participant appeared; None as long as that was not recorded.
    """

    name: str | None = None
    role: ParticipantRole = ParticipantRole.OTHER
    attended: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A proposed or planned appointment; a moved one is replaced by a new one, so that the old time stays known.

    Attributes:
        starts_at: when it begins; None as long as it is a proposal.
        three_way: whether the referrer's worker takes part.
        minutes: how long it lasts; None where that was not said.
        proposed_times: what the referrer's worker was asked to choose from; empty when it was planned at once.
        proposed_at: when it was proposed.
        answer_by: the last day on which the worker can answer before the hub decides.
        series_id: of the first appointment of those that it was moved from; the same for all of them.
        moves: how often it was moved before.
        is_due_reported: whether it was reported on the day before, or will not be.
    """

    id: UUID
    starts_at: datetime | None
    place: str | None
    three_way: bool
    counsellor: Counsellor | None
    status: AppointmentStatus
    response: AppointmentResponse
    kind: AppointmentKind = AppointmentKind.INTAKE
    minutes: int | None = None
    participants: tuple[Participant, ...] = ()
    other_times: tuple[datetime, ...] = ()
    cancellation_reason: CancellationReason | None = None
    proposed_times: tuple[datetime, ...] = ()
    proposed_at: datetime | None = None
    answer_by: date | None = None
    series_id: UUID | None = None
    moves: int = 0
    is_due_reported: bool = False

    @property
    def is_planned(self) -> bool:
        """Return whether it is still to take place."""
        return self.status is AppointmentStatus.SCHEDULED

    @property
    def is_proposed(self) -> bool:
        """Return whether it is a proposal that nobody planned or withdrew yet."""
        return self.status is AppointmentStatus.PROPOSED

    @property
    def is_asked_to_attend(self) -> bool:
        """Return whether the referrer's worker can cancel its own attendance: not that of the planned intake."""
        is_asked = self.response is not AppointmentResponse.NOT_ASKED
        is_meeting = self.is_planned and self.kind is not AppointmentKind.INTAKE
        return is_asked and (self.is_proposed or is_meeting)

    @property
    def awaits_answer(self) -> bool:
        """Return whether it is a proposal that the referrer's worker did not answer yet."""
        return self.is_proposed and self.response is AppointmentResponse.REQUESTED


@dataclass(frozen=True, kw_only=True)
class InformationRequest:
    """A question of the counsellor to the referrer (*informatievraag*).

    Attributes:
        question: for the referrer only.
        reference: of the question in the system of who asked it.
        ended_at: when it was answered or withdrawn.
        answer: for the finance team only.
    """

    id: UUID
    topic: InformationTopic
    due_on: date
    asked_at: datetime
    status: InformationRequestStatus = InformationRequestStatus.OPEN
    question: str | None = None
    reference: str | None = None
    ended_at: datetime | None = None
    answer: str | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it still waits for an answer."""
        return self.status is InformationRequestStatus.OPEN


@dataclass(frozen=True, kw_only=True)
class OnwardReferral:
    """The client was referred from the finance team to another organisation (*doorverwijzing*).

    Attributes:
        organisation_id: that the hub connects; None for a body outside it.
        to: the name of the organisation or body.
        to_code: the code of the organisation or body.
        changed_at: when it got its status.
    """

    id: UUID
    organisation_id: UUID | None
    to: str
    to_code: str
    made_at: datetime
    changed_at: datetime
    status: OnwardStatus = OnwardStatus.MADE

    @property
    def is_open(self) -> bool:
        """Return whether the receiver may still report what became of it."""
        return self.status in (OnwardStatus.MADE, OnwardStatus.ACCEPTED)


@dataclass(frozen=True, kw_only=True)
class Signal:
    """What the referrer or the credit bank reports to the counsellor on the way (*signaal*).

    Attributes:
        text: for the counsellor only.
    """

    id: UUID
    kind: SignalKind | BankSignalKind
    given_at: datetime
    text: str | None = None


@dataclass(frozen=True)
class Plan:
    """The signed support plan; the document itself stays in the document store (RDD)."""

    signed_on: date
    document_reference: str | None = None


@dataclass(frozen=True)
class RecordedResult:
    """One result of a trajectory; results are never overwritten."""

    code: TrajectoryResult
    decided_on: date | None
    drop_out_reason: DropOutReason | None = None


@dataclass(frozen=True, kw_only=True)
class KbrApplication:
    """A request to the credit bank."""

    id: UUID
    status: KbrStatus
    changed_on: date | None = None
    service_decision_meeting_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Party:
    """An organisation that takes part in a trajectory, from when until when."""

    id: UUID
    organisation: str
    role: PartyRole
    contact: str | None
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    """The guidance that follows on the intake (*traject*).

    Attributes:
        disclosed_status: the newest status that was disclosed to the referrer, empty when that was none; None while the
            referrer does not know that there is a trajectory.
    """

    id: UUID
    status: TrajectoryStatus
    started_on: date
    due_on: date
    counsellor: Counsellor | None = None
    plan: Plan | None = None
    results: tuple[RecordedResult, ...] = ()
    kbr_application: KbrApplication | None = None
    closure_reason: ClosureReason | None = None
    ended_on: date | None = None
    disclosed_status: str | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One step in the life of a case; the history is append-only.

    Attributes:
        disclosed_status: the status that the step disclosed to the referrer, empty when it disclosed no status; None
            when the step was not disclosed.
        disclosed_consent: the consent under which it was disclosed; None without.
    """

    id: UUID
    machine: str
    record_id: UUID
    action: str
    from_status: str | None
    to_status: str
    role: OrganisationRole
    system: System
    occurred_at: datetime
    recorded_at: datetime
    implied: bool = False
    reason: str | None = None
    event_type: str | None = None
    organisation_id: UUID | None = None
    source_version: str | None = None
    disclosed_status: str | None = None
    disclosed_consent: ConsentScope | None = None
