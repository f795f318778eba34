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
from app.adapters.allegro.code_tables import (
    APPOINTMENT_KINDS,
    BANK_SIGNALS,
    CANCELLATION_REASONS,
    CLOSURE_REASONS,
    CONTACT_ATTEMPTS,
    DROP_OUT_REASONS,
    EXTENSION_REASONS,
    INFORMATION_TOPICS,
    INTAKE_RESULTS,
    KBR_STATUSES,
    LIFE_DOMAINS,
    ONWARD_STATUSES,
    OUTSIDE_BODIES,
    PARTICIPANT_ROLES,
    REJECTION_REASONS,
    TRAJECTORY_RESULTS,
)
from app.adapters.common.parsing import UNKNOWN_MOMENT, meaning, noon_of, parse, read_record, without_id
from app.domain.codes import (
    AppointmentKind,
    Code,
    LifeDomain,
    OutsideBody,
    ParticipantRole,
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
    ReferOnward,
    RejectReferral,
    ReportContactLost,
    ReportContactRestored,
    ReportOnwardStatus,
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
    return (ForwardReferral(contents.organisatie, _body(contents.instantie)),)


def _onward(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.Forwarding, change)
    return (ReferOnward(contents.organisatie, _body(contents.instantie)),)


def _onward_status(change: schemas.Change) -> tuple[Command, ...]:
    contents = _contents(schemas.OnwardStatus, change)
    command = ReportOnwardStatus(
        status=meaning(ONWARD_STATUSES, contents.stand, "gegevens.stand"),
        organisation_code=contents.organisatie,
        outside_body=_body(contents.instantie),
    )
    return (command,)


def _body(body: schemas.CodeValue | None) -> OutsideBody | None:
    return _code(OUTSIDE_BODIES, "gegevens.instantie.code", body) if body else None


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
    "doorverwijzing_andere_hulp": _onward,
    "stand_doorverwijzing": _onward_status,
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
