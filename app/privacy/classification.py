"""What kind of information each field is, and how a field can be told less precisely."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum

from app.domain.codes import RejectionReason, RoutingAdvice
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM


class FieldClass(StrEnum):
    """The kind of information a field holds. Source: domain.md section 8."""

    OPERATIONAL = "operational"
    CONTACT = "contact"
    IDENTITY = "identity"
    FINANCIAL = "financial"
    CARE = "care"
    FREE_TEXT = "free_text"


_FIELDS_OF: Mapping[FieldClass, tuple[Field, ...]] = {
    FieldClass.OPERATIONAL: (
        Field.REFERRAL_ID,
        Field.REFERRAL_REFERENCE,
        Field.REFERRAL_STATUS,
        Field.REFERRAL_TOLD_STATUS,
        Field.REFERRAL_RECEIVED_AT,
        Field.REFERRAL_AREA,
        Field.REFERRAL_ORGANISATION,
        Field.REFERRAL_ORGANISATION_KIND,
        Field.REFERRAL_THREE_WAY_MEETING,
        Field.REFERRAL_MEETING_PLACE,
        Field.REFERRAL_LIVES_IN_MUNICIPALITY,
        Field.REFERRAL_CASE_LEAD,
        Field.REFERRAL_ADVICE,
        Field.REFERRAL_FLAGS,
        Field.REFERRAL_PREVIOUS_ID,
        Field.REFERRAL_REQUESTED_ACTION,
        Field.REFERRAL_REJECTION_REASON,
        Field.REFERRAL_WITHDRAWAL_REASON,
        Field.REFERRAL_CLOSURE_REASON,
        Field.ASSESSMENT_DONE_BY,
        Field.CONSENT_SCOPES,
        Field.CONSENT_GIVEN_ON,
        Field.APPOINTMENT_ID,
        Field.APPOINTMENT_STATUS,
        Field.APPOINTMENT_STARTS_AT,
        Field.APPOINTMENT_PLACE,
        Field.APPOINTMENT_THREE_WAY,
        Field.APPOINTMENT_RESPONSE,
        Field.APPOINTMENT_OTHER_TIMES,
        Field.APPOINTMENT_CANCELLATION_REASON,
        Field.ATTENDANCE_MISSED_COUNT,
        Field.INTAKE_CONCLUDED_ON,
        Field.TRAJECTORY_ID,
        Field.TRAJECTORY_STATUS,
        Field.TRAJECTORY_STARTED_ON,
        Field.TRAJECTORY_DUE_ON,
        Field.TRAJECTORY_ENDED_ON,
        Field.TRAJECTORY_CLOSURE_REASON,
        Field.PLAN_SIGNED_ON,
        Field.SIGNAL_KIND,
        Field.OCCURRED_AT,
    ),
    FieldClass.CONTACT: (
        Field.CLIENT_ADDRESS,
        Field.CLIENT_PHONE,
        Field.CLIENT_EMAIL,
        Field.CLIENT_PREFERRED_CHANNEL,
        Field.CLIENT_INTERPRETER_LANGUAGE,
        Field.CLIENT_CONTACT_CAUTIONS,
        Field.WORKER_NAME,
        Field.WORKER_PHONE,
        Field.WORKER_EMAIL,
        Field.COUNSELLOR_NAME,
        Field.COUNSELLOR_PHONE,
        Field.APPOINTMENT_PARTICIPANTS,
    ),
    FieldClass.IDENTITY: (
        Field.REFERRAL_AGE,
        Field.CLIENT_ID,
        Field.CLIENT_BSN,
        Field.CLIENT_GIVEN_NAME,
        Field.CLIENT_FAMILY_NAME,
        Field.CLIENT_BIRTH_DATE,
        Field.CLIENT_SEX,
    ),
    FieldClass.FINANCIAL: (
        Field.REFERRAL_INCOME_SITUATION,
        Field.REFERRAL_DEBT_SEVERITY,
        Field.REFERRAL_THREATS,
        Field.REFERRAL_PROTECTIVE_ADMINISTRATION,
        Field.REFERRAL_RUNNING_WSNP,
        Field.INTAKE_RESULT,
        Field.PLAN_DOCUMENT_REFERENCE,
        Field.RESULT_CODE,
        Field.RESULT_DECIDED_ON,
        Field.RESULT_DROP_OUT_REASON,
        Field.KBR_STATUS,
        Field.KBR_CHANGED_ON,
        Field.KBR_SERVICE_DECISION_MEETING_ON,
    ),
    FieldClass.CARE: (
        Field.ASSESSMENT_LIFE_DOMAINS,
        Field.REFERRAL_WMO_INDICATION,
    ),
    FieldClass.FREE_TEXT: (
        Field.REFERRAL_REASON,
        Field.REFERRAL_MOTIVATION,
        # The names of other organisations are typed by hand, and a name alone may give away an illness.
        Field.REFERRAL_OTHER_ORGANISATIONS,
        Field.CONSENT_EVIDENCE,
    ),
}

CLASS_OF: Mapping[Field, FieldClass] = {
    field: field_class for field_class, fields in _FIELDS_OF.items() for field in fields
}
"""The one class of every field of the canonical record."""

ID_FIELDS = frozenset(
    {
        Field.REFERRAL_ID,
        Field.REFERRAL_PREVIOUS_ID,
        Field.CLIENT_ID,
        Field.APPOINTMENT_ID,
        Field.TRAJECTORY_ID,
    }
)
"""The hub's own ids: outside the three systems they only ever leave as the receiver's pseudonyms."""

INSIDE_ONLY = frozenset({Field.CLIENT_BSN})
"""Fields that never leave to a receiver outside the three systems, whatever a rule says."""

SUPPLIED_BY_REFERRER = frozenset(
    {
        Field.REFERRAL_REFERENCE,
        Field.REFERRAL_AREA,
        Field.REFERRAL_THREE_WAY_MEETING,
        Field.REFERRAL_MEETING_PLACE,
        Field.REFERRAL_INCOME_SITUATION,
        Field.REFERRAL_DEBT_SEVERITY,
        Field.REFERRAL_THREATS,
        Field.REFERRAL_PROTECTIVE_ADMINISTRATION,
        Field.REFERRAL_RUNNING_WSNP,
        Field.REFERRAL_WMO_INDICATION,
        Field.REFERRAL_LIVES_IN_MUNICIPALITY,
        Field.REFERRAL_CASE_LEAD,
        Field.REFERRAL_OTHER_ORGANISATIONS,
        Field.REFERRAL_REASON,
        Field.REFERRAL_MOTIVATION,
        Field.ASSESSMENT_DONE_BY,
        Field.ASSESSMENT_LIFE_DOMAINS,
        Field.CONSENT_SCOPES,
        Field.CONSENT_GIVEN_ON,
        Field.CONSENT_EVIDENCE,
    }
)
"""The referral's contents: the referrer said them itself and may read them back (domain.md section 9)."""


