"""Registrations (*aanmeldingen*) as workers save them in GIDSO."""

from typing import Final

from app.sandbox.runtime import Document

_NEUTRAL_BURGER: Final[Document] = {
    "Bsn": None,
    "Voornaam": "Noor",
    "Achternaam": "Voorbeeld",
    "Geboortedatum": "1985-01-01",
    "Geslacht": None,
    "Adres": None,
    "Telefoon": None,
    "Email": None,
    "Voorkeurskanaal": None,
    "Tolktaal": None,
    "Aandachtspunten": [],
}

_NEUTRAL: Final[Document] = {
    "Gebied": "onbekend",
    "Medewerker": {"Naam": None, "Telefoon": None, "Email": None},
    "Casusregisseur": None,
    "Driegesprek": {"Gewenst": False, "Locatie": None},
    "Aanleiding": None,
    "Motivatie": None,
    "EerderGeprobeerd": None,
    "Inkomen": "Onbekend",
    "Schulden": "Onbekend",
    "Dreigingen": [],
    "BredeUitvraag": None,
    "Betrokken": [],
    "Bewind": False,
    "Wsnp": False,
    "Wmo": False,
    "WoontInGemeente": True,
    "Toestemming": {"Terugkoppeling": False, "Datum": None, "Wijze": None},
    "OndersteuningGestoptOp": None,
}


def aanmelding(aanmelding_id: str, teamcode: str, teamsoort: str, aangemeld_op: str, **values: object) -> Document:
    """Return a complete registration with neutral values, as a worker saves it through ``/_console``.

    Args:
        aanmelding_id: the registration's id, for example ``G-000123``.
        teamcode: the referring team's code.
        teamsoort: ``Vraagwijzer``, ``Wijkteam`` or ``Jongerenloket``.
        aangemeld_op: ISO date, or timestamp with offset.
        values: other values by their name in the contract; for ``Burger`` only those that differ.
    """
    burger = _NEUTRAL_BURGER | dict(values.pop("Burger", {}))  # type: ignore[call-overload]  # a JSON object
    head = {"AanmeldingId": aanmelding_id, "Teamcode": teamcode, "Teamsoort": teamsoort, "AangemeldOp": aangemeld_op}
    return head | _NEUTRAL | {"Burger": burger} | values
