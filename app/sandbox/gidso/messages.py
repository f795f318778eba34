"""The fields of GIDSO's messages and their maximum lengths, read from its contract."""

from collections.abc import Iterator

from app.sandbox.contract_fields import json_limits
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

REGISTRATION = json_limits("gidso", "Aanmelding")
"""The fields of a registration (*aanmelding*) that workers fill in."""

LINE = json_limits("gidso", "NieuweJournaalregel")
"""The fields of a journal line (*journaalregel*) that the hub writes; all are required."""


def line_faults(line: object) -> Iterator[str]:
    """Return a sentence in Dutch for each violation of the contract in a journal line."""
    if not isinstance(line, dict):
        yield "Geef een journaalregel als JSON-object."
        return
    if absent := [name for name in LINE if not line.get(name)]:
        yield f"{', '.join(absent)}: verplicht."
    yield from misfits(line, LINE)
    if line.get("Categorie") and line["Categorie"] not in JOURNAL_CATEGORIES:
        yield f"Categorie: een van {', '.join(JOURNAL_CATEGORIES)}."