def _local_date(value: object) -> date:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError("a moment with a time zone is needed")
    return moment.astimezone(AMSTERDAM).date()


def _year(value: object) -> int:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(day, date):
        raise TypeError("a date is needed")
    return day.year


def _without(secret: str) -> Callable[[object], object]:
    def coarsened(values: object) -> object:
        if not isinstance(values, list | tuple | set | frozenset):
            raise TypeError("a list of codes is needed")
        return type(values)(value for value in values if value != secret)

    return coarsened


# These two reasons speak of what others told about the client, not of what this referrer said.
_REASONS_FROM_OTHERS = frozenset({RejectionReason.ALREADY_KNOWN, RejectionReason.WMO_INDICATION})


def _general_reason(value: object) -> object:
    return RejectionReason.NOT_ELIGIBLE if value in _REASONS_FROM_OTHERS else value


_COARSENERS: Mapping[Field, Callable[[object], object]] = {
    Field.CLIENT_BIRTH_DATE: _year,
    Field.REFERRAL_RECEIVED_AT: _local_date,
    Field.APPOINTMENT_STARTS_AT: _local_date,
    Field.OCCURRED_AT: _local_date,
    Field.REFERRAL_ADVICE: _without(RoutingAdvice.ALREADY_OPEN),
    Field.REFERRAL_FLAGS: _without("contact_lost"),
    Field.REFERRAL_REJECTION_REASON: _general_reason,
}

COARSENABLE = frozenset(_COARSENERS)
"""The fields that can be told less precisely."""


def coarsen(field: Field, value: object) -> object:
    """Return a less precise value of a field; None stays None.

    A birth date becomes its year, a moment its date in local time; routing advice loses
    ``already_open``, flags lose ``contact_lost``, a reason of rejection that rests on what others
    told becomes ``not_eligible``.

    Raises:
        KeyError: the field is not in ``COARSENABLE``.
        TypeError, ValueError: the value is not of the field's type.
    """
    coarsener = _COARSENERS[field]
    return None if value is None else coarsener(value)
