"""Clients who are referred onward to a team in the simulated GIDSO."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from app.sandbox.arrivals import ArrivalNames, arrival_digits
from app.sandbox.contract_fields import json_limits, json_required
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.lengths import misfits
from app.sandbox.runtime import Document

NAMES: Final = ArrivalNames(
    group="Doorverwijzing",
    status="Stand",
    statuses={
        "ONTVANGEN": "Ontvangen",
        "OPGEPAKT": "Opgepakt",
        "NIET_OPGEPAKT": "Niet opgepakt",
        "AFGEROND": "Afgerond",
    },
)

_FIELDS: Final = json_limits("gidso", "NieuweDoorverwijzing")
_REQUIRED: Final = json_required("gidso", "NieuweDoorverwijzing")


def arrival_faults(arrival: object) -> Iterator[str]:
    """Return a sentence in Dutch for each violation of the contract in an onward referral."""
    if not isinstance(arrival, dict):
        yield "Geef een doorverwijzing als JSON-object."
        return
    if absent := [name for name in _REQUIRED if not arrival.get(name)]:
        yield f"{', '.join(absent)}: verplicht."
    yield from misfits(arrival, _FIELDS)


def arrival_key(reference: str) -> str:
    """Return the id of the registration of an onward referral."""
    return f"D-{arrival_digits(reference)}"


def arrived(reference: str, arrival: Document, now: datetime) -> Document:
    """Return the registration of a client who was referred to a team."""
    counsellor = arrival.get("Trajectbegeleider", {})
    return aanmelding(
        arrival_key(reference),
        arrival["Teamcode"],
        "Wijkteam",
        now.isoformat(),
        Gebied=arrival.get("Gebied", "onbekend"),
        Burger=arrival["Burger"],
        Casusregisseur=counsellor.get("Naam"),
        Doorverwijzing={"Kenmerk": reference, "Stand": "ONTVANGEN"},
    )
