"""The fields of GIDSO's messages and their maximum lengths, read from its contract."""

from collections.abc import Iterator

from app.sandbox.contract_fields import json_limits, json_required
from app.sandbox.lengths import misfits

JOURNAL_CATEGORIES = (
    "AANMELDING",
    "AFSPRAAK",
    "CONTACT",
    "PLAN",
    "RESULTAAT",
    "HULPVERLENING",
    "VOORTGANG",
    "AFSLUITING",
)
REQUEST_KINDS = ("AFSPRAAK", "CONTACT", "VRAAG")

REGISTRATION = json_limits("gidso", "Aanmelding")
"""The fields of a registration (*aanmelding*) that workers fill in."""

LINE = json_limits("gidso", "NieuweJournaalregel")
"""The fields of a journal line (*journaalregel*) that the hub writes."""

_REQUIRED = json_required("gidso", "NieuweJournaalregel")
_REQUIRED_OF_REQUEST = json_required("gidso", "Verzoek")


def line_faults(line: object) -> Iterator[str]:
    """Return a sentence in Dutch for each violation of the contract in a journal line."""
    if not isinstance(line, dict):
        yield "Geef een journaalregel als JSON-object."
        return
    if absent := [name for name in _REQUIRED if not line.get(name)]:
        yield f"{', '.join(absent)}: verplicht."
    yield from misfits(line, LINE)
    if line.get("Categorie") and line["Categorie"] not in JOURNAL_CATEGORIES:
        yield f"Categorie: een van {', '.join(JOURNAL_CATEGORIES)}."
    if "Verzoek" in line:
        yield from _request_faults(line["Verzoek"])


def _request_faults(request: object) -> Iterator[str]:
    if not isinstance(request, dict):
        yield "Verzoek: geen groep van velden."
        return
    if absent := [f"Verzoek.{name}" for name in _REQUIRED_OF_REQUEST if not request.get(name)]:
        yield f"{', '.join(absent)}: verplicht."
    if request.get("Soort") and request["Soort"] not in REQUEST_KINDS:
        yield f"Verzoek.Soort: een van {', '.join(REQUEST_KINDS)}."
