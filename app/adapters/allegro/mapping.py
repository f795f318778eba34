"""Allegro's changes as commands: pure functions and complete tables.

Source: ``openapi/partners/allegro.yaml``, version 1. A code that is not in a table is never guessed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.adapters.allegro import schemas
from app.adapters.common.parsing import UNKNOWN_MOMENT, noon_of, parse, read_record, without_id
from app.domain.codes import (
    AppointmentKind,
    BankSignalKind,
    CancellationReason,
    ClosureReason,
    Code,
    ContactAttemptKind,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OutsideBody,
    ParticipantRole,
    RejectionReason,
    TrajectoryResult,
)
from app.domain.commands import (
    AnswerWithdrawal,
    AwaitInformation,
    CancelAppointment,
    ChangeCounsellor,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    ExtendTerm,
    ForwardReferral,
    GiveBankSignal,
    InformationReceived,
    MarkUnreachable,
    PauseTrajectory,
    ProposeAppointment,
    RecordAttendance,
    RecordContactAttempt,
    RecordKbrStatus,
    RecordResult,
    RejectReferral,
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
    RequestInformation,
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
    WithdrawInformationRequest,
)
from app.domain.errors import PartnerUnreadable, UnknownCode
from app.domain.identifiers import is_bsn
from app.domain.local_time import local_date
from app.domain.ports import PartnerCase, PartnerRecord
from app.domain.storable import odd_place
from app.domain.text import shown_code
from app.domain.values import Counsellor, Participant

MAPPING_VERSION = "1"
KIND = "mutatie"

_PARTNER = "Allegro"

Table = Mapping[tuple[int, str], Code]
CodeType = TypeVar("CodeType", bound=Code)
Model = TypeVar("Model", bound=BaseModel)

INTAKE_RESULTS: Mapping[tuple[int, str], IntakeResult] = {
    (1, "Betalingsregeling treffen"): IntakeResult.PAYMENT_ARRANGEMENT,
    (2, "Budgetbeheer KBR"): IntakeResult.BUDGET_MANAGEMENT,
    (3, "Toeleiding aanvraag KBR"): IntakeResult.ROUTE_TO_KBR,
    (4, "Sociale lening KBR"): IntakeResult.SOCIAL_LOAN,
    (5, "Wil geen ondersteuning"): IntakeResult.NO_SUPPORT_WANTED,
    (6, "Geen dienstverlening"): IntakeResult.NOT_ELIGIBLE,
    (9, "Onbekend"): IntakeResult.UNKNOWN,
}

TRAJECTORY_RESULTS: Mapping[tuple[int, str], TrajectoryResult] = {
    (10, "Aanvraag KBR"): TrajectoryResult.KBR_APPLICATION,
    (20, "Betalingsregeling getroffen"): TrajectoryResult.PAYMENT_ARRANGEMENT,
    (30, "Budgetbeheer"): TrajectoryResult.BUDGET_MANAGEMENT,
    (40, "Sociale lening"): TrajectoryResult.SOCIAL_LOAN,
    (50, "Wil geen (verdere) ondersteuning"): TrajectoryResult.NO_FURTHER_SUPPORT,
}

DROP_OUT_REASONS: Mapping[tuple[int, str], DropOutReason] = {
    (51, "Gaat niet akkoord met de voorwaarden"): DropOutReason.REJECTS_CONDITIONS,
    (52, "Valt buiten de doelgroep"): DropOutReason.NOT_IN_TARGET_GROUP,
    (53, "Lost het zelf op"): DropOutReason.SOLVES_IT_ALONE,
    (54, "Elders geholpen"): DropOutReason.HELPED_ELSEWHERE,
    (55, "Contact verloren"): DropOutReason.LOST_CONTACT,
    (58, "Anders"): DropOutReason.OTHER,
    (59, "Onbekend"): DropOutReason.UNKNOWN,
}

KBR_STATUSES: Mapping[tuple[int, str], KbrStatus] = {
    (100, "Aanvraag ingediend"): KbrStatus.SUBMITTED,
    (110, "Aanvraag ingenomen"): KbrStatus.RECEIVED,
    (120, "Aanvraag in behandeling"): KbrStatus.IN_PROGRESS,
    (130, "Aanvraag toegekend"): KbrStatus.GRANTED,
    (140, "Aanvraag afgewezen"): KbrStatus.REJECTED,
    (150, "Aanvraag ingetrokken"): KbrStatus.WITHDRAWN,
}

REJECTION_REASONS: Mapping[tuple[int, str], RejectionReason] = {
    (201, "Woont niet in de gemeente"): RejectionReason.NOT_A_RESIDENT,
    (202, "Crisis: direct naar de kredietbank"): RejectionReason.CRISIS,
    (203, "Geen inkomen en geen zicht daarop"): RejectionReason.NO_INCOME,
    (204, "Bewindvoering: direct naar de kredietbank"): RejectionReason.PROTECTIVE_ADMINISTRATION,
    (205, "Lopende WSNP"): RejectionReason.RUNNING_WSNP,
    (206, "Wmo-indicatie bekend"): RejectionReason.WMO_INDICATION,
    (207, "Al in traject"): RejectionReason.ALREADY_KNOWN,
    (208, "Gegevens ontbreken"): RejectionReason.INCOMPLETE,
    (209, "Geen dienstverlening"): RejectionReason.NOT_ELIGIBLE,
}

CLOSURE_REASONS: Mapping[tuple[int, str], ClosureReason] = {
    (301, "Resultaat bereikt"): ClosureReason.RESULT_REACHED,
    (302, "Geen contact"): ClosureReason.NO_CONTACT,
    (303, "Wil geen ondersteuning"): ClosureReason.NO_SUPPORT_WANTED,
    (304, "Geen dienstverlening"): ClosureReason.NOT_ELIGIBLE,
    (305, "Ingetrokken door verwijzer"): ClosureReason.WITHDRAWN_BY_REFERRER,
    (306, "Verhuisd"): ClosureReason.MOVED_AWAY,
    (307, "Overleden"): ClosureReason.DECEASED,
    (308, "Overgedragen"): ClosureReason.HANDED_OVER,
    (309, "Dubbel"): ClosureReason.DUPLICATE,
    (399, "Onbekend"): ClosureReason.UNKNOWN,
}

CANCELLATION_REASONS: Mapping[tuple[int, str], CancellationReason] = {
    (401, "Afgezegd door klant"): CancellationReason.CLIENT_CANCELLED,
    (402, "Afgezegd door trajectbegeleider"): CancellationReason.COUNSELLOR_CANCELLED,
    (403, "Afgezegd door verwijzer"): CancellationReason.REFERRER_CANCELLED,
}

OUTSIDE_BODIES: Mapping[tuple[int, str], OutsideBody] = {
    (501, "Sociaal raadslieden"): OutsideBody.SOCIAL_ADVISERS,
    (502, "Juridisch Loket"): OutsideBody.LEGAL_DESK,
    (503, "Maatschappelijk werk"): OutsideBody.SOCIAL_WORK,
    (504, "Bewindvoerder"): OutsideBody.ADMINISTRATOR,
    (505, "Jongeren Perspectief Fonds"): OutsideBody.YOUTH_FUND,
    (506, "Andere gemeente"): OutsideBody.ANOTHER_MUNICIPALITY,
    (599, "Anders"): OutsideBody.OTHER,
}

EXTENSION_REASONS: Mapping[tuple[int, str], ExtensionReason] = {
    (601, "Stukken ontbreken nog"): ExtensionReason.AWAITING_DOCUMENTS,
    (602, "Wacht op een andere partij"): ExtensionReason.AWAITING_THIRD_PARTY,
    (603, "Klant is tijdelijk afwezig"): ExtensionReason.CLIENT_ABSENT,
    (604, "Geen plaats binnen de termijn"): ExtensionReason.CAPACITY,
    (699, "Anders"): ExtensionReason.OTHER,
}

CONTACT_ATTEMPTS: Mapping[tuple[int, str], ContactAttemptKind] = {
    (901, "Telefoon"): ContactAttemptKind.PHONE,
    (902, "Sms of WhatsApp"): ContactAttemptKind.MOBILE_MESSAGE,
    (903, "E-mail"): ContactAttemptKind.EMAIL,
    (904, "Brief"): ContactAttemptKind.LETTER,
    (905, "Huisbezoek"): ContactAttemptKind.VISIT,
}

INFORMATION_TOPICS: Mapping[tuple[int, str], InformationTopic] = {
    (701, "Stukken over het inkomen"): InformationTopic.INCOME_DOCUMENTS,
    (702, "Overzicht van de schulden"): InformationTopic.DEBTS_OVERVIEW,
    (703, "Contactgegevens van de klant"): InformationTopic.CONTACT_DETAILS,
    (704, "Persoonsgegevens of identiteitsbewijs"): InformationTopic.IDENTITY,
    (705, "Toestemming van de klant"): InformationTopic.CONSENT,
    (706, "Woonsituatie"): InformationTopic.HOUSING,
    (707, "Gezinssituatie"): InformationTopic.HOUSEHOLD,
    (708, "Andere hulp die de klant krijgt"): InformationTopic.OTHER_HELP,
    (799, "Anders"): InformationTopic.OTHER,
}

BANK_SIGNALS: Mapping[tuple[int, str], BankSignalKind] = {
    (801, "Betalingen lopen niet goed"): BankSignalKind.PAYMENTS_FAILING,
    (802, "Contact met de klant verloren"): BankSignalKind.CONTACT_LOST,
    (803, "Inkomen weggevallen"): BankSignalKind.INCOME_LOST,
    (804, "Heronderzoek"): BankSignalKind.RE_EXAMINATION,
    (805, "Schuldregeling loopt bijna af"): BankSignalKind.SETTLEMENT_ENDING,
}

LIFE_DOMAINS: Mapping[str, LifeDomain] = {
    "Financiën": LifeDomain.FINANCES,
    "Huisvesting": LifeDomain.HOUSING,
    "Werk en opleiding": LifeDomain.WORK,
    "Gezondheid": LifeDomain.HEALTH,
    "Geestelijke gezondheid": LifeDomain.MENTAL_HEALTH,
    "Gezin en relaties": LifeDomain.FAMILY,
    "Sociaal netwerk": LifeDomain.SOCIAL_NETWORK,
    "Politie en justitie": LifeDomain.JUSTICE,
}
"""The domains of life (*leefgebieden*), which Allegro names without a number."""

APPOINTMENT_KINDS: Mapping[str, AppointmentKind] = {
    "Intake": AppointmentKind.INTAKE,
    "Vervolggesprek": AppointmentKind.FOLLOW_UP,
    "Gesprek bepalen dienstverlening": AppointmentKind.SERVICE_DECISION_MEETING,
}
"""What appointments are for (*afspraaksoorten*), which Allegro names without a number."""

PARTICIPANT_ROLES: Mapping[str, ParticipantRole] = {
    "Medewerker van de verwijzer": ParticipantRole.REFERRER_WORKER,
    "Kredietbank": ParticipantRole.CREDIT_BANK,
    "Tolk": ParticipantRole.INTERPRETER,
    "Naaste van de klant": ParticipantRole.NETWORK,
    "Anders": ParticipantRole.OTHER,
}
"""As what somebody takes part, other than the client and the counsellor."""

_YES_NO: Mapping[str, bool] = {"J": True, "N": False}


def sequence_of(raw: Mapping[str, object]) -> int:
    """Return a change's sequence number (*volgnummer*), 0 when it has none that can be read."""
    number = raw.get("volgnummer")
    return number if type(number) is int and 0 < number < 2**63 else 0


