"""Released fields as journal lines (*journaalregels*): Dutch sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.adapters.common.dutch import Show, day, kind_of_meeting, label, listed, moment, one_line, words, yes_no
from app.adapters.common.progress_words import NEXT_STEP_WORDS, PROGRESS_WORDS
from app.adapters.gidso.requests import request_of
from app.domain.codes import (
    AppointmentResponse,
    CancellationReason,
    ClosureReason,
    DisclosureOccasion,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OnwardStatus,
    RejectionReason,
    RequestedAction,
    RoutingAdvice,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.errors import PartnerRefused
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM
from app.domain.ownership import REFERRER_FIELDS
from app.domain.ports import PartnerMessage

AUTHOR = "Trajecthub"

CATEGORIES: Mapping[DisclosureOccasion, str] = {
    DisclosureOccasion.RECEIVED: "AANMELDING",
    DisclosureOccasion.CONFIRMED: "AANMELDING",
    DisclosureOccasion.INTAKE_PLANNED: "AFSPRAAK",
    DisclosureOccasion.APPOINTMENT_PROPOSED: "AFSPRAAK",
    DisclosureOccasion.MEETING_PLANNED: "AFSPRAAK",
    DisclosureOccasion.APPOINTMENT_DUE: "AFSPRAAK",
    DisclosureOccasion.INTAKE_ATTENDED: "AFSPRAAK",
    DisclosureOccasion.MISSED: "AFSPRAAK",
    DisclosureOccasion.CONTACT_LOST: "CONTACT",
    DisclosureOccasion.INTAKE_RESULT: "RESULTAAT",
    DisclosureOccasion.PLAN_SIGNED: "PLAN",
    DisclosureOccasion.OTHER_HELP: "HULPVERLENING",
    DisclosureOccasion.INFORMATION_REQUESTED: "VOORTGANG",
    DisclosureOccasion.PROGRESS: "VOORTGANG",
    DisclosureOccasion.COUNSELLOR_CHANGED: "VOORTGANG",
    DisclosureOccasion.FIRST_RESULT: "RESULTAAT",
    DisclosureOccasion.CHANGE: "VOORTGANG",
    DisclosureOccasion.CLOSED: "AFSLUITING",
}
"""GIDSO's journal category of each feedback moment."""

OPENINGS: Mapping[EventType, str] = {
    EventType.REFERRAL_RECEIVED: "De aanmelding is ontvangen.",
    EventType.REFERRAL_CONFIRMED: "De aanmelding is verwerkt en bevestigd.",
    EventType.REFERRAL_REJECTED: "De aanmelding is niet in behandeling genomen.",
    EventType.REFERRAL_FORWARDED: "De aanmelding is doorgestuurd naar een andere organisatie.",
    EventType.REFERRAL_WITHDRAWN: "De aanmelding is ingetrokken.",
    EventType.REFERRAL_CONCLUDED: "De intake is afgerond.",
    EventType.REFERRAL_CLOSED: "De aanmelding is afgesloten.",
    EventType.CONTACT_LOST: "Het contact met de klant is verloren.",
    EventType.CONTACT_RESTORED: "Het contact met de klant is hersteld.",
    EventType.OTHER_HELP_NEEDED: "De klant heeft ook andere hulp nodig.",
    EventType.ONWARD_REFERRAL_MADE: "De klant is ook doorverwezen.",
    EventType.ONWARD_REFERRAL_CHANGED: "Er is nieuws over een doorverwijzing.",
    EventType.INFORMATION_REQUESTED: "De trajectbegeleider heeft een vraag.",
    EventType.INFORMATION_REQUEST_WITHDRAWN: "De vraag van de trajectbegeleider hoeft niet meer te worden beantwoord.",
    EventType.PROGRESS_REPORTED: "Dit is de stand van zaken na de intake.",
    EventType.COUNSELLOR_CHANGED: "De klant heeft een andere trajectbegeleider.",
    EventType.TERM_EXTENDED: "De termijn is verlengd.",
    EventType.INTAKE_SCHEDULED: "De intake is gepland.",
    EventType.INTAKE_RESCHEDULED: "De intake is verzet.",
    EventType.INTAKE_CANCELLED: "De afspraak voor de intake gaat niet door.",
    EventType.INTAKE_ATTENDED: "De klant is verschenen op de intake.",
    EventType.INTAKE_MISSED: "De klant is niet verschenen op de intake.",
    EventType.APPOINTMENT_PROPOSED: "Er zijn tijden voorgesteld voor een afspraak; kies welke past.",
    EventType.MEETING_SCHEDULED: "Er is een vervolgafspraak gepland.",
    EventType.MEETING_RESCHEDULED: "De vervolgafspraak is verzet.",
    EventType.MEETING_CANCELLED: "De vervolgafspraak gaat niet door.",
    EventType.MEETING_MISSED: "De klant is niet verschenen op de vervolgafspraak.",
    EventType.APPOINTMENT_DUE: "Morgen is de afspraak.",
    EventType.PLAN_SIGNED: "Het plan is ondertekend.",
    EventType.RESULT_RECORDED: "Het traject heeft een resultaat.",
    EventType.TRAJECTORY_CHANGED: "Er is een belangrijke verandering in het traject.",
    EventType.TRAJECTORY_PAUSED: "Het traject is gepauzeerd.",
    EventType.TRAJECTORY_RESUMED: "Het traject loopt weer.",
    EventType.TRAJECTORY_STOPPED: "Het traject is voortijdig gestopt.",
    EventType.TRAJECTORY_CLOSED: "Het traject is afgesloten.",
    EventType.KBR_APPLICATION_CHANGED: "De stand van de aanvraag bij de kredietbank is gewijzigd.",
}
"""The first sentence for each type of event that has a feedback moment."""

