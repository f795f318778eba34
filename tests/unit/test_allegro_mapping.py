from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.adapters.allegro import code_tables
from app.adapters.allegro.mapping import READERS, read_change
from app.adapters.allegro.outgoing import message_body, referral_body
from app.domain import codes
from app.domain.codes import Code, ContactAttemptKind
from app.domain.commands import (
    AnswerWithdrawal,
    AwaitInformation,
    CancelAppointment,
    ChangeCounsellor,
    CloseTrajectory,
    ConcludeIntake,
    ConfirmReferral,
    ExtendTerm,
    ForwardReferral,
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
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
)
from app.domain.errors import PartnerRefused
from app.domain.events import FOR_FINANCE_TEAM, EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage
from app.domain.values import Counsellor, Participant
from app.sandbox.allegro import codes as allegro_codes

CONTRACT = yaml.safe_load(Path("openapi/partners/allegro.yaml").read_text(encoding="utf-8"))
REFERRAL = UUID("018f3c6e-7b1a-7cc3-98c4-dc0c0c07398f")
COUNSELLOR = {"naam": "S. Visser", "telefoon": "0101234567"}
CANARY = "Yara Aksoy 999906422"
OFFSETS = (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)))

LISTS: list[tuple[type[Code], Mapping[tuple[int, str], Code], Mapping[Any, tuple[int, str]], str]] = [
    (codes.IntakeResult, code_tables.INTAKE_RESULTS, allegro_codes.INTAKE_RESULTS, "Intakeresultaat"),
    (codes.TrajectoryResult, code_tables.TRAJECTORY_RESULTS, allegro_codes.TRAJECTORY_RESULTS, "Trajectresultaat"),
    (codes.DropOutReason, code_tables.DROP_OUT_REASONS, allegro_codes.DROP_OUT_REASONS, "Uitvalreden"),
    (codes.KbrStatus, code_tables.KBR_STATUSES, allegro_codes.KBR_STATUSES, "KbrStatus"),
    (codes.RejectionReason, code_tables.REJECTION_REASONS, allegro_codes.REJECTION_REASONS, "Afwijsreden"),
    (codes.ClosureReason, code_tables.CLOSURE_REASONS, allegro_codes.CLOSURE_REASONS, "Afsluitreden"),
    (codes.OutsideBody, code_tables.OUTSIDE_BODIES, allegro_codes.OUTSIDE_BODIES, "Instantie"),
    (codes.CancellationReason, code_tables.CANCELLATION_REASONS, allegro_codes.CANCELLATION_REASONS, "Vervalreden"),
    (ContactAttemptKind, code_tables.CONTACT_ATTEMPTS, allegro_codes.CONTACT_ATTEMPTS, "Contactwijze"),
    (codes.InformationTopic, code_tables.INFORMATION_TOPICS, allegro_codes.INFORMATION_TOPICS, "Onderwerp"),
    (codes.BankSignalKind, code_tables.BANK_SIGNALS, allegro_codes.BANK_SIGNALS, "SignaalKbr"),
    (codes.ExtensionReason, code_tables.EXTENSION_REASONS, allegro_codes.EXTENSION_REASONS, "Verlengreden"),
]


def mutation(kind: str, contents: object = None, **changed: object) -> dict[str, object]:
    whole: dict[str, object] = {
        "mutatieId": "0b7c3f56-3d1c-5f0e-8f8e-6b1f0e5d2a11",
        "volgnummer": 1251,
        "dossiernummer": "A0000042",
        "externReferentie": str(REFERRAL),
        "soort": kind,
        "datum": "2020-03-12",
        "geregistreerdOp": "2020-03-13T08:15:00+00:00",
        "gegevens": contents or {},
    }
    return whole | changed


def value(code: int, label: str) -> dict[str, object]:
    return {"code": code, "omschrijving": label}


def validator(schema: str) -> Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{schema}", "components": CONTRACT["components"]}
    return Draft202012Validator(root, format_checker=Draft202012Validator.FORMAT_CHECKER)


def message(event_type: EventType, **fields: object) -> PartnerMessage:
    named = {Field[name].value: each for name, each in fields.items()}
    moment = datetime(2020, 3, 16, 13, 5, tzinfo=UTC)
    return PartnerMessage(
        id=UUID(int=7),
        event_type=event_type,
        moment=None,
        referral_id=REFERRAL,
        external_id="A0000042",
        occurred_at=moment,
        fields=named,
    )


