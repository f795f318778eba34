"""The pages of the simulated RMW: its registrations, and the forms of a consultant."""

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from uuid import uuid4

from app.domain.local_time import local_date
from app.sandbox import pages
from app.sandbox.arrivals import arrival_forms
from app.sandbox.pages import Field, Form, FormFault, required
from app.sandbox.referral_form import ForCounsellor, fields_for_counsellor
from app.sandbox.rmw.answers import SIGNALS, open_for
from app.sandbox.rmw.arrivals import NAMES
from app.sandbox.rmw.codes import CODES
from app.sandbox.rmw.documents import aanmelding, klant
from app.sandbox.rmw.records import STATUS_CODES
from app.sandbox.runtime import Document
from app.sandbox.worker_requests import request_forms, signal_form

SYSTEM = "RMW"
REGISTRATIONS = "Aanmeldingen"
_COLUMNS = ("Aanmelding", "Team", "Klant", "Datum", "Tab", "Status")


def list_content(records: list[Document], note: str, today: date) -> str:
    """Return the content of the page with these registrations in this order, and the form for a new one."""
    return (
        f"<p>De {len(records)} laatst gewijzigde aanmeldingen met hun statussen. Open een aanmelding "
        "om te zien wat wordt gevraagd. Alle personen zijn verzonnen.</p>"
        + f"<p>{pages.link('#nieuw', 'Nieuwe aanmelding')}</p>{note}"
        + pages.table(_COLUMNS, map(_row, records))
        + '<h2 id="nieuw">Nieuw</h2>'
        + pages.forms("/aanmeldingen", [_new_form(today)])
    )


def address_of(number: str) -> str:
    """Return the address of the page of a registration."""
    return f"/aanmeldingen/{number}"


def registration_content(record: Document, now: datetime) -> str:
    """Return the content of the page of one registration: what is asked of its consultant, and the forms for it."""
    address = address_of(record["aanmeldnummer"])
    asked = [*arrival_forms(record, NAMES), *request_forms(open_for(record, now), now)]
    return (
        f"<p>{pages.link('/', 'Alle aanmeldingen')}</p>"
        + pages.table(_COLUMNS, [_row(record)])
        + "<h2>Gevraagd</h2>"
        + (pages.forms(address, asked) if asked else "<p>Er staat geen verzoek open.</p>")
        + "<h2>Melden</h2>"
        + pages.forms(address, [signal_form(SIGNALS, local_date(now))])
    )


def new_registration(values: Mapping[str, str]) -> Document:
    """Return the registration of a form that was filled in.

    Raises:
        FormFault: it cannot be used.
    """
    person = klant(
        required(values, "voornaam", "de voornaam"),
        required(values, "achternaam", "de achternaam"),
        _day(values, "geboortedatum", "de geboortedatum"),
    )
    told = ForCounsellor.of(values, CODES)
    return aanmelding(
        f"R{uuid4().int % 10**8:08d}",
        required(values, "teamcode", "de code van het team"),
        _day(values, "datum", "de datum"),
        person | _contact(told),
        **_known(told),
        gebied=required(values, "gebied", "het gebied"),
        driegesprek="J" if "driegesprek" in values else "N",
        toestemming=_consent(values),
    )


def _consent(values: Mapping[str, str]) -> Document:
    feedback, referral = "toestemming" in values, "toestemming_aanmelding" in values
    given = {"datum": f"{_day(values, 'datum', 'de datum'):%Y%m%d}"} if feedback or referral else {}
    return {"terugkoppeling": "J" if feedback else "N", **given, "aanmelding": "J" if referral else "N"}


def _contact(told: ForCounsellor) -> Document:
    contact = {"tolktaal": told.language, "aandachtspunt": told.cautions}
    return {name: value for name, value in contact.items() if value}


def _known(told: ForCounsellor) -> Document:
    """Return what was filled in for the counsellor, without what was left empty."""
    assessment = {
        "door": told.assessment_by,
        "leefgebied": told.life_domains,
        "kenmerk": told.assessment_reference,
    }
    organisation = {"soort": told.organisation_kind, "naam": told.organisation_name}
    fields = {
        "aanleiding": told.reason,
        "motivatie": told.motivation,
        "eerderGeprobeerd": told.tried,
        "bredeUitvraag": {name: value for name, value in assessment.items() if value},
        "betrokken": [{name: value for name, value in organisation.items() if value}] if told.organisation_kind else [],
    }
    return {name: value for name, value in fields.items() if value}


def _new_form(today: date) -> Form:
    fields = (
        Field(name="teamcode", label="Code van het team", value="werk-inkomen-prematching"),
        Field(name="voornaam", label="Voornaam"),
        Field(name="achternaam", label="Achternaam"),
        Field(name="geboortedatum", label="Geboortedatum", kind="date"),
        Field(name="gebied", label="Gebied", value="Charlois"),
        Field(name="driegesprek", label="Driegesprek gewenst", kind="checkbox", required=False),
        *fields_for_counsellor(CODES),
        Field(name="toestemming", label="Toestemming voor terugkoppeling", kind="checkbox", required=False),
        Field(name="toestemming_aanmelding", label="Toestemming voor de aanmelding", kind="checkbox", required=False),
        Field(name="datum", label="Datum van de aanmelding", kind="date", value=today.isoformat()),
    )
    return Form(name="nieuw", title="Nieuwe aanmeldcode SHV", button="Aanmelden", fields=fields)


def _day(values: Mapping[str, str], name: str, label: str) -> date:
    try:
        return date.fromisoformat(required(values, name, label))
    except ValueError as error:
        raise FormFault(f"Vul een datum in: {label}.") from error


def _row(record: Document) -> tuple[str, ...]:
    client = record.get("klant") or {}
    name = f"{client.get('voornaam', '')} {client.get('achternaam', '')}"
    tab = "gesloten" if record["tab"]["stand"] == "G" else "open"
    day = _date(record.get("datumAanmelding") or "")
    texts = (str(record["aanmeldnummer"]), str(record.get("teamcode")), name, day, tab)
    number, *others = texts
    return pages.link(address_of(number), number), *map(escape, others), pages.lines(map(_line, record["statussen"]))


def _line(line: Document) -> str:
    text = f"{_date(line['datum'])} {STATUS_CODES[line['statuscode']]}"
    return f"{text}: {line['toelichting']}" if line["toelichting"] else text


def _date(stuf: str) -> str:
    return f"{stuf[6:]}-{stuf[4:6]}-{stuf[:4]}"
