"""What the hub asks of workers in GIDSO, and how their reactions and signals are read."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.adapters.gidso.answers import REACTION_KINDS, SIGNAL_KINDS, read_answers, unknown_in_answers
from app.adapters.gidso.mapping import Kind
from app.adapters.gidso.requests import request_of
from app.adapters.gidso.source import read_row
from app.domain.codes import CancellationReason, SignalKind
from app.domain.commands import CancelAppointment, GiveSignal, RespondToAppointment
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage, PartnerRecord
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.gidso.messages import REQUEST_KINDS
from tests.support.contracts import OPENAPI, example_of, validator

SCHEMAS = OPENAPI["gidso"]["components"]["schemas"]
READ_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
APPOINTMENT = UUID("01920f4e-5a80-7000-8000-000000000002")
EXAMPLE = example_of("gidso", "lijstAanmeldingen", "200", "laatsteBladzijde")["value"][0]
TIMES = ["2026-11-12T09:00:00Z", "2026-11-13T13:00:00Z"]
IN_ROTTERDAM = ["2026-11-12T10:00:00+01:00", "2026-11-13T14:00:00+01:00"]


def row(**values: object) -> dict[str, Any]:
    """Return a registration as GIDSO returns it."""
    content = aanmelding("G-000123", "wijkteam-charlois", "Wijkteam", "2026-11-02T09:30:00+01:00", **values)
    return content | {"Versie": 3, "GewijzigdOp": "2026-11-03T08:12:00+00:00"}


def reaction(kind: str = "AKKOORD", number: int = 1, **values: object) -> dict[str, Any]:
    """Return a reaction to the request about the appointment."""
    at = f"2026-11-09T09:{number:02d}:00+01:00"
    own = {"ReactieId": f"RE-{number}", "Soort": kind, "Kenmerk": str(APPOINTMENT), "GeregistreerdOp": at}
    return own | {"Tijden": []} | values


def signal(kind: str = "CONTACT_HERSTELD", **values: object) -> dict[str, Any]:
    """Return a signal of 12 November."""
    own = {"SignaalId": "SI-1", "Soort": kind, "Datum": "2026-11-12", "GeregistreerdOp": "2026-11-12T16:40:00+01:00"}
    return own | values


def read(**values: object) -> PartnerRecord:
    """Return the one reaction or signal of a registration."""
    (record,) = read_answers(row(**values), READ_AT)
    return record


def message(event_type: EventType, **fields: object) -> PartnerMessage:
    """Return a message with the fields that were released."""
    return PartnerMessage(
        id=UUID(int=7),
        event_type=event_type,
        moment=OCCASION_OF[event_type],
        referral_id=UUID(int=1),
        external_id="G-000123",
        occurred_at=READ_AT,
        fields={name.replace("__", "."): value for name, value in fields.items()},
    )


def test_a_proposal_asks_to_choose_one_of_its_times_by_a_day() -> None:
    request = request_of(
        message(
            EventType.APPOINTMENT_PROPOSED,
            appointment__id=str(APPOINTMENT),
            appointment__proposed_times=TIMES,
            appointment__answer_by="2026-11-10",
        )
    )

    assert request == {
        "Soort": "AFSPRAAK",
        "Kenmerk": str(APPOINTMENT),
        "UiterlijkOp": "2026-11-10",
        "Tijden": IN_ROTTERDAM,
    }


def test_a_planned_three_way_meeting_asks_only_while_no_answer_was_given() -> None:
    planned = {"appointment__id": str(APPOINTMENT), "appointment__starts_at": TIMES[0]}
    for event_type in (EventType.INTAKE_SCHEDULED, EventType.INTAKE_RESCHEDULED, EventType.MEETING_SCHEDULED):
        asked = request_of(message(event_type, **planned, appointment__response="requested"))

        assert asked == {"Soort": "AFSPRAAK", "Kenmerk": str(APPOINTMENT), "Tijden": IN_ROTTERDAM[:1]}


def test_what_was_asked_is_settled_once_it_is_planned_moved_cancelled_or_withdrawn() -> None:
    planned = {"appointment__id": str(APPOINTMENT), "appointment__kind": "follow_up"}
    settled = {
        "Soort": "AFSPRAAK",
        "Kenmerk": str(APPOINTMENT),
        "Stand": "VERVALLEN",
        "Afspraaksoort": "Vervolggesprek",
    }
    for event_type, response in (
        (EventType.MEETING_SCHEDULED, "accepted"),
        (EventType.MEETING_SCHEDULED, "not_answered"),
        (EventType.MEETING_RESCHEDULED, "not_asked"),
        (EventType.MEETING_CANCELLED, "accepted"),
        (EventType.INTAKE_CANCELLED, None),
    ):
        assert request_of(message(event_type, **planned, appointment__response=response)) == settled
    for response in ("not_asked", None):
        assert request_of(message(EventType.INTAKE_SCHEDULED, **planned, appointment__response=response)) is None
    withdrawn = message(EventType.INFORMATION_REQUEST_WITHDRAWN, information__id=str(APPOINTMENT))
    assert request_of(withdrawn) == {"Soort": "VRAAG", "Kenmerk": str(APPOINTMENT), "Stand": "VERVALLEN"}
    restored = {"Soort": "CONTACT", "Kenmerk": str(UUID(int=7)), "Stand": "VERVALLEN"}
    assert request_of(message(EventType.CONTACT_RESTORED)) == restored


def test_lost_contact_asks_to_restore_it_where_that_was_released() -> None:
    lost = message(
        EventType.CONTACT_LOST, referral__requested_action="restore_contact", contact__restore_by="2026-12-04"
    )

    assert request_of(lost) == {"Soort": "CONTACT", "Kenmerk": str(UUID(int=7)), "UiterlijkOp": "2026-12-04"}
    assert request_of(message(EventType.CONTACT_LOST, contact__lost_on="2026-11-20")) is None


def test_nothing_is_asked_about_an_appointment_whose_id_was_not_released() -> None:
    assert request_of(message(EventType.APPOINTMENT_PROPOSED, appointment__proposed_times=TIMES)) is None


def test_a_request_follows_the_contract() -> None:
    asked = [
        message(
            EventType.APPOINTMENT_PROPOSED,
            **{Field.APPOINTMENT_ID.replace(".", "__"): str(APPOINTMENT)} | {"appointment__proposed_times": TIMES},
        ),
        message(EventType.CONTACT_LOST, referral__requested_action="restore_contact"),
        message(EventType.MEETING_CANCELLED, appointment__id=str(APPOINTMENT), appointment__kind="follow_up"),
        message(
            EventType.INFORMATION_REQUESTED,
            information__id=str(APPOINTMENT),
            information__topic="housing",
            information__question="Hoe lang?",
        ),
    ]
    for each in asked:
        validator("gidso", SCHEMAS["Verzoek"]).validate(request_of(each))


def test_the_codes_are_those_of_the_contract() -> None:
    assert set(SIGNAL_KINDS) == set(SCHEMAS["Signaal"]["properties"]["Soort"]["enum"])
    assert set(REACTION_KINDS) == set(SCHEMAS["Reactie"]["properties"]["Soort"]["enum"])
    assert set(REQUEST_KINDS) == set(SCHEMAS["Verzoek"]["properties"]["Soort"]["enum"])


def test_every_signal_of_a_referrer_can_be_given_in_gidso() -> None:
    # That its own support stopped is said on the registration itself.
    assert {*SIGNAL_KINDS.values(), SignalKind.SUPPORT_STOPPED} == set(SignalKind)


def test_each_reaction_is_read_as_what_it_means() -> None:
    (first, second) = (datetime.fromisoformat(each) for each in TIMES)
    expected = {
        "AKKOORD": RespondToAppointment(APPOINTMENT, accepted=True, chosen_time=first),
        "ANDERE_TIJDEN": RespondToAppointment(APPOINTMENT, accepted=False, other_times=(first, second)),
        "AFZEGGEN": CancelAppointment(CancellationReason.REFERRER_CANCELLED, APPOINTMENT),
    }
    for kind, command in expected.items():
        times = TIMES[:1] if kind == "AKKOORD" else TIMES

        assert read(Reacties=[reaction(kind, Tijden=times)]).commands == (command,), kind


def test_an_answer_may_leave_out_the_time_and_the_request() -> None:
    record = read(Reacties=[reaction(Kenmerk=None)])

    assert record.commands == (RespondToAppointment(None, accepted=True),)


def test_each_signal_is_read_as_what_it_means() -> None:
    for kind, meaning in SIGNAL_KINDS.items():
        assert read(Signalen=[signal(kind)]).commands == (GiveSignal(meaning),)


def test_a_signal_is_of_its_moment_or_of_the_other_day_that_it_names() -> None:
    assert read(Signalen=[signal()]).occurred_at == datetime(2026, 11, 12, 15, 40, tzinfo=UTC)
    assert read(Signalen=[signal(Datum="2026-11-10")]).occurred_at == datetime(2026, 11, 10, 11, tzinfo=UTC)


def test_answers_are_read_after_the_registration_and_by_their_moments() -> None:
    registered, *answers = read_row(
        row(Signalen=[signal()], Reacties=[reaction(number=2), reaction(number=1)]), READ_AT
    )

    assert registered.kind == Kind.REFERRAL
    assert [each.external_id for each in answers] == ["RE-1", "RE-2", "SI-1"]
    assert {each.case_id for each in answers} == {"G-000123"}


def test_answers_change_nothing_in_the_registration_or_in_each_other() -> None:
    before, first = read_row(row(Reacties=[reaction()]), READ_AT)
    after, again, _ = read_row(row(Reacties=[reaction(), reaction(number=2)]) | {"Versie": 9}, READ_AT)

    assert (after.payload, again) == (before.payload, first)
    assert not {"Reacties", "Signalen"} & set(after.payload)


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"Reacties": [reaction("MISSCHIEN")]}, "Soort", "unknown-code"),
        ({"Reacties": [reaction(Kenmerk="geen-uuid")]}, "Kenmerk", "unreadable"),
        ({"Reacties": [reaction(Tijden=TIMES)]}, "Tijden", "unreadable"),
        ({"Reacties": [reaction(Tijden=["morgen"])]}, "Tijden.0", "unreadable"),
        ({"Reacties": [reaction(GeregistreerdOp=None)]}, "GeregistreerdOp", "unreadable"),
        ({"Reacties": ["Kanarie"]}, "ReactieId", "unreadable"),
        ({"Reacties": "Kanarie"}, "ReactieId", "unreadable"),
        ({"Signalen": [signal("VERHUISD")]}, "Soort", "unknown-code"),
        ({"Signalen": [signal(Datum="gisteren")]}, "Datum", "unreadable"),
    ],
)
def test_what_cannot_be_read_leaves_the_registration_readable(values: dict[str, Any], field: str, reason: str) -> None:
    registered, answer = read_row(row(**values), READ_AT)

    assert registered.unread is None
    assert answer.unread is not None
    assert (answer.unread.field, answer.unread.reason) == (field, reason)
    assert "Kanarie" not in answer.unread.message


def test_a_field_that_the_contract_does_not_know_is_reported_by_its_place() -> None:
    found = unknown_in_answers(row(Reacties=[reaction(Kleur="rood")], Signalen=[signal(Geur="zoet")]))

    assert sorted(found) == ["reactie.Kleur", "signaal.Geur"]
    assert not list(unknown_in_answers(EXAMPLE))


def test_the_example_of_the_contract_is_read() -> None:
    answered, signalled = read_answers(EXAMPLE, READ_AT)

    assert isinstance(answered.commands[0], RespondToAppointment)
    assert signalled.commands == (GiveSignal(SignalKind.CONTACT_RESTORED),)