def test_appointments_have_the_same_kinds_and_roles_everywhere() -> None:
    schemas = CONTRACT["components"]["schemas"]

    kinds = {each for each in schemas["Afspraaksoort"]["enum"] if each}
    assert kinds == set(allegro_codes.APPOINTMENT_KINDS) == code_tables.APPOINTMENT_KINDS.keys()
    roles = set(schemas["Deelnemer"]["properties"]["rol"]["enum"])
    assert roles == set(allegro_codes.PARTICIPANT_ROLES) == code_tables.PARTICIPANT_ROLES.keys()
    assert set(code_tables.APPOINTMENT_KINDS.values()) == set(codes.AppointmentKind)
    assert {kind.label: kind for kind in codes.AppointmentKind} == dict(code_tables.APPOINTMENT_KINDS)


@pytest.mark.parametrize(
    ("enum", "table", "at_allegro", "schema"), LISTS, ids=lambda each: getattr(each, "__name__", "")
)
def test_adapter_simulator_and_contract_have_the_same_lists(
    enum: type[Code], table: Mapping[tuple[int, str], Code], at_allegro: Mapping[Any, tuple[int, str]], schema: str
) -> None:
    rows = [row["properties"] for row in CONTRACT["components"]["schemas"][schema]["oneOf"]]

    in_contract = {(row["code"]["const"], row["omschrijving"]["const"]) for row in rows}

    assert set(table) == set(at_allegro.values()) == in_contract
    assert {code: row for row, code in table.items()} == dict(at_allegro)
    assert set(table.values()) == set(enum)


def test_every_kind_of_change_in_the_contract_is_read() -> None:
    kinds = CONTRACT["components"]["schemas"]["Mutatie"]["properties"]["soort"]["examples"]

    assert set(READERS) == set(kinds)


