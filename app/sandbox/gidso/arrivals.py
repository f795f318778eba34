"""Clients who are referred onward to a team in the simulated GIDSO."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from app.sandbox.contract_fields import json_limits, json_required
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.lengths import misfits
from app.sandbox.pages import Field, Form, FormFault
from app.sandbox.runtime import Document

FORM: Final = "doorverwijzing"
STATUSES: Final = {
    "ONTVANGEN": "Ontvangen",
    "OPGEPAKT": "Opgepakt",
    "NIET_OPGEPAKT": "Niet opgepakt",
    "AFGEROND": "Afgerond",
}

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
    return f"D-{uuid5(NAMESPACE_URL, reference).int % 10**8:08d}"


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


def arrival_form(row: Document) -> Form | None:
    """Return the form in which a team says what it does with a client; None where nobody was referred to it."""
    if "Doorverwijzing" not in row:
        return None
    stand = row["Doorverwijzing"]["Stand"]
    return Form(
        name=FORM,
        title="Doorverwezen door het Expertiseteam Financiën",
        intro=f"Stand: {STATUSES[stand]}.",
        button="Vastleggen",
        fields=(Field(name="stand", label="Nieuwe stand", kind="select", choices=tuple(STATUSES.items())[1:]),),
    )


def with_status(row: Document, stand: str | None) -> Document:
    """Return a registration with what the team does with the client.

    Raises:
        FormFault: it is no status, or nobody was referred to the team.
    """
    if "Doorverwijzing" not in row or stand not in STATUSES:
        raise FormFault("Kies een stand uit de lijst.")
    return row | {"Doorverwijzing": row["Doorverwijzing"] | {"Stand": stand}}
