"""The HTML page with the registrations of the simulated RMW."""

from html import escape

from app.sandbox.rmw.records import STATUS_CODES
from app.sandbox.runtime import Document

_STYLE = "body{font:14px sans-serif;margin:2em}td,th{padding:.3em .8em;text-align:left;vertical-align:top}"


def page(records: list[Document], note: str) -> str:
    """Return the page with these registrations in this order, below a note in HTML."""
    rows = "".join(_row(record) for record in records)
    return (
        f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>RMW (nagebootst)</title>'
        f"<style>{_STYLE}</style></head><body><h1>RMW (nagebootst): aanmeldingen</h1>"
        f"<p>De {len(records)} laatst gewijzigde aanmeldingen met hun statussen. Alle personen zijn verzonnen.</p>"
        f"{note}<table><thead><tr><th>Aanmelding</th>"
        f"<th>Team</th><th>Klant</th><th>Datum</th><th>Tab</th><th>Status</th></tr></thead><tbody>{rows}</tbody>"
        "</table></body></html>"
    )


def _row(record: Document) -> str:
    client = record.get("klant") or {}
    name = f"{client.get('voornaam', '')} {client.get('achternaam', '')}"
    tab = "gesloten" if record["tab"]["stand"] == "G" else "open"
    lines = "<br>".join(_line(line) for line in record["statussen"])
    cells = (record["aanmeldnummer"], record.get("teamcode"), name, _date(record.get("datumAanmelding") or ""), tab)
    return f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}<td>{lines}</td></tr>"


def _line(line: dict[str, str]) -> str:
    text = f"{_date(line['datum'])} {STATUS_CODES[line['statuscode']]}"
    return escape(f"{text}: {line['toelichting']}" if line["toelichting"] else text)


def _date(stuf: str) -> str:
    return f"{stuf[6:]}-{stuf[4:6]}-{stuf[:4]}"
