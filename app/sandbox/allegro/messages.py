"""The fields of Allegro's messages and their maximum lengths; those that the hub sends are read from the contract."""

from collections.abc import Iterator
from uuid import UUID

from app.sandbox.contract_fields import json_limits
from app.sandbox.lengths import Limits
from app.sandbox.runtime import Document

_NAME, _PLACE, _PHONE = 200, 300, 40

REFERRAL = json_limits("allegro", "Verwijzing")
"""The fields of a referral (*verwijzing*) that the hub puts."""

MESSAGE = json_limits("allegro", "Bericht")
"""The fields of a message (*bericht*) that the hub posts."""

CONTENTS: Limits = {
    "trajectbegeleider.naam": _NAME,
    "trajectbegeleider.telefoon": _PHONE,
    "plaats": _PLACE,
    "deelnemers": _NAME,
    "deelnemers[]": 20,
    "tijden[]": 5,
    "betrokkenen.naam": _NAME,
    "betrokkenen[]": 20,
    "anderen.naam": _NAME,
    "anderen[]": 20,
    "rddKenmerk": 200,
    "organisatie": 80,
    "termijn": 80,
    "vraagId": 36,
    "vraag": 4000,
    "toelichting": 4000,
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