def read_change(raw: Mapping[str, object]) -> PartnerRecord:
    """Return a change as a record, with ``unread`` when it cannot be read.

    The payload leaves out the sequence number, because Allegro may repeat a change under a new one, and the text of a
    note, which is the counsellor's own and stays at Allegro.
    """
    left_out = {"volgnummer", "gegevens"} if raw.get("soort") == "notitie" else {"volgnummer"}
    record = PartnerRecord(
        kind=KIND,
        external_id=_key(raw),
        case_id=str(raw.get("dossiernummer", "")),
        version=str(sequence_of(raw)),
        payload={name: value for name, value in raw.items() if name not in left_out},
        occurred_at=_registered_at(raw),
        referral_id=_uuid(raw.get("externReferentie")),
        revision=sequence_of(raw) or None,
    )
    return read_record(record, _steps(record, raw))


def _key(raw: Mapping[str, object]) -> str:
    """Return the id of a change; one without is named by its number, or by its content if it has none either."""
    if "mutatieId" in raw:
        return str(raw["mutatieId"])
    number = sequence_of(raw)
    return f"volgnummer {number}" if number else without_id(raw)


def read_file(raw: Mapping[str, object]) -> PartnerCase:
    """Return a file (*dossier*) as the case that it is; a citizen service number that cannot be one is left out.

    Raises:
        PartnerUnreadable: a field is missing, not of its type, or holds what no store can keep.
    """
    if place := odd_place(raw):
        raise PartnerUnreadable(place, f"{place} holds a control character or half a character")
    file = parse(schemas.ListedFile, raw, _PARTNER)
    return PartnerCase(
        case_id=file.dossiernummer,
        referral_id=file.extern_referentie,
        organisation_code=file.organisatie,
        reference=file.kenmerk_verwijzer,
        bsn=file.bsn if file.bsn and is_bsn(file.bsn) else None,
        received_on=file.ontvangen_op,
    )


