"""Every field of a case holds what its name says."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest

from app.domain.case import Case
from app.domain.field_values import appointment_values, feedback_values, field_values, summary_values
from app.domain.fields import CALENDAR, Field, FieldValues
from app.domain.lazy import Lazy
from app.domain.values import Appointment, Referral, ReferralFlags, ReferralSummary, Trajectory
from tests.support.full_case import (
    APPOINTMENT,
    CASE,
    CLIENT,
    CONSENT,
    CONTENTS,
    OF_THE_EVENT,
    REFERRAL,
    REFERRER,
    TRAJECTORY,
    VALUES,
)


def case_of(referral: Referral, *appointments: Appointment, trajectory: Trajectory | None = None) -> Case:
    """Return a case with the full contents and the full client."""
    return Case(
        referral=referral,
        sealed_contents=Lazy.of(CONTENTS),
        sealed_client=Lazy.of(CLIENT.details),
        appointments=appointments,
        trajectory=trajectory,
    )


RECORDS = {
    "referral": (REFERRAL, CONTENTS),
    "assessment": (CONTENTS,),
    "consent": (CONSENT,),
    "client": (CLIENT.details, CLIENT),
    "worker": (CONTENTS.worker,),
    "counsellor": (APPOINTMENT.counsellor,),
    "appointment": (APPOINTMENT,),
    "attendance": (REFERRAL,),
    "contact": (REFERRAL,),
    "trajectory": (TRAJECTORY,),
    "plan": (TRAJECTORY.plan,),
    "result": (TRAJECTORY.results[-1],),
    "kbr": (TRAJECTORY.kbr_application,),
}
OTHERWISE: FieldValues = {
    Field.REFERRAL_ORGANISATION: REFERRER.name,
    Field.REFERRAL_ORGANISATION_KIND: REFERRER.kind,
    Field.REFERRAL_DISCLOSED_STATUS: REFERRAL.disclosed_status,
    Field.REFERRAL_FLAGS: ("awaiting_information", "withdrawal_requested", "contact_lost", "closed_unasked"),
    Field.ASSESSMENT_DONE_BY: CONTENTS.assessment_done_by,
    Field.ASSESSMENT_REFERENCE: CONTENTS.assessment_reference,
    Field.APPOINTMENT_PARTICIPANTS: tuple(each.name for each in APPOINTMENT.participants),
    Field.APPOINTMENT_ATTENDEES: APPOINTMENT.participants,
    Field.APPOINTMENT_CALENDAR_URL: CALENDAR,
    Field.CONTACT_ATTEMPTS: len(REFERRAL.contact_attempts),
    Field.INTAKE_RESULT: REFERRAL.intake_result,
    Field.INTAKE_CONCLUDED_ON: REFERRAL.intake_concluded_on,
}
"""Fields whose value is not found under their own name."""

LEFT_AS_IT_IS = {
    # The copy outside the encrypted contents has what rules ask about.
    "Referral.consent.evidence",
    "Referral.consent.form",
    "Referral.consent.recorded_at",
    "Referral.consent.recorded_by",
    # No field shows from which moment attempts to reach the client count.
    "Referral.in_contact_at",
    # No field shows what terms depend on.
    "Referral.term_facts.awaited",
    "Referral.term_facts.received",
    "Referral.term_facts.reported_weeks",
    "Referral.term_facts.turned_at",
    # No field shows to which appointments one belongs, and whether it was reported on the day before.
    "Appointment.is_due_reported",
    "Appointment.moves",
    "Appointment.proposed_at",
    "Appointment.series_id",
    # An organisation that refers no more has no new cases.
    "Referral.organisation.active",
}
"""What is empty, or has its default, in the full case."""


def named(field: Field) -> object:
    """Return the value that the records hold under the field's name."""
    if field in OTHERWISE:
        return OTHERWISE[field]
    group, name = field.value.split(".")
    return next(getattr(record, name) for record in RECORDS[group] if hasattr(record, name))


def left_as_it_is(record: object, path: str) -> Iterator[str]:
    """Return the attributes of a record, and of the records in it, that are empty or have their default."""
    for each in fields(record) if is_dataclass(record) else ():
        value, where = getattr(record, each.name), f"{path}.{each.name}"
        if value in (None, each.default):
            yield where
        for part in value if isinstance(value, tuple) else (value,):
            yield from left_as_it_is(part, where)


