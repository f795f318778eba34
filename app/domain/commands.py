"""What can be asked of the hub: commands, the fields that they write, and the context in which somebody issues them.

HTTP, the command line and the partners' pull loop build the same commands and pass them to the same function,
``app.operations.cases.execute``.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    BankSignalKind,
    CancellationReason,
    ClosureReason,
    ContactAttemptKind,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OnwardStatus,
    OrganisationRole,
    OutsideBody,
    PartyRole,
    ReferralStatus,
    RejectionReason,
    SignalKind,
    System,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.fields import Field, names_of
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import ClientDetails, Counsellor, Participant, ReferralContents


@dataclass(frozen=True, kw_only=True)
class ActionContext:
    """Who issues a command, from which system, and when what it reports happened.

    Attributes:
        occurred_at: when it happened in the real world, aware.
        visibility: the cases that exist for whoever issues the command.
        version: the source system's own version of the record, if it has one.
        catch_up: True when a partner reports: a later state implies the steps before it, and each of its fields is
            merged with what the hub has.
        speaker: the partner whose record already has what the command writes, so that it need not be sent it.
    """

    role: OrganisationRole
    system: System
    occurred_at: datetime
    organisation_id: UUID | None = None
    visibility: Visibility = EVERYTHING
    version: str | None = None
    catch_up: bool = False
    speaker: System | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterReferral:
    """A referrer puts a client forward.

    Attributes:
        organisation_code: code of the referring organisation; None, which is refused, when it was not stated.
        reference: the referrer's own reference, unique per organisation.
        received_at: when the referral was made; None is the moment of recording.
    """

    organisation_code: str | None
    client: ClientDetails
    contents: ReferralContents
    reference: str | None = None
    received_at: datetime | None = None
    previous_id: UUID | None = None


@dataclass(frozen=True)
class AmendReferral:
    """The referrer changes what it said; ``client`` None leaves the client's details as they are."""

    contents: ReferralContents
    client: ClientDetails | None = None


@dataclass(frozen=True)
class ConfirmReferral:
    """The finance team takes the referral on."""

    counsellor: Counsellor | None = None


@dataclass(frozen=True)
class RejectReferral:
    """The finance team does not take the referral on."""

    reason: RejectionReason


@dataclass(frozen=True)
class ForwardReferral:
    """The finance team passes the referral on, to an organisation that the hub knows or to a body outside it."""

    organisation_code: str | None = None
    outside_body: OutsideBody | None = None


@dataclass(frozen=True)
class ReferOnward:
    """The finance team refers the client to another organisation or body for other help; the case goes on."""

    organisation_code: str | None = None
    outside_body: OutsideBody | None = None


@dataclass(frozen=True, kw_only=True)
class ReportOnwardStatus:
    """What became of an onward referral.

    Attributes:
        onward_id: None in a report that names where it went instead.
        outside_body: where it went.
    """

    status: OnwardStatus
    onward_id: UUID | None = None
    organisation_code: str | None = None
    outside_body: OutsideBody | None = None


@dataclass(frozen=True)
class WithdrawReferral:
    """The referrer takes the referral back: at once until it is confirmed, by request afterwards."""

    reason: WithdrawalReason


@dataclass(frozen=True)
class AnswerWithdrawal:
    """The counsellor grants or refuses a requested withdrawal."""

    granted: bool


@dataclass(frozen=True, kw_only=True)
class ProposeAppointment:
    """The counsellor asks the referrer's worker which of some times suits; nothing is planned by it.

    Attributes:
        times: at most ``MAX_PROPOSED_TIMES``, in order and different.
        minutes: how long it lasts.
    """

    times: tuple[datetime, ...]
    kind: AppointmentKind = AppointmentKind.INTAKE
    place: str | None = None
    counsellor: Counsellor | None = None
    participants: tuple[Participant, ...] = ()
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleIntake:
    """The counsellor plans an appointment of a kind, or moves the one that is planned."""

    starts_at: datetime
    place: str | None = None
    three_way: bool = False
    counsellor: Counsellor | None = None
    participants: tuple[Participant, ...] = ()
    kind: AppointmentKind = AppointmentKind.INTAKE
    minutes: int | None = None