@pytest.mark.parametrize(
    ("kind", "contents", "command"),
    [
        ("bevestiging", {"trajectbegeleider": COUNSELLOR}, ConfirmReferral(Counsellor("S. Visser", "0101234567"))),
        ("bevestiging", {}, ConfirmReferral(None)),
        ("afwijzing", {"redencode": value(205, "Lopende WSNP")}, RejectReferral(codes.RejectionReason.RUNNING_WSNP)),
        (
            "afspraak",
            {
                "begint": "2020-03-20T10:00:00+01:00",
                "plaats": "Huis van de Wijk",
                "driegesprek": "J",
                "trajectbegeleider": COUNSELLOR,
                "deelnemers": ["Wijkteam Charlois"],
            },
            ScheduleIntake(
                starts_at=datetime(2020, 3, 20, 9, tzinfo=UTC),
                place="Huis van de Wijk",
                three_way=True,
                counsellor=Counsellor("S. Visser", "0101234567"),
                participants=(Participant("Wijkteam Charlois"),),
            ),
        ),
        (
            "afspraak_vervallen",
            {"redencode": value(401, "Afgezegd door klant")},
            CancelAppointment(codes.CancellationReason.CLIENT_CANCELLED),
        ),
        ("aanwezigheid", {"verschenen": "N"}, RecordAttendance(attended=False)),
        (
            "aanwezigheid",
            {
                "afspraaksoort": "Vervolggesprek",
                "verschenen": "J",
                "anderen": [{"rol": "Tolk", "naam": "T. Tolk", "verschenen": "N"}],
            },
            RecordAttendance(
                attended=True,
                kind=codes.AppointmentKind.FOLLOW_UP,
                others=(Participant("T. Tolk", codes.ParticipantRole.INTERPRETER, attended=False),),
            ),
        ),
        (
            "afspraakvoorstel",
            {
                "afspraaksoort": "Gesprek bepalen dienstverlening",
                "tijden": ["2020-03-20T10:00:00+01:00", "2020-03-21T10:00:00+01:00"],
                "plaats": "Huis van de Wijk",
                "duur": 45,
                "betrokkenen": [{"rol": "Kredietbank"}],
            },
            ProposeAppointment(
                times=(datetime(2020, 3, 20, 9, tzinfo=UTC), datetime(2020, 3, 21, 9, tzinfo=UTC)),
                kind=codes.AppointmentKind.SERVICE_DECISION_MEETING,
                place="Huis van de Wijk",
                minutes=45,
                participants=(Participant(None, codes.ParticipantRole.CREDIT_BANK),),
            ),
        ),
        (
            "intakeresultaat",
            value(3, "Toeleiding aanvraag KBR"),
            ConcludeIntake(codes.IntakeResult.ROUTE_TO_KBR, date(2020, 3, 12)),
        ),
        ("plan", {"ondertekendOp": "2020-03-11", "rddKenmerk": "RDD-1"}, SignPlan(date(2020, 3, 11), "RDD-1")),
        (
            "trajectresultaat",
            value(50, "Wil geen (verdere) ondersteuning")
            | {"besluitdatum": "2020-03-10", "uitvalreden": value(53, "Lost het zelf op")},
            RecordResult(
                codes.TrajectoryResult.NO_FURTHER_SUPPORT, date(2020, 3, 10), codes.DropOutReason.SOLVES_IT_ALONE
            ),
        ),
        (
            "kbr_aanvraag",
            value(120, "Aanvraag in behandeling") | {"gbdDatum": "2020-04-01"},
            RecordKbrStatus(codes.KbrStatus.IN_PROGRESS, date(2020, 3, 12), date(2020, 4, 1)),
        ),
        (
            "afsluiting",
            {"redencode": value(302, "Geen contact")},
            CloseTrajectory(codes.ClosureReason.NO_CONTACT, date(2020, 3, 12)),
        ),
        (
            "contactpoging",
            {"wijze": {"code": 904, "omschrijving": "Brief"}},
            RecordContactAttempt(ContactAttemptKind.LETTER),
        ),
        ("contact_verloren", {}, ReportContactLost(date(2020, 3, 12))),
        ("contact_hersteld", {}, ReportContactRestored(date(2020, 3, 12))),
        (
            "andere_hulp",
            {"leefgebieden": ["Huisvesting", "Gezin en relaties"]},
            ReportOtherHelp((codes.LifeDomain.HOUSING, codes.LifeDomain.FAMILY)),
        ),
        (
            "trajectbegeleider",
            {"trajectbegeleider": COUNSELLOR},
            ChangeCounsellor(Counsellor("S. Visser", "0101234567")),
        ),
        ("doorverwijzing", {"organisatie": "dock"}, ForwardReferral("dock")),
        (
            "doorverwijzing",
            {"instantie": value(502, "Juridisch Loket")},
            ForwardReferral(outside_body=codes.OutsideBody.LEGAL_DESK),
        ),
        ("informatie_gevraagd", {}, AwaitInformation()),
        ("informatie_ontvangen", {}, InformationReceived()),
        (
            "termijn_verlengd",
            {"termijn": "decision", "uiterlijkOp": "2020-07-01", "redencode": value(603, "Klant is tijdelijk afwezig")},
            ExtendTerm("decision", date(2020, 7, 1), codes.ExtensionReason.CLIENT_ABSENT),
        ),
        ("onbereikbaar", {}, MarkUnreachable()),
        ("intrekking", {"akkoord": "J"}, AnswerWithdrawal(granted=True)),
        ("pauze", {}, PauseTrajectory()),
        ("hervatting", {}, ResumeTrajectory()),
    ],
)
def test_each_kind_of_change_is_read_as_its_command(kind: str, contents: object, command: object) -> None:
    raw = mutation(kind, contents)

    record = read_change(raw)

    assert validator("Mutatie").is_valid(raw)
    assert record.unread is None
    assert record.commands == (command,)
    assert (record.kind, record.case_id, record.version) == ("mutatie", "A0000042", "1251")
    assert record.referral_id == REFERRAL


