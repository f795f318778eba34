"""The pages of the simulated Allegro: its files, and one file with the forms of a counsellor."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from html import escape
from typing import Final

from app.domain.local_time import AMSTERDAM
from app.sandbox import pages
from app.sandbox.allegro.forms import counsellor_forms
from app.sandbox.allegro.records import AllegroRecords
from app.sandbox.runtime import Document

SYSTEM = "Allegro"
FILES = "Dossiers"


def file_address(number: str) -> str:
    """Return the address of the page of a file."""
    return f"/dossiers/{number}"


def file_heading(number: str) -> str:
    """Return the heading of the page of a file."""
    return f"Dossier {number}"


def files_content(records: AllegroRecords, limit: int, note: str) -> str:
    """Return the content of the page with the newest files, their changes and the hub's messages.

    Args:
        records: Allegro's data.
        limit: the maximum number of files.
        note: HTML above the files.
    """
    files = records.files.newest(limit)
    rows = (_row(records, file) for file in files)
    return (
        f"<p>De nieuwste {len(files)} dossiers met hun mutaties. Open een dossier om iets vast te leggen. "
        f"Alle personen zijn verzonnen.</p>{note}"
        + pages.table(("Dossier", "Klant", "Verwijzer", "Mutaties", "Berichten van de hub"), rows)
    )


def file_content(records: AllegroRecords, file: Document, today: date) -> str:
    """Return the content of the page of one file: what is known of it, and the forms."""
    number = file["dossiernummer"]
    return (
        f"<p>{pages.link('/', 'Alle dossiers')}</p>"
        + pages.table(("Dossier", "Klant", "Verwijzer", "Mutaties", "Berichten van de hub"), [_row(records, file)])
        + "<h2>Verwijzing</h2>"
        + pages.table(("Gegeven", "Waarde"), ((escape(name), escape(text)) for name, text in said(file["verwijzing"])))
        + "<h2>Vastleggen</h2>"
        + pages.forms(file_address(number), counsellor_forms(today, _with_other_times(records, file)))
    )


def _with_other_times(records: AllegroRecords, file: Document) -> list[Document]:
    """Return the answers of the referrer that give other times, oldest first."""
    messages = records.messages.about(file["externReferentie"]) if file["externReferentie"] else []
    return [each for each in messages if each.get("andereTijden")]


def _row(records: AllegroRecords, file: Document) -> tuple[str, ...]:
    referral, number = file["verwijzing"], file["dossiernummer"]
    client, referrer = referral.get("client", {}), referral.get("verwijzer", {})
    messages = records.messages.about(file["externReferentie"])
    return (
        pages.link(file_address(number), f"{number} · {referral.get('kenmerkVerwijzer', '?')}"),
        escape(f"{client.get('voornaam', '')} {client.get('achternaam', '')}"),
        escape(f"{referrer.get('organisatie', '?')} · {referral.get('gebied', '?')}"),
        pages.lines(_change(change) for change in records.feed.of(number)),
        pages.lines(map(_message, messages)),
    )


def _message(message: Document) -> str:
    """Return a message of the hub with what somebody wrote for the counsellor."""
    written = (str(message[name]) for name in ("antwoord", "toelichting") if message.get(name))
    return " ".join([str(message.get("tekst", message.get("soort"))), *written])


def said(contents: Document, about: str = "") -> Iterator[tuple[str, str]]:
    """Return everything that the referrer said, with the name of each part for people."""
    for name, value in contents.items():
        title = f"{about}{_WORD.sub(' ', name).lower()}"
        if isinstance(value, dict):
            yield from said(value, f"{title}: ")
        else:
            yield title.capitalize(), _shown(value)


_WORD: Final = re.compile("(?=[A-Z])")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_YES_NO: Final = {"J": "ja", "N": "nee"}


def _change(change: Document) -> str:
    details = ", ".join(f"{name}: {_shown(value)}" for name, value in change["gegevens"].items() if value is not None)
    return f"{change['datum'] or 'datum onbekend'} {change['soort']} {details}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_shown(part) for part in value.values() if part is not None)
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    text = str(value)
    return _local(text) if _MOMENT.fullmatch(text) else _YES_NO.get(text, text)


def _local(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
