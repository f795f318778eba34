"""Questions of the counsellor to the referrer, answers and signals: what callers send, and what they read."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field as Described

from app.api.schemas.fields import Day, Out, Paragraphs
from app.api.schemas.referral_out import ReferralLink
from app.api.schemas.steps import StepIn
from app.domain.codes import BankSignalKind, InformationRequestStatus, InformationTopic, SignalKind
from app.domain.commands import (
    AnswerInformation,
    GiveBankSignal,
    GiveSignal,
    RequestInformation,
    WithdrawInformationRequest,
)


class InformationRequestIn(StepIn):
    """A question to the referrer (*informatievraag*)."""

    topic: InformationTopic = Described(description="What it is about (*onderwerp*).", examples=["income_documents"])
    question: Paragraphs | None = Described(
        None,
        description="For the referrer only (*vraag*): encrypted, and in no event to anybody else.",
        examples=["Wilt u de laatste drie loonstroken opvragen?"],
    )
    answer_by: Day | None = Described(
        None,
        description="By when the answer is asked for (*uiterlijk op*); the city's term when absent. Not in the past.",
        examples=["2026-12-01"],
    )

    def to_command(self) -> RequestInformation:
        """Return the command."""
        return RequestInformation(topic=self.topic, question=self.question, due_on=self.answer_by)


class InformationAnswerIn(StepIn):
    """The answer to a question (*antwoord*)."""

    answer: Paragraphs = Described(
        description="For the finance team only: encrypted, and in no event to anybody else.",
        examples=["De loonstroken zijn vandaag in het dossier gezet."],
    )

    def to_command(self, request_id: UUID) -> AnswerInformation:
        """Return the command."""
        return AnswerInformation(request_id, self.answer)


class RequestWithdrawalIn(StepIn):
    """A question is asked no longer (*informatievraag ingetrokken*)."""

    def to_command(self, request_id: UUID) -> WithdrawInformationRequest:
        """Return the command."""
        return WithdrawInformationRequest(request_id=request_id)


class SignalIn(StepIn):
    """Something changed on the referrer's side (*signaal*)."""

    kind: SignalKind = Described(description="What changed.", examples=["worker_changed"])
    text: Paragraphs | None = Described(
        None,
        description="For the counsellor only (*toelichting*): encrypted, and in no event to anybody else.",
        examples=["Vanaf vandaag ben ik de contactpersoon."],
    )

    def to_command(self) -> GiveSignal:
        """Return the command."""
        return GiveSignal(self.kind, self.text)


class BankSignalIn(StepIn):
    """Something changed at the credit bank (*signaal van de kredietbank*)."""

    kind: BankSignalKind = Described(description="What changed.", examples=["payments_failing"])
    text: Paragraphs | None = Described(
        None,
        description="For the counsellor only (*toelichting*): encrypted, and in no event to anybody else.",
        examples=["De laatste twee termijnen zijn niet betaald."],
    )

    def to_command(self) -> GiveBankSignal:
        """Return the command."""
        return GiveBankSignal(self.kind, self.text)


class InformationRequestOut(Out):
    """A question to the referrer (*informatievraag*); its texts are for who asks and who is asked."""

    id: UUID = Described(description="Your id of the question.")
    referral: ReferralLink = Described(description="The referral that it is about.")
    topic: InformationTopic = Described(description="What it is about (*onderwerp*).")
    status: InformationRequestStatus = Described(description="Where it is (*stand*).")
    due_on: date = Described(description="By when the answer is asked for (*uiterlijk op*).", examples=["2026-12-01"])
    asked_at: datetime = Described(description="When it was asked.", examples=["2026-11-24T09:00:00Z"])
    ended_at: datetime | None = Described(None, description="When it was answered or withdrawn.")
    reference: str | None = Described(
        None, description="Of the question in the system of who asked it, for the finance team.", examples=["V-1"]
    )
    question: str | None = Described(None, description="What is asked.", examples=["Wilt u de loonstroken opvragen?"])
    answer: str | None = Described(None, description="What was answered.", examples=["Ze staan in het dossier."])


class InformationRequestsOut(Out):
    """The questions to the referrer, oldest first (*informatievragen*)."""

    items: list[InformationRequestOut]


class SignalOut(Out):
    """A signal (*signaal*); ``kind`` is the referrer's, ``bankSignal`` the credit bank's."""

    id: UUID = Described(description="Your id of the signal.")
    referral: ReferralLink = Described(description="The referral that it is about.")
    kind: SignalKind | None = Described(None, description="What changed at the referrer.")
    bank_signal: "BankSignalFacts | None" = Described(None, description="What changed at the credit bank.")
    given_at: datetime = Described(description="When it was given.", examples=["2026-11-24T09:00:00Z"])
    text: str | None = Described(None, description="For the counsellor.", examples=["Zij is de contactpersoon."])


class BankSignalFacts(Out):
    """What the credit bank signals (*signaal van de kredietbank*)."""

    kind: BankSignalKind = Described(description="What changed.")


class SignalsOut(Out):
    """The signals, oldest first (*signalen*)."""

    items: list[SignalOut]
