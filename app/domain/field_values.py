"""The fields of a case by name: what the privacy gate decides about."""

from app.domain.case import Case
from app.domain.events import Event
from app.domain.fields import (
    OF_APPOINTMENT,
    OF_CLIENT,
    OF_CONTENTS,
    OF_INFORMATION,
    OF_ONWARD,
    OF_REFERRAL,
    OF_SIGNAL,
    OF_TRAJECTORY,
    Field,
    FieldValues,
    consent_values,
    values_of,
)
from app.domain.values import (
    Appointment,
    InformationRequest,
    OnwardReferral,
    Referral,
    ReferralSummary,
    Signal,
    Trajectory,
)


def has_value(value: object) -> bool:
    """Return whether a field with this value says anything; an empty list is what was not stated."""
    return value not in (None, (), [], frozenset())


def field_values(case: Case) -> FieldValues:
    """Return every field of the case by name; the privacy gate decides which may leave."""
    values = {
        **values_of(OF_REFERRAL, case.referral),
        **values_of(OF_CONTENTS, case.contents),
        **values_of(OF_CLIENT, case.client.details),
    }
    return values | _linked_values(case.appointment, case.trajectory)


def summary_values(summary: ReferralSummary) -> FieldValues:
    """Return the fields of a referral as lists show it, by name."""
    return {
        Field.REFERRAL_ID: summary.id,
        Field.REFERRAL_REFERENCE: summary.reference,
        Field.REFERRAL_STATUS: summary.status,
        Field.REFERRAL_DISCLOSED_STATUS: summary.disclosed_status,
        Field.REFERRAL_RECEIVED_AT: summary.received_at,
        Field.REFERRAL_AREA: summary.area,
        Field.REFERRAL_ORGANISATION: summary.organisation.name,
        Field.REFERRAL_ORGANISATION_KIND: summary.organisation.kind,
        **consent_values(summary.consent),
        Field.COUNSELLOR_NAME: summary.counsellor.name if summary.counsellor else None,
        Field.INTAKE_RESULT: summary.intake_result,
    }


def stated_facts(event: Event) -> FieldValues:
    """Return what an event itself states, which is disclosed even if the case has moved on since."""
    facts: FieldValues = {
        Field(name): tuple(value) if isinstance(value, list) else value for name, value in event.facts.items()
    }
    if event.trajectory_id:
        facts[Field.TRAJECTORY_ID] = event.trajectory_id
    return facts | {Field.OCCURRED_AT: event.occurred_at}


def disclosed_summary_values(summary: ReferralSummary) -> FieldValues:
    """Return the fields of a referral as lists show it to its referrer, by name."""
    values = summary_values(summary)
    del values[Field.REFERRAL_STATUS]
    return values | {
        Field.COUNSELLOR_NAME: summary.disclosed_counsellor,
        Field.INTAKE_RESULT: summary.disclosed_result,
    }


def supplied_values(case: Case) -> FieldValues:
    """Return the fields that the referrer supplied, or that never change after the referral, by name."""
    return {
        **fixed_values(case.referral),
        **values_of(OF_CONTENTS, case.contents),
        **values_of(OF_CLIENT, case.client.details),
    }


def fixed_values(referral: Referral) -> FieldValues:
    """Return the fields of a referral that never change after it was made, by name."""
    return values_of(_FIXED, referral)


def feedback_values(referral: Referral, trajectory: Trajectory | None) -> FieldValues:
    """Return what there is to disclose to a referrer: nothing of the client, and nothing the referrer said itself."""
    values = values_of(_FEEDBACK, referral)
    return values | consent_values(referral.consent) | _linked_values(None, trajectory)


def appointment_values(appointment: Appointment) -> FieldValues:
    """Return the fields of one appointment by name."""
    values = values_of(OF_APPOINTMENT, appointment)
    if appointment.counsellor:
        values[Field.COUNSELLOR_NAME] = appointment.counsellor.name
        values[Field.COUNSELLOR_PHONE] = appointment.counsellor.phone
    return values


def information_values(request: InformationRequest) -> FieldValues:
    """Return the fields of a question of the counsellor to the referrer, and of its answer, by name."""
    return values_of(OF_INFORMATION, request)


def onward_values(onward: OnwardReferral) -> FieldValues:
    """Return the fields of an onward referral by name."""
    return values_of(OF_ONWARD, onward)


def signal_values(signal: Signal) -> FieldValues:
    """Return the fields of a signal by name."""
    return values_of(OF_SIGNAL, signal)


def trajectory_values(trajectory: Trajectory) -> FieldValues:
    """Return the fields of one trajectory by name; of its results the newest."""
    return values_of(OF_TRAJECTORY, trajectory)


_FIXED = tuple(
    spec
    for spec in OF_REFERRAL
    if spec.field
    in (
        Field.REFERRAL_ID,
        Field.REFERRAL_REFERENCE,
        Field.REFERRAL_RECEIVED_AT,
        Field.REFERRAL_ORGANISATION,
        Field.REFERRAL_ORGANISATION_KIND,
        Field.REFERRAL_PREVIOUS_ID,
        Field.REFERRAL_AGE,
        Field.CLIENT_ID,
    )
)

_FEEDBACK = tuple(spec for spec in OF_REFERRAL if spec.field is not Field.CLIENT_ID)


def _linked_values(appointment: Appointment | None, trajectory: Trajectory | None) -> FieldValues:
    values: FieldValues = appointment_values(appointment) if appointment else {}
    return values | (trajectory_values(trajectory) if trajectory else {})
