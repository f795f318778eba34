"""What a caller sends to move a referral or a trajectory on, each with the command that it becomes."""

from typing import Annotated

from pydantic import Field as Described
from pydantic import StrictBool

from app.api.forms import CODE, PHONE
from app.api.schemas.fields import CodeText, Day, In, Line, Name, OccurredAt, Phone
from app.domain.codes import (
    ClosureReason,
    ContactAttemptKind,
    DropOutReason,
    ExtensionReason,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OutsideBody,
    PartyRole,
    RejectionReason,
    TrajectoryResult,
    WithdrawalReason,
)
from app.domain.commands import (
    AddParty,
    AnswerWithdrawal,
    AwaitInformation,
    ChangeCounsellor,
    CloseTrajectory,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    ExtendTerm,
    ForwardReferral,
    InformationReceived,
    MarkUnreachable,
    PauseTrajectory,
    RecordContactAttempt,
    RecordKbrStatus,
    RecordResult,
    RejectReferral,
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
    ResumeTrajectory,
    SignPlan,
    WithdrawReferral,
)
from app.domain.values import Counsellor

_Yes = Annotated[StrictBool, Described(examples=[True])]


class StepIn(In):
    """A step that needs no more than the moment at which it was made."""

    occurred_at: OccurredAt = None


class CounsellorIn(In):
    """The client's fixed contact at the finance team (*trajectbegeleider*)."""

    name: Name = Described(description="Name (*naam*).", examples=["B. Bakker"])
    phone: Phone | None = Described(
        None, description=f"Telephone (*telefoon*): {PHONE.words}.", examples=["+31 10 555 01 00"]
    )

    def value(self) -> Counsellor:
        """Return the counsellor."""
        return Counsellor(self.name, self.phone)


class ConfirmationIn(StepIn):
    """The finance team takes the referral on (*bevestiging*)."""

    counsellor: CounsellorIn | None = Described(None, description="Who will guide the client (*trajectbegeleider*).")

    def to_command(self) -> ConfirmReferral:
        """Return the command."""
        return ConfirmReferral(self.counsellor.value() if self.counsellor else None)


class RejectionIn(StepIn):
    """The finance team does not take the referral on (*afwijzing*)."""

    reason: RejectionReason = Described(description="Why (*reden*).", examples=["not_a_resident"])

    def to_command(self) -> RejectReferral:
        """Return the command."""
        return RejectReferral(self.reason)


class ForwardingIn(StepIn):
    """The finance team passes the referral on (*doorverwijzing*)."""

    organisation_code: CodeText | None = Described(
        None, description=f"Code of the organisation to which it goes: {CODE.words}.", examples=["wijkteam-noord"]
    )
    outside_body: OutsideBody | None = Described(
        None,
        description="The body outside the hub to which it goes (*andere instantie*), in place of an organisation.",
        examples=["legal_desk"],
    )

    def to_command(self) -> ForwardReferral:
        """Return the command."""
        return ForwardReferral(self.organisation_code, self.outside_body)


class WithdrawalIn(StepIn):
    """The referrer takes the referral back (*intrekking*)."""

    reason: WithdrawalReason = Described(description="Why (*reden*).", examples=["helped_elsewhere"])

    def to_command(self) -> WithdrawReferral:
        """Return the command."""
        return WithdrawReferral(self.reason)


class WithdrawalAnswerIn(StepIn):
    """The counsellor grants or refuses a requested withdrawal (*antwoord op verzoek tot intrekking*)."""

    granted: _Yes = Described(description="Whether it is granted (*toegestaan*).")

    def to_command(self) -> AnswerWithdrawal:
        """Return the command."""
        return AnswerWithdrawal(self.granted)


class ContactLossIn(StepIn):
    """The client cannot be reached and the referral ends (*niet bereikbaar*)."""

    def to_command(self) -> MarkUnreachable:
        """Return the command."""
        return MarkUnreachable()


class LostContactIn(StepIn):
    """Nobody can reach the client (*contact verloren*)."""

    lost_on: Day = Described(description="Since which day (*datum*).", examples=["2026-12-01"])

    def to_command(self) -> ReportContactLost:
        """Return the command."""
        return ReportContactLost(self.lost_on)


class RestoredContactIn(StepIn):
    """Contact with the client is restored (*contact hersteld*)."""

    restored_on: Day = Described(description="On which day (*datum*).", examples=["2026-12-08"])

    def to_command(self) -> ReportContactRestored:
        """Return the command."""
        return ReportContactRestored(self.restored_on)


class OtherHelpIn(StepIn):
    """The client needs other help too (*andere hulp nodig*)."""

    life_domains: tuple[LifeDomain, ...] = Described(
        min_length=1,
        max_length=len(LifeDomain),
        description="In which domains of life (*leefgebieden*); what the help is needed for is not stored.",
        examples=[["housing"]],
    )

    def to_command(self) -> ReportOtherHelp:
        """Return the command."""
        return ReportOtherHelp(self.life_domains)


class CounsellorChangeIn(StepIn):
    """Another counsellor guides the client (*andere trajectbegeleider*)."""

    counsellor: CounsellorIn = Described(description="Who guides the client from now on (*trajectbegeleider*).")

    def to_command(self) -> ChangeCounsellor:
        """Return the command."""
        return ChangeCounsellor(self.counsellor.value())


