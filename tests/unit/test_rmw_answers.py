"""What the hub asks of consultants in RMW, and how their reactions and signals are read."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.adapters.common.parsing import UNKNOWN_MOMENT
from app.adapters.rmw.answers import REACTION_KINDS, SIGNAL_KINDS, read_answers, unknown_in_answers
from app.adapters.rmw.mapping import to_status_update
from app.adapters.rmw.requests import KINDS, MEETINGS, request_of, shown_in_request
from app.domain.codes import AppointmentKind, CancellationReason, SignalKind
from app.domain.commands import AnswerInformation, CancelAppointment, GiveSignal, RespondToAppointment
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage, PartnerRecord
from app.sandbox.rmw import answers as simulated
from app.sandbox.rmw.documents import aanmelding, klant
from tests.unit.test_rmw_mapping import contract_codes

APPOINTMENT = UUID("01920f4e-5a80-7000-8000-000000000002")
TIMES = ["2026-11-12T09:00:00Z", "2026-11-13T13:00:00Z"]
IN_ROTTERDAM = ["20261112100000", "20261113140000"]


def message(event_type: EventType, **fields: object) -> PartnerMessage:
    """Return a message with the fields that were released."""
    return PartnerMessage(
        id=UUID(int=7),
        event_type=event_type,
        moment=OCCASION_OF[event_type],
        referral_id=UUID(int=1),
        external_id="R000123",
        occurred_at=datetime(2026, 11, 5, 12, tzinfo=UTC),
        fields={name.replace("__", "."): value for name, value in fields.items()},
    )


def contents(**more: Any) -> dict[str, Any]:
    return aanmelding("R000123", "wi-prematching", date(2026, 11, 2), klant("Yara", "Kaya", date(1993, 3, 8)), **more)


def reaction(kind: str = "AK", **values: object) -> dict[str, Any]:
    """Return a reaction to the request about the appointment."""
    own = {"reactienummer": "R1", "soort": kind, "kenmerk": str(APPOINTMENT), "tijdstip": "20261109091200"}
    return own | values


def signal(kind: str = "CH", **values: object) -> dict[str, Any]:
    """Return a signal of 12 November."""
    own = {"signaalnummer": "S1", "soort": kind, "datum": "20261112", "tijdstip": "20261112164000"}
    return own | values


def read(**values: object) -> PartnerRecord:
    """Return the one reaction or signal of a registration."""
    (record,) = read_answers(contents(**values))
    return record


def test_a_proposal_asks_to_choose_one_of_its_times_by_a_day_and_shows_what_it_was_made_of() -> None:
    asked = message(
        EventType.APPOINTMENT_PROPOSED,
        appointment__id=str(APPOINTMENT),
        appointment__kind="service_decision_meeting",
        appointment__proposed_times=TIMES,
        appointment__answer_by="2026-11-10",
    )

    assert request_of(asked) == to_status_update(asked).fields()["verzoek"]
    assert request_of(asked) == {
        "soort": "AF",
        "kenmerk": str(APPOINTMENT),
        "afspraaksoort": "GB",
        "uiterlijkOp": "20261110",
        "tijd": IN_ROTTERDAM,
    }
    assert shown_in_request(asked) == set(asked.fields)


def test_a_question_carries_its_text_whole_and_the_remark_does_not() -> None:
    question = "Welke schulden? " * 100
    asked = message(
        EventType.INFORMATION_REQUESTED,
        information__id=str(APPOINTMENT),
        information__topic="debts_overview",
        information__question=question,
        information__due_on="2026-11-10",
    )

    update = to_status_update(asked)

    assert update.request
    assert (update.request["vraag"], update.request["onderwerp"]) == (question, "Overzicht van de schulden")
    assert "Welke" not in update.remark
    assert Field.INFORMATION_QUESTION in shown_in_request(asked)


def test_what_is_asked_no_longer_is_said_so() -> None:
    for event_type, kind in ((EventType.CONTACT_RESTORED, "CO"), (EventType.INFORMATION_REQUEST_WITHDRAWN, "VR")):
        request = request_of(message(event_type, information__id=str(UUID(int=7))))

        assert request == {"soort": kind, "kenmerk": str(UUID(int=7)), "vervallen": "J"}


def test_the_codes_are_those_of_the_contract() -> None:
    assert set(SIGNAL_KINDS) == contract_codes("SoortSignaal") == set(simulated.SIGNALS.values())
    assert set(REACTION_KINDS) == contract_codes("SoortReactie") == set(simulated.REACTIONS.values())
    assert set(KINDS.values()) == contract_codes("SoortVerzoek") == set(simulated.REQUESTS)
    assert set(MEETINGS.values()) == contract_codes("Afspraaksoort") == set(simulated.MEETINGS)
    assert set(MEETINGS) == set(AppointmentKind)
    assert {kind: SIGNAL_KINDS[code] for kind, code in simulated.SIGNALS.items()} == {kind: kind for kind in SignalKind}


def test_each_reaction_is_read_as_what_it_means() -> None:
    first, second = (datetime.fromisoformat(each) for each in TIMES)
    expected = {
        "AK": RespondToAppointment(APPOINTMENT, accepted=True, chosen_time=first),
        "AT": RespondToAppointment(APPOINTMENT, accepted=False, other_times=(first, second)),
        "AZ": CancelAppointment(CancellationReason.REFERRER_CANCELLED, APPOINTMENT),
        "AN": AnswerInformation(APPOINTMENT, "Ja."),
    }
    for kind, command in expected.items():
        times = {"AK": IN_ROTTERDAM[:1], "AT": IN_ROTTERDAM}.get(kind, [])

        assert read(reactie=[reaction(kind, tijd=times, tekst="Ja.")]).commands == (command,), kind


def test_each_signal_is_read_as_what_it_means_on_its_moment_or_the_other_day_that_it_names() -> None:
    for kind, meaning in SIGNAL_KINDS.items():
        assert read(signaal=[signal(kind, tekst="Kort.")]).commands == (GiveSignal(meaning, "Kort."),)
    assert read(signaal=[signal()]).occurred_at == datetime(2026, 11, 12, 15, 40, tzinfo=UTC)
    assert read(signaal=[signal(datum="20261110")]).occurred_at == datetime(2026, 11, 10, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"reactie": [reaction("??")]}, "soort", "unknown-code"),
        ({"reactie": [reaction(kenmerk="geen-uuid")]}, "kenmerk", "unreadable"),
        ({"reactie": [reaction(tijd=IN_ROTTERDAM)]}, "tijd", "unreadable"),
        ({"reactie": [reaction(tijd=["morgen"])]}, "tijd", "unreadable"),
        ({"reactie": [reaction("AN")]}, "tekst", "unreadable"),
        ({"reactie": [reaction("AN", kenmerk=None, tekst="Ja.")]}, "kenmerk", "unreadable"),
        ({"reactie": [reaction(tijdstip="nu")]}, "tijdstip", "unreadable"),
        ({"reactie": ["Kanarie"]}, "reactienummer", "unreadable"),
        ({"signaal": [signal("??")]}, "soort", "unknown-code"),
        ({"signaal": [signal(datum="gisteren")]}, "datum", "unreadable"),
        ({"signaal": [signal(tekst="x" * 4001)]}, "tekst", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_named_without_its_value(values: dict[str, Any], field: str, reason: str) -> None:
    (answer,) = read_answers(contents(**values))

    assert answer.unread is not None
    assert (answer.unread.field, answer.unread.reason) == (field, reason)
    assert "Kanarie" not in answer.unread.message
    assert answer.occurred_at >= UNKNOWN_MOMENT


def test_a_field_that_the_contract_does_not_know_is_reported_by_its_place() -> None:
    found = unknown_in_answers(contents(reactie=[reaction(kleur="rood")], signaal=[signal(geur="zoet")]))

    assert sorted(found) == ["reactie.kleur", "signaal.geur"]