@dataclass(frozen=True)
class RespondToAppointment:
    """The referrer's worker accepts a proposal or a three-way meeting, or answers with other times.

    ``appointment_id`` must be open; None, from a partner, is whichever is. ``chosen_time`` is one of the proposed
    times; it may be left out where there is one.
    """

    appointment_id: UUID | None
    accepted: bool
    other_times: tuple[datetime, ...] = ()
    _: KW_ONLY
    chosen_time: datetime | None = None


@dataclass(frozen=True)
class CancelAppointment:
    """A planned appointment falls through, or a proposal is withdrawn.

    The referrer cancels the intake, and of other appointments and proposals its own attendance. ``appointment_id`` must
    be open; None, from a partner, is whichever of the kind is.
    """

    reason: CancellationReason
    appointment_id: UUID | None = None
    _: KW_ONLY
    kind: AppointmentKind = AppointmentKind.INTAKE


@dataclass(frozen=True)
class RecordAttendance:
    """The client appeared at an appointment, or did not.

    ``appointment_id`` must be planned; None, from a partner, is whichever of the kind is. ``others`` are the other
    participants of whom it was recorded.
    """

    attended: bool
    appointment_id: UUID | None = None
    _: KW_ONLY
    kind: AppointmentKind = AppointmentKind.INTAKE
    others: tuple[Participant, ...] = ()


@dataclass(frozen=True)
class DecideOnProposal:
    """The hub plans the first time of a proposal that nobody answered, or lets it lapse when none is left."""

    appointment_id: UUID


@dataclass(frozen=True)
class ReportAppointmentDue:
    """The hub reports, on the day before, that an appointment takes place."""

    appointment_id: UUID


@dataclass(frozen=True)
class RecordContactAttempt:
    """The counsellor tried to reach the client, in vain."""

    kind: ContactAttemptKind


@dataclass(frozen=True)
class ReportContactLost:
    """Since this day nobody can reach the client, in whatever phase."""

    lost_on: date


@dataclass(frozen=True)
class ReportContactRestored:
    """On this day contact with the client was restored."""

    restored_on: date


@dataclass(frozen=True)
class ReportOtherHelp:
    """The client needs other help too, in these domains of life."""

    life_domains: tuple[LifeDomain, ...]


@dataclass(frozen=True)
class ChangeCounsellor:
    """Another counsellor guides the client from now on."""

    counsellor: Counsellor


@dataclass(frozen=True)
class MarkUnreachable:
    """The finance team ends a referral because the client cannot be reached."""


@dataclass(frozen=True)
class ConcludeIntake:
    """The intake led to a result."""

    result: IntakeResult
    concluded_on: date


@dataclass(frozen=True)
class EnterInError:
    """A referral was made by mistake."""


@dataclass(frozen=True)
class GiveSignal:
    """The referrer tells the counsellor that something changed on its side; ``text`` is for the counsellor only."""

    kind: SignalKind
    text: str | None = None


@dataclass(frozen=True)
class GiveBankSignal:
    """The credit bank tells the counsellor that something changed; ``text`` is for the counsellor only."""

    kind: BankSignalKind
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class RequestInformation:
    """The counsellor asks the referrer for information.

    Attributes:
        question: for the referrer only.
        due_on: by when it is asked for; None is the city's term after the day of the question.
        reference: of the question in the system of who asks, by which the same is not asked twice.
    """

    topic: InformationTopic
    question: str | None = None
    due_on: date | None = None
    reference: str | None = None


@dataclass(frozen=True)
class AnswerInformation:
    """The referrer answers a question of the counsellor; ``answer`` is for the finance team only."""

    request_id: UUID
    answer: str


@dataclass(frozen=True, kw_only=True)
class WithdrawInformationRequest:
    """The counsellor no longer asks a question, named by its id or by its reference in the system of who asked."""

    request_id: UUID | None = None
    reference: str | None = None