@pytest.mark.parametrize(
    ("kind", "contents", "field"),
    [
        ("huisbezoek", {}, "soort"),
        ("intakeresultaat", value(7, "Doorverwezen"), "gegevens.code"),
        ("intakeresultaat", value(3, "Budgetbeheer KBR"), "gegevens.code"),
        ("trajectresultaat", value(60, "Overleden"), "gegevens.code"),
        (
            "trajectresultaat",
            value(50, "Wil geen (verdere) ondersteuning") | {"uitvalreden": value(57, "Verhuisd")},
            "gegevens.uitvalreden.code",
        ),
        ("kbr_aanvraag", value(160, "Aangehouden"), "gegevens.code"),
        ("afwijzing", {"redencode": value(210, "Anders")}, "gegevens.redencode.code"),
        ("afspraak_vervallen", {"redencode": value(404, "Ziek")}, "gegevens.redencode.code"),
        ("afsluiting", {"redencode": value(310, "Anders")}, "gegevens.redencode.code"),
        (
            "termijn_verlengd",
            {"termijn": "decision", "uiterlijkOp": "2020-07-01", "redencode": value(605, "Vakantie")},
            "gegevens.redencode.code",
        ),
        ("aanwezigheid", {"verschenen": "?"}, "gegevens.verschenen"),
        ("intrekking", {"akkoord": "j"}, "gegevens.akkoord"),
        (
            "afspraakvoorstel",
            {"tijden": ["2020-03-20T10:00:00+01:00"], "afspraaksoort": "Belafspraak"},
            "gegevens.afspraaksoort",
        ),
        (
            "aanwezigheid",
            {"verschenen": "J", "anderen": [{"rol": "Buurvrouw", "verschenen": "J"}]},
            "gegevens.anderen.rol",
        ),
        ("afspraak", {"begint": "2020-03-20T10:00:00+01:00", "driegesprek": "misschien"}, "gegevens.driegesprek"),
    ],
)
def test_an_unknown_code_is_named_and_never_guessed(kind: str, contents: object, field: str) -> None:
    record = read_change(mutation(kind, contents))

    assert record.commands == ()
    assert record.unread is not None
    assert (record.unread.reason, record.unread.field) == ("unknown-code", field)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (mutation("plan", {"ondertekendOp": CANARY}), "gegevens.ondertekendOp"),
        (mutation("plan", {"ondertekendOp": 1584000000}), "gegevens.ondertekendOp"),
        (mutation("plan", {"ondertekendOp": "0202-03-11"}), "gegevens.ondertekendOp"),
        (mutation("afspraak", {"begint": "2020-03-20T10:00:00", "driegesprek": "J"}), "gegevens.begint"),
        (mutation("afspraak", {"begint": "2020-03-20T10:00:00+01:00"}), "gegevens.driegesprek"),
        (mutation("intakeresultaat", value(3, "Toeleiding aanvraag KBR"), datum=None), "datum"),
        (mutation("bevestiging", {"trajectbegeleider": {"telefoon": CANARY}}), "gegevens.trajectbegeleider.naam"),
        (mutation("onbereikbaar", geregistreerdOp=CANARY), "geregistreerdOp"),
        (mutation("contact_verloren", {}, datum=None), "datum"),
        (mutation("andere_hulp", {"leefgebieden": [CANARY]}), "gegevens.leefgebieden"),
        (mutation("andere_hulp", {"leefgebieden": []}), "gegevens.leefgebieden"),
        (mutation("termijn_verlengd", {"termijn": "", "uiterlijkOp": "2020-07-01"}), "gegevens.termijn"),
        (mutation("termijn_verlengd", {"termijn": "decision", "uiterlijkOp": CANARY}), "gegevens.uiterlijkOp"),
        (mutation("trajectbegeleider", {"trajectbegeleider": None}), "gegevens.trajectbegeleider"),
        (mutation("doorverwijzing", {"instantie": {"code": 502, "omschrijving": CANARY}}), "gegevens.instantie.code"),
        (mutation("onbereikbaar", gegevens=CANARY), "gegevens"),
        (mutation(CANARY), "soort"),
    ],
)
def test_what_cannot_be_read_is_reported_without_personal_data(raw: dict[str, object], field: str) -> None:
    record = read_change(raw)

    assert record.commands == ()
    assert record.unread is not None
    assert record.unread.field == field
    assert CANARY not in record.unread.message


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(sorted(mutation("pauze"))),
        st.none()
        | st.integers()
        | st.text()
        | st.datetimes(timezones=st.sampled_from(OFFSETS)).map(str)
        | st.dictionaries(st.text(), st.text()),
    ),
    st.sampled_from(sorted(READERS)),
)
def test_no_record_can_fail_the_page(changed: dict[str, object], kind: str) -> None:
    record = read_change(mutation(kind) | changed)

    assert record.occurred_at.tzinfo is UTC
    assert record.unread is None or record.commands == ()