def commands_of(change: schemas.Change) -> tuple[Command, ...]:
    """Return the commands of a change; none for a counsellor's note (*notitie*).

    Raises:
        UnknownCode: a kind or a code that is not in a table.
        PartnerUnreadable: a field is missing or not of its type.
    """
    if change.soort not in READERS:
        kind = shown_code(change.soort)
        raise UnknownCode(
            "soort", f"soort holds {kind}, which is no kind of change that the hub knows; extend the mapping"
        )
    return READERS[change.soort](change)


def occurred_at(change: schemas.Change) -> datetime:
    """Return when a change happened, in UTC.

    Allegro states a day. The moment of registration is used when it is on that day or the day is unknown; otherwise
    noon in Amsterdam, which is that day wherever it is read.
    """
    registered = change.geregistreerd_op
    if change.datum in (None, local_date(registered)):
        return registered.astimezone(UTC)
    return noon_of(_day(change)).astimezone(UTC)


def _steps(record: PartnerRecord, raw: Mapping[str, object]) -> Iterator[PartnerRecord]:
    change = parse(schemas.Change, raw, _PARTNER)
    yield replace(record, occurred_at=occurred_at(change), commands=commands_of(change))


def _confirmation(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Confirmation, change)
    return (ConfirmReferral(_counsellor(contents.trajectbegeleider)),)


