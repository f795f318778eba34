"""The JSON Schema of every field that an event may carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from app.domain.codes import (
    PARTNERS,
    AppointmentResponse,
    CancellationReason,
    ClosureReason,
    Code,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    IncomeSituation,
    IntakeResult,
    KbrStatus,
    ReferralStatus,
    ReferrerKind,
    RejectionReason,
    RoutingAdvice,
    SignalKind,
    Threat,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.fields import Field
from app.privacy.wire import wire_name

__all__ = ["FIELD_SCHEMAS", "PARTNER_NOTICE", "SUBSCRIPTION_NOTICE", "Schema", "schema_of"]

Schema = dict[str, object]


def _nullable(kind: str, description: str, **more: object) -> Schema:
    return {"description": description, "type": [kind, "null"], **more}


def _text(description: str) -> Schema:
    return _nullable("string", description)


def _identifier(description: str) -> Schema:
    return _nullable("string", description, format="uuid")


def _moment(description: str) -> Schema:
    return _nullable("string", f"{description}, RFC 3339 in UTC", format="date-time")


def _day(description: str) -> Schema:
    return _nullable("string", f"{description}, a calendar day", format="date")


def _flag(description: str) -> Schema:
    return _nullable("boolean", description)


def _code(description: str, codes: type[Code]) -> Schema:
    values = [code.value for code in codes]
    return _nullable("string", f"{description}: {_labels(codes)}", enum=[*values, None])


def _codes(description: str, codes: type[Code]) -> Schema:
    items = {"type": "string", "enum": [code.value for code in codes]}
    return _nullable("array", f"{description}: {_labels(codes)}", items=items)


def _labels(codes: type[Code]) -> str:
    return ", ".join(f"{code.value} ({code.label})" for code in codes)


FIELD_SCHEMAS: Mapping[Field, Schema] = {
    Field.REFERRAL_ID: _identifier("The receiver's own id of the referral (aanmelding)"),
    Field.REFERRAL_REFERENCE: _text("The referrer's own reference (kenmerk verwijzer)"),
    Field.REFERRAL_STATUS: _code("Where the referral stands (status)", ReferralStatus),
    Field.REFERRAL_RECEIVED_AT: _moment("When the referral was made (aangemeld op)"),
    Field.REFERRAL_AREA: _text("The area where the client lives (gebied)"),
    Field.REFERRAL_ORGANISATION: _text("The organisation that referred (verwijzer)"),
    Field.REFERRAL_ORGANISATION_KIND: _code("The kind of referrer (soort verwijzer)", ReferrerKind),
    Field.REFERRAL_THREE_WAY_MEETING: _flag("Whether a three-way meeting is wished (driegesprek)"),
    Field.REFERRAL_MEETING_PLACE: _text("Where a three-way meeting is wished (locatie)"),
    Field.REFERRAL_INCOME_SITUATION: _code("Whether the client has an income (inkomen)", IncomeSituation),
    Field.REFERRAL_DEBT_SEVERITY: _code("How heavy the debts are (schulden)", DebtSeverity),
    Field.REFERRAL_THREATS: _codes("Threatening situations (dreigingen)", Threat),
    Field.REFERRAL_PROTECTIVE_ADMINISTRATION: _flag("Whether there is protective administration (bewindvoering)"),
    Field.REFERRAL_RUNNING_WSNP: _flag("Whether a statutory debt restructuring runs (Wsnp)"),
    Field.REFERRAL_LIVES_IN_MUNICIPALITY: _flag("Whether the client lives in the municipality (woonachtig)"),
    Field.REFERRAL_CASE_LEAD: _text("Who directs the case before intake (casusregisseur)"),
    Field.REFERRAL_ADVICE: _codes("Routing advice (advies)", RoutingAdvice),
    Field.REFERRAL_PREVIOUS_ID: _identifier("The earlier referral of the same client (eerdere aanmelding)"),
    Field.REFERRAL_REQUESTED_ACTION: _text("What the referrer is asked to do (verzoek), such as restore_contact"),
    Field.REFERRAL_REJECTION_REASON: _code("Why the referral was rejected (reden afwijzing)", RejectionReason),
    Field.REFERRAL_WITHDRAWAL_REASON: _code("Why the referral was withdrawn (reden intrekking)", WithdrawalReason),
    Field.REFERRAL_CLOSURE_REASON: _code("Why the referral was closed (reden afsluiting)", ClosureReason),
    Field.ASSESSMENT_DONE_BY: _text("Who did the broad assessment (brede uitvraag)"),
    Field.CONSENT_SCOPES: _codes("What the client agreed to (toestemming)", ConsentScope),
    Field.CONSENT_GIVEN_ON: _day("When the client agreed (toestemming gegeven op)"),
    Field.CLIENT_ID: _identifier("The receiver's own id of the client (klant)"),
    Field.CLIENT_BSN: _text("Citizen service number (BSN)"),
    Field.CLIENT_GIVEN_NAME: _text("Given name (voornaam)"),
    Field.CLIENT_FAMILY_NAME: _text("Family name (achternaam)"),
    Field.CLIENT_BIRTH_DATE: _day("Date of birth (geboortedatum)"),
    Field.CLIENT_SEX: _text("Sex (geslacht)"),
    Field.CLIENT_ADDRESS: _text("Address (adres)"),
    Field.CLIENT_PHONE: _text("Telephone (telefoon)"),
    Field.CLIENT_EMAIL: _text("E-mail"),
    Field.CLIENT_PREFERRED_CHANNEL: _code("How the client prefers to be reached (voorkeurskanaal)", ContactChannel),
    Field.CLIENT_INTERPRETER_LANGUAGE: _text("Language for which an interpreter is needed (tolktaal)"),
    Field.CLIENT_CONTACT_CAUTIONS: _codes("What to mind at first contact (aandachtspunten)", ContactCaution),
    Field.WORKER_NAME: _text("The referrer's worker (medewerker)"),
    Field.WORKER_PHONE: _text("Telephone of the referrer's worker"),
    Field.WORKER_EMAIL: _text("E-mail of the referrer's worker"),
    Field.COUNSELLOR_NAME: _text("The client's fixed contact (trajectbegeleider)"),
    Field.COUNSELLOR_PHONE: _text("Telephone of the counsellor"),
    Field.APPOINTMENT_ID: _identifier("The receiver's own id of the appointment (afspraak)"),
    Field.APPOINTMENT_STARTS_AT: _moment("When the intake begins (intakegesprek)"),
    Field.APPOINTMENT_PLACE: _text("Where the intake is held (locatie)"),
    Field.APPOINTMENT_THREE_WAY: _flag("Whether the referrer's worker takes part (driegesprek)"),
    Field.APPOINTMENT_RESPONSE: _code("The worker's answer to a three-way meeting (reactie)", AppointmentResponse),
    Field.APPOINTMENT_OTHER_TIMES: _nullable(
        "array",
        "Other times that the worker proposes (andere tijden)",
        items={"type": "string", "format": "date-time"},
    ),
    Field.APPOINTMENT_CANCELLATION_REASON: _code("Why the intake falls through (reden)", CancellationReason),
    Field.ATTENDANCE_MISSED_COUNT: _nullable("integer", "How often the client did not appear (niet verschenen)"),
    Field.INTAKE_RESULT: _code("What the intake led to (resultaat intake)", IntakeResult),
    Field.INTAKE_CONCLUDED_ON: _day("When the intake was concluded (intake afgerond op)"),
    Field.TRAJECTORY_ID: _identifier("The receiver's own id of the trajectory (traject)"),
    Field.TRAJECTORY_STATUS: _code("Where the trajectory stands (status traject)", TrajectoryStatus),
    Field.TRAJECTORY_CLOSURE_REASON: _code("Why the trajectory ended (reden afsluiting)", ClosureReason),
    Field.PLAN_SIGNED_ON: _day("When the client signed the support plan (ondersteuningsplan)"),
    Field.RESULT_CODE: _code("What the trajectory led to (resultaat traject)", TrajectoryResult),
    Field.RESULT_DECIDED_ON: _day("When that was decided (besluitdatum)"),
    Field.KBR_STATUS: _code("Where the application to the credit bank stands (aanvraag KBR)", KbrStatus),
    Field.KBR_CHANGED_ON: _day("When the application moved (gewijzigd op)"),
    Field.SIGNAL_KIND: _code("What changed at the referrer (signaal)", SignalKind),
    Field.OCCURRED_AT: _moment("When it happened in the real world (gebeurd op)"),
}
"""What each field holds. Any field may be absent, when its receiver is not told it, and null, when it is not known."""


def schema_of(fields: Iterable[Field], said: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """Return the schema of an object that may hold these fields, nested as on the wire, and what else is said."""
    top: dict[str, Schema] = dict(said)
    groups: dict[str, dict[str, Schema]] = {}
    for field in fields:
        group, name = wire_name(field)
        target = top if group is None else groups.setdefault(group, {})
        target[name] = FIELD_SCHEMAS[field]
    return _object({name: _object(properties) for name, properties in groups.items()} | top)


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


SUBSCRIPTION_NOTICE: Mapping[str, Schema] = {
    "subscription": _object({"id": {"description": "Your id of it (abonnement)", "type": "string", "format": "uuid"}}),
    "since": {"description": "Since when deliveries fail, RFC 3339 in UTC", "type": "string", "format": "date-time"},
    "reason": {
        "description": "Why, as a code: the kind of error of the last try such as `timeout` or `status-5xx`; "
        "`gone`: the address answered 410; `resumed`: its owner says that it is up",
        "type": "string",
    },
}
"""What a notice says of a subscription; what does not apply is absent."""

PARTNER_NOTICE: Mapping[str, Schema] = {
    "partner": _object(
        {
            "system": {
                "description": "Its key (partnersysteem)",
                "type": "string",
                "enum": [each.value for each in PARTNERS],
            }
        }
    ),
    "since": {"description": "Since when it fails, RFC 3339 in UTC", "type": "string", "format": "date-time"},
    "reason": {
        "description": "Which way it fails or failed: `reading` its changes, or `sending` to it",
        "type": "string",
        "enum": ["reading", "sending"],
    },
}
"""What a notice says of the connection with a partner system; what does not apply is absent."""