def test_a_result_without_a_date_is_read() -> None:
    raw = mutation("trajectresultaat", value(40, "Sociale lening") | {"besluitdatum": None}, datum=None)

    record = read_change(raw)

    assert record.commands == (RecordResult(codes.TrajectoryResult.SOCIAL_LOAN),)
    assert record.occurred_at == datetime(2020, 3, 13, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "registered", "expected"),
    [
        ("2020-03-12", "2020-03-13T08:15:00+00:00", datetime(2020, 3, 12, 11, tzinfo=UTC)),
        ("2020-06-12", "2020-06-13T08:15:00+00:00", datetime(2020, 6, 12, 10, tzinfo=UTC)),
        ("2020-03-13", "2020-03-12T23:30:00+00:00", datetime(2020, 3, 12, 23, 30, tzinfo=UTC)),
    ],
)
def test_a_day_becomes_noon_unless_it_was_registered_that_day(day: str, registered: str, expected: datetime) -> None:
    record = read_change(mutation("onbereikbaar", datum=day, geregistreerdOp=registered))

    assert record.occurred_at == expected


def test_a_note_is_filtered_and_its_text_is_dropped() -> None:
    record = read_change(mutation("notitie", {"tekst": CANARY}))

    assert (record.commands, record.unread) == ((), None)
    assert CANARY not in str(record.payload)


def test_a_change_repeated_under_a_new_number_has_the_same_payload() -> None:
    first, again = (read_change(mutation("pauze", volgnummer=number)) for number in (10, 11))

    assert first.payload == again.payload
    assert first.external_id == again.external_id


def test_without_released_fields_the_referral_is_empty() -> None:
    assert referral_body({}) == {}


@pytest.mark.parametrize(
    ("event_type", "field", "enum"),
    [
        (EventType.REFERRAL_WITHDRAWN, "REFERRAL_WITHDRAWAL_REASON", codes.WithdrawalReason),
        (EventType.WITHDRAWAL_REQUESTED, "REFERRAL_WITHDRAWAL_REASON", codes.WithdrawalReason),
        (EventType.APPOINTMENT_RESPONDED, "APPOINTMENT_RESPONSE", codes.AppointmentResponse),
        (EventType.SIGNAL_GIVEN, "SIGNAL_KIND", codes.SignalKind),
    ],
)
def test_every_code_of_a_message_is_in_the_contract(event_type: EventType, field: str, enum: type[Code]) -> None:
    for code in enum:
        body = message_body(message(event_type, **{field: code.value}))

        validator("Bericht").validate(body)
        assert code.label in str(body["tekst"])


def test_a_message_without_released_fields_says_only_what_happened() -> None:
    body = message_body(message(EventType.WITHDRAWAL_REQUESTED))

    validator("Bericht").validate(body)
    assert body["tekst"] == "De verwijzer vraagt de aanmelding in te trekken."


def test_proposed_times_are_shown_in_local_time() -> None:
    times = ["2020-03-20T09:00:00+00:00", "2020-04-01T09:00:00Z"]

    body = message_body(message(EventType.APPOINTMENT_RESPONDED, APPOINTMENT_OTHER_TIMES=times))

    assert body["andereTijden"] == times
    assert "20-03-2020 10:00 uur, 01-04-2020 11:00 uur" in str(body["tekst"])


def test_only_events_for_the_finance_team_can_be_a_message() -> None:
    for event_type in set(EventType) - FOR_FINANCE_TEAM:
        with pytest.raises(PartnerRefused):
            message_body(message(event_type))


@given(st.sets(st.sampled_from(sorted(Field)), max_size=8), st.sampled_from(sorted(Field)))
def test_a_field_that_is_not_released_never_changes_the_referral(released: set[Field], withheld: Field) -> None:
    texts: dict[str, object] = {field: "x" for field in released if field in _TEXT_FIELDS and field != withheld}

    body = referral_body(texts)

    assert referral_body({**texts, withheld: None}) == body
    assert str(body).count("'x'") == len(texts)


_TEXT_FIELDS = frozenset(
    {
        Field.REFERRAL_REFERENCE,
        Field.REFERRAL_AREA,
        Field.REFERRAL_ORGANISATION,
        Field.REFERRAL_MEETING_PLACE,
        Field.CLIENT_BSN,
        Field.CLIENT_GIVEN_NAME,
        Field.CLIENT_FAMILY_NAME,
        Field.CLIENT_ADDRESS,
        Field.WORKER_NAME,
        Field.WORKER_PHONE,
    }
)
