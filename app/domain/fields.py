"""The fields of the record in one table: name, place in the case, type and sensitivity.

Derived from it are the values of a case by name, the fields that are merged with partners, what is encrypted, the
class by which the privacy policy is bounded, and the schema of the field in events. The privacy policy, a city's
owners of fields, the API's schemas and the partner mappings are written out elsewhere: they are the second opinion.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.domain.birth_date import read_birth_date
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    AppointmentStatus,
    BankSignalKind,
    CancellationReason,
    CaseLead,
    ClosureReason,
    Code,
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    DropOutReason,
    ExtensionReason,
    HelpOrganisationKind,
    IncomeSituation,
    InformationRequestStatus,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    NextStep,
    OnwardStatus,
    ProgressState,
    ReferralStatus,
    ReferrerKind,
    RejectionReason,
    RequestedAction,
    RoutingAdvice,
    SignalKind,
    Threat,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.values import (
    Appointment,
    ClientDetails,
    Consent,
    HelpOrganisation,
    InformationRequest,
    OnwardReferral,
    Participant,
    Referral,
    ReferralContents,
    Signal,
    Trajectory,
)

P = TypeVar("P")

Value = str | int | bool | None | date | datetime | UUID | tuple[object, ...] | frozenset[str]
FieldValues = dict["Field", Value]
Scalar = str | int | bool | None
FactItem = str | dict[str, str]
FactValue = Scalar | list[str] | list[FactItem]
"""A value in its JSON form, as events state it and the privacy gate releases it."""


class Field(StrEnum):
    """Every field of the record that could leave the hub.

    The part before the dot is the group in which the field appears on the wire (camelCase there).
    """

    REFERRAL_ID = "referral.id"
    REFERRAL_REFERENCE = "referral.reference"
    REFERRAL_STATUS = "referral.status"
    REFERRAL_DISCLOSED_STATUS = "referral.told_status"
    REFERRAL_RECEIVED_AT = "referral.received_at"
    REFERRAL_AREA = "referral.area"
    REFERRAL_ORGANISATION = "referral.organisation"
    REFERRAL_ORGANISATION_KIND = "referral.organisation_kind"
    REFERRAL_THREE_WAY_MEETING = "referral.three_way_meeting"
    REFERRAL_MEETING_PLACE = "referral.meeting_place"
    REFERRAL_INCOME_SITUATION = "referral.income_situation"
    REFERRAL_DEBT_SEVERITY = "referral.debt_severity"
    REFERRAL_THREATS = "referral.threats"
    REFERRAL_PROTECTIVE_ADMINISTRATION = "referral.protective_administration"
    REFERRAL_RUNNING_WSNP = "referral.running_wsnp"
    REFERRAL_WMO_INDICATION = "referral.wmo_indication"
    REFERRAL_LIVES_IN_MUNICIPALITY = "referral.lives_in_municipality"
    REFERRAL_CASE_LEAD = "referral.case_lead"
    REFERRAL_OTHER_ORGANISATIONS = "referral.other_organisations"
    REFERRAL_REASON = "referral.reason"
    REFERRAL_MOTIVATION = "referral.motivation"
    REFERRAL_TRIED = "referral.tried"
    REFERRAL_ADVICE = "referral.advice"
    REFERRAL_FLAGS = "referral.flags"
    REFERRAL_PREVIOUS_ID = "referral.previous_id"
    REFERRAL_REQUESTED_ACTION = "referral.requested_action"
    REFERRAL_REJECTION_REASON = "referral.rejection_reason"
    REFERRAL_WITHDRAWAL_REASON = "referral.withdrawal_reason"
    REFERRAL_CLOSURE_REASON = "referral.closure_reason"
    REFERRAL_AGE = "referral.age"
    ASSESSMENT_DONE_BY = "assessment.done_by"
    ASSESSMENT_REFERENCE = "assessment.reference"
    ASSESSMENT_LIFE_DOMAINS = "assessment.life_domains"
    CONSENT_SCOPES = "consent.scopes"
    CONSENT_GIVEN_ON = "consent.given_on"
    CONSENT_EVIDENCE = "consent.evidence"
    CONSENT_FORM = "consent.form"
    CONSENT_RECORDED_BY = "consent.recorded_by"
    CONSENT_RECORDED_AT = "consent.recorded_at"
    CLIENT_ID = "client.id"
    CLIENT_BSN = "client.bsn"
    CLIENT_GIVEN_NAME = "client.given_name"
    CLIENT_FAMILY_NAME = "client.family_name"
    CLIENT_BIRTH_DATE = "client.birth_date"
    CLIENT_SEX = "client.sex"
    CLIENT_ADDRESS = "client.address"
    CLIENT_PHONE = "client.phone"
    CLIENT_EMAIL = "client.email"
    CLIENT_PREFERRED_CHANNEL = "client.preferred_channel"
    CLIENT_INTERPRETER_LANGUAGE = "client.interpreter_language"
    CLIENT_CONTACT_CAUTIONS = "client.contact_cautions"
    WORKER_NAME = "worker.name"
    WORKER_PHONE = "worker.phone"
    WORKER_EMAIL = "worker.email"
    COUNSELLOR_NAME = "counsellor.name"
    COUNSELLOR_PHONE = "counsellor.phone"
    APPOINTMENT_ID = "appointment.id"
    APPOINTMENT_KIND = "appointment.kind"
    APPOINTMENT_STATUS = "appointment.status"
    APPOINTMENT_STARTS_AT = "appointment.starts_at"
    APPOINTMENT_PLACE = "appointment.place"
    APPOINTMENT_THREE_WAY = "appointment.three_way"
    APPOINTMENT_PARTICIPANTS = "appointment.participants"
    APPOINTMENT_RESPONSE = "appointment.response"
    APPOINTMENT_OTHER_TIMES = "appointment.other_times"
    APPOINTMENT_CANCELLATION_REASON = "appointment.cancellation_reason"
    APPOINTMENT_MINUTES = "appointment.minutes"
    APPOINTMENT_ATTENDEES = "appointment.attendees"
    APPOINTMENT_PROPOSED_TIMES = "appointment.proposed_times"
    APPOINTMENT_ANSWER_BY = "appointment.answer_by"
    APPOINTMENT_CALENDAR_URL = "appointment.calendar_url"
    ATTENDANCE_MISSED_COUNT = "attendance.missed_count"
    INTAKE_RESULT = "intake.result"
    INTAKE_CONCLUDED_ON = "intake.concluded_on"
    TRAJECTORY_ID = "trajectory.id"
    TRAJECTORY_STATUS = "trajectory.status"
    TRAJECTORY_STARTED_ON = "trajectory.started_on"
    TRAJECTORY_DUE_ON = "trajectory.due_on"
    TRAJECTORY_ENDED_ON = "trajectory.ended_on"
    TRAJECTORY_CLOSURE_REASON = "trajectory.closure_reason"
    PLAN_SIGNED_ON = "plan.signed_on"
    PLAN_DOCUMENT_REFERENCE = "plan.document_reference"
    RESULT_CODE = "result.code"
    RESULT_DECIDED_ON = "result.decided_on"
    RESULT_DROP_OUT_REASON = "result.drop_out_reason"
    KBR_STATUS = "kbr.status"
    KBR_CHANGED_ON = "kbr.changed_on"
    KBR_SERVICE_DECISION_MEETING_ON = "kbr.service_decision_meeting_on"
    REFERRAL_LED_BY = "referral.led_by"
    CONTACT_ATTEMPTS = "contact.attempts"
    CONTACT_LOST_ON = "contact.lost_on"
    CONTACT_RESTORE_BY = "contact.restore_by"
    CONTACT_RESTORED_ON = "contact.restored_on"
    OTHER_HELP_LIFE_DOMAINS = "other_help.life_domains"
    PROGRESS_WEEK = "progress.week"
    PROGRESS_STATE = "progress.state"
    PROGRESS_NEXT_STEP = "progress.next_step"
    PROGRESS_DUE_ON = "progress.due_on"
    PROGRESS_REPORTED_ON = "progress.reported_on"
    TERM_CODE = "term.code"
    TERM_DUE_ON = "term.due_on"
    TERM_EXTENSION_REASON = "term.extension_reason"
    REFERRAL_TERMS = "referral.terms"
    REFERRAL_AWAITED = "referral.awaited"
    INFORMATION_ID = "information.id"
    INFORMATION_TOPIC = "information.topic"
    INFORMATION_STATUS = "information.status"
    INFORMATION_DUE_ON = "information.due_on"
    INFORMATION_ASKED_AT = "information.asked_at"
    INFORMATION_ENDED_AT = "information.ended_at"
    INFORMATION_REFERENCE = "information.reference"
    INFORMATION_QUESTION = "information.question"
    INFORMATION_ANSWER = "information.answer"
    ONWARD_ID = "onward.id"
    ONWARD_TO = "onward.to"
    ONWARD_STATUS = "onward.status"
    ONWARD_MADE_AT = "onward.made_at"
    ONWARD_CHANGED_AT = "onward.changed_at"
    SIGNAL_ID = "signal.id"
    SIGNAL_KIND = "signal.kind"
    SIGNAL_GIVEN_AT = "signal.given_at"
    SIGNAL_TEXT = "signal.text"
    BANK_SIGNAL_KIND = "bank_signal.kind"
    OCCURRED_AT = "event.occurred_at"


class FieldClass(StrEnum):
    """The kind of information that a field holds, which bounds what the privacy policy may release.

    What is for the counsellor was said in the referral for whoever guides the client: it goes to the finance team and
    back to who said it. What is addressed was written on the way for one side of the case, and goes to that side and
    back to who wrote it. Free text was written for nobody in particular.
    """

    OPERATIONAL = "operational"
    CONTACT = "contact"
    IDENTITY = "identity"
    FINANCIAL = "financial"
    CARE = "care"
    FOR_COUNSELLOR = "for_counsellor"
    ADDRESSED = "addressed"
    FREE_TEXT = "free_text"


@dataclass(frozen=True, kw_only=True)
class FieldType:
    """What a field holds.

    Attributes:
        json_type: its type in JSON; any field may also be null.
        decode: reads a value back from its JSON form.
        json_format: the format of a text, or of each item of a list.
        codes: the code list of a code, or of each item of a list.
    """

    json_type: str
    decode: Callable[[Any], Any]
    json_format: str | None = None
    codes: type[Code] | None = None


def _same(value: object) -> object:
    return value


TEXT = FieldType(json_type="string", decode=_same)
TEXTS = FieldType(json_type="array", decode=tuple)
FLAG = FieldType(json_type="boolean", decode=_same)
COUNT = FieldType(json_type="integer", decode=_same, json_format="int32")
DAY = FieldType(json_type="string", decode=date.fromisoformat, json_format="date")
BIRTH_DATE = FieldType(json_type="string", decode=read_birth_date)
MOMENT = FieldType(json_type="string", decode=datetime.fromisoformat, json_format="date-time")
MOMENTS = FieldType(json_type="array", decode=tuple, json_format="date-time")


def _help_organisation(stored: str | Mapping[str, Any]) -> HelpOrganisation:
    # Kinds were not asked for at first, and the names were stored alone.
    if isinstance(stored, str):
        return HelpOrganisation(HelpOrganisationKind.UNKNOWN, stored)
    return HelpOrganisation(HelpOrganisationKind(stored["kind"]), stored["name"])


HELP_ORGANISATIONS = FieldType(json_type="array", decode=lambda values: tuple(map(_help_organisation, values)))
# Follows from the rest of a case, and is never read back.
FOLLOWING = FieldType(json_type="array", decode=tuple)
IDENTIFIER = FieldType(json_type="string", decode=UUID, json_format="uuid")


def code_of(codes: type[Code]) -> FieldType:
    """Return the type of a code."""
    return FieldType(json_type="string", decode=codes, codes=codes)


def codes_of(codes: type[Code]) -> FieldType:
    """Return the type of a list of codes."""
    return FieldType(json_type="array", decode=lambda values: tuple(map(codes, values)), codes=codes)


def code_set_of(codes: type[Code]) -> FieldType:
    """Return the type of a set of codes."""
    return FieldType(json_type="array", decode=lambda values: frozenset(map(codes, values)), codes=codes)


@dataclass(frozen=True, kw_only=True)
class FieldSpec(Generic[P]):
    """A field of a part of the case.

    Attributes:
        privacy_class: bounds what the privacy policy may release.
        read: returns the value from the part.
        write: returns the part with another value; None where no partner can change the field.
        about: describes the field in the schemas of events; None where no event carries it.
    """

    field: Field
    privacy_class: FieldClass
    type: FieldType
    read: Callable[[P], Value]
    write: Callable[[P, Any], P] | None
    about: str | None


def _spec(  # noqa: PLR0913  # the columns of the table
    field: Field,
    privacy_class: FieldClass,
    type: FieldType,
    read: Callable[[P], Value],
    write: Callable[[P, Any], P] | None = None,
    about: str | None = None,
) -> FieldSpec[P]:
    return FieldSpec(field=field, privacy_class=privacy_class, type=type, read=read, write=write, about=about)


def _of_event(field: Field, privacy_class: FieldClass, type: FieldType, about: str) -> FieldSpec[None]:
    return _spec(field, privacy_class, type, lambda _: None, about=about)


def _flags(referral: Referral) -> tuple[str, ...]:
    flags = referral.flags
    named = {
        "awaiting_information": flags.awaiting_information,
        "withdrawal_requested": flags.withdrawal_requested,
        "contact_lost": flags.contact_lost,
        "closed_unasked": flags.closed_unasked,
    }
    return tuple(name for name, is_set in named.items() if is_set)


CALENDAR = "calendar"
"""In place of the address of a calendar file, which depends on the ids of its reader."""

_C = FieldClass

OF_REFERRAL: tuple[FieldSpec[Referral], ...] = (
    _spec(
        Field.REFERRAL_ID,
        _C.OPERATIONAL,
        IDENTIFIER,
        lambda it: it.id,
        about="The receiver's own id of the referral (aanmelding)",
    ),
    _spec(
        Field.REFERRAL_REFERENCE,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.reference,
        about="The referrer's own reference (kenmerk verwijzer)",
    ),
    _spec(
        Field.REFERRAL_STATUS,
        _C.OPERATIONAL,
        code_of(ReferralStatus),
        lambda it: it.status,
        about="Status of the referral (status)",
    ),
    _spec(Field.REFERRAL_DISCLOSED_STATUS, _C.OPERATIONAL, code_of(ReferralStatus), lambda it: it.disclosed_status),
    _spec(
        Field.REFERRAL_RECEIVED_AT,
        _C.OPERATIONAL,
        MOMENT,
        lambda it: it.received_at,
        about="When the referral was made (aangemeld op)",
    ),
    _spec(
        Field.REFERRAL_ORGANISATION,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.organisation.name,
        about="The organisation that referred (verwijzer)",
    ),
    _spec(
        Field.REFERRAL_ORGANISATION_KIND,
        _C.OPERATIONAL,
        code_of(ReferrerKind),
        lambda it: it.organisation.kind,
        about="The kind of referrer (soort verwijzer)",
    ),
    _spec(
        Field.REFERRAL_ADVICE,
        _C.OPERATIONAL,
        codes_of(RoutingAdvice),
        lambda it: it.advice,
        about="Routing advice (advies)",
    ),
    _spec(Field.REFERRAL_FLAGS, _C.OPERATIONAL, TEXTS, _flags),
    _spec(
        Field.REFERRAL_PREVIOUS_ID,
        _C.OPERATIONAL,
        IDENTIFIER,
        lambda it: it.previous_id,
        about="The earlier referral of the same client (eerdere aanmelding)",
    ),
    _spec(
        Field.REFERRAL_REJECTION_REASON,
        _C.OPERATIONAL,
        code_of(RejectionReason),
        lambda it: it.rejection_reason,
        about="Why the referral was rejected (reden afwijzing)",
    ),
    _spec(
        Field.REFERRAL_WITHDRAWAL_REASON,
        _C.OPERATIONAL,
        code_of(WithdrawalReason),
        lambda it: it.withdrawal_reason,
        about="Why the referral was withdrawn (reden intrekking)",
    ),
    _spec(
        Field.REFERRAL_CLOSURE_REASON,
        _C.OPERATIONAL,
        code_of(ClosureReason),
        lambda it: it.closure_reason,
        about="Why the referral was closed (reden afsluiting)",
    ),
    _spec(Field.REFERRAL_AGE, _C.IDENTITY, COUNT, lambda it: it.age),
    _spec(
        Field.CLIENT_ID,
        _C.IDENTITY,
        IDENTIFIER,
        lambda it: it.client_id,
        about="The receiver's own id of the client (klant)",
    ),
    _spec(
        Field.COUNSELLOR_NAME,
        _C.CONTACT,
        TEXT,
        lambda it: it.counsellor.name if it.counsellor else None,
        about="The client's fixed contact (trajectbegeleider)",
    ),
    _spec(
        Field.COUNSELLOR_PHONE,
        _C.CONTACT,
        TEXT,
        lambda it: it.counsellor.phone if it.counsellor else None,
        about="Telephone of the counsellor",
    ),
    _spec(
        Field.ATTENDANCE_MISSED_COUNT,
        _C.OPERATIONAL,
        COUNT,
        lambda it: it.missed_count,
        about="How often the client did not appear (niet verschenen)",
    ),
    _spec(Field.CONTACT_ATTEMPTS, _C.OPERATIONAL, COUNT, lambda it: len(it.contact_attempts)),
    _spec(
        Field.INTAKE_RESULT,
        _C.FINANCIAL,
        code_of(IntakeResult),
        lambda it: it.intake_result,
        about="What the intake led to (resultaat intake)",
    ),
    _spec(
        Field.INTAKE_CONCLUDED_ON,
        _C.OPERATIONAL,
        DAY,
        lambda it: it.intake_concluded_on,
        about="When the intake was concluded (intake afgerond op)",
    ),
)
"""What is stored of a referral itself."""

OF_CONTENTS: tuple[FieldSpec[ReferralContents], ...] = (
    _spec(
        Field.REFERRAL_AREA,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.area,
        lambda it, value: replace(it, area=value),
        about="The area where the client lives (gebied)",
    ),
    _spec(
        Field.REFERRAL_THREE_WAY_MEETING,
        _C.OPERATIONAL,
        FLAG,
        lambda it: it.three_way_meeting,
        lambda it, value: replace(it, three_way_meeting=value),
        about="Whether a three-way meeting is wished (driegesprek)",
    ),
    _spec(
        Field.REFERRAL_MEETING_PLACE,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.meeting_place,
        lambda it, value: replace(it, meeting_place=value),
        about="Where a three-way meeting is wished (locatie)",
    ),
    _spec(
        Field.REFERRAL_INCOME_SITUATION,
        _C.FINANCIAL,
        code_of(IncomeSituation),
        lambda it: it.income_situation,
        lambda it, value: replace(it, income_situation=value),
        about="Whether the client has an income (inkomen)",
    ),
    _spec(
        Field.REFERRAL_DEBT_SEVERITY,
        _C.FINANCIAL,
        code_of(DebtSeverity),
        lambda it: it.debt_severity,
        lambda it, value: replace(it, debt_severity=value),
        about="How heavy the debts are (schulden)",
    ),
    _spec(
        Field.REFERRAL_THREATS,
        _C.FINANCIAL,
        codes_of(Threat),
        lambda it: it.threats,
        lambda it, value: replace(it, threats=value),
        about="Threatening situations (dreigingen)",
    ),
    _spec(
        Field.REFERRAL_PROTECTIVE_ADMINISTRATION,
        _C.FINANCIAL,
        FLAG,
        lambda it: it.protective_administration,
        lambda it, value: replace(it, protective_administration=value),
        about="Whether there is protective administration (bewindvoering)",
    ),
    _spec(
        Field.REFERRAL_RUNNING_WSNP,
        _C.FINANCIAL,
        FLAG,
        lambda it: it.running_wsnp,
        lambda it, value: replace(it, running_wsnp=value),
        about="Whether a statutory debt restructuring runs (Wsnp)",
    ),
    _spec(
        Field.REFERRAL_WMO_INDICATION,
        _C.CARE,
        FLAG,
        lambda it: it.wmo_indication,
        lambda it, value: replace(it, wmo_indication=value),
    ),
    _spec(
        Field.REFERRAL_LIVES_IN_MUNICIPALITY,
        _C.OPERATIONAL,
        FLAG,
        lambda it: it.lives_in_municipality,
        lambda it, value: replace(it, lives_in_municipality=value),
        about="Whether the client lives in the municipality (woonachtig)",
    ),
    _spec(
        Field.REFERRAL_CASE_LEAD,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.case_lead,
        lambda it, value: replace(it, case_lead=value),
        about="Who directs the case before intake (casusregisseur)",
    ),
    _spec(
        Field.REFERRAL_OTHER_ORGANISATIONS,
        _C.FOR_COUNSELLOR,
        HELP_ORGANISATIONS,
        lambda it: it.other_organisations,
        lambda it, value: replace(it, other_organisations=value),
        about="Organisations that help the client now (betrokken organisaties)",
    ),
    _spec(
        Field.REFERRAL_REASON,
        _C.FOR_COUNSELLOR,
        TEXT,
        lambda it: it.reason,
        lambda it, value: replace(it, reason=value),
        about="Why the client is referred (aanleiding)",
    ),
    _spec(
        Field.REFERRAL_MOTIVATION,
        _C.FOR_COUNSELLOR,
        TEXT,
        lambda it: it.motivation,
        lambda it, value: replace(it, motivation=value),
        about="What the client wants to reach (motivatie)",
    ),
    _spec(
        Field.REFERRAL_TRIED,
        _C.FOR_COUNSELLOR,
        TEXT,
        lambda it: it.tried,
        lambda it, value: replace(it, tried=value),
        about="What was tried before (eerder geprobeerd)",
    ),
    _spec(
        Field.ASSESSMENT_DONE_BY,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.assessment_done_by,
        lambda it, value: replace(it, assessment_done_by=value),
        about="Who did the broad assessment (brede uitvraag)",
    ),
    _spec(
        Field.ASSESSMENT_REFERENCE,
        _C.FOR_COUNSELLOR,
        TEXT,
        lambda it: it.assessment_reference,
        lambda it, value: replace(it, assessment_reference=value),
        about="Where the broad assessment can be read (kenmerk brede uitvraag)",
    ),
    _spec(
        Field.ASSESSMENT_LIFE_DOMAINS,
        _C.FOR_COUNSELLOR,
        codes_of(LifeDomain),
        lambda it: it.life_domains,
        lambda it, value: replace(it, life_domains=value),
        about="The domains of life in which help is needed (leefgebieden)",
    ),
    _spec(
        Field.CONSENT_SCOPES,
        _C.OPERATIONAL,
        code_set_of(ConsentScope),
        lambda it: it.consent.scopes,
        lambda it, value: replace(it, consent=replace(it.consent, scopes=value)),
        about="What the client agreed to (toestemming)",
    ),
    _spec(
        Field.CONSENT_GIVEN_ON,
        _C.OPERATIONAL,
        DAY,
        lambda it: it.consent.given_on,
        lambda it, value: replace(it, consent=replace(it.consent, given_on=value)),
        about="When the client agreed (toestemming gegeven op)",
    ),
    _spec(
        Field.CONSENT_EVIDENCE,
        _C.FREE_TEXT,
        TEXT,
        lambda it: it.consent.evidence,
        lambda it, value: replace(it, consent=replace(it.consent, evidence=value)),
    ),
    _spec(
        Field.CONSENT_FORM,
        _C.OPERATIONAL,
        code_of(ConsentForm),
        lambda it: it.consent.form,
        lambda it, value: replace(it, consent=replace(it.consent, form=value)),
        about="How the client agreed (wijze van toestemming)",
    ),
    _spec(
        Field.CONSENT_RECORDED_BY,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.consent.recorded_by,
        about="Who recorded the consent (vastgelegd door)",
    ),
    _spec(
        Field.CONSENT_RECORDED_AT,
        _C.OPERATIONAL,
        MOMENT,
        lambda it: it.consent.recorded_at,
        about="When the consent was recorded (vastgelegd op)",
    ),
    _spec(
        Field.WORKER_NAME,
        _C.CONTACT,
        TEXT,
        lambda it: it.worker.name,
        lambda it, value: replace(it, worker=replace(it.worker, name=value)),
        about="The referrer's worker (medewerker)",
    ),
    _spec(
        Field.WORKER_PHONE,
        _C.CONTACT,
        TEXT,
        lambda it: it.worker.phone,
        lambda it, value: replace(it, worker=replace(it.worker, phone=value)),
        about="Telephone of the referrer's worker",
    ),
    _spec(
        Field.WORKER_EMAIL,
        _C.CONTACT,
        TEXT,
        lambda it: it.worker.email,
        lambda it, value: replace(it, worker=replace(it.worker, email=value)),
        about="E-mail of the referrer's worker",
    ),
)
"""What the referrer says of the case."""

OF_CLIENT: tuple[FieldSpec[ClientDetails], ...] = (
    _spec(Field.CLIENT_BSN, _C.IDENTITY, TEXT, lambda it: it.bsn, about="Citizen service number (BSN)"),
    _spec(
        Field.CLIENT_GIVEN_NAME,
        _C.IDENTITY,
        TEXT,
        lambda it: it.given_name,
        lambda it, value: replace(it, given_name=value),
        about="Given name (voornaam)",
    ),
    _spec(
        Field.CLIENT_FAMILY_NAME,
        _C.IDENTITY,
        TEXT,
        lambda it: it.family_name,
        lambda it, value: replace(it, family_name=value),
        about="Family name (achternaam)",
    ),
    _spec(
        Field.CLIENT_BIRTH_DATE,
        _C.IDENTITY,
        BIRTH_DATE,
        lambda it: it.birth_date,
        lambda it, value: replace(it, birth_date=value),
        about="Date of birth (geboortedatum), with 00 for a month or day that is not known",
    ),
    _spec(
        Field.CLIENT_SEX,
        _C.IDENTITY,
        TEXT,
        lambda it: it.sex,
        lambda it, value: replace(it, sex=value),
        about="Sex (geslacht)",
    ),
    _spec(
        Field.CLIENT_ADDRESS,
        _C.CONTACT,
        TEXT,
        lambda it: it.address,
        lambda it, value: replace(it, address=value),
        about="Address (adres)",
    ),
    _spec(
        Field.CLIENT_PHONE,
        _C.CONTACT,
        TEXT,
        lambda it: it.phone,
        lambda it, value: replace(it, phone=value),
        about="Telephone (telefoon)",
    ),
    _spec(
        Field.CLIENT_EMAIL,
        _C.CONTACT,
        TEXT,
        lambda it: it.email,
        lambda it, value: replace(it, email=value),
        about="E-mail",
    ),
    _spec(
        Field.CLIENT_PREFERRED_CHANNEL,
        _C.CONTACT,
        code_of(ContactChannel),
        lambda it: it.preferred_channel,
        lambda it, value: replace(it, preferred_channel=value),
        about="How the client prefers to be reached (voorkeurskanaal)",
    ),
    _spec(
        Field.CLIENT_INTERPRETER_LANGUAGE,
        _C.CONTACT,
        TEXT,
        lambda it: it.interpreter_language,
        lambda it, value: replace(it, interpreter_language=value),
        about="Language for which an interpreter is needed (tolktaal)",
    ),
    _spec(
        Field.CLIENT_CONTACT_CAUTIONS,
        _C.CONTACT,
        codes_of(ContactCaution),
        lambda it: it.contact_cautions,
        lambda it, value: replace(it, contact_cautions=value),
        about="What to mind at first contact (aandachtspunten)",
    ),
)
"""What the referrer says of the client; the BSN never changes afterwards, for it says who the client is."""

OF_APPOINTMENT: tuple[FieldSpec[Appointment], ...] = (
    _spec(
        Field.APPOINTMENT_ID,
        _C.OPERATIONAL,
        IDENTIFIER,
        lambda it: it.id,
        about="The receiver's own id of the appointment (afspraak)",
    ),
    _spec(
        Field.APPOINTMENT_KIND,
        _C.OPERATIONAL,
        code_of(AppointmentKind),
        lambda it: it.kind,
        about="What it is for (soort afspraak)",
    ),
    _spec(Field.APPOINTMENT_STATUS, _C.OPERATIONAL, code_of(AppointmentStatus), lambda it: it.status),
    _spec(
        Field.APPOINTMENT_STARTS_AT,
        _C.OPERATIONAL,
        MOMENT,
        lambda it: it.starts_at,
        about="When it begins (aanvang)",
    ),
    _spec(
        Field.APPOINTMENT_PLACE,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.place,
        about="Where it takes place (locatie)",
    ),
    _spec(
        Field.APPOINTMENT_THREE_WAY,
        _C.OPERATIONAL,
        FLAG,
        lambda it: it.three_way,
        about="Whether the referrer's worker takes part (driegesprek)",
    ),
    _spec(Field.APPOINTMENT_PARTICIPANTS, _C.CONTACT, TEXTS, lambda it: names_of(it.participants)),
    _spec(
        Field.APPOINTMENT_RESPONSE,
        _C.OPERATIONAL,
        code_of(AppointmentResponse),
        lambda it: it.response,
        about="The worker's answer to a proposal or a three-way meeting (reactie)",
    ),
    _spec(
        Field.APPOINTMENT_OTHER_TIMES,
        _C.OPERATIONAL,
        MOMENTS,
        lambda it: it.other_times,
        about="Other times that the worker proposes (andere tijden)",
    ),
    _spec(
        Field.APPOINTMENT_CANCELLATION_REASON,
        _C.OPERATIONAL,
        code_of(CancellationReason),
        lambda it: it.cancellation_reason,
        about="Why it falls through (reden)",
    ),
    _spec(Field.APPOINTMENT_MINUTES, _C.OPERATIONAL, COUNT, lambda it: it.minutes, about="How long it lasts (minuten)"),
    _spec(Field.APPOINTMENT_ATTENDEES, _C.CONTACT, FOLLOWING, lambda it: it.participants or None),
    _spec(
        Field.APPOINTMENT_PROPOSED_TIMES,
        _C.OPERATIONAL,
        MOMENTS,
        lambda it: it.proposed_times or None,
        about="The times from which the worker is asked to choose (voorgestelde tijden)",
    ),
    _spec(
        Field.APPOINTMENT_ANSWER_BY,
        _C.OPERATIONAL,
        DAY,
        lambda it: it.answer_by,
        about="By when the worker is asked to answer (antwoord uiterlijk op)",
    ),
    _spec(
        Field.APPOINTMENT_CALENDAR_URL,
        _C.OPERATIONAL,
        TEXT,
        lambda it: CALENDAR if it.starts_at else None,
        about="Where the receiver reads the appointment for its calendar, with its own token (agenda)",
    ),
)
"""What is stored of an appointment."""

OF_TRAJECTORY: tuple[FieldSpec[Trajectory], ...] = (
    _spec(
        Field.TRAJECTORY_ID,
        _C.OPERATIONAL,
        IDENTIFIER,
        lambda it: it.id,
        about="The receiver's own id of the trajectory (traject)",
    ),
    _spec(
        Field.TRAJECTORY_STATUS,
        _C.OPERATIONAL,
        code_of(TrajectoryStatus),
        lambda it: it.status,
        about="Status of the trajectory (status traject)",
    ),
    _spec(Field.TRAJECTORY_STARTED_ON, _C.OPERATIONAL, DAY, lambda it: it.started_on),
    _spec(Field.TRAJECTORY_DUE_ON, _C.OPERATIONAL, DAY, lambda it: it.due_on),
    _spec(Field.TRAJECTORY_ENDED_ON, _C.OPERATIONAL, DAY, lambda it: it.ended_on),
    _spec(
        Field.TRAJECTORY_CLOSURE_REASON,
        _C.OPERATIONAL,
        code_of(ClosureReason),
        lambda it: it.closure_reason,
        about="Why the trajectory ended (reden afsluiting)",
    ),
    _spec(
        Field.PLAN_SIGNED_ON,
        _C.OPERATIONAL,
        DAY,
        lambda it: it.plan.signed_on if it.plan else None,
        about="When the client signed the support plan (ondersteuningsplan)",
    ),
    # A reference says nothing of the finances; the document is read where it is stored, by who may.
    _spec(
        Field.PLAN_DOCUMENT_REFERENCE,
        _C.OPERATIONAL,
        TEXT,
        lambda it: it.plan.document_reference if it.plan else None,
        about="Where the plan is in the document store (kenmerk RDD)",
    ),
    _spec(
        Field.RESULT_CODE,
        _C.FINANCIAL,
        code_of(TrajectoryResult),
        lambda it: it.results[-1].code if it.results else None,
        about="What the trajectory led to (resultaat traject)",
    ),
    _spec(
        Field.RESULT_DECIDED_ON,
        _C.FINANCIAL,
        DAY,
        lambda it: it.results[-1].decided_on if it.results else None,
        about="When that was decided (besluitdatum)",
    ),
    _spec(
        Field.RESULT_DROP_OUT_REASON,
        _C.FINANCIAL,
        code_of(DropOutReason),
        lambda it: it.results[-1].drop_out_reason if it.results else None,
    ),
    _spec(
        Field.KBR_STATUS,
        _C.FINANCIAL,
        code_of(KbrStatus),
        lambda it: it.kbr_application.status if it.kbr_application else None,
        about="Status of the application to the credit bank (aanvraag KBR)",
    ),
    _spec(
        Field.KBR_CHANGED_ON,
        _C.FINANCIAL,
        DAY,
        lambda it: it.kbr_application.changed_on if it.kbr_application else None,
        about="When the application moved (gewijzigd op)",
    ),
    _spec(
        Field.KBR_SERVICE_DECISION_MEETING_ON,
        _C.FINANCIAL,
        DAY,
        lambda it: it.kbr_application.service_decision_meeting_on if it.kbr_application else None,
    ),
)
"""What is stored of a trajectory; of its results the newest."""

OF_EVENT: tuple[FieldSpec[None], ...] = (
    _of_event(
        Field.REFERRAL_REQUESTED_ACTION,
        _C.OPERATIONAL,
        code_of(RequestedAction),
        "What the referrer is asked to do (verzoek)",
    ),
    # Rules ask about it, and no event carries it: who leads the case is a name that the referrer wrote.
    _spec(Field.REFERRAL_LED_BY, _C.OPERATIONAL, code_of(CaseLead), lambda _: None),
    _of_event(Field.CONTACT_LOST_ON, _C.OPERATIONAL, DAY, "Since when nobody can reach the client (contact verloren)"),
    _of_event(
        Field.CONTACT_RESTORE_BY,
        _C.OPERATIONAL,
        DAY,
        "By when the referrer is asked to restore contact (contact herstellen voor)",
    ),
    _of_event(Field.CONTACT_RESTORED_ON, _C.OPERATIONAL, DAY, "When contact was restored (contact hersteld)"),
    # Which domain, in a code, is what was agreed; what the help is needed for is care and is not stored.
    _of_event(
        Field.OTHER_HELP_LIFE_DOMAINS,
        _C.OPERATIONAL,
        codes_of(LifeDomain),
        "The domains of life in which other help is needed (leefgebieden)",
    ),
    _of_event(Field.PROGRESS_WEEK, _C.OPERATIONAL, COUNT, "How many weeks after the intake this is (week)"),
    _of_event(Field.PROGRESS_STATE, _C.OPERATIONAL, code_of(ProgressState), "Where the case is now (stand)"),
    _of_event(Field.PROGRESS_NEXT_STEP, _C.OPERATIONAL, code_of(NextStep), "What comes next (volgende stap)"),
    _of_event(
        Field.PROGRESS_DUE_ON, _C.OPERATIONAL, DAY, "By when the counsellor decides (besluit uiterlijk op), if known"
    ),
    # Events say when they happened; who reads later reads the day of the one that said it.
    _spec(Field.PROGRESS_REPORTED_ON, _C.OPERATIONAL, DAY, lambda _: None),
    _of_event(Field.TERM_CODE, _C.OPERATIONAL, TEXT, "The term that is meant, as the city names it (termijn)"),
    _of_event(Field.TERM_DUE_ON, _C.OPERATIONAL, DAY, "The last day of the term (uiterlijk op)"),
    _of_event(
        Field.TERM_EXTENSION_REASON, _C.OPERATIONAL, code_of(ExtensionReason), "Why it was extended (reden verlenging)"
    ),
    # Both depend on the moment at which they are read, and no event carries them.
    _spec(Field.REFERRAL_TERMS, _C.OPERATIONAL, FOLLOWING, lambda _: None),
    _spec(Field.REFERRAL_AWAITED, _C.OPERATIONAL, FOLLOWING, lambda _: None),
    _of_event(Field.OCCURRED_AT, _C.OPERATIONAL, MOMENT, "When it happened in the real world (gebeurd op)"),
)
"""What an event alone says."""

OF_INFORMATION: tuple[FieldSpec[InformationRequest], ...] = (
    _spec(
        Field.INFORMATION_ID,
        _C.OPERATIONAL,
        IDENTIFIER,
        lambda it: it.id,
        about="The receiver's own id of the question (informatievraag)",
    ),
    _spec(
        Field.INFORMATION_TOPIC,
        _C.OPERATIONAL,
        code_of(InformationTopic),
        lambda it: it.topic,
        about="What the question is about (onderwerp)",
    ),
    _spec(
        Field.INFORMATION_STATUS,
        _C.OPERATIONAL,
        code_of(InformationRequestStatus),
        lambda it: it.status,
        about="Where the question is (stand)",
    ),
    _spec(
        Field.INFORMATION_DUE_ON,
        _C.OPERATIONAL,
        DAY,
        lambda it: it.due_on,
        about="By when the answer is asked for (uiterlijk op)",
    ),
    _spec(Field.INFORMATION_ASKED_AT, _C.OPERATIONAL, MOMENT, lambda it: it.asked_at),
    _spec(Field.INFORMATION_ENDED_AT, _C.OPERATIONAL, MOMENT, lambda it: it.ended_at),
    _spec(Field.INFORMATION_REFERENCE, _C.OPERATIONAL, TEXT, lambda it: it.reference),
    _spec(Field.INFORMATION_QUESTION, _C.ADDRESSED, TEXT, lambda it: it.question),
    _spec(Field.INFORMATION_ANSWER, _C.ADDRESSED, TEXT, lambda it: it.answer),
)
"""What is stored of a question of the counsellor to the referrer; its texts go to their addressee only."""

OF_ONWARD: tuple[FieldSpec[OnwardReferral], ...] = (
    _spec(
        Field.ONWARD_ID,
        _C.OPERATIONAL,
        IDENTIFIER,
        lambda it: it.id,
        about="The receiver's own id of the onward referral (doorverwijzing)",
    ),
    _spec(Field.ONWARD_TO, _C.OPERATIONAL, TEXT, lambda it: it.to, about="To whom the client was referred (naar)"),
    _spec(
        Field.ONWARD_STATUS,
        _C.OPERATIONAL,
        code_of(OnwardStatus),
        lambda it: it.status,
        about="Where the onward referral is (stand)",
    ),
    _spec(
        Field.ONWARD_MADE_AT, _C.OPERATIONAL, MOMENT, lambda it: it.made_at, about="When it was made (doorverwezen op)"
    ),
    _spec(Field.ONWARD_CHANGED_AT, _C.OPERATIONAL, MOMENT, lambda it: it.changed_at),
)
"""What is stored of an onward referral."""

OF_SIGNAL: tuple[FieldSpec[Signal], ...] = (
    _spec(Field.SIGNAL_ID, _C.OPERATIONAL, IDENTIFIER, lambda it: it.id),
    _spec(
        Field.SIGNAL_KIND,
        _C.OPERATIONAL,
        code_of(SignalKind),
        lambda it: it.kind if isinstance(it.kind, SignalKind) else None,
        about="What changed at the referrer (signaal)",
    ),
    _spec(
        Field.BANK_SIGNAL_KIND,
        _C.FINANCIAL,
        code_of(BankSignalKind),
        lambda it: it.kind if isinstance(it.kind, BankSignalKind) else None,
        about="What changed at the credit bank (signaal van de kredietbank)",
    ),
    _spec(Field.SIGNAL_GIVEN_AT, _C.OPERATIONAL, MOMENT, lambda it: it.given_at),
    _spec(Field.SIGNAL_TEXT, _C.ADDRESSED, TEXT, lambda it: it.text),
)
"""What is stored of a signal of the referrer or of the credit bank."""

ADDRESSED = frozenset({Field.INFORMATION_QUESTION, Field.INFORMATION_ANSWER, Field.SIGNAL_TEXT})
"""The texts that one side of a case wrote for the other; of the sides only the partner systems are sent them."""

CLOSURE_REASONS = (Field.REFERRAL_CLOSURE_REASON, Field.TRAJECTORY_CLOSURE_REASON)
"""The fields that say why a case ended."""

PROGRESS = (
    Field.PROGRESS_WEEK,
    Field.PROGRESS_STATE,
    Field.PROGRESS_NEXT_STEP,
    Field.PROGRESS_DUE_ON,
    Field.PROGRESS_REPORTED_ON,
)
"""Where a case is; unlike the rest of what events say, it is kept to be read again until the case ends."""

TABLES: tuple[tuple[FieldSpec[Any], ...], ...] = (
    OF_REFERRAL,
    OF_CONTENTS,
    OF_CLIENT,
    OF_APPOINTMENT,
    OF_TRAJECTORY,
    OF_EVENT,
    OF_INFORMATION,
    OF_ONWARD,
    OF_SIGNAL,
)
SPECS: Mapping[Field, FieldSpec[Any]] = {spec.field: spec for specs in TABLES for spec in specs}
"""The row of every field."""


def names_of(participants: Iterable[Participant]) -> tuple[str, ...]:
    """Return the names of participants; those of whom only the role is known are left out."""
    return tuple(each.name for each in participants if each.name)


def values_of(specs: tuple[FieldSpec[P], ...], part: P) -> FieldValues:
    """Return the fields of a part of a case by name."""
    return {spec.field: spec.read(part) for spec in specs}


def consent_values(consent: Consent) -> FieldValues:
    """Return what rules ask about the consent of the client, by name."""
    return {Field.CONSENT_SCOPES: consent.scopes, Field.CONSENT_GIVEN_ON: consent.given_on}
