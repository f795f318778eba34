"""The forms of the simulated Allegro: what counsellors register about a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from app.domain.local_time import AMSTERDAM
from app.sandbox.allegro.codes import (
    APPOINTMENT_KINDS,
    BANK_SIGNALS,
    CANCELLATION_REASONS,
    CLOSURE_REASONS,
    CONTACT_ATTEMPTS,
    EXTENSION_REASONS,
    INFORMATION_TOPICS,
    INTAKE_RESULTS,
    KBR_STATUSES,
    LIFE_DOMAINS,
    ONWARD_STATUSES,
    OUTSIDE_BODIES,
    PARTICIPANT_ROLES,
    REJECTION_REASONS,
    TRAJECTORY_RESULTS,
)
from app.sandbox.pages import Field, Form, FormFault, required
from app.sandbox.runtime import Document

_Values = Mapping[str, str]
_Codes = Mapping[Any, tuple[int, str]]  # by a code of the hub, of any list
_CODE, _REASON = "code", "reden"
_OF_ANSWER = "tijd_van_verwijzer"


@dataclass(frozen=True)
class _Entry:
    """What counsellors can register: its form, and the details of the fact that becomes of it."""

    title: str
    fields: tuple[Field, ...]
    details: Callable[[_Values], Document]


def _by_number(codes: _Codes) -> dict[str, tuple[int, str]]:
    return {str(number): (number, label) for number, label in codes.values()}


def _choice(name: str, label: str, codes: _Codes) -> Field:
    choices = tuple((number, text) for number, (_, text) in _by_number(codes).items())
    return Field(name=name, label=label, kind="select", choices=choices)


def _chosen(codes: _Codes, name: str, values: _Values) -> Document:
    known, number = _by_number(codes), required(values, name, "de keuze")
    if number not in known:
        raise FormFault("Kies een waarde uit de lijst.")
    code, label = known[number]
    return {"code": code, "omschrijving": label}


def _counsellor(values: _Values) -> Document:
    return {"naam": required(values, "naam", "de trajectbegeleider"), "telefoon": values.get("telefoon")}


def _confirmation(values: _Values) -> Document:
    return {"trajectbegeleider": _counsellor(values)}


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FormFault("Vul een dag en een tijd in.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)).isoformat()


def _kind(values: _Values) -> str:
    kind = values.get("afspraaksoort", APPOINTMENT_KINDS[0])
    if kind not in APPOINTMENT_KINDS:
        raise FormFault("Kies een waarde uit de lijst.")
    return kind


def _proposal(values: _Values) -> Document:
    first = required(values, "tijd1", "ten minste één tijd")
    more = [text for name in ("tijd2", "tijd3") if (text := values.get(name))]
    return {
        "afspraaksoort": _kind(values),
        "tijden": [_moment(text) for text in (first, *more)],
        "plaats": values.get("plaats"),
        "duur": _minutes(values),
        "trajectbegeleider": _counsellor(values),
        "betrokkenen": [{"rol": PARTICIPANT_ROLES[0]}],
    }


def _minutes(values: _Values) -> int | None:
    text = values.get("duur")
    if text is None:
        return None
    if not text.isdecimal():
        raise FormFault("Vul de duur in minuten in.")
    return int(text)


def _appointment(values: _Values) -> Document:
    return {
        "afspraaksoort": _kind(values),
        "begint": _moment(required(values, "begint", "wanneer de afspraak is")),
        "plaats": values.get("plaats"),
        "driegesprek": "J" if "driegesprek" in values else "N",
        "trajectbegeleider": _counsellor(values),
        "deelnemers": [],
    }


def _forwarding(values: _Values) -> Document:
    if organisation := values.get("organisatie"):
        return {"organisatie": organisation}
    return {"instantie": _chosen(OUTSIDE_BODIES, "instantie", values)}


def _onward_status(values: _Values) -> Document:
    if values.get("stand") not in ONWARD_STATUSES:
        raise FormFault("Kies een stand uit de lijst.")
    return _forwarding(values) | {"stand": values["stand"]}


def _other_help(values: _Values) -> Document:
    domain = required(values, "leefgebied", "het leefgebied")
    if domain not in LIFE_DOMAINS:
        raise FormFault("Kies een waarde uit de lijst.")
    return {"leefgebieden": [domain]}


def _extension(values: _Values) -> Document:
    return {
        "termijn": required(values, "termijn", "de termijn"),
        "uiterlijkOp": _day(values, "uiterlijkOp"),
        "redencode": _chosen(EXTENSION_REASONS, _REASON, values),
    }


def _question(values: _Values) -> Document:
    return {
        "vraagId": f"V-{uuid4().hex[:8]}",
        "onderwerp": _chosen(INFORMATION_TOPICS, "onderwerp", values),
        "vraag": values.get("vraag"),
        "uiterlijkOp": _day(values, "uiterlijkOp") if values.get("uiterlijkOp") else None,
    }


def _plan(values: _Values) -> Document:
    return {"ondertekendOp": _day(values, "datum"), "rddKenmerk": values.get("rddKenmerk")}


def _result(values: _Values) -> Document:
    return _chosen(TRAJECTORY_RESULTS, _CODE, values) | {"besluitdatum": _day(values, "datum")}


def _attendance(values: _Values) -> Document:
    others = values.get("verwijzer")
    appeared = "J" if required(values, "verschenen", "verschenen") == "J" else "N"
    worker = [{"rol": PARTICIPANT_ROLES[0], "verschenen": "J" if others == "J" else "N"}] if others else []
    return {"afspraaksoort": _kind(values), "verschenen": appeared, "anderen": worker}


def _cancellation(values: _Values) -> Document:
    return {"afspraaksoort": _kind(values), "redencode": _chosen(CANCELLATION_REASONS, _REASON, values)}


_KIND: Final = Field(
    name="afspraaksoort", label="Soort", kind="select", choices=tuple((name, name) for name in APPOINTMENT_KINDS)
)
_PLACE: Final = Field(name="plaats", label="Plaats", value="Kantoor Expertiseteam Financiën", required=False)
_APPEARED: Final = (("J", "Ja"), ("N", "Nee"))

_COUNSELLOR: Final = (
    Field(name="naam", label="Trajectbegeleider", value="S. El Amrani"),
    Field(name="telefoon", label="Telefoon", kind="tel", value="010-5550101", required=False),
)

_WHERE_TO: Final = (
    Field(name="organisatie", label="Code van de organisatie bij de hub", required=False),
    replace(_choice("instantie", "Of een andere instantie", OUTSIDE_BODIES), required=False),
)

_ENTRIES: Final[Mapping[str, _Entry]] = {
    "bevestiging": _Entry("Aanmelding oppakken", _COUNSELLOR, _confirmation),
    "afspraakvoorstel": _Entry(
        "Tijden voorstellen aan de verwijzer",
        (
            _KIND,
            Field(name="tijd1", label="Eerste tijd", kind="datetime-local"),
            Field(name="tijd2", label="Tweede tijd", kind="datetime-local", required=False),
            Field(name="tijd3", label="Derde tijd", kind="datetime-local", required=False),
            _PLACE,
            Field(name="duur", label="Duur in minuten", value="60", required=False),
            *_COUNSELLOR,
        ),
        _proposal,
    ),
    "afspraak": _Entry(
        "Afspraak plannen of verzetten",
        (
            _KIND,
            Field(name="begint", label="Begint", kind="datetime-local"),
            _PLACE,
            Field(name="driegesprek", label="Driegesprek met de verwijzer", kind="checkbox", required=False),
            *_COUNSELLOR,
        ),
        _appointment,
    ),
    "afspraak_vervallen": _Entry(
        "Afspraak of voorstel vervalt", (_KIND, _choice(_REASON, "Reden", CANCELLATION_REASONS)), _cancellation
    ),
    "aanwezigheid": _Entry(
        "Aanwezigheid bij een afspraak",
        (
            _KIND,
            Field(name="verschenen", label="Klant verschenen", kind="select", choices=_APPEARED),
            Field(
                name="verwijzer",
                label="Medewerker van de verwijzer verschenen",
                kind="select",
                choices=(("", "Niet vastgelegd"), *_APPEARED),
                required=False,
            ),
        ),
        _attendance,
    ),
    "intakeresultaat": _Entry(
        "Resultaat van de intake",
        (_choice(_CODE, "Resultaat", INTAKE_RESULTS),),
        lambda values: _chosen(INTAKE_RESULTS, _CODE, values),
    ),
    "plan": _Entry(
        "Plan van aanpak ondertekend", (Field(name="rddKenmerk", label="Kenmerk in RDD", required=False),), _plan
    ),
    "trajectresultaat": _Entry(
        "Resultaat van het traject", (_choice(_CODE, "Resultaat", TRAJECTORY_RESULTS),), _result
    ),
    "kbr_aanvraag": _Entry(
        "Aanvraag bij de kredietbank",
        (_choice(_CODE, "Stand", KBR_STATUSES),),
        lambda values: _chosen(KBR_STATUSES, _CODE, values),
    ),
    "afsluiting": _Entry(
        "Afsluiten",
        (_choice(_REASON, "Reden", CLOSURE_REASONS),),
        lambda values: {"redencode": _chosen(CLOSURE_REASONS, _REASON, values)},
    ),
    "contactpoging": _Entry(
        "Vergeefse contactpoging",
        (_choice("wijze", "Wijze", CONTACT_ATTEMPTS),),
        lambda values: {"wijze": _chosen(CONTACT_ATTEMPTS, "wijze", values)},
    ),
    "contact_verloren": _Entry("Contact met de klant verloren", (), lambda _: {}),
    "contact_hersteld": _Entry("Contact met de klant hersteld", (), lambda _: {}),
    "andere_hulp": _Entry(
        "Andere hulp nodig",
        (
            Field(
                name="leefgebied",
                label="Leefgebied",
                kind="select",
                choices=tuple((name, name) for name in LIFE_DOMAINS),
            ),
        ),
        _other_help,
    ),
    "trajectbegeleider": _Entry("Andere trajectbegeleider", _COUNSELLOR, _confirmation),
    "informatie_gevraagd": _Entry("Wachten op informatie", (), lambda _: {}),
    "informatie_ontvangen": _Entry("Informatie ontvangen", (), lambda _: {}),
    "informatievraag": _Entry(
        "Vraag aan de verwijzer",
        (
            _choice("onderwerp", "Onderwerp", INFORMATION_TOPICS),
            Field(name="vraag", label="Vraag, alleen voor de verwijzer", required=False),
            Field(name="uiterlijkOp", label="Antwoord uiterlijk op", kind="date", required=False),
        ),
        _question,
    ),
    "informatievraag_ingetrokken": _Entry(
        "Vraag aan de verwijzer intrekken",
        (Field(name="vraagId", label="Nummer van de vraag"),),
        lambda values: {"vraagId": required(values, "vraagId", "het nummer van de vraag")},
    ),
    "kbr_signaal": _Entry(
        "Signaal van de kredietbank",
        (
            _choice("signaal", "Signaal", BANK_SIGNALS),
            Field(name="toelichting", label="Toelichting", required=False),
        ),
        lambda values: {
            "signaal": _chosen(BANK_SIGNALS, "signaal", values),
            "toelichting": values.get("toelichting"),
        },
    ),
    "termijn_verlengd": _Entry(
        "Termijn verlengen",
        (
            Field(name="termijn", label="Termijn, zoals in het bericht", value="decision"),
            Field(name="uiterlijkOp", label="Nieuwe laatste dag", kind="date"),
            _choice(_REASON, "Reden", EXTENSION_REASONS),
        ),
        _extension,
    ),
    "doorverwijzing": _Entry("Doorverwijzen; de verwijzing eindigt", _WHERE_TO, _forwarding),
    "doorverwijzing_andere_hulp": _Entry("Ook doorverwijzen; de verwijzing loopt door", _WHERE_TO, _forwarding),
    "stand_doorverwijzing": _Entry(
        "Stand van een doorverwijzing",
        (
            *_WHERE_TO,
            Field(name="stand", label="Stand", kind="select", choices=tuple((each, each) for each in ONWARD_STATUSES)),
        ),
        _onward_status,
    ),
    "onbereikbaar": _Entry("Klant is niet te bereiken", (), lambda _: {}),
    "afwijzing": _Entry(
        "Aanmelding afwijzen",
        (_choice(_REASON, "Reden", REJECTION_REASONS),),
        lambda values: {"redencode": _chosen(REJECTION_REASONS, _REASON, values)},
    ),
}


def counsellor_forms(today: date, given: Sequence[Document] = ()) -> list[Form]:
    """Return a form for everything that counsellors register, dated today.

    Args:
        today: the day.
        given: the answers of the referrer with other times, oldest first; of the newest a form plans one.
    """
    on = Field(name="datum", label="Datum", kind="date", value=today.isoformat())
    forms = [
        Form(name=kind, title=entry.title, button="Vastleggen", fields=(*entry.fields, on))
        for kind, entry in _ENTRIES.items()
    ]
    return [_form_of_answer(given[-1], on), *forms] if given else forms


def _form_of_answer(answer: Document, on: Field) -> Form:
    times = tuple((each, _shown(each)) for each in answer["andereTijden"])
    kind = answer.get("afspraaksoort", APPOINTMENT_KINDS[0])
    return Form(
        name=_OF_ANSWER,
        title=f"Een tijd van de verwijzer plannen: {kind}",
        button="Plannen",
        fields=(
            Field(name="begint", label="Tijd", kind="select", choices=times),
            replace(_KIND, choices=((kind, kind),)),
            _PLACE,
            Field(name="driegesprek", label="Driegesprek met de verwijzer", kind="checkbox", value="J", required=False),
            *_COUNSELLOR,
            on,
        ),
    )


def _shown(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"


def fact_of(values: _Values) -> tuple[Document, str]:
    """Return the fact of a form that was filled in, and the title of the form.

    Raises:
        FormFault: it cannot be used.
    """
    form = values.get("formulier", "")
    kind = "afspraak" if form == _OF_ANSWER else form
    if kind not in _ENTRIES:
        raise FormFault("Dit formulier is niet bekend.")
    entry = _ENTRIES[kind]
    fact = {"feitId": str(uuid4()), "soort": kind, "datum": _day(values, "datum"), "gegevens": entry.details(values)}
    return fact, entry.title


def _day(values: _Values, name: str) -> str:
    try:
        return date.fromisoformat(required(values, name, "de datum")).isoformat()
    except ValueError as error:
        raise FormFault("Vul een datum in.") from error
