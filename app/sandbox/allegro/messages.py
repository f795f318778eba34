"""The maximum lengths in Allegro's contract; a test compares them with ``openapi/partners/allegro.yaml``."""

from collections.abc import Iterator
from uuid import UUID

from app.sandbox.lengths import Limits
from app.sandbox.runtime import Document

_NAME, _PLACE, _PHONE, _EMAIL = 200, 300, 40, 254

REFERRAL: Limits = {
    "kenmerkVerwijzer": 100,
    "eerdereVerwijzing": None,
    "gebied": 80,
    "ontvangenOp": None,
    "client.bsn": None,
    "client.voornaam": _NAME,
    "client.achternaam": _NAME,
    "client.geboortedatum": None,
    "client.adres": _PLACE,
    "client.telefoon": _PHONE,
    "client.email": _EMAIL,
    "client.voorkeurskanaal": None,
    "client.tolktaal": 35,
    "client.aandachtspunten": None,
    "verwijzer.organisatie": _NAME,
    "verwijzer.soort": None,
    "verwijzer.medewerker.naam": _NAME,
    "verwijzer.medewerker.telefoon": _PHONE,
    "verwijzer.medewerker.email": _EMAIL,
    "inkomenssituatie": None,
    "schuldensituatie": None,
    "dreigingen": None,
    "driegesprek.gewenst": None,
    "driegesprek.plaats": _PLACE,
    "bewindvoering": None,
    "lopendeWsnp": None,
    "wmoIndicatie": None,
    "casusregisseur": _NAME,
    "andereOrganisaties": _NAME,
    "andereOrganisaties[]": 20,
    "bredeUitvraag.gedaanDoor": _NAME,
    "bredeUitvraag.leefgebieden": None,
    "adviezen": None,
}
"""The fields of a referral (*verwijzing*) that the hub puts."""

MESSAGE: Limits = {
    "berichtId": None,
    "soort": None,
    "gebeurdOp": None,
    "reden": None,
    "reactie": None,
    "andereTijden": None,
    "andereTijden[]": 10,
    "signaal": None,
    "tekst": 1000,
}
"""The fields of a message (*bericht*) that the hub posts."""

CONTENTS: Limits = {
    "trajectbegeleider.naam": _NAME,
    "trajectbegeleider.telefoon": _PHONE,
    "plaats": _PLACE,
    "deelnemers": _NAME,
    "deelnemers[]": 20,
    "rddKenmerk": 200,
}
"""The text fields of the details (*gegevens*) of a fact of any kind."""

FACT: Limits = {
    "feitId": 100,
    "kenmerkVerwijzer": 100,
    "soort": 40,
    **{f"gegevens.{field}": limit for field, limit in CONTENTS.items()},
}
"""The text fields of a fact that counsellors register."""

_REQUIRED = ("berichtId", "soort", "gebeurdOp", "tekst")


def message_faults(message: Document) -> Iterator[str]:
    """Return a sentence in Dutch for each missing field of a message, and for an invalid id."""
    yield from (f"{name}: ontbreekt." for name in _REQUIRED if name not in message)
    try:
        UUID(str(message.get("berichtId", UUID(int=0))))
    except ValueError:
        yield "berichtId: geen uuid."
