"""Released fields as Allegro's messages; a field that was not released is left out.

Source: ``openapi/partners/allegro.yaml``, version 1. Only fields that are named in the tables are sent.
"""

from collections.abc import Callable, Mapping

from app.adapters.common.dutch import label, listed, moment
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    BankSignalKind,
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    HelpOrganisationKind,
    IncomeSituation,
    InformationTopic,
    LifeDomain,
    OnwardStatus,
    ReferrerKind,
    RoutingAdvice,
    SignalKind,
    Threat,
    WithdrawalReason,
)
from app.domain.errors import PartnerRefused
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage

Released = Mapping[str, object]
Shape = Callable[[object], object]
Part = Mapping[str, tuple[Field, Shape]]


def referral_body(fields: Released) -> dict[str, object]:
    """Return a referral (*verwijzing*) as Allegro stores it."""
    parts = {name: _part(part, fields) for name, part in _REFERRAL_PARTS.items()}
    worker = _part(_WORKER, fields)
    if worker:
        parts["verwijzer"]["medewerker"] = worker
    return _part(_REFERRAL, fields) | {name: part for name, part in parts.items() if part}


def shown_by_referral() -> frozenset[Field]:
    """Return the fields that a referral at Allegro shows, as far as they are released."""
    return _fields_of(_REFERRAL, _WORKER, *_REFERRAL_PARTS.values()) | {Field.REFERRAL_ID}


def shown_by_message(event_type: EventType) -> frozenset[Field]:
    """Return the fields that a message about an event shows, as far as they are released."""
    return _fields_of(_MESSAGES[event_type][2]) | {Field.REFERRAL_ID, Field.OCCURRED_AT}


def _fields_of(*parts: Part) -> frozenset[Field]:
    return frozenset(field for part in parts for field, _ in part.values())


def message_body(message: PartnerMessage) -> dict[str, object]:
    """Return a message (*bericht*) to the counsellor: coded fields, and the same fields as a Dutch text.

    What somebody wrote has a field of its own, and is not repeated in that text.

    Raises:
        PartnerRefused: Allegro has no place for this type of event.
    """
    if message.event_type not in _MESSAGES:
        raise PartnerRefused(f"Allegro takes no message about {message.event_type}; correct the subscription")
    kind, opening, part = _MESSAGES[message.event_type]
    contents = _part(part, message.fields)
    return {
        "berichtId": str(message.id),
        "soort": kind,
        "gebeurdOp": message.occurred_at.isoformat(),
        **contents,
        "tekst": " ".join(
            [
                f"{opening}.",
                *(f"{_TITLES[name]}: {_text(name, value)}." for name, value in contents.items() if name in _TITLES),
            ]
        ),
    }


def _part(part: Part, fields: Released) -> dict[str, object]:
    return {name: shape(fields[field]) for name, (field, shape) in part.items() if fields.get(field) is not None}


def _same(value: object) -> object:
    return value


def _each(shape: Shape) -> Shape:
    return lambda values: [shape(value) for value in values] if isinstance(values, list | tuple) else [shape(values)]


def _yes_no(value: object) -> str:
    return "J" if value else "N"


def _organisation(value: object) -> object:
    match value:
        case {"kind": kind, "name": name}:
            return {"soort": _help_kind(kind), "naam": name}
        case {"kind": kind}:
            return {"soort": _help_kind(kind)}
    raise TypeError("an organisation has a kind")


_help_kind = label(HelpOrganisationKind)


def _text(name: str, value: object) -> str:
    # The only lists in a message are moments.
    if isinstance(value, list):
        return listed(_moment)(value)
    return _moment(value) if name == "begint" else str(value)


def _moment(value: object) -> str:
    return f"{moment(value)} uur"


_REFERRAL: Part = {
    "kenmerkVerwijzer": (Field.REFERRAL_REFERENCE, _same),
    "eerdereVerwijzing": (Field.REFERRAL_PREVIOUS_ID, _same),
    "gebied": (Field.REFERRAL_AREA, _same),
    "ontvangenOp": (Field.REFERRAL_RECEIVED_AT, _same),
    "inkomenssituatie": (Field.REFERRAL_INCOME_SITUATION, label(IncomeSituation)),
    "schuldensituatie": (Field.REFERRAL_DEBT_SEVERITY, label(DebtSeverity)),
    "dreigingen": (Field.REFERRAL_THREATS, _each(label(Threat))),
    "bewindvoering": (Field.REFERRAL_PROTECTIVE_ADMINISTRATION, _yes_no),
    "lopendeWsnp": (Field.REFERRAL_RUNNING_WSNP, _yes_no),
    "casusregisseur": (Field.REFERRAL_CASE_LEAD, _same),
    "aanleiding": (Field.REFERRAL_REASON, _same),
    "motivatie": (Field.REFERRAL_MOTIVATION, _same),
    "eerderGeprobeerd": (Field.REFERRAL_TRIED, _same),
    "betrokkenOrganisaties": (Field.REFERRAL_OTHER_ORGANISATIONS, _each(_organisation)),
    "adviezen": (Field.REFERRAL_ADVICE, _each(label(RoutingAdvice))),
}

