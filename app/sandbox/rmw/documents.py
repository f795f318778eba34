"""Registrations (*aanmeldingen*) as consultants save them in RMW."""

from datetime import date

from app.domain.birth_date import BirthDate
from app.sandbox.runtime import Document


def klant(
    voornaam: str, achternaam: str, geboortedatum: BirthDate, geslacht: str = "O", bsn: str | None = None
) -> dict[str, str]:
    """Return the client (*klant*) of a registration; ``geslacht`` is M, V or O."""
    details = {
        "voornaam": voornaam,
        "achternaam": achternaam,
        "geboortedatum": geboortedatum.isoformat().replace("-", ""),
        "geslacht": geslacht,
    }
    return details if bsn is None else {"bsn": bsn, **details}


def aanmelding(
    aanmeldnummer: str, teamcode: str, datum_aanmelding: date, klant: Document, /, **meer: object
) -> Document:
    """Return a complete registration with neutral values, as a consultant saves it through ``/_console``.

    Args:
        aanmeldnummer: the registration's number, for example ``R000001``.
        teamcode: the referring team's code.
        datum_aanmelding: the day of the referral.
        klant: the client, as ``klant`` returns it.
        meer: other fields by their name in the contract, for example ``soortTeam="EX"`` or ``dreiging=["OT"]``.
    """
    return {
        "aanmeldnummer": aanmeldnummer,
        "aanmeldcode": "SHV",
        "teamcode": teamcode,
        "soortTeam": "WI",
        "datumAanmelding": f"{datum_aanmelding:%Y%m%d}",
        "gebied": "onbekend",
        "klant": klant,
        "driegesprek": "N",
        "inkomen": "ON",
        "schulden": "ON",
        "indBewind": "N",
        "indWsnp": "N",
        "indWmo": "N",
        "toestemming": {"terugkoppeling": "J", "datum": f"{datum_aanmelding:%Y%m%d}"},
        "vervallen": "N",
        **meer,
    }
