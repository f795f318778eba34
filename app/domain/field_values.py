"""The fields of a case by name: what the privacy gate decides about."""

from datetime import date, datetime
from uuid import UUID

from app.domain.case import Case
from app.domain.fields import Field
from app.domain.values import Appointment, Client, Referral, ReferralContents, ReferralSummary, Trajectory

Value = str | int | bool | None | date | datetime | UUID | tuple[object, ...] | frozenset[str]
FieldValues = dict[Field, Value]


def field_values(case: Case) -> FieldValues:
    """Return every field of the case by name; the privacy gate decides which may leave."""
    values = {**_referral_values(case.referral), **_contents_values(case.contents), **_client_values(case.client)}
    return values | _linked_values(case.appointment, case.trajectory)


def _linked_values(appointment: Appointment | None, trajectory: Trajectory | None) -> FieldValues:
    values: FieldValues = appointment_values(appointment) if appointment else {}
    return values | (trajectory_values(trajectory) if trajectory else {})


def summary_values(summary: ReferralSummary) -> FieldValues:
    """Return the fields of a referral as lists show it, by name."""
    return {
        Field.REFERRAL_ID: summary.id,
        Field.REFERRAL_REFERENCE: summary.reference,
        Field.REFERRAL_STATUS: summary.status,
        Field.REFERRAL_TOLD_STATUS: summary.told_status,
        Field.REFERRAL_RECEIVED_AT: summary.received_at,
        Field.REFERRAL_AREA: summary.area,
        Field.REFERRAL_ORGANISATION: summary.organisation.name,
        Field.REFERRAL_ORGANISATION_KIND: summary.organisation.kind,
        Field.CONSENT_SCOPES: summary.consent.scopes,
        Field.COUNSELLOR_NAME: summary.counsellor.name if summary.counsellor else None,
        Field.INTAKE_RESULT: summary.intake_result,
    }


def feedback_values(referral: Referral, trajectory: Trajectory | None) -> FieldValues:
    """Return what there is to disclose to a referrer: nothing of the client, and nothing the referrer said itself."""
    values = {**_referral_values(referral), Field.CONSENT_SCOPES: referral.consent.scopes}
    return values | _linked_values(None, trajectory)


def _referral_values(referral: Referral) -> FieldValues:
    counsellor = referral.counsellor
    values: FieldValues = {
        Field.REFERRAL_ID: referral.id,
        Field.REFERRAL_REFERENCE: referral.reference,
        Field.REFERRAL_STATUS: referral.status,
        Field.REFERRAL_TOLD_STATUS: referral.told_status,
        Field.REFERRAL_RECEIVED_AT: referral.received_at,
        Field.REFERRAL_ORGANISATION: referral.organisation.name,
        Field.REFERRAL_ORGANISATION_KIND: referral.organisation.kind,
        Field.REFERRAL_AGE: referral.age,
        Field.REFERRAL_ADVICE: referral.advice,
        Field.REFERRAL_FLAGS: _flags(referral),
        Field.REFERRAL_PREVIOUS_ID: referral.previous_id,
        Field.REFERRAL_REJECTION_REASON: referral.rejection_reason,
        Field.REFERRAL_WITHDRAWAL_REASON: referral.withdrawal_reason,
        Field.REFERRAL_CLOSURE_REASON: referral.closure_reason,
        Field.COUNSELLOR_NAME: counsellor.name if counsellor else None,
        Field.COUNSELLOR_PHONE: counsellor.phone if counsellor else None,
        Field.ATTENDANCE_MISSED_COUNT: referral.missed_count,
        Field.INTAKE_RESULT: referral.intake_result,
        Field.INTAKE_CONCLUDED_ON: referral.intake_concluded_on,
    }
    return values


def _flags(referral: Referral) -> tuple[str, ...]:
    flags = referral.flags
    named = {
        "awaiting_information": flags.awaiting_information,
        "withdrawal_requested": flags.withdrawal_requested,
        "contact_lost": flags.contact_lost,
    }
    return tuple(name for name, is_set in named.items() if is_set)


