"""Allegro's messages as its contract describes them (``openapi/partners/allegro.yaml``); other fields are ignored."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from app.adapters.common.answers import ErrorMessage
from app.adapters.common.pages import Rows
from app.adapters.common.parsing import plausible
from app.domain.commands import MAX_PROPOSED_TIMES


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


# Without these, Pydantic would also read numbers as days and moments; the contract has ISO 8601 texts only.
def day_of(value: object) -> date:
    """Return a day.

    Raises:
        ValueError: it is no ISO 8601 day, or its year (before 1900, from 2200) can only be a typing error.
    """
    return plausible(date.fromisoformat(str(value)))


def moment_of(value: object) -> datetime:
    """Return a moment with its offset.

    Raises:
        ValueError: it is no ISO 8601 moment with an offset, or its year can only be a typing error.
    """
    moment = plausible(datetime.fromisoformat(str(value)))
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


Date = Annotated[date, BeforeValidator(day_of)]
Timestamp = Annotated[datetime, BeforeValidator(moment_of)]
# A longer value breaks the contract and is not cut off: the record goes to quarantine.
FileNumber = Annotated[str, StringConstraints(max_length=20)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Key = Annotated[str, StringConstraints(max_length=36)]
Kind = Annotated[str, StringConstraints(max_length=40)]
Phone = Annotated[str, StringConstraints(max_length=40)]
Reference = Annotated[str, StringConstraints(max_length=100)]
Name = Annotated[str, StringConstraints(max_length=200)]
Minutes = Annotated[int, Field(strict=True, ge=5, le=480)]
Place = Annotated[str, StringConstraints(max_length=300)]
Text = Annotated[str, StringConstraints(max_length=4000)]


class Foutmelding(ErrorMessage):
    """Allegro's own error."""

    code: str = Field(validation_alias="foutcode")
    melding: str


class ChangeList(_Message):
    """A page of the change feed; each change is read separately, so that an unreadable one affects no other."""

    mutaties: Rows


class FileReceipt(_Message):
    """The answer to a referral: whose file it is, and its number."""

    extern_referentie: UUID
    dossiernummer: FileNumber


class FileList(_Message):
    """A page of files; each is read separately, so that an unreadable one affects no other."""

    dossiers: Rows


class ListedFile(_Message):
    """What identifies the referral of a file (*dossieroverzicht*)."""

    dossiernummer: FileNumber
    extern_referentie: UUID | None
    kenmerk_verwijzer: Reference | None
    organisatie: Name | None
    bsn: str | None
    ontvangen_op: Date | None


class Change(_Message):
    """One change (*mutatie*); what ``gegevens`` holds depends on ``soort``."""

    mutatie_id: Key
    dossiernummer: FileNumber
    extern_referentie: str | None = None
    soort: Kind
    datum: Date | None
    geregistreerd_op: Timestamp
    gegevens: Mapping[str, object]


class CodeValue(_Message):
    """A value of one of Allegro's lists: number and label."""

    code: int = Field(strict=True)
    omschrijving: str


class Counsellor(_Message):
    """The *trajectbegeleider*."""

    naam: Name
    telefoon: Phone | None = None


class Confirmation(_Message):
    """*Bevestiging*."""

    trajectbegeleider: Counsellor | None = None


class CodedReason(_Message):
    """*Afwijzing* and *afsluiting*."""

    redencode: CodeValue


class Participant(_Message):
    """*Deelnemer*: with the role."""

    rol: str
    naam: Name | None = None


class Proposal(_Message):
    """*Afspraakvoorstel*: the times from which the referrer's worker chooses."""

    tijden: Annotated[tuple[Timestamp, ...], Field(min_length=1, max_length=MAX_PROPOSED_TIMES)]
    afspraaksoort: str | None = None
    plaats: Place | None = None
    duur: Minutes | None = None
    trajectbegeleider: Counsellor | None = None
    betrokkenen: Annotated[tuple[Participant, ...], Field(max_length=20)] = ()


class Appointment(_Message):
    """*Afspraak*."""

    begint: Timestamp
    driegesprek: str
    afspraaksoort: str | None = None
    plaats: Place | None = None
    duur: Minutes | None = None
    trajectbegeleider: Counsellor | None = None
    deelnemers: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    betrokkenen: Annotated[tuple[Participant, ...], Field(max_length=20)] = ()


class Cancellation(CodedReason):
    """*Afspraak vervallen*."""

    afspraaksoort: str | None = None


class ParticipantAttendance(Participant):
    """Whether a participant other than the client was there."""

    verschenen: str


class Attendance(_Message):
    """*Aanwezigheid*."""

    verschenen: str
    afspraaksoort: str | None = None
    anderen: Annotated[tuple[ParticipantAttendance, ...], Field(max_length=20)] = ()


class Plan(_Message):
    """*Plan*: signed, and where it is in the document store (RDD)."""

    ondertekend_op: Date
    rdd_kenmerk: Name | None = None


class Result(CodeValue):
    """*Trajectresultaat*."""

    besluitdatum: Date | None = None
    uitvalreden: CodeValue | None = None


class KbrApplication(CodeValue):
    """*KBR-aanvraag*; ``gbdDatum`` is the day of the service decision meeting."""

    gbd_datum: Date | None = None


class Forwarding(_Message):
    """*Doorverwijzing*: to an organisation by its code at the hub, or to a body outside it."""

    organisatie: Code | None = None
    instantie: CodeValue | None = None


class OnwardStatus(_Message):
    """*Stand van een doorverwijzing*: of the newest one to this organisation or body."""

    organisatie: Code | None = None
    instantie: CodeValue | None = None
    stand: str


class OtherHelp(_Message):
    """*Andere hulp*: in which domains of life."""

    leefgebieden: Annotated[tuple[str, ...], Field(min_length=1)]


class CounsellorChange(_Message):
    """*Trajectbegeleider*: who guides the client from now on."""

    trajectbegeleider: Counsellor


class TermExtension(_Message):
    """*Termijn verlengd*: ``uiterlijkOp`` is the new last day of the term."""

    termijn: Code
    uiterlijk_op: Date
    redencode: CodeValue


class Question(_Message):
    """*Informatievraag*: to the referrer; ``vraagId`` is Allegro's own id of it."""

    vraag_id: Key
    onderwerp: CodeValue
    vraag: Text | None = None
    uiterlijk_op: Date | None = None


class QuestionWithdrawal(_Message):
    """*Informatievraag ingetrokken*."""

    vraag_id: Key


class BankSignal(_Message):
    """*KBR-signaal*: what the credit bank tells the counsellor."""

    signaal: CodeValue
    toelichting: Text | None = None


class ContactAttempt(_Message):
    """*Contactpoging*: in vain."""

    wijze: CodeValue


class Nothing(_Message):
    """Contact lost and restored, information awaited and received, unreachable, pause and resumption: no contents."""


class WithdrawalAnswer(_Message):
    """*Intrekking*: the counsellor's answer to a request."""

    akkoord: str