def _rejection(change: schemas.Change) -> tuple[Command, ...]:
    return (RejectReferral(_reason(REJECTION_REASONS, change)),)


def _proposal(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Proposal, change)
    command = ProposeAppointment(
        times=tuple(each.astimezone(UTC) for each in contents.tijden),
        kind=_appointment_kind(contents.afspraaksoort),
        place=contents.plaats,
        minutes=contents.duur,
        counsellor=_counsellor(contents.trajectbegeleider),
        participants=_with_role("gegevens.betrokkenen", contents.betrokkenen),
    )
    return (command,)


def _appointment(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Appointment, change)
    with_role = _with_role("gegevens.betrokkenen", contents.betrokkenen)
    command = ScheduleIntake(
        starts_at=contents.begint.astimezone(UTC),
        place=contents.plaats,
        three_way=_yes("gegevens.driegesprek", contents.driegesprek),
        counsellor=_counsellor(contents.trajectbegeleider),
        kind=_appointment_kind(contents.afspraaksoort),
        minutes=contents.duur,
        participants=(*map(Participant, contents.deelnemers), *with_role),
    )
    return (command,)


def _cancellation(change: schemas.Change) -> tuple[Command, ...]:
    kind = _appointment_kind(_contents(schemas.Cancellation, change).afspraaksoort)
    return (CancelAppointment(_reason(CANCELLATION_REASONS, change), kind=kind),)