FLAGS: Mapping[str, str] = {
    "awaiting_information": "er ontbreken gegevens",
    "withdrawal_requested": "intrekking is gevraagd",
    "contact_lost": "contact met de klant is verloren",
    "closed_unasked": "afgesloten voordat u het contact kon herstellen",
}
"""Labels of the flags of ``app.domain.values.ReferralFlags``."""


@dataclass(frozen=True)
class Phrase:
    """A released field in a journal line: its label, and its value as text; without a label the text is a sentence."""

    label: str
    show: Show


def to_line(message: PartnerMessage) -> dict[str, object]:
    """Return a message as the journal line that GIDSO stores, with what it asks of the worker.

    Raises:
        PartnerRefused: the event has no feedback moment and therefore no place in a journal.
    """
    if message.moment is None:
        raise PartnerRefused("GIDSO's journal takes events with a feedback moment only; do not send this event there")
    line: dict[str, object] = {
        "Kenmerk": str(message.id),
        "Datum": message.occurred_at.astimezone(AMSTERDAM).isoformat(),
        "Categorie": _category(message.moment, message.fields),
        "Tekst": to_text(message.event_type, message.fields),
        "Auteur": AUTHOR,
    }
    request = request_of(message)
    return line | {"Verzoek": request} if request else line


def _category(moment: DisclosureOccasion, fields: Mapping[str, object]) -> str:
    # "Wil geen (verdere) ondersteuning" is a result of the trajectory too.
    is_result = moment is DisclosureOccasion.CLOSED and fields.get(Field.RESULT_CODE) is not None
    return CATEGORIES[DisclosureOccasion.FIRST_RESULT if is_result else moment]


def to_text(event_type: EventType, fields: Mapping[str, object]) -> str:
    """Return an event with its released fields as Dutch sentences, always in the same order."""
    details = [_sentence(phrase, fields.get(field)) for field, phrase in PHRASES.items()]
    return " ".join([OPENINGS[event_type], *filter(None, details)])


def _sentence(phrase: Phrase, value: object) -> str:
    if value is None or value == []:
        return ""
    text = phrase.show(value).removesuffix(".")
    if not text:
        return ""
    return f"{phrase.label}: {text}." if phrase.label else f"{text}."


def _moment(value: object) -> str:
    return moment(value, " om ")