def test_everything_is_known_in_the_full_case() -> None:
    records = (REFERRAL, CONTENTS, CLIENT, APPOINTMENT, TRAJECTORY)

    assert {path for record in records for path in left_as_it_is(record, type(record).__name__)} == LEFT_AS_IT_IS


def test_no_two_fields_of_the_full_case_have_the_same_text() -> None:
    # A field that is taken for another would not be noticed.
    texts = [value for value in VALUES.values() if isinstance(value, str) and not isinstance(value, Enum)]

    assert sorted(texts) == sorted(set(texts))


def test_a_case_knows_every_field_but_those_of_an_event() -> None:
    assert set(field_values(CASE)) == set(Field) - set(OF_THE_EVENT)
    assert set(VALUES) == set(Field)


@pytest.mark.parametrize("field", sorted(set(Field) - set(OF_THE_EVENT)))
def test_every_field_holds_what_its_name_says(field: Field) -> None:
    assert field_values(CASE)[field] == named(field)


def test_a_list_shows_of_a_referral_what_the_case_does() -> None:
    summary = ReferralSummary(
        id=REFERRAL.id,
        organisation=REFERRER,
        reference=REFERRAL.reference,
        area=CONTENTS.area,
        status=REFERRAL.status,
        disclosed_status=REFERRAL.disclosed_status,
        received_at=REFERRAL.received_at,
        consent=CONSENT,
        counsellor=REFERRAL.counsellor,
        intake_result=REFERRAL.intake_result,
    )

    shown = summary_values(summary)

    assert shown == {field: field_values(case_of(REFERRAL))[field] for field in shown}
    assert len(shown) == 12
    assert summary_values(replace(summary, counsellor=None))[Field.COUNSELLOR_NAME] is None


def test_feedback_holds_nothing_of_the_client_and_nothing_that_the_referrer_said() -> None:
    facts = feedback_values(REFERRAL, TRAJECTORY)

    told = {field.split(".")[0] for field in facts}
    contents = {field for field in Field if field in facts and hasattr(CONTENTS, field.split(".")[1])}
    assert told == {
        "referral",
        "counsellor",
        "attendance",
        "contact",
        "intake",
        "consent",
        "trajectory",
        "plan",
        "result",
        "kbr",
    }
    assert contents == set()
    assert {field: field_values(case_of(REFERRAL, trajectory=TRAJECTORY))[field] for field in facts} == facts


def test_what_has_not_begun_is_not_among_the_facts() -> None:
    facts = field_values(case_of(REFERRAL))

    groups = {field.split(".")[0] for field in facts}
    assert not groups & {"appointment", "trajectory", "plan", "result", "kbr"}
    assert REFERRAL.counsellor
    assert facts[Field.COUNSELLOR_NAME] == REFERRAL.counsellor.name
    assert facts[Field.COUNSELLOR_PHONE] == REFERRAL.counsellor.phone


def test_what_a_new_trajectory_has_not_reached_is_empty() -> None:
    facts = field_values(replace(CASE, trajectory=replace(TRAJECTORY, plan=None, results=(), kbr_application=None)))

    reached = {
        field for field in facts if field.split(".")[0] in {"plan", "result", "kbr"} and facts[field] is not None
    }
    assert reached == set()


def test_without_a_counsellor_the_contact_is_empty_or_left_as_it_was() -> None:
    unknown = field_values(case_of(replace(REFERRAL, counsellor=None)))

    assert (unknown[Field.COUNSELLOR_NAME], unknown[Field.COUNSELLOR_PHONE]) == (None, None)
    assert Field.COUNSELLOR_NAME not in appointment_values(replace(APPOINTMENT, counsellor=None))


@pytest.mark.parametrize("flag", ["awaiting_information", "withdrawal_requested", "contact_lost", "closed_unasked"])
def test_a_flag_is_named_when_it_is_set(flag: str) -> None:
    flagged = replace(REFERRAL, flags=ReferralFlags(**{flag: True}))

    assert field_values(replace(CASE, referral=flagged))[Field.REFERRAL_FLAGS] == (flag,)