def _attendance(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Attendance, change)
    attended, kind = _yes("gegevens.verschenen", contents.verschenen), _appointment_kind(contents.afspraaksoort)
    return (RecordAttendance(attended, kind=kind, others=tuple(map(_attendee, contents.anderen))),)


def _intake_result(change: schemas.Change) -> tuple[Command, ...]:
    value = _contents(schemas.CodeValue, change)
    return (ConcludeIntake(_code(INTAKE_RESULTS, "gegevens.code", value), _day(change)),)


def _plan(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Plan, change)
    return (SignPlan(contents.ondertekend_op, contents.rdd_kenmerk),)


def _result(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Result, change)
    reason = contents.uitvalreden
    command = RecordResult(
        result=_code(TRAJECTORY_RESULTS, "gegevens.code", contents),
        decided_on=contents.besluitdatum,
        drop_out_reason=_code(DROP_OUT_REASONS, "gegevens.uitvalreden.code", reason) if reason else None,
    )
    return (command,)


def _kbr_application(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.KbrApplication, change)
    status = _code(KBR_STATUSES, "gegevens.code", contents)
    return (RecordKbrStatus(status, _day(change), contents.gbd_datum),)


def _closure(change: schemas.Change) -> tuple[Command, ...]:
    return (CloseTrajectory(_reason(CLOSURE_REASONS, change), _day(change)),)


def _forwarding(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Forwarding, change)
    body = contents.instantie
    outside = _code(OUTSIDE_BODIES, "gegevens.instantie.code", body) if body else None
    return (ForwardReferral(contents.organisatie, outside),)


def _contact_attempt(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.ContactAttempt, change)
    return (RecordContactAttempt(_code(CONTACT_ATTEMPTS, "gegevens.wijze.code", contents.wijze)),)


def _contact_lost(change: schemas.Change) -> tuple[Command, ...]:
    return (ReportContactLost(_day(change)),)


def _contact_restored(change: schemas.Change) -> tuple[Command, ...]:
    return (ReportContactRestored(_day(change)),)


def _other_help(change: schemas.Change) -> tuple[Command, ...]:
    named = _contents(schemas.OtherHelp, change).leefgebieden
    return (ReportOtherHelp(tuple(map(_life_domain, named))),)


def _counsellor_change(change: schemas.Change) -> tuple[Command, ...]:
    person = _contents(schemas.CounsellorChange, change).trajectbegeleider
    return (ChangeCounsellor(Counsellor(person.naam, person.telefoon)),)


def _information_awaited(_: schemas.Change) -> tuple[Command, ...]:
    return (AwaitInformation(),)


def _information_received(_: schemas.Change) -> tuple[Command, ...]:
    return (InformationReceived(),)


def _question(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Question, change)
    command = RequestInformation(
        topic=_code(INFORMATION_TOPICS, "gegevens.onderwerp.code", contents.onderwerp),
        question=contents.vraag,
        due_on=contents.uiterlijk_op,
        reference=contents.vraag_id,
    )
    return (command,)


def _question_withdrawal(change: schemas.Change) -> tuple[Command, ...]:
    return (WithdrawInformationRequest(reference=_contents(schemas.QuestionWithdrawal, change).vraag_id),)


def _bank_signal(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.BankSignal, change)
    kind = _code(BANK_SIGNALS, "gegevens.signaal.code", contents.signaal)
    return (GiveBankSignal(kind, contents.toelichting),)


def _term_extension(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.TermExtension, change)
    reason = _code(EXTENSION_REASONS, "gegevens.redencode.code", contents.redencode)
    return (ExtendTerm(contents.termijn, contents.uiterlijk_op, reason),)


def _unreachable(_: schemas.Change) -> tuple[Command, ...]:
    return (MarkUnreachable(),)


def _withdrawal(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.WithdrawalAnswer, change)
    return (AnswerWithdrawal(_yes("gegevens.akkoord", contents.akkoord)),)


def _pause(_: schemas.Change) -> tuple[Command, ...]:
    return (PauseTrajectory(),)


def _resumption(_: schemas.Change) -> tuple[Command, ...]:
    return (ResumeTrajectory(),)


def _note(_: schemas.Change) -> tuple[Command, ...]:
    return ()


