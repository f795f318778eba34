"""The catalogue of events: what each type means and which fields it may carry.

The privacy gate decides what is disclosed to one receiver; no event carries more than its entry here,
whatever the policy says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass

from app.domain.codes import DisclosureOccasion
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.ownership import REFERRER_FIELDS
from app.events.contract.notice_schemas import PARTNER_NOTICE, SUBSCRIPTION_NOTICE, NoticeContent

__all__ = ["CATALOGUE", "ID_FIELDS", "Entry", "fields_for"]

ID_FIELDS = frozenset({Field.REFERRAL_ID, Field.APPOINTMENT_ID, Field.TRAJECTORY_ID})
"""Everything that a thin event carries (*informatiearm notificeren*)."""

_ALWAYS = (Field.REFERRAL_ID, Field.REFERRAL_REFERENCE, Field.REFERRAL_STATUS, Field.OCCURRED_AT)

_WHERE_AND_WITH_WHOM = (
    Field.APPOINTMENT_ID,
    Field.APPOINTMENT_KIND,
    Field.APPOINTMENT_PLACE,
    Field.APPOINTMENT_THREE_WAY,
    Field.APPOINTMENT_MINUTES,
    Field.COUNSELLOR_NAME,
    Field.COUNSELLOR_PHONE,
)

_APPOINTMENT = (
    *_WHERE_AND_WITH_WHOM,
    Field.APPOINTMENT_STARTS_AT,
    Field.APPOINTMENT_RESPONSE,
    Field.APPOINTMENT_CALENDAR_URL,
)

# The status of the referral could show a moment that is not agreed, such as that the client appeared.
_WITHOUT_STATUS = (Field.REFERRAL_ID, Field.REFERRAL_REFERENCE, Field.OCCURRED_AT)

_MISSED = (Field.ATTENDANCE_MISSED_COUNT, Field.REFERRAL_REQUESTED_ACTION)

_PROGRESS = (
    Field.PROGRESS_WEEK,
    Field.PROGRESS_STATE,
    Field.PROGRESS_NEXT_STEP,
    Field.PROGRESS_DUE_ON,
)

_TERM = (Field.TERM_CODE, Field.TERM_DUE_ON)

_CHANGE = (Field.TRAJECTORY_ID, Field.TRAJECTORY_STATUS, Field.KBR_STATUS, Field.KBR_CHANGED_ON)

_CLOSED = (
    Field.REFERRAL_CLOSURE_REASON,
    Field.REFERRAL_REQUESTED_ACTION,
    Field.TRAJECTORY_ID,
    Field.TRAJECTORY_STATUS,
    Field.TRAJECTORY_CLOSURE_REASON,
    Field.RESULT_CODE,
    Field.RESULT_DECIDED_ON,
)

_ONWARD = (Field.ONWARD_ID, Field.ONWARD_TO, Field.ONWARD_STATUS, Field.ONWARD_MADE_AT)

# Who the client is: by webhook and polling the receiver reads it on asking.
_ARRIVED_CLIENT = (
    Field.CLIENT_GIVEN_NAME,
    Field.CLIENT_FAMILY_NAME,
    Field.CLIENT_BIRTH_DATE,
    Field.CLIENT_PHONE,
    Field.CLIENT_EMAIL,
    Field.CLIENT_INTERPRETER_LANGUAGE,
)

_QUESTION = (
    Field.INFORMATION_ID,
    Field.INFORMATION_TOPIC,
    Field.INFORMATION_STATUS,
    Field.INFORMATION_DUE_ON,
)

# Where the case is shows in no question.
_OF_QUESTION = (Field.REFERRAL_ID, Field.REFERRAL_REFERENCE, Field.OCCURRED_AT)

_WORKER = (Field.WORKER_NAME, Field.WORKER_PHONE, Field.WORKER_EMAIL)

_CONTACT = (
    Field.CLIENT_ADDRESS,
    Field.CLIENT_PHONE,
    Field.CLIENT_EMAIL,
    Field.CLIENT_PREFERRED_CHANNEL,
    Field.CLIENT_INTERPRETER_LANGUAGE,
    Field.CLIENT_CONTACT_CAUTIONS,
)

# What the finance team needs to begin: what the referrer says, but care and free text, which do not leave by events.
_REFERRAL = (
    Field.REFERRAL_RECEIVED_AT,
    Field.REFERRAL_ORGANISATION,
    Field.REFERRAL_ORGANISATION_KIND,
    Field.REFERRAL_ADVICE,
    Field.REFERRAL_PREVIOUS_ID,
    Field.CLIENT_ID,
    Field.CLIENT_BSN,
    Field.CONSENT_RECORDED_BY,
    Field.CONSENT_RECORDED_AT,
    *(field for field, spec in REFERRER_FIELDS.items() if spec.about),
)


@dataclass(frozen=True)
class Entry:
    """What one type of event means.

    Attributes:
        description: in English, with the Dutch term.
        to_referrer: fields it may carry to the referrer.
        to_own_system: fields it may carry to the referrer too, but by the system in which it registers only.
        to_finance_team: fields it may carry to the finance team's own system.
        always: fields that it may carry to both.
        notice: what it says of a connection; None when it is about a referral, or a test.
    """

    description: str
    _: KW_ONLY
    to_referrer: tuple[Field, ...] = ()
    to_own_system: tuple[Field, ...] = ()
    to_finance_team: tuple[Field, ...] = ()
    always: tuple[Field, ...] = _ALWAYS
    notice: NoticeContent | None = None


CATALOGUE: Mapping[EventType, Entry] = {
    EventType.REFERRAL_RECEIVED: Entry(
        "A client was put forward to the finance team (aanmelding ontvangen)",
        to_referrer=(Field.REFERRAL_RECEIVED_AT, Field.REFERRAL_ADVICE),
        to_finance_team=_REFERRAL,
    ),
    EventType.REFERRAL_CONFIRMED: Entry(
        "The finance team took the referral on (aanmelding bevestigd)",
        to_referrer=(Field.COUNSELLOR_NAME, Field.COUNSELLOR_PHONE),
    ),
    EventType.REFERRAL_REJECTED: Entry(
        "The finance team does not take the referral on (aanmelding afgewezen)",
        to_referrer=(Field.REFERRAL_REJECTION_REASON,),
    ),
    EventType.REFERRAL_FORWARDED: Entry("The referral was passed on to another organisation (doorverwezen)"),
    EventType.REFERRAL_WITHDRAWN: Entry(
        "The referrer took the referral back (aanmelding ingetrokken)",
        to_referrer=(Field.REFERRAL_WITHDRAWAL_REASON,),
        to_finance_team=(Field.REFERRAL_WITHDRAWAL_REASON,),
    ),
    EventType.REFERRAL_AMENDED: Entry(
        "The referrer changed what it had said (aanmelding gewijzigd)",
        to_finance_team=_REFERRAL,
    ),
    EventType.REFERRAL_CONCLUDED: Entry(
        "The intake led to a result (intake afgerond)",
        to_referrer=(Field.INTAKE_RESULT, Field.INTAKE_CONCLUDED_ON, Field.TRAJECTORY_ID),
    ),
    EventType.REFERRAL_CLOSED: Entry(
        "The referral ended without a trajectory (aanmelding afgesloten)", to_referrer=_CLOSED
    ),
    EventType.CONTACT_LOST: Entry(
        "Nobody can reach the client (contact verloren)",
        to_referrer=(Field.CONTACT_LOST_ON, Field.REFERRAL_REQUESTED_ACTION, Field.CONTACT_RESTORE_BY),
    ),
    EventType.CONTACT_RESTORED: Entry(
        "Contact with the client is restored (contact hersteld)",
        to_referrer=(Field.CONTACT_RESTORED_ON,),
    ),
    EventType.OTHER_HELP_NEEDED: Entry(
        "The client needs other help than that of the finance team (andere hulp nodig)",
        to_referrer=(Field.OTHER_HELP_LIFE_DOMAINS,),
    ),
    EventType.PROGRESS_REPORTED: Entry(
        "Where the case is, some weeks after the intake, whether decided or not (voortgang)", to_referrer=_PROGRESS
    ),
    EventType.COUNSELLOR_CHANGED: Entry(
        "Another counsellor guides the client (andere trajectbegeleider)",
        to_referrer=(Field.COUNSELLOR_NAME, Field.COUNSELLOR_PHONE),
    ),
    EventType.TERM_EXTENDED: Entry(
        "A term was extended (termijn verlengd)", to_referrer=(*_PROGRESS, Field.TERM_EXTENSION_REASON)
    ),
    EventType.TERM_APPROACHING: Entry("A term ends soon (termijn nadert)", to_finance_team=_TERM),
    EventType.TERM_BREACHED: Entry("A term has passed (termijn verstreken)", to_finance_team=_TERM),
    EventType.CLOSED_UNASKED: Entry(
        "Closed for want of contact before the referrer could restore it (gesloten zonder navraag)",
        to_finance_team=_TERM,
    ),
    EventType.INTAKE_SCHEDULED: Entry("The intake was planned (intakegesprek gepland)", to_referrer=_APPOINTMENT),
    EventType.INTAKE_RESCHEDULED: Entry("The intake was moved (intakegesprek verzet)", to_referrer=_APPOINTMENT),
    EventType.INTAKE_CANCELLED: Entry(
        "The planned intake falls through (intakegesprek vervallen)",
        to_referrer=(*_APPOINTMENT, Field.APPOINTMENT_CANCELLATION_REASON),
    ),
    EventType.INTAKE_ATTENDED: Entry("The client appeared at the intake (verschenen)"),
    EventType.INTAKE_MISSED: Entry("The client did not appear (niet verschenen)", to_referrer=_MISSED),
    EventType.APPOINTMENT_PROPOSED: Entry(
        "The referrer's worker is asked which of some times suits (afspraak voorgesteld)",
        to_referrer=(
            *_WHERE_AND_WITH_WHOM,
            Field.APPOINTMENT_PROPOSED_TIMES,
            Field.APPOINTMENT_ANSWER_BY,
            Field.APPOINTMENT_RESPONSE,
        ),
        always=_WITHOUT_STATUS,
    ),
    EventType.MEETING_SCHEDULED: Entry(
        "A meeting after the intake was planned (vervolgafspraak gepland)",
        to_referrer=_APPOINTMENT,
        always=_WITHOUT_STATUS,
    ),
    EventType.MEETING_RESCHEDULED: Entry(
        "A meeting after the intake was moved (vervolgafspraak verzet)",
        to_referrer=_APPOINTMENT,
        always=_WITHOUT_STATUS,
    ),
    EventType.MEETING_CANCELLED: Entry(
        "A planned meeting falls through, or a proposal is withdrawn (vervolgafspraak vervallen)",
        to_referrer=(*_APPOINTMENT, Field.APPOINTMENT_CANCELLATION_REASON),
        always=_WITHOUT_STATUS,
    ),
    EventType.MEETING_ATTENDED: Entry(
        "The client appeared at a meeting after the intake (verschenen)", always=_WITHOUT_STATUS
    ),
    EventType.MEETING_MISSED: Entry(
        "The client did not appear at a meeting after the intake (niet verschenen)",
        to_referrer=_MISSED,
        always=_WITHOUT_STATUS,
    ),
    EventType.APPOINTMENT_DUE: Entry(
        "An appointment takes place on the next day (afspraak op de volgende dag)",
        to_referrer=_APPOINTMENT,
        to_finance_team=_APPOINTMENT,
        always=_WITHOUT_STATUS,
    ),
    EventType.APPOINTMENT_RESPONDED: Entry(
        "The referrer's worker answered a proposal or a three-way meeting, or did not in time (reactie op afspraak)",
        to_finance_team=(
            Field.APPOINTMENT_ID,
            Field.APPOINTMENT_KIND,
            Field.APPOINTMENT_STARTS_AT,
            Field.APPOINTMENT_RESPONSE,
            Field.APPOINTMENT_OTHER_TIMES,
            *_WORKER,
        ),
    ),
    EventType.WITHDRAWAL_REQUESTED: Entry(
        "The referrer asks to take the referral back (verzoek tot intrekking)",
        to_finance_team=(Field.REFERRAL_WITHDRAWAL_REASON, *_WORKER),
    ),
    EventType.SIGNAL_GIVEN: Entry(
        "The referrer tells that something changed on its side (signaal)",
        to_finance_team=(Field.SIGNAL_KIND, Field.SIGNAL_TEXT, *_CONTACT, *_WORKER),
    ),
    EventType.BANK_SIGNAL_GIVEN: Entry(
        "The credit bank reports that something changed (signaal van de kredietbank)",
        to_finance_team=(Field.BANK_SIGNAL_KIND, Field.SIGNAL_TEXT),
    ),
    EventType.INFORMATION_REQUESTED: Entry(
        "The counsellor asks the referrer for information (informatievraag)",
        to_referrer=_QUESTION,
        to_own_system=(Field.INFORMATION_QUESTION,),
        always=_OF_QUESTION,
    ),
    EventType.INFORMATION_REQUEST_WITHDRAWN: Entry(
        "The counsellor no longer asks for information (informatievraag ingetrokken)",
        to_referrer=_QUESTION,
        always=_OF_QUESTION,
    ),
    EventType.INFORMATION_ANSWERED: Entry(
        "The referrer answered a question of the counsellor (informatievraag beantwoord)",
        to_finance_team=(*_QUESTION, Field.INFORMATION_REFERENCE, Field.INFORMATION_ANSWER, *_WORKER),
    ),
    EventType.ONWARD_REFERRAL_MADE: Entry(
        "The client is referred to another organisation too (doorverwijzing)",
        to_referrer=_ONWARD,
        always=_WITHOUT_STATUS,
    ),
    EventType.ONWARD_REFERRAL_CHANGED: Entry(
        "What became of an onward referral (stand van een doorverwijzing)",
        to_referrer=_ONWARD,
        to_finance_team=_ONWARD,
        always=_WITHOUT_STATUS,
    ),
    EventType.REFERRAL_ARRIVED: Entry(
        "A client is referred to your organisation (binnengekomen doorverwijzing)",
        to_referrer=(
            Field.ONWARD_ID,
            Field.ONWARD_STATUS,
            Field.ONWARD_MADE_AT,
            Field.REFERRAL_AREA,
            Field.COUNSELLOR_NAME,
            Field.COUNSELLOR_PHONE,
        ),
        to_own_system=_ARRIVED_CLIENT,
        always=(Field.REFERRAL_ID, Field.OCCURRED_AT),
    ),
    EventType.TRAJECTORY_STARTED: Entry("Guidance began (traject gestart)", to_finance_team=(Field.TRAJECTORY_ID,)),
    EventType.PLAN_SIGNED: Entry(
        "The client signed the support plan (ondersteuningsplan ondertekend)",
        to_referrer=(Field.TRAJECTORY_ID, Field.PLAN_SIGNED_ON, Field.PLAN_DOCUMENT_REFERENCE),
    ),
    EventType.RESULT_RECORDED: Entry(
        "The counsellor decided on a result (resultaat traject)",
        to_referrer=(Field.TRAJECTORY_ID, Field.RESULT_CODE, Field.RESULT_DECIDED_ON),
    ),
    EventType.TRAJECTORY_CHANGED: Entry(
        "Something important changed in the trajectory (wijziging)", to_referrer=_CHANGE
    ),
    EventType.TRAJECTORY_PAUSED: Entry("Guidance rests for a while (traject gepauzeerd)", to_referrer=_CHANGE),
    EventType.TRAJECTORY_RESUMED: Entry("Guidance goes on (traject hervat)", to_referrer=_CHANGE),
    EventType.TRAJECTORY_STOPPED: Entry("The client left before a result (uitval)", to_referrer=_CLOSED),
    EventType.TRAJECTORY_CLOSED: Entry("Guidance ended (traject afgesloten)", to_referrer=_CLOSED),
    EventType.KBR_APPLICATION_CHANGED: Entry(
        "The application to the credit bank moved (aanvraag KBR gewijzigd)", to_referrer=_CHANGE
    ),
    EventType.SUBSCRIPTION_TEST: Entry(
        "The subscriber asked for a test; it is about no person (testbericht)", always=(Field.OCCURRED_AT,)
    ),
    EventType.SUBSCRIPTION_FAILING: Entry(
        "The address of a subscription does not take what it is sent (abonnement hapert)",
        always=(Field.OCCURRED_AT,),
        notice=SUBSCRIPTION_NOTICE,
    ),
    EventType.SUBSCRIPTION_RECOVERED: Entry(
        "A subscription that failed or was disabled is served again (abonnement hersteld)",
        always=(Field.OCCURRED_AT,),
        notice=SUBSCRIPTION_NOTICE,
    ),
    EventType.SUBSCRIPTION_DISABLED: Entry(
        "The address of a subscription refuses further events; those for it are parked (abonnement uitgezet)",
        always=(Field.OCCURRED_AT,),
        notice=SUBSCRIPTION_NOTICE,
    ),
    EventType.PARTNER_FAILING: Entry(
        "The connection with a partner system fails, or some of its records cannot be applied (koppeling hapert)",
        always=(Field.OCCURRED_AT,),
        notice=PARTNER_NOTICE,
    ),
    EventType.PARTNER_RECOVERED: Entry(
        "The connection with a partner system works again (koppeling hersteld)",
        always=(Field.OCCURRED_AT,),
        notice=PARTNER_NOTICE,
    ),
}
"""Every type of event.

Every event about a referral carries its id, reference and status, and when it happened.
"""


def fields_for(event_type: EventType, occasion: DisclosureOccasion) -> frozenset[Field]:
    """Return the fields that an event may carry on an occasion."""
    return _TO_FINANCE_TEAM[event_type] if occasion is DisclosureOccasion.HANDLING else _TO_REFERRER[event_type]


def only_to_own_system(event_type: EventType) -> frozenset[Field]:
    """Return the fields that an event carries into the receiver's own system only, and by no webhook or polling."""
    return frozenset(CATALOGUE[event_type].to_own_system)


_TO_REFERRER = {
    event_type: frozenset((*entry.always, *entry.to_referrer, *entry.to_own_system))
    for event_type, entry in CATALOGUE.items()
}
_TO_FINANCE_TEAM = {
    event_type: frozenset((*entry.always, *entry.to_finance_team)) for event_type, entry in CATALOGUE.items()
}
