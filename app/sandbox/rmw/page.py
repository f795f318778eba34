"""The pages of the simulated RMW: its registrations, and the forms of a consultant."""

from collections.abc import Mapping
from datetime import date
from html import escape
from uuid import uuid4

from app.sandbox import pages
from app.sandbox.pages import Field, Form, FormFault, required
from app.sandbox.referral_form import ForCounsellor, fields_for_counsellor
from app.sandbox.rmw.codes import CODES
from app.sandbox.rmw.documents import aanmelding, klant
from app.sandbox.rmw.records import STATUS_CODES
from app.sandbox.runtime import Document

SYSTEM = "RMW"
REGISTRATIONS = "Aanmeldingen"
_COLUMNS = ("Aanmelding", "Team", "Klant", "Datum", "Tab", "Status")


def list_content(records: list[Document], note: str, today: date) -> str:
    """Return the content of the page with these registrations in this order, and the form for a new one."""
    return (
        f"<p>De {len(records)} laatst gewijzigde aanmeldingen met hun statussen. Alle personen zijn verzonnen.</p>"
        + f"<p>{pages.link('#nieuw', 'Nieuwe aanmelding')}</p>{note}"
        + pages.table(_COLUMNS, map(_row, records))
        + '<h2 id="nieuw">Nieuw</h2>'
        + pages.forms("/aanmeldingen", [_new_form(today)])
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
    )


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
    texts = (record["aanmeldnummer"], str(record.get("teamcode")), name, day, tab)
    return *map(escape, texts), pages.lines(map(_line, record["statussen"]))


def _line(line: dict[str, str]) -> str:
    text = f"{_date(line['datum'])} {STATUS_CODES[line['statuscode']]}"
    return f"{text}: {line['toelichting']}" if line["toelichting"] else text


def _date(stuf: str) -> str:
    return f"{stuf[6:]}-{stuf[4:6]}-{stuf[:4]}"