PHRASES: Mapping[Field, Phrase] = {
    Field.APPOINTMENT_KIND: Phrase("Soort afspraak", kind_of_meeting),
    Field.APPOINTMENT_PROPOSED_TIMES: Phrase("Voorgestelde tijden", listed(_moment)),
    Field.APPOINTMENT_ANSWER_BY: Phrase("Antwoord uiterlijk op", day),
    Field.APPOINTMENT_STARTS_AT: Phrase("Datum en tijd", _moment),
    Field.APPOINTMENT_MINUTES: Phrase("Duur in minuten", one_line),
    Field.APPOINTMENT_PLACE: Phrase("Plaats", one_line),
    Field.APPOINTMENT_THREE_WAY: Phrase("Driegesprek", yes_no),
    Field.APPOINTMENT_PARTICIPANTS: Phrase("Deelnemers", listed(one_line)),
    Field.APPOINTMENT_RESPONSE: Phrase("Akkoord van de verwijzer", label(AppointmentResponse)),
    Field.APPOINTMENT_OTHER_TIMES: Phrase("Voorgestelde andere tijden", listed(_moment)),
    Field.APPOINTMENT_CANCELLATION_REASON: Phrase("Reden", label(CancellationReason)),
    Field.COUNSELLOR_NAME: Phrase("Trajectbegeleider", one_line),
    Field.COUNSELLOR_PHONE: Phrase("Telefoon trajectbegeleider", one_line),
    Field.ATTENDANCE_MISSED_COUNT: Phrase("Aantal keren niet verschenen", one_line),
    Field.INTAKE_RESULT: Phrase("Resultaat van de intake", label(IntakeResult)),
    Field.INTAKE_CONCLUDED_ON: Phrase("Intake afgerond op", day),
    Field.PLAN_SIGNED_ON: Phrase("Plan ondertekend op", day),
    Field.PLAN_DOCUMENT_REFERENCE: Phrase("Kenmerk van het plan in het dossier", one_line),
    Field.RESULT_CODE: Phrase("Resultaat van het traject", label(TrajectoryResult)),
    Field.RESULT_DECIDED_ON: Phrase("Besluit genomen op", day),
    Field.RESULT_DROP_OUT_REASON: Phrase("Reden van uitval", label(DropOutReason)),
    Field.KBR_STATUS: Phrase("Stand bij de kredietbank", label(KbrStatus)),
    Field.KBR_CHANGED_ON: Phrase("Gewijzigd op", day),
    Field.KBR_SERVICE_DECISION_MEETING_ON: Phrase("Gesprek bepalen dienstverlening op", day),
    Field.TRAJECTORY_STATUS: Phrase("Stand van het traject", label(TrajectoryStatus)),
    Field.TRAJECTORY_STARTED_ON: Phrase("Traject gestart op", day),
    Field.TRAJECTORY_DUE_ON: Phrase("Besluit uiterlijk op", day),
    Field.TRAJECTORY_ENDED_ON: Phrase("Traject geëindigd op", day),
    Field.TRAJECTORY_CLOSURE_REASON: Phrase("Reden van afsluiting", label(ClosureReason)),
    Field.REFERRAL_REJECTION_REASON: Phrase("Reden van afwijzing", label(RejectionReason)),
    Field.REFERRAL_WITHDRAWAL_REASON: Phrase("Reden van intrekking", label(WithdrawalReason)),
    Field.REFERRAL_CLOSURE_REASON: Phrase("Reden van afsluiting van de aanmelding", label(ClosureReason)),
    Field.REFERRAL_ADVICE: Phrase("Advies", listed(label(RoutingAdvice))),
    Field.REFERRAL_FLAGS: Phrase("Let op", listed(lambda flag: FLAGS[str(flag)])),
    Field.CONTACT_LOST_ON: Phrase("Contact verloren op", day),
    Field.CONTACT_RESTORED_ON: Phrase("Contact hersteld op", day),
    Field.ONWARD_TO: Phrase("Doorverwezen naar", one_line),
    Field.ONWARD_STATUS: Phrase("Stand van de doorverwijzing", label(OnwardStatus)),
    Field.ONWARD_MADE_AT: Phrase("Doorverwezen op", moment),
    Field.OTHER_HELP_LIFE_DOMAINS: Phrase("Leefgebieden", listed(label(LifeDomain))),
    Field.PROGRESS_WEEK: Phrase("Aantal weken na de intake", one_line),
    Field.PROGRESS_STATE: Phrase("", words(PROGRESS_WORDS)),
    Field.PROGRESS_NEXT_STEP: Phrase("Volgende stap", words(NEXT_STEP_WORDS)),
    Field.PROGRESS_DUE_ON: Phrase("De trajectbegeleider besluit uiterlijk op", day),
    Field.TERM_EXTENSION_REASON: Phrase("Reden van verlenging", label(ExtensionReason)),
    Field.INFORMATION_TOPIC: Phrase("Onderwerp", label(InformationTopic)),
    Field.INFORMATION_DUE_ON: Phrase("Antwoord uiterlijk op", day),
    Field.REFERRAL_REQUESTED_ACTION: Phrase("Gevraagd aan de verwijzer", label(RequestedAction)),
    Field.CONTACT_RESTORE_BY: Phrase("Uiterlijk op", day),
}
"""The fields that a journal line shows, in their order."""

