"""RMW's registrations as commands, and messages as status lines: every code has a meaning or is refused."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.adapters.rmw import mapping
from app.adapters.rmw.mapping import changed_at, to_commands, to_status_update
from app.adapters.rmw.remarks import MAX_LENGTH, remark, shown
from app.adapters.rmw.schemas import ListedRegistration
from app.domain.codes import (
    FEEDBACK_MOMENTS,
    ConsentScope,
    DisclosureOccasion,
    NextStep,
    ProgressState,
    WithdrawalReason,
)
from app.domain.commands import RegisterReferral, WithdrawReferral
from app.domain.errors import PartnerRefused, PartnerUnreadable
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage
from app.sandbox.rmw.documents import aanmelding, klant
from app.sandbox.rmw.records import STATUS_CODES

CONTRACT = Path(__file__).parents[2] / "openapi" / "partners" / "rmw.xsd"
XS = "{http://www.w3.org/2001/XMLSchema}"
CHANGED = "20190902140000"
YARA = klant("Yara", "Kaya", date(1993, 3, 8), "V", "999906409")
FEEDBACK_EVENTS = [(event, moment) for event, moment in OCCASION_OF.items() if moment is not None]


def listed(changed: str = CHANGED, **more: Any) -> ListedRegistration:
    contents = aanmelding("R000123", "wi-prematching", date(2019, 9, 2), YARA, **more)
    return ListedRegistration(contents, "1", changed)


def registered(**more: Any) -> RegisterReferral:
    (command,) = to_commands(listed(**more))
    assert isinstance(command, RegisterReferral)
    return command


def message(event: EventType, moment: DisclosureOccasion | None, **more: Any) -> PartnerMessage:
    values: dict[str, Any] = {"external_id": "R000123", "occurred_at": datetime(2019, 9, 3, 22, 30, tzinfo=UTC), **more}
    return PartnerMessage(id=UUID(int=7), event_type=event, moment=moment, referral_id=UUID(int=1), **values)


def contract_codes(name: str) -> set[str]:
    declared = etree.parse(CONTRACT).find(f"{XS}simpleType[@name='{name}']")
    assert declared is not None
    return {str(value.get("value")) for value in declared.iter(f"{XS}enumeration")}


def test_every_moment_has_a_status_code_of_the_contract() -> None:
    statuses = set(mapping.STATUS_OF_MOMENT.values()) | set(mapping.STATUS_OF_EVENT.values())

    assert set(mapping.STATUS_OF_MOMENT) == set(FEEDBACK_MOMENTS)
    assert statuses == contract_codes("Statuscode") == set(STATUS_CODES)


@pytest.mark.parametrize(("event", "moment"), FEEDBACK_EVENTS)
def test_every_event_with_a_moment_becomes_a_status(event: EventType, moment: DisclosureOccasion) -> None:
    update = to_status_update(message(event, moment))

    assert update.status_code in STATUS_CODES
    assert update.reference == str(UUID(int=7))


def test_endings_and_precise_statuses_are_events_for_referrers() -> None:
    assert {event for event, _ in FEEDBACK_EVENTS} >= mapping.ENDINGS | set(mapping.STATUS_OF_EVENT)


def test_event_without_moment_is_refused() -> None:
    with pytest.raises(PartnerRefused):
        to_status_update(message(EventType.SIGNAL_GIVEN, None))


def test_case_that_rmw_does_not_know_is_refused() -> None:
    with pytest.raises(PartnerRefused, match="aanmeldnummer"):
        to_status_update(message(EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED, external_id=None))


def test_status_is_dated_in_dutch_time() -> None:
    update = to_status_update(message(EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED))

    assert update.on == "20190904"


def test_refused_consent_has_no_scope() -> None:
    command = registered(toestemming={"terugkoppeling": "N", "datum": "20190902"})

    assert command.contents.consent.scopes == frozenset()


def test_consent_to_be_referred_is_apart_from_consent_to_feedback() -> None:
    stated = [{"terugkoppeling": each, "datum": "20190902", "aanmelding": "J"} for each in ("N", "J")]

    assert [registered(toestemming=each).contents.consent.scopes for each in stated] == [
        {ConsentScope.REFERRAL},
        {ConsentScope.FEEDBACK_TO_REFERRER, ConsentScope.REFERRAL},
    ]


def test_lapsed_registration_is_a_withdrawal() -> None:
    commands = to_commands(listed(vervallen="J"))

    assert commands == (WithdrawReferral(WithdrawalReason.OTHER),)


@pytest.mark.parametrize(
    ("changed", "received"),
    [
        ("20190902080000", datetime(2019, 9, 2, 6, 0, tzinfo=UTC)),
        ("20190905080000", datetime(2019, 9, 2, 10, 0, tzinfo=UTC)),
    ],
)
def test_referral_is_received_at_noon_but_never_after_its_last_change(changed: str, received: datetime) -> None:
    (command,) = to_commands(listed(changed))

    assert isinstance(command, RegisterReferral)
    assert command.received_at == received


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"klant": {**YARA, "bsn": "123456789"}}, "klant.bsn"),
        ({"klant": {**YARA, "geboortedatum": "19930012"}}, "klant.geboortedatum"),
        ({"klant": {**YARA, "geboortedatum": "00000000"}}, "klant.geboortedatum"),
        ({"klant": {**YARA, "geboortedatum": "1993-03-08"}}, "klant.geboortedatum"),
        ({"klant": {"geboortedatum": "19930308"}}, "klant.achternaam"),
        ({"klant": "Yara Kaya"}, "klant"),
        ({"gebied": None}, "gebied"),
        ({"datumAanmelding": "vandaag"}, "datumAanmelding"),
    ],
)
def test_unreadable_field_is_named_without_its_value(more: dict[str, Any], field: str) -> None:
    with pytest.raises(PartnerUnreadable) as refused:
        to_commands(listed(**more))

    assert refused.value.field == field
    for secret in ("Yara", "Kaya", "1993", "123456789", "vandaag"):
        assert secret not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("value", ["", "20190902", "20191302000000", "2019090214000x"])
def test_moment_of_change_must_be_a_stuf_moment(value: str) -> None:
    with pytest.raises(PartnerUnreadable):
        changed_at(listed(value))


def test_moment_of_change_is_dutch_time() -> None:
    assert changed_at(listed("20191102120000")) == datetime(2019, 11, 2, 11, 0, tzinfo=UTC)


def test_unknown_extra_fields_are_ignored() -> None:
    assert registered(nieuwVeld="x") == registered()


def test_remark_shows_dates_and_codes_as_dutch_readers_know_them() -> None:
    fields: dict[str, object] = {
        Field.APPOINTMENT_STARTS_AT: "2019-09-13T08:30:00+00:00",
        Field.APPOINTMENT_THREE_WAY: True,
        Field.COUNSELLOR_NAME: "T. Begeleider",
        Field.INTAKE_RESULT: "route_to_kbr",
        Field.PLAN_SIGNED_ON: "2019-09-20",
    }

    assert remark(fields) == (
        "Resultaat intake: Toeleiding aanvraag KBR; Afspraak: 13-09-2019 10:30; "
        "Trajectbegeleider: T. Begeleider; Driegesprek: ja; Plan ondertekend: 20-09-2019"
    )


def test_a_remark_that_contact_is_lost_has_the_last_day_on_which_it_can_be_restored() -> None:
    fields: dict[str, object] = {Field.CONTACT_LOST_ON: "2019-09-13", Field.CONTACT_RESTORE_BY: "2019-09-20"}

    assert remark(fields) == "Contact verloren: 13-09-2019; Contact herstellen uiterlijk: 20-09-2019"


def test_every_remark_about_progress_fits_as_a_whole() -> None:
    for state in ProgressState:
        for step in NextStep:
            fields: dict[str, object] = {
                Field.PROGRESS_WEEK: 13,
                Field.PROGRESS_STATE: state.value,
                Field.PROGRESS_NEXT_STEP: step.value,
                Field.PROGRESS_DUE_ON: "2019-12-16",
            }
            assert shown(fields) >= fields.keys()
    fields |= {Field.PROGRESS_STATE: "paused", Field.PROGRESS_NEXT_STEP: "resumption"}
    assert remark(fields) == (
        "Stand: Het traject is gepauzeerd; Volgende stap: het traject hervatten; "
        "Besluit uiterlijk: 16-12-2019; Weken na de intake: 13"
    )


def test_remark_holds_nothing_that_was_not_released() -> None:
    assert remark({}) == ""


def test_remark_never_repeats_free_text() -> None:
    fields: dict[str, object] = {
        Field.REFERRAL_REASON: "geheim",
        Field.REFERRAL_MOTIVATION: "geheim",
        Field.CLIENT_FAMILY_NAME: "geheim",
    }

    assert remark(fields) == ""


@given(name=st.text(max_size=300), place=st.text(max_size=300))
def test_remark_fits_in_one_line_of_the_field_and_in_xml(name: str, place: str) -> None:
    text = remark({Field.COUNSELLOR_NAME: name, Field.APPOINTMENT_PLACE: place, Field.INTAKE_RESULT: "unknown"})

    etree.Element("toelichting").text = text
    assert len(text) <= MAX_LENGTH
    assert text.startswith("Resultaat intake: Onbekend")
    assert text.isprintable()
