"""The HTML page with the registrations and journals of the simulated GIDSO."""

from collections.abc import Iterable
from html import escape

from app.sandbox.runtime import Document

_HEAD = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>GIDSO (nagebootst)</title>
<style>body{font:15px/1.4 system-ui;margin:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc}ul{margin:0;padding-left:1rem}
</style></head><body><h1>GIDSO (nagebootst): aanmeldingen</h1>
<p>De 200 laatst gewijzigde aanmeldingen met hun journaal. Alle personen zijn verzonnen.</p>
"""
_TABLE = """<table>
<thead><tr><th>Aanmelding</th><th>Team</th><th>Burger</th><th>Versie</th><th>Journaal</th></tr></thead><tbody>"""
_FOOT = "</tbody></table></body></html>"


def page(rows: Iterable[tuple[Document, list[Document]]], note: str) -> str:
    """Return the page with these registrations and the lines of their journals, below a note in HTML."""
    return _HEAD + note + _TABLE + "".join(_row(row, lines) for row, lines in rows) + _FOOT


def _row(row: Document, lines: list[Document]) -> str:
    journal = "".join(f"<li>{escape(_line(line))}</li>" for line in lines)
    cells = "".join(f"<td>{escape(text)}</td>" for text in _texts(row))
    return f"<tr>{cells}<td><ul>{journal}</ul></td></tr>"


def _texts(row: Document) -> tuple[str, ...]:
    if "@removed" in row:
        return row["AanmeldingId"], "", "(verwijderd)", str(row["Versie"])
    burger = row.get("Burger") or {}
    name = f"{burger.get('Voornaam', '')} {burger.get('Achternaam', '')}".strip()
    return row["AanmeldingId"], str(row.get("Teamcode", "")), name, str(row["Versie"])


def _line(line: Document) -> str:
    return f"{line['Datum'][:10]} {line['Categorie']}: {line['Tekst']} ({line['Auteur']})"