class EntryErrorIn(StepIn):
    """The referral was made by mistake (*foutieve invoer*)."""

    def to_command(self) -> EnterInError:
        """Return the command."""
        return EnterInError()


class IntakeResultIn(StepIn):
    """What the intake led to (*resultaat intake*)."""

    result: IntakeResult = Described(description="The result (*resultaat*).", examples=["route_to_kbr"])
    concluded_on: Day = Described(description="On which day (*datum*).", examples=["2026-12-01"])

    def to_command(self) -> ConcludeIntake:
        """Return the command."""
        return ConcludeIntake(self.result, self.concluded_on)


class PlanIn(StepIn):
    """The client signed the support plan (*ondersteuningsplan*)."""

    signed_on: Day = Described(description="When it was signed (*datum ondertekening*).", examples=["2026-12-08"])
    document_reference: Line | None = Described(
        None, description="Where it lies in the document store (*RDD*).", examples=["RDD-2026-118204"]
    )

    def to_command(self) -> SignPlan:
        """Return the command."""
        return SignPlan(self.signed_on, self.document_reference)


class ContactAttemptIn(StepIn):
    """The counsellor tried in vain to reach the client (*contactpoging*)."""

    kind: ContactAttemptKind = Described(description="How (*wijze*).", examples=["phone"])

    def to_command(self) -> RecordContactAttempt:
        """Return the command."""
        return RecordContactAttempt(self.kind)


class AwaitedInformationIn(StepIn):
    """The counsellor waits for information (*wacht op gegevens*)."""

    def to_command(self) -> AwaitInformation:
        """Return the command."""
        return AwaitInformation()


class ReceivedInformationIn(StepIn):
    """The counsellor has what it waited for (*gegevens ontvangen*)."""

    def to_command(self) -> InformationReceived:
        """Return the command."""
        return InformationReceived()


class TermExtensionIn(StepIn):
    """A term ends later (*termijnverlenging*)."""

    term: CodeText = Described(
        description="The code of the term (*termijn*), as the city names it.", examples=["decision"]
    )
    due_on: Day = Described(description="The new last day (*uiterlijk op*).", examples=["2027-03-30"])
    reason: ExtensionReason = Described(description="Why (*reden*).", examples=["awaiting_documents"])

    def to_command(self) -> ExtendTerm:
        """Return the command."""
        return ExtendTerm(term=self.term, due_on=self.due_on, reason=self.reason)


class FirstPlanIn(PlanIn):
    """The client signed the support plan at the first talk of the intake (*ondersteuningsplan*)."""


class PauseIn(StepIn):
    """Guidance rests for a while (*pauze*)."""

    def to_command(self) -> PauseTrajectory:
        """Return the command."""
        return PauseTrajectory()


class ResumptionIn(StepIn):
    """Guidance goes on (*hervatting*)."""

    def to_command(self) -> ResumeTrajectory:
        """Return the command."""
        return ResumeTrajectory()


class ResultIn(StepIn):
    """The counsellor decided (*resultaat traject*)."""

    result: TrajectoryResult = Described(description="The result (*resultaat*).", examples=["kbr_application"])
    decided_on: Day | None = Described(
        None, description="When it was decided (*datum besluit*).", examples=["2027-02-01"]
    )
    drop_out_reason: DropOutReason | None = Described(
        None,
        description="The reason behind *wil geen (verdere) ondersteuning*; with that result only.",
        examples=["solves_it_alone"],
    )

    def to_command(self) -> RecordResult:
        """Return the command."""
        return RecordResult(self.result, self.decided_on, self.drop_out_reason)


class KbrApplicationIn(StepIn):
    """The status of the application to the credit bank (*aanvraag KBR*)."""

    status: KbrStatus = Described(description="The status; the first is submitted.", examples=["submitted"])
    changed_on: Day | None = Described(None, description="Since when (*datum*).", examples=["2027-02-10"])
    service_decision_meeting_on: Day | None = Described(
        None,
        description="Day of the meeting on the service (*gesprek bepalen dienstverlening*).",
        examples=["2027-03-01"],
    )

    def to_command(self) -> RecordKbrStatus:
        """Return the command."""
        return RecordKbrStatus(self.status, self.changed_on, self.service_decision_meeting_on)


class ClosureIn(StepIn):
    """Guidance ends (*afsluiting*)."""

    reason: ClosureReason = Described(description="Why (*reden*).", examples=["result_reached"])
    closed_on: Day = Described(description="On which day (*datum*).", examples=["2027-03-15"])

    def to_command(self) -> CloseTrajectory:
        """Return the command."""
        return CloseTrajectory(self.reason, self.closed_on)


class PartyIn(StepIn):
    """An organisation takes part in the trajectory (*betrokken partij*)."""

    organisation: Line = Described(description="Its name (*organisatie*).", examples=["Humanitas"])
    role: PartyRole = Described(description="What it does (*rol*).", examples=["support"])
    contact: Line | None = Described(None, description="Whom to reach (*contactpersoon*).", examples=["C. Smit"])
    from_on: Day | None = Described(
        None, description="From when (*vanaf*); today, when left out.", examples=["2026-12-08"]
    )

    def to_command(self) -> AddParty:
        """Return the command."""
        return AddParty(organisation=self.organisation, role=self.role, contact=self.contact, from_on=self.from_on)