_IN_THE_LINE = frozenset(
    {Field.REFERRAL_STATUS, Field.REFERRAL_DISCLOSED_STATUS, Field.APPOINTMENT_STATUS, Field.OCCURRED_AT}
)
"""The fields that follow from the first sentence and the day of a line."""

SHOWN = PHRASES.keys() | _IN_THE_LINE | {Field.APPOINTMENT_ID, Field.INFORMATION_ID, Field.INFORMATION_QUESTION}
"""The fields that a line or its request shows, as far as they are released."""

NOT_SHOWN = frozenset(
    {
        *_IN_THE_LINE,
        # Ids, which nobody reads in a journal; a request carries that of its appointment.
        Field.REFERRAL_ID,
        Field.REFERRAL_PREVIOUS_ID,
        Field.CLIENT_ID,
        Field.APPOINTMENT_ID,
        # Who else takes part, and how often the client was tried, is for the finance team.
        Field.APPOINTMENT_ATTENDEES,
        Field.CONTACT_ATTEMPTS,
        Field.ONWARD_ID,
        Field.ONWARD_CHANGED_AT,
        # An address of the API, which nobody opens from a journal.
        Field.APPOINTMENT_CALENDAR_URL,
        Field.TRAJECTORY_ID,
        # GIDSO's own data: the journal is on the registration that has it.
        *REFERRER_FIELDS,
        Field.REFERRAL_REFERENCE,
        Field.REFERRAL_RECEIVED_AT,
        Field.REFERRAL_ORGANISATION,
        Field.REFERRAL_ORGANISATION_KIND,
        Field.REFERRAL_AGE,
        Field.CONSENT_RECORDED_BY,
        Field.CONSENT_RECORDED_AT,
        Field.CLIENT_BSN,
        Field.SIGNAL_ID,
        Field.SIGNAL_KIND,
        Field.SIGNAL_GIVEN_AT,
        Field.SIGNAL_TEXT,
        Field.BANK_SIGNAL_KIND,
        # A request carries the question and its id; the rest of it is for who reads by the API.
        Field.INFORMATION_ID,
        Field.INFORMATION_STATUS,
        Field.INFORMATION_ASKED_AT,
        Field.INFORMATION_ENDED_AT,
        Field.INFORMATION_REFERENCE,
        Field.INFORMATION_QUESTION,
        Field.INFORMATION_ANSWER,
        # Of terms that concern the finance team; to a referrer the day of the decision says it.
        Field.REFERRAL_LED_BY,
        Field.PROGRESS_REPORTED_ON,
        Field.TERM_CODE,
        Field.TERM_DUE_ON,
        Field.REFERRAL_TERMS,
        Field.REFERRAL_AWAITED,
    }
)
"""The fields that no sentence of a journal line shows, even when they are released."""
