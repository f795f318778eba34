"""GIDSO's rows as commands, and messages to GIDSO as Dutch text."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.common.progress_words import NEXT_STEP_WORDS, PROGRESS_WORDS
from app.adapters.gidso import journal
from app.adapters.gidso.journal import to_line, to_text
from app.adapters.gidso.mapping import Kind, to_commands
from app.adapters.gidso.source import read_row
from app.domain.codes import (
    FEEDBACK_MOMENTS,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    IncomeSituation,
    LifeDomain,
    NextStep,
    ProgressState,
    SignalKind,
    WithdrawalReason,
)
from app.domain.commands import GiveSignal, RegisterReferral, WithdrawReferral
from app.domain.errors import PartnerRefused, PartnerUnreadable
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage
from app.domain.values import Consent, ReferralFlags
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.gidso.messages import JOURNAL_CATEGORIES

CONTRACT = yaml.safe_load((Path(__file__).parents[2] / "openapi/partners/gidso.yaml").read_text(encoding="utf-8"))
SCHEMAS = CONTRACT["components"]["schemas"]
READ_AT = datetime(2019, 9, 10, 12, tzinfo=UTC)


def row(**values: object) -> dict[str, Any]:
    """Return a row as GIDSO returns it, with version and moment of change."""
    content = aanmelding("G-000123", "wijkteam-charlois", "Wijkteam", "2019-09-02T09:30:00+02:00", **values)
    return content | {"Versie": 3, "GewijzigdOp": "2019-09-03T08:12:00+00:00"}


def referral(**values: object) -> RegisterReferral:
    """Return the referral that a row is read as."""
    (command,) = to_commands(Kind.REFERRAL, row(**values))
    assert isinstance(command, RegisterReferral)
    return command


def message(event_type: EventType, fields: Mapping[str, object]) -> PartnerMessage:
    """Return a message of 12 September 2019, half past nine in Rotterdam."""
    return PartnerMessage(
        id=UUID("01920f4e-5a80-7000-8000-000000000001"),
        event_type=event_type,
        moment=OCCASION_OF[event_type],
        referral_id=UUID(int=1),
        external_id="G-000123",
        occurred_at=datetime(2019, 9, 12, 7, 30, tzinfo=UTC),
        fields=fields,
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("Bewind", {"Bewind": "ja"}),
        ("Bewind", {"Bewind": None}),
        ("Teamcode", {"Teamcode": ""}),
        ("Burger.Geboortedatum", {"Burger": {"Geboortedatum": "18-09-1993"}}),
        ("Burger.Geboortedatum", {"Burger": {"Geboortedatum": 748310400}}),
        ("Burger.Bsn", {"Burger": {"Bsn": "999906423"}}),
        ("Betrokken", {"Betrokken": None}),
    ],
)
def test_field_that_breaks_the_contract_makes_the_record_unreadable(field: str, values: dict[str, object]) -> None:
    with pytest.raises(PartnerUnreadable) as caught:
        to_commands(Kind.REFERRAL, row(**values))

    assert caught.value.field == field


@pytest.mark.parametrize("moment", ["2019-09-02T09:30:00", "20190902", "1567411200", 1567411200])
def test_moment_without_offset_or_of_another_form_is_unreadable(moment: object) -> None:
    with pytest.raises(PartnerUnreadable) as caught:
        to_commands(Kind.REFERRAL, row(AangemeldOp=moment))

    assert caught.value.field == "AangemeldOp"


@pytest.mark.parametrize("name", SCHEMAS["Aanmelding"]["required"])
def test_required_field_that_is_absent_is_never_filled_in(name: str) -> None:
    incomplete = {key: value for key, value in row().items() if key != name}

    (record,) = read_row(incomplete, READ_AT)

    assert record.unread is not None
    assert record.unread.field == name
    assert record.commands == ()


def test_message_of_an_unreadable_record_holds_no_personal_data() -> None:
    canary = "Kanarie"

    (record,) = read_row(row(Burger={"Achternaam": canary, "Bsn": canary, "Geboortedatum": canary}), READ_AT)

    assert record.unread is not None
    assert canary not in record.unread.message + record.unread.field


def test_each_code_has_its_own_meaning() -> None:
    command = referral(
        Burger={"Geslacht": "M", "Voorkeurskanaal": "Whatsapp", "Aandachtspunten": ["NietBellen"]},
        BredeUitvraag={"Door": "Wijkteam", "Leefgebieden": ["Financien"]},
        Inkomen="Geen",
        Schulden="Licht",
    )

    assert (command.client.sex, command.client.preferred_channel) == ("m", ContactChannel.MOBILE_MESSAGE)
    assert command.client.contact_cautions == (ContactCaution.DO_NOT_CALL,)
    assert command.contents.life_domains == (LifeDomain.FINANCES,)
    assert command.contents.income_situation is IncomeSituation.NONE
    assert command.contents.debt_severity is DebtSeverity.LIGHT


def test_registration_with_a_date_only_is_of_noon_that_day() -> None:
    command = referral(AangemeldOp="2019-09-02")

    assert command.received_at == datetime(2019, 9, 2, 10, tzinfo=UTC)


def test_refused_consent_grants_nothing() -> None:
    command = referral(Toestemming={"Terugkoppeling": False, "Datum": "2019-09-02", "Wijze": "Mondeling"})

    assert command.contents.consent == Consent()


def test_consent_to_be_referred_is_apart_from_consent_to_feedback() -> None:
    stated = [
        {"Terugkoppeling": feedback, "Aanmelding": referred, "Datum": "2019-09-02"}
        for feedback, referred in product((False, True), (None, False, True))
    ]

    assert [referral(Toestemming=each).contents.consent.scopes for each in stated] == [
        frozenset(),
        frozenset(),
        {ConsentScope.REFERRAL},
        {ConsentScope.FEEDBACK_TO_REFERRER},
        {ConsentScope.FEEDBACK_TO_REFERRER},
        {ConsentScope.FEEDBACK_TO_REFERRER, ConsentScope.REFERRAL},
    ]


def test_tombstone_is_read_as_a_withdrawal() -> None:
    (record,) = read_row({"@removed": {"reason": "deleted"}, "AanmeldingId": "G-000123"}, READ_AT)

    assert record.commands == (WithdrawReferral(WithdrawalReason.OTHER),)
    assert (record.case_id, record.occurred_at) == ("G-000123", READ_AT)


def test_stopped_support_is_a_record_of_its_own_after_the_referral() -> None:
    registered, stopped = read_row(row(OndersteuningGestoptOp="2019-10-01"), READ_AT)

    assert registered.case_id == stopped.case_id == "G-000123"
    assert isinstance(registered.commands[0], RegisterReferral)
    assert stopped.commands == (GiveSignal(SignalKind.SUPPORT_STOPPED),)
    assert stopped.occurred_at == datetime(2019, 10, 1, 10, tzinfo=UTC)


def test_stopped_support_changes_nothing_in_the_referral_itself() -> None:
    before, *_ = read_row(row(), READ_AT)
    after, *_ = read_row(row(OndersteuningGestoptOp="2019-10-01"), READ_AT)

    assert after.payload == before.payload


def test_unreadable_stop_leaves_the_referral_readable() -> None:
    registered, stopped = read_row(row(OndersteuningGestoptOp="morgen"), READ_AT)

    assert registered.unread is None
    assert stopped.unread is not None
    assert stopped.unread.field == "OndersteuningGestoptOp"


def test_version_and_moment_of_change_are_outside_the_payload() -> None:
    (record,) = read_row(row(), READ_AT)

    assert record.version == "3"
    assert record.occurred_at == datetime(2019, 9, 3, 8, 12, tzinfo=UTC)
    assert not {"Versie", "GewijzigdOp"} & set(record.payload)


def test_row_without_an_id_is_named_by_its_content() -> None:
    (first,) = read_row({"Gebied": "Noord"}, READ_AT)
    (again,) = read_row({"Gebied": "Noord"}, READ_AT)
    (other,) = read_row({"Gebied": "Overschie"}, READ_AT)

    assert first.external_id == again.external_id != other.external_id
    assert first.unread is not None


def test_every_moment_has_a_category_that_gidso_knows() -> None:
    assert set(journal.CATEGORIES) == set(FEEDBACK_MOMENTS)
    assert set(journal.CATEGORIES.values()) == set(JOURNAL_CATEGORIES)
    assert list(JOURNAL_CATEGORIES) == SCHEMAS["NieuweJournaalregel"]["properties"]["Categorie"]["enum"]


def test_every_event_with_a_moment_has_an_opening_sentence() -> None:
    assert set(journal.OPENINGS) == {kind for kind, moment in OCCASION_OF.items() if moment is not None}


def test_every_field_is_either_shown_or_not_shown() -> None:
    assert set(journal.PHRASES) | journal.NOT_SHOWN == set(Field)
    assert not set(journal.PHRASES) & journal.NOT_SHOWN


def test_every_flag_has_a_label() -> None:
    assert set(journal.FLAGS) == {flag.name for flag in dataclasses.fields(ReferralFlags)}


def test_journal_line_shows_the_appointment_in_dutch() -> None:
    fields: dict[str, object] = {
        Field.COUNSELLOR_NAME: "J. Jansen",
        Field.APPOINTMENT_THREE_WAY: True,
        Field.APPOINTMENT_STARTS_AT: "2019-09-13T08:00:00Z",
        Field.APPOINTMENT_PARTICIPANTS: ["klant", "wijkteam"],
    }

    line = to_line(message(EventType.INTAKE_SCHEDULED, fields))

    assert line == {
        "Kenmerk": "01920f4e-5a80-7000-8000-000000000001",
        "Datum": "2019-09-12T09:30:00+02:00",
        "Categorie": "AFSPRAAK",
        "Tekst": (
            "De intake is gepland. Datum en tijd: 13-09-2019 om 10:00. Driegesprek: ja. "
            "Deelnemers: klant, wijkteam. Trajectbegeleider: J. Jansen."
        ),
        "Auteur": "Trajecthub",
    }


def test_journal_line_shows_codes_by_their_label_and_dates_as_dutch_readers_write_them() -> None:
    text = to_text(EventType.REFERRAL_CONCLUDED, {"intake.result": "route_to_kbr", "intake.concluded_on": "2019-09-13"})

    assert text == (
        "De intake is afgerond. Resultaat van de intake: Toeleiding aanvraag KBR. Intake afgerond op: 13-09-2019."
    )


def test_journal_line_says_in_words_where_the_case_is_and_what_comes_next() -> None:
    fields = {
        "progress.week": 8,
        "progress.state": "running",
        "progress.next_step": "decision",
        "progress.due_on": "2019-12-16",
    }

    assert to_text(EventType.PROGRESS_REPORTED, fields) == (
        "Dit is de stand van zaken na de intake. Aantal weken na de intake: 8. Het traject loopt. "
        "Volgende stap: besluiten welke dienstverlening de klant krijgt. "
        "De trajectbegeleider besluit uiterlijk op: 16-12-2019."
    )


def test_every_state_and_every_next_step_has_its_words() -> None:
    assert PROGRESS_WORDS.keys() == set(ProgressState)
    assert NEXT_STEP_WORDS.keys() == set(NextStep)


@pytest.mark.parametrize("event_type", journal.OPENINGS)
def test_journal_line_without_released_fields_is_the_opening_alone(event_type: EventType) -> None:
    fields: dict[str, object] = {Field.APPOINTMENT_PLACE: None, Field.REFERRAL_ADVICE: []}

    assert to_text(event_type, fields) == journal.OPENINGS[event_type]


@given(st.dictionaries(st.sampled_from(sorted(journal.NOT_SHOWN)), st.text(min_size=1)))
def test_journal_line_never_repeats_what_gidso_owns(fields: dict[str, object]) -> None:
    assert to_text(EventType.REFERRAL_CONFIRMED, fields) == journal.OPENINGS[EventType.REFERRAL_CONFIRMED]


@given(st.permutations(["appointment.place", "counsellor.name", "counsellor.phone"]))
def test_journal_line_does_not_depend_on_the_order_of_fields(order: list[str]) -> None:
    text = to_text(EventType.INTAKE_SCHEDULED, dict.fromkeys(order, "x"))

    assert text == "De intake is gepland. Plaats: x. Trajectbegeleider: x. Telefoon trajectbegeleider: x."


def test_event_without_a_moment_has_no_place_in_a_journal() -> None:
    with pytest.raises(PartnerRefused):
        to_line(message(EventType.SIGNAL_GIVEN, {}))