def _contents_values(contents: ReferralContents) -> FieldValues:
    return {
        Field.REFERRAL_AREA: contents.area,
        Field.REFERRAL_THREE_WAY_MEETING: contents.three_way_meeting,
        Field.REFERRAL_MEETING_PLACE: contents.meeting_place,
        Field.REFERRAL_INCOME_SITUATION: contents.income_situation,
        Field.REFERRAL_DEBT_SEVERITY: contents.debt_severity,
        Field.REFERRAL_THREATS: contents.threats,
        Field.REFERRAL_PROTECTIVE_ADMINISTRATION: contents.protective_administration,
        Field.REFERRAL_RUNNING_WSNP: contents.running_wsnp,
        Field.REFERRAL_WMO_INDICATION: contents.wmo_indication,
        Field.REFERRAL_LIVES_IN_MUNICIPALITY: contents.lives_in_municipality,
        Field.REFERRAL_CASE_LEAD: contents.case_lead,
        Field.REFERRAL_OTHER_ORGANISATIONS: contents.other_organisations,
        Field.REFERRAL_REASON: contents.reason,
        Field.REFERRAL_MOTIVATION: contents.motivation,
        Field.ASSESSMENT_DONE_BY: contents.assessment_done_by,
        Field.ASSESSMENT_LIFE_DOMAINS: contents.life_domains,
        Field.CONSENT_SCOPES: contents.consent.scopes,
        Field.CONSENT_GIVEN_ON: contents.consent.given_on,
        Field.CONSENT_EVIDENCE: contents.consent.evidence,
        Field.WORKER_NAME: contents.worker.name,
        Field.WORKER_PHONE: contents.worker.phone,
        Field.WORKER_EMAIL: contents.worker.email,
    }


def _client_values(client: Client) -> FieldValues:
    details = client.details
    return {
        Field.CLIENT_ID: client.id,
        Field.CLIENT_BSN: details.bsn,
        Field.CLIENT_GIVEN_NAME: details.given_name,
        Field.CLIENT_FAMILY_NAME: details.family_name,
        Field.CLIENT_BIRTH_DATE: details.birth_date,
        Field.CLIENT_SEX: details.sex,
        Field.CLIENT_ADDRESS: details.address,
        Field.CLIENT_PHONE: details.phone,
        Field.CLIENT_EMAIL: details.email,
        Field.CLIENT_PREFERRED_CHANNEL: details.preferred_channel,
        Field.CLIENT_INTERPRETER_LANGUAGE: details.interpreter_language,
        Field.CLIENT_CONTACT_CAUTIONS: details.contact_cautions,
    }


def appointment_values(appointment: Appointment) -> FieldValues:
    """Return the fields of one appointment by name."""
    values: FieldValues = {
        Field.APPOINTMENT_ID: appointment.id,
        Field.APPOINTMENT_STATUS: appointment.status,
        Field.APPOINTMENT_STARTS_AT: appointment.starts_at,
        Field.APPOINTMENT_PLACE: appointment.place,
        Field.APPOINTMENT_THREE_WAY: appointment.three_way,
        Field.APPOINTMENT_PARTICIPANTS: appointment.participants,
        Field.APPOINTMENT_RESPONSE: appointment.response,
        Field.APPOINTMENT_OTHER_TIMES: appointment.other_times,
        Field.APPOINTMENT_CANCELLATION_REASON: appointment.cancellation_reason,
    }
    if appointment.counsellor:
        values[Field.COUNSELLOR_NAME] = appointment.counsellor.name
        values[Field.COUNSELLOR_PHONE] = appointment.counsellor.phone
    return values


def trajectory_values(trajectory: Trajectory) -> FieldValues:
    """Return the fields of one trajectory by name; of its results the newest."""
    result = trajectory.results[-1] if trajectory.results else None
    plan, application = trajectory.plan, trajectory.kbr_application
    return {
        Field.TRAJECTORY_ID: trajectory.id,
        Field.TRAJECTORY_STATUS: trajectory.status,
        Field.TRAJECTORY_STARTED_ON: trajectory.started_on,
        Field.TRAJECTORY_DUE_ON: trajectory.due_on,
        Field.TRAJECTORY_ENDED_ON: trajectory.ended_on,
        Field.TRAJECTORY_CLOSURE_REASON: trajectory.closure_reason,
        Field.PLAN_SIGNED_ON: plan.signed_on if plan else None,
        Field.PLAN_DOCUMENT_REFERENCE: plan.document_reference if plan else None,
        Field.RESULT_CODE: result.code if result else None,
        Field.RESULT_DECIDED_ON: result.decided_on if result else None,
        Field.RESULT_DROP_OUT_REASON: result.drop_out_reason if result else None,
        Field.KBR_STATUS: application.status if application else None,
        Field.KBR_CHANGED_ON: application.changed_on if application else None,
        Field.KBR_SERVICE_DECISION_MEETING_ON: application.service_decision_meeting_on if application else None,
    }