_REFERRAL_PARTS: Mapping[str, Part] = {
    "client": {
        "bsn": (Field.CLIENT_BSN, _same),
        "voornaam": (Field.CLIENT_GIVEN_NAME, _same),
        "achternaam": (Field.CLIENT_FAMILY_NAME, _same),
        "geboortedatum": (Field.CLIENT_BIRTH_DATE, _same),
        "adres": (Field.CLIENT_ADDRESS, _same),
        "telefoon": (Field.CLIENT_PHONE, _same),
        "email": (Field.CLIENT_EMAIL, _same),
        "voorkeurskanaal": (Field.CLIENT_PREFERRED_CHANNEL, label(ContactChannel)),
        "tolktaal": (Field.CLIENT_INTERPRETER_LANGUAGE, _same),
        "aandachtspunten": (Field.CLIENT_CONTACT_CAUTIONS, _each(label(ContactCaution))),
    },
    "verwijzer": {
        "organisatie": (Field.REFERRAL_ORGANISATION, _same),
        "soort": (Field.REFERRAL_ORGANISATION_KIND, label(ReferrerKind)),
    },
    "driegesprek": {
        "gewenst": (Field.REFERRAL_THREE_WAY_MEETING, _yes_no),
        "plaats": (Field.REFERRAL_MEETING_PLACE, _same),
    },
    "toestemming": {
        "waarvoor": (Field.CONSENT_SCOPES, _each(label(ConsentScope))),
        "gegevenOp": (Field.CONSENT_GIVEN_ON, _same),
        "wijze": (Field.CONSENT_FORM, label(ConsentForm)),
        "vastgelegdDoor": (Field.CONSENT_RECORDED_BY, _same),
        "vastgelegdOp": (Field.CONSENT_RECORDED_AT, _same),
    },
    "bredeUitvraag": {
        "gedaanDoor": (Field.ASSESSMENT_DONE_BY, _same),
        "kenmerk": (Field.ASSESSMENT_REFERENCE, _same),
        "leefgebieden": (Field.ASSESSMENT_LIFE_DOMAINS, _each(label(LifeDomain))),
    },
}

_WORKER: Part = {
    "naam": (Field.WORKER_NAME, _same),
    "telefoon": (Field.WORKER_PHONE, _same),
    "email": (Field.WORKER_EMAIL, _same),
}

_WITHDRAWAL: Part = {"reden": (Field.REFERRAL_WITHDRAWAL_REASON, label(WithdrawalReason))}
_ANSWER: Part = {
    "reactie": (Field.APPOINTMENT_RESPONSE, label(AppointmentResponse)),
    "afspraaksoort": (Field.APPOINTMENT_KIND, label(AppointmentKind)),
    "begint": (Field.APPOINTMENT_STARTS_AT, _same),
    "andereTijden": (Field.APPOINTMENT_OTHER_TIMES, _each(_same)),
}
_DUE: Part = {
    "afspraaksoort": (Field.APPOINTMENT_KIND, label(AppointmentKind)),
    "begint": (Field.APPOINTMENT_STARTS_AT, _same),
    "plaats": (Field.APPOINTMENT_PLACE, _same),
}
_SIGNAL: Part = {
    "signaal": (Field.SIGNAL_KIND, label(SignalKind)),
    "toelichting": (Field.SIGNAL_TEXT, _same),
}
_BANK_SIGNAL: Part = {
    "signaalKbr": (Field.BANK_SIGNAL_KIND, label(BankSignalKind)),
    "toelichting": (Field.SIGNAL_TEXT, _same),
}
_INFORMATION: Part = {
    "vraagId": (Field.INFORMATION_REFERENCE, _same),
    "onderwerp": (Field.INFORMATION_TOPIC, label(InformationTopic)),
    "antwoord": (Field.INFORMATION_ANSWER, _same),
}
_ONWARD: Part = {"naar": (Field.ONWARD_TO, _same), "stand": (Field.ONWARD_STATUS, label(OnwardStatus))}
_TERM: Part = {"termijn": (Field.TERM_CODE, _same), "uiterlijkOp": (Field.TERM_DUE_ON, _same)}

_MESSAGES: Mapping[EventType, tuple[str, str, Part]] = {
    EventType.REFERRAL_WITHDRAWN: ("intrekking", "De verwijzer heeft de aanmelding ingetrokken", _WITHDRAWAL),
    EventType.WITHDRAWAL_REQUESTED: (
        "verzoek_intrekking",
        "De verwijzer vraagt de aanmelding in te trekken",
        _WITHDRAWAL,
    ),
    EventType.APPOINTMENT_RESPONDED: ("reactie_afspraak", "De verwijzer antwoordt op de afspraak", _ANSWER),
    EventType.APPOINTMENT_DUE: ("afspraak_morgen", "Morgen is er een afspraak", _DUE),
    EventType.SIGNAL_GIVEN: ("signaal", "De verwijzer geeft een signaal", _SIGNAL),
    EventType.BANK_SIGNAL_GIVEN: ("signaal_kbr", "De kredietbank geeft een signaal", _BANK_SIGNAL),
    EventType.INFORMATION_ANSWERED: (
        "antwoord_informatievraag",
        "De verwijzer beantwoordt een vraag",
        _INFORMATION,
    ),
    EventType.ONWARD_REFERRAL_CHANGED: ("stand_doorverwijzing", "Er is nieuws over een doorverwijzing", _ONWARD),
    EventType.TERM_APPROACHING: ("termijn_nadert", "Een termijn eindigt binnenkort", _TERM),
    EventType.TERM_BREACHED: ("termijn_verstreken", "Een termijn is verstreken", _TERM),
    EventType.CLOSED_UNASKED: (
        "gesloten_zonder_navraag",
        "De zaak is gesloten voordat de verwijzer het contact kon herstellen, zoals was afgesproken",
        _TERM,
    ),
}

_TITLES: Mapping[str, str] = {
    "reden": "Reden",
    "reactie": "Antwoord",
    "afspraaksoort": "Soort",
    "begint": "Begint",
    "plaats": "Plaats",
    "andereTijden": "Voorgestelde tijden",
    "naar": "Naar",
    "stand": "Stand",
    "signaal": "Signaal",
    "signaalKbr": "Signaal",
    "onderwerp": "Onderwerp",
    "termijn": "Termijn",
    "uiterlijkOp": "Uiterlijk op",
}