@dataclass(frozen=True)
class SignPlan:
    """The client signed the support plan; the hub keeps a reference to the document only."""

    signed_on: date
    document_reference: str | None = None


@dataclass(frozen=True)
class PauseTrajectory:
    """Guidance rests for a while."""


@dataclass(frozen=True)
class ResumeTrajectory:
    """Guidance goes on."""


@dataclass(frozen=True)
class RecordResult:
    """The counsellor decided; ``decided_on`` None is a decision whose date was not registered."""

    result: TrajectoryResult
    decided_on: date | None = None
    drop_out_reason: DropOutReason | None = None


@dataclass(frozen=True)
class CloseTrajectory:
    """Guidance ends."""

    reason: ClosureReason
    closed_on: date


@dataclass(frozen=True)
class RecordKbrStatus:
    """The application to the credit bank moved."""

    status: KbrStatus
    changed_on: date | None = None
    service_decision_meeting_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class AddParty:
    """An organisation takes part in the trajectory."""

    organisation: str
    role: PartyRole
    contact: str | None = None
    from_on: date | None = None


@dataclass(frozen=True)
class AwaitInformation:
    """The counsellor waits for information without which it cannot go on."""


@dataclass(frozen=True)
class InformationReceived:
    """The counsellor has the information that it waited for."""


@dataclass(frozen=True)
class ExtendTerm:
    """The counsellor moves the last day of a term, which is named by its code in the data of the city."""

    term: str
    due_on: date
    reason: ExtensionReason


@dataclass(frozen=True)
class ReportProgress:
    """The hub reports where a case is, some weeks after the first talk."""

    week: int


MAX_PROPOSED_TIMES = 5
"""The most times from which a referrer's worker is asked to choose."""

Command = (
    RegisterReferral
    | AmendReferral
    | ConfirmReferral
    | RejectReferral
    | ForwardReferral
    | ReferOnward
    | ReportOnwardStatus
    | WithdrawReferral
    | AnswerWithdrawal
    | EnterInError
    | GiveSignal
    | GiveBankSignal
    | RequestInformation
    | AnswerInformation
    | WithdrawInformationRequest
    | RecordContactAttempt
    | ReportContactLost
    | ReportContactRestored
    | ReportOtherHelp
    | ChangeCounsellor
    | MarkUnreachable
    | ProposeAppointment
    | ScheduleIntake
    | RespondToAppointment
    | CancelAppointment
    | RecordAttendance
    | DecideOnProposal
    | ReportAppointmentDue
    | ConcludeIntake
    | SignPlan
    | PauseTrajectory
    | ResumeTrajectory
    | RecordResult
    | CloseTrajectory
    | RecordKbrStatus
    | AddParty
    | AwaitInformation
    | InformationReceived
    | ExtendTerm
    | ReportProgress
)
"""Everything that changes a case."""


WrittenFields = Mapping[Field, object]
"""Values by field."""


def fields_written(command: Command) -> WrittenFields:
    """Return the fields that a command writes, for their owners to be looked up; those that it leaves out are absent.

    What the referrer says is compared field by field instead; a signal and a party write no field that has one value.
    """
    read = _FIELDS_OF.get(type(command))
    return {field: value for field, value in read(command).items() if value is not None} if read else {}


def _confirmed(command: ConfirmReferral) -> WrittenFields:
    return {Field.REFERRAL_STATUS: ReferralStatus.CONFIRMED, **_counsellor(command.counsellor)}


def _planned(command: ScheduleIntake) -> WrittenFields:
    return {
        Field.APPOINTMENT_STARTS_AT: command.starts_at.astimezone(UTC),
        Field.APPOINTMENT_PLACE: command.place,
        Field.APPOINTMENT_THREE_WAY: command.three_way,
        Field.APPOINTMENT_PARTICIPANTS: names_of(command.participants) or None,
        Field.APPOINTMENT_MINUTES: command.minutes,
        **_counsellor(command.counsellor),
    }


