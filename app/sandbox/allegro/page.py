"""The HTML page with the files of the simulated Allegro."""

from html import escape

from app.sandbox.allegro.records import AllegroRecords
from app.sandbox.runtime import Document

_PAGE = """<!doctype html>
<html lang="nl"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Allegro (nagebootst)</title>
<style>body{{font:15px/1.4 system-ui;margin:2rem}}table{{border-collapse:collapse;width:100%}}
th,td{{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}}
ul{{margin:0;padding-left:1rem}}</style>
<h1>Allegro (nagebootst): dossiers</h1>
<p>De nieuwste {count} dossiers met hun mutaties. Alle personen zijn verzonnen.</p>{note}
<table><thead><tr><th>Dossier<th>Klant<th>Verwijzer<th>Mutaties<th>Berichten van de hub</thead><tbody>
{rows}
</tbody></table></html>"""


def files_page(records: AllegroRecords, limit: int, note: str) -> str:
    """Return the page with the newest files, their changes and the hub's messages; every value is escaped.

    Args:
        records: Allegro's data.
        limit: the maximum number of files.
        note: HTML above the files.
    """
    files = records.files.newest(limit)
    return _PAGE.format(count=len(files), note=note, rows="\n".join(_row(records, file) for file in files))


def _row(records: AllegroRecords, file: Document) -> str:
    referral = file["verwijzing"]
    client, referrer = referral.get("client", {}), referral.get("verwijzer", {})
    changes = [_change(change) for change in records.feed.of(file["dossiernummer"])]
    messages = [
        str(message.get("tekst", message.get("soort"))) for message in records.messages.about(file["externReferentie"])
    ]
    cells = (
        escape(f"{file['dossiernummer']} · {referral.get('kenmerkVerwijzer', '?')}"),
        escape(f"{client.get('voornaam', '')} {client.get('achternaam', '')}"),
        escape(f"{referrer.get('organisatie', '?')} · {referral.get('gebied', '?')}"),
        _list(changes),
        _list(messages),
    )
    return "<tr>" + "".join(f"<td>{cell}" for cell in cells)


def _change(change: Document) -> str:
    details = ", ".join(f"{name}: {_shown(value)}" for name, value in change["gegevens"].items() if value is not None)
    return f"{change['datum'] or 'datum onbekend'} {change['soort']} {details}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_shown(part) for part in value.values() if part is not None)
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)


def _list(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}" for line in lines) + "</ul>"
