"""The pages of the simulated GIDSO: its registrations and journals, and the forms of a worker."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from uuid import uuid4

from app.domain.local_time import local_date
from app.sandbox import pages
from app.sandbox.arrivals import FORM as ARRIVAL_FORM
from app.sandbox.arrivals import arrival_forms, with_status
from app.sandbox.gidso.answers import SIGNALS, open_for, with_answer
from app.sandbox.gidso.arrivals import NAMES
from app.sandbox.gidso.codes import CODES
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.pages import Field, Form, FormFault, required
from app.sandbox.referral_form import ForCounsellor, fields_for_counsellor, texts_for_counsellor
from app.sandbox.runtime import Document
from app.sandbox.worker_requests import is_answer, read_answer, request_forms, signal_form

SYSTEM = "GIDSO"
REGISTRATIONS = "Aanmeldingen"
_COLUMNS = ("Aanmelding", "Team", "Burger", "Versie", "Journaal")
_TEAM_KINDS = ("Wijkteam", "Vraagwijzer", "Jongerenloket")


def address_of(aanmelding_id: str) -> str:
    """Return the address of the page of a registration."""
    return f"/aanmeldingen/{aanmelding_id}"


def list_content(rows: Sequence[tuple[Document, list[Document]]], note: str, today: date) -> str:
    """Return the content of the page with registrations and their journals, and the form for a new one."""
    return (
        f"<p>De {len(rows)} laatst gewijzigde aanmeldingen met hun journaal. Open een aanmelding om haar te wijzigen. "
        f"Alle personen zijn verzonnen.</p><p>{pages.link('#nieuw', 'Nieuwe aanmelding')}</p>{note}"
        + pages.table(_COLUMNS, (_row(row, lines) for row, lines in rows))
        + '<h2 id="nieuw">Nieuw</h2>'
        + pages.forms("/aanmeldingen", [_new_form(today)])
    )


def registration_content(row: Document, journal: list[Document], now: datetime) -> str:
    """Return the content of the page of one registration: what is asked of its worker, and what can be changed."""
    address, today = address_of(row["AanmeldingId"]), local_date(now)
    asked = [*arrival_forms(row, NAMES), *request_forms(open_for(row, journal, now), now)]
    return (
        f"<p>{pages.link('/', 'Alle aanmeldingen')}</p>"
        + pages.table(_COLUMNS, [_row(row, journal)])
        + "<h2>Gevraagd</h2>"
        + (pages.forms(address, asked) if asked else "<p>Er staat geen verzoek open.</p>")
        + "<h2>Wijzigen</h2>"
        + pages.forms(address, [signal_form(SIGNALS, today), *_change_forms(row, today)])
    )


def new_registration(values: Mapping[str, str]) -> Document:
    """Return the registration of a form that was filled in.

    Raises:
        FormFault: it cannot be used.
    """
    kind = required(values, "teamsoort", "de soort team")
    if kind not in _TEAM_KINDS:
        raise FormFault("Kies een soort team uit de lijst.")
    on = _day(values, "datum", "de datum")
    feedback, referral = ("toestemming" in values, "toestemming_aanmelding" in values)
    told = ForCounsellor.of(values, CODES)
    return aanmelding(
        f"G-{uuid4().int % 10**8:08d}",
        required(values, "teamcode", "de code van het team"),
        kind,
        on,
        Gebied=required(values, "gebied", "het gebied"),
        Aanleiding=told.reason,
        Motivatie=told.motivation,
        EerderGeprobeerd=told.tried,
        BredeUitvraag=_assessment(told),
        Betrokken=_organisations(told),
        Burger={
            "Voornaam": required(values, "voornaam", "de voornaam"),
            "Achternaam": required(values, "achternaam", "de achternaam"),
            "Geboortedatum": _day(values, "geboortedatum", "de geboortedatum"),
            "Tolktaal": told.language,
            "Aandachtspunten": told.cautions,
        },
        Driegesprek={"Gewenst": "driegesprek" in values, "Locatie": None},
        Toestemming={
            "Terugkoppeling": feedback,
            "Aanmelding": referral,
            "Datum": on if feedback or referral else None,
            "Wijze": None,
        },
    )


def _assessment(told: ForCounsellor) -> Document | None:
    if not (told.assessment_by or told.assessment_reference or told.life_domains):
        return None
    if told.assessment_by is None:
        raise FormFault("Vul in: wie de brede uitvraag deed.")
    return {"Door": told.assessment_by, "Leefgebieden": told.life_domains, "Kenmerk": told.assessment_reference}


def _organisations(told: ForCounsellor) -> list[Document]:
    return [{"Soort": told.organisation_kind, "Naam": told.organisation_name}] if told.organisation_kind else []


def changed_row(
    row: Document, journal: list[Document], values: Mapping[str, str], now: datetime
) -> tuple[Document, str]:
    """Return a registration as a form changes it, and the title of the form.

    Raises:
        FormFault: it cannot be used.
    """
    if is_answer(values):
        answer, title = read_answer(values, open_for(row, journal, now), SIGNALS, now)
        return with_answer(row, answer, now), title
    if values.get("formulier") == ARRIVAL_FORM:
        return with_status(row, NAMES, values.get("stand")), "Doorverwijzing"
    changed, title = _changed_values(values)
    return row | changed, title


def _changed_values(values: Mapping[str, str]) -> tuple[Document, str]:
    match values.get("formulier"):
        case "ondersteuning-gestopt":
            return {"OndersteuningGestoptOp": _day(values, "datum", "de datum")}, "Ondersteuning gestopt"
        case "trajectbegeleider":
            told = ForCounsellor.of(values, CODES)
            texts = {"Aanleiding": told.reason, "Motivatie": told.motivation, "EerderGeprobeerd": told.tried}
            return texts, "Voor de trajectbegeleider"
        case "casusregisseur":
            return {"Casusregisseur": values.get("naam")}, "Casusregisseur"
        case _:
            raise FormFault("Dit formulier is niet bekend.")


def _new_form(today: date) -> Form:
    kinds = tuple((kind, kind) for kind in _TEAM_KINDS)
    fields = (
        Field(name="teamcode", label="Code van het team", value="wijkteam-charlois"),
        Field(name="teamsoort", label="Soort team", kind="select", choices=kinds),
        Field(name="voornaam", label="Voornaam"),
        Field(name="achternaam", label="Achternaam"),
        Field(name="geboortedatum", label="Geboortedatum", kind="date"),
        Field(name="gebied", label="Gebied", value="Charlois"),
        *fields_for_counsellor(CODES),
        Field(name="driegesprek", label="Driegesprek gewenst", kind="checkbox", required=False),
        Field(name="toestemming", label="Toestemming voor terugkoppeling", kind="checkbox", required=False),
        Field(name="toestemming_aanmelding", label="Toestemming voor de aanmelding", kind="checkbox", required=False),
        Field(name="datum", label="Aangemeld op", kind="date", value=today.isoformat()),
    )
    return Form(name="nieuw", title="Nieuwe aanmelding", button="Aanmelden", fields=fields)


def _change_forms(row: Document, today: date) -> list[Form]:
    on = Field(name="datum", label="Gestopt op", kind="date", value=today.isoformat())
    lead = Field(name="naam", label="Naam", value=row.get("Casusregisseur") or "", required=False)
    told = texts_for_counsellor(*(row.get(name) or "" for name in ("Aanleiding", "Motivatie", "EerderGeprobeerd")))
    return [
        Form(name="trajectbegeleider", title="Voor de trajectbegeleider", button="Opslaan", fields=told),
        Form(name="ondersteuning-gestopt", title="Ondersteuning gestopt", button="Vastleggen", fields=(on,)),
        Form(name="casusregisseur", title="Casusregisseur", button="Opslaan", fields=(lead,)),
    ]


def _day(values: Mapping[str, str], name: str, label: str) -> str:
    try:
        return date.fromisoformat(required(values, name, label)).isoformat()
    except ValueError as error:
        raise FormFault(f"Vul een datum in: {label}.") from error


def _row(row: Document, journal: list[Document]) -> tuple[str, ...]:
    key = row["AanmeldingId"]
    if "@removed" in row:
        return escape(key), "", "(verwijderd)", escape(str(row["Versie"])), pages.lines(map(_line, journal))
    burger = row.get("Burger") or {}
    name = f"{burger.get('Voornaam', '')} {burger.get('Achternaam', '')}".strip()
    texts = (str(row.get("Teamcode", "")), name, str(row["Versie"]))
    return pages.link(address_of(key), key), *map(escape, texts), pages.lines(map(_line, journal))


def _line(line: Document) -> str:
    return f"{line['Datum'][:10]} {line['Categorie']}: {line['Tekst']} ({line['Auteur']})"