def _proposed(command: ProposeAppointment) -> WrittenFields:
    return {
        Field.APPOINTMENT_PROPOSED_TIMES: tuple(each.astimezone(UTC) for each in command.times),
        Field.APPOINTMENT_PLACE: command.place,
        Field.APPOINTMENT_PARTICIPANTS: names_of(command.participants) or None,
        Field.APPOINTMENT_MINUTES: command.minutes,
        **_counsellor(command.counsellor),
    }


def _decided(command: RecordResult) -> WrittenFields:
    return {
        Field.RESULT_CODE: command.result,
        Field.RESULT_DECIDED_ON: command.decided_on,
        Field.RESULT_DROP_OUT_REASON: command.drop_out_reason,
    }


def _applied(command: RecordKbrStatus) -> WrittenFields:
    return {
        Field.KBR_STATUS: command.status,
        Field.KBR_CHANGED_ON: command.changed_on,
        Field.KBR_SERVICE_DECISION_MEETING_ON: command.service_decision_meeting_on,
    }


def _counsellor(given: Counsellor | None) -> WrittenFields:
    return {Field.COUNSELLOR_NAME: given.name, Field.COUNSELLOR_PHONE: given.phone} if given else {}


_ATTENDANCE = {True: AppointmentStatus.ATTENDED, False: AppointmentStatus.MISSED}
_RESPONSE = {True: AppointmentResponse.ACCEPTED, False: AppointmentResponse.OTHER_TIMES}

_FIELDS_OF: Mapping[type, Callable[[Any], WrittenFields]] = {  # each takes the command of its own type
    ConfirmReferral: _confirmed,
    RejectReferral: lambda command: {Field.REFERRAL_REJECTION_REASON: command.reason},
    ForwardReferral: lambda _: {Field.REFERRAL_STATUS: ReferralStatus.FORWARDED},
    WithdrawReferral: lambda command: {Field.REFERRAL_WITHDRAWAL_REASON: command.reason},
    AnswerWithdrawal: lambda command: {Field.REFERRAL_STATUS: ReferralStatus.WITHDRAWN if command.granted else None},
    EnterInError: lambda _: {Field.REFERRAL_STATUS: ReferralStatus.ENTERED_IN_ERROR},
    ReportContactLost: lambda command: {Field.CONTACT_LOST_ON: command.lost_on},
    ReportContactRestored: lambda command: {Field.CONTACT_RESTORED_ON: command.restored_on},
    ReportOtherHelp: lambda command: {Field.OTHER_HELP_LIFE_DOMAINS: command.life_domains},
    ChangeCounsellor: lambda command: _counsellor(command.counsellor),
    MarkUnreachable: lambda _: {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT},
    ProposeAppointment: _proposed,
    RequestInformation: lambda command: {Field.INFORMATION_TOPIC: command.topic},
    ScheduleIntake: _planned,
    RespondToAppointment: lambda command: {Field.APPOINTMENT_RESPONSE: _RESPONSE[command.accepted]},
    CancelAppointment: lambda command: {Field.APPOINTMENT_CANCELLATION_REASON: command.reason},
    RecordAttendance: lambda command: {Field.APPOINTMENT_STATUS: _ATTENDANCE[command.attended]},
    ConcludeIntake: lambda command: {
        Field.INTAKE_RESULT: command.result,
        Field.INTAKE_CONCLUDED_ON: command.concluded_on,
    },
    SignPlan: lambda command: {
        Field.PLAN_SIGNED_ON: command.signed_on,
        Field.PLAN_DOCUMENT_REFERENCE: command.document_reference,
    },
    PauseTrajectory: lambda _: {Field.TRAJECTORY_STATUS: TrajectoryStatus.PAUSED},
    ResumeTrajectory: lambda _: {Field.TRAJECTORY_STATUS: TrajectoryStatus.RUNNING},
    RecordResult: _decided,
    CloseTrajectory: lambda command: {
        Field.TRAJECTORY_CLOSURE_REASON: command.reason,
        Field.TRAJECTORY_ENDED_ON: command.closed_on,
    },
    RecordKbrStatus: _applied,
    ExtendTerm: lambda command: {Field.TERM_EXTENSION_REASON: command.reason},
}
