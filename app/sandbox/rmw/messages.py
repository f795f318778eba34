"""The maximum lengths in RMW's contract; a test compares them with ``openapi/partners/rmw.xsd``."""

from typing import Final

from app.sandbox.lengths import Limits

_NAME, _PLACE, _PHONE, _EMAIL, _TEXT = 200, 300, 40, 254, 4000

REGISTRATION: Final[Limits] = {
    "aanmeldnummer": 20,
    "teamcode": 80,
    "gebied": 80,
    "klant.voornaam": _NAME,
    "klant.achternaam": _NAME,
    "klant.adres": _PLACE,
    "klant.telefoon": _PHONE,
    "klant.email": _EMAIL,
    "consulent.naam": _NAME,
    "consulent.telefoon": _PHONE,
    "consulent.email": _EMAIL,
    "regie": _NAME,
    "locatie": _PLACE,
    "aanleiding": _TEXT,
    "motivatie": _TEXT,
}
"""The text fields of a registration (*aanmelding*) that consultants type."""

REQUEST: Final[Limits] = {"aanmeldnummer": 20, "toelichting": 200, "kenmerk": 40}
"""The text fields of a request."""
