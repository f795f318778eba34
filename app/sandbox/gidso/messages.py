"""The maximum lengths in GIDSO's contract; a test compares them with ``openapi/partners/gidso.yaml``."""

from collections.abc import Iterator

from app.sandbox.lengths import Limits, misfits

JOURNAL_CATEGORIES = ("AANMELDING", "AFSPRAAK", "PLAN", "RESULTAAT", "HULPVERLENING", "VOORTGANG", "AFSLUITING")

_NAME, _PLACE, _PHONE, _EMAIL, _TEXT = 200, 300, 40, 254, 4000

REGISTRATION: Limits = {
    "AanmeldingId": 40,
    "Teamcode": 80,
    "Gebied": 80,
    "Burger.Voornaam": _NAME,
    "Burger.Achternaam": _NAME,
    "Burger.Adres": _PLACE,
    "Burger.Telefoon": _PHONE,
    "Burger.Email": _EMAIL,
    "Burger.Tolktaal": 35,
    "Medewerker.Naam": _NAME,
    "Medewerker.Telefoon": _PHONE,
    "Medewerker.Email": _EMAIL,
    "Casusregisseur": _NAME,
    "Driegesprek.Locatie": _PLACE,
    "Aanleiding": _TEXT,
    "Motivatie": _TEXT,
    "BredeUitvraag.Door": _NAME,
    "BredeUitvraag.Kenmerk": 100,
    "Betrokken": _NAME,
    "Betrokken[]": 20,
}
"""The text fields of a registration (*aanmelding*) that workers type."""

LINE: Limits = {"Kenmerk": 100, "Datum": None, "Categorie": None, "Tekst": 8000, "Auteur": 100}
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