READERS: Mapping[str, Callable[[schemas.Change], tuple[Command, ...]]] = {
    "bevestiging": _confirmation,
    "afwijzing": _rejection,
    "afspraakvoorstel": _proposal,
    "afspraak": _appointment,
    "afspraak_vervallen": _cancellation,
    "aanwezigheid": _attendance,
    "intakeresultaat": _intake_result,
    "plan": _plan,
    "trajectresultaat": _result,
    "kbr_aanvraag": _kbr_application,
    "afsluiting": _closure,
    "doorverwijzing": _forwarding,
    "contactpoging": _contact_attempt,
    "contact_verloren": _contact_lost,
    "contact_hersteld": _contact_restored,
    "andere_hulp": _other_help,
    "trajectbegeleider": _counsellor_change,
    "informatie_gevraagd": _information_awaited,
    "informatie_ontvangen": _information_received,
    "informatievraag": _question,
    "informatievraag_ingetrokken": _question_withdrawal,
    "kbr_signaal": _bank_signal,
    "termijn_verlengd": _term_extension,
    "onbereikbaar": _unreachable,
    "intrekking": _withdrawal,
    "pauze": _pause,
    "hervatting": _resumption,
    "notitie": _note,
}
"""The function that reads each kind of change (*soort*); the kinds are those of the contract."""


def _contents(model: type[Model], change: schemas.Change) -> Model:
    return parse(model, change.gegevens, _PARTNER, "gegevens.")


def _code(table: Mapping[tuple[int, str], CodeType], field: str, value: schemas.CodeValue) -> CodeType:
    code = table.get((value.code, value.omschrijving))
    if code is None:
        raise UnknownCode(field, f"{field} {value.code} with its label is not in the mapping; extend it, never guess")
    return code


def _reason(table: Mapping[tuple[int, str], CodeType], change: schemas.Change) -> CodeType:
    return _code(table, "gegevens.redencode.code", _contents(schemas.CodedReason, change).redencode)


def _appointment_kind(name: str | None) -> AppointmentKind:
    if name is None:
        return AppointmentKind.INTAKE
    if name not in APPOINTMENT_KINDS:
        message = "gegevens.afspraaksoort holds a kind that is not in the mapping; extend it, never guess"
        raise UnknownCode("gegevens.afspraaksoort", message)
    return APPOINTMENT_KINDS[name]


def _with_role(field: str, people: Iterable[schemas.Participant]) -> tuple[Participant, ...]:
    return tuple(Participant(each.naam, _role(f"{field}.rol", each.rol)) for each in people)


def _attendee(person: schemas.ParticipantAttendance) -> Participant:
    attended = _yes("gegevens.anderen.verschenen", person.verschenen)
    return Participant(person.naam, _role("gegevens.anderen.rol", person.rol), attended)


def _role(field: str, name: str) -> ParticipantRole:
    if name not in PARTICIPANT_ROLES:
        raise UnknownCode(field, f"{field} holds a role that is not in the mapping; extend it, never guess")
    return PARTICIPANT_ROLES[name]


def _life_domain(name: str) -> LifeDomain:
    if name not in LIFE_DOMAINS:
        message = "gegevens.leefgebieden holds a domain that is not in the mapping; extend it, never guess"
        raise UnknownCode("gegevens.leefgebieden", message)
    return LIFE_DOMAINS[name]


def _yes(field: str, value: str) -> bool:
    if value not in _YES_NO:
        raise UnknownCode(field, f"{field} is neither J nor N; have it corrected at Allegro")
    return _YES_NO[value]


def _day(change: schemas.Change) -> date:
    if change.datum is None:
        raise PartnerUnreadable("datum", f"datum may be empty for trajectresultaat only, not for {change.soort}")
    return change.datum


def _counsellor(person: schemas.Counsellor | None) -> Counsellor | None:
    return Counsellor(person.naam, person.telefoon) if person else None


def _registered_at(raw: Mapping[str, object]) -> datetime:
    try:
        return schemas.moment_of(raw.get("geregistreerdOp")).astimezone(UTC)
    except ValueError:
        return UNKNOWN_MOMENT


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
