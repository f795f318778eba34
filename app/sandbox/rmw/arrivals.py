"""Clients who are referred onward to a team in the simulated RMW."""

from datetime import date
from typing import Final

from app.sandbox.arrivals import ArrivalNames, arrival_digits
from app.sandbox.rmw.documents import aanmelding
from app.sandbox.runtime import Document

NAMES: Final = ArrivalNames(
    group="doorverwijzing",
    status="stand",
    statuses={"ON": "Ontvangen", "OP": "Opgepakt", "NO": "Niet opgepakt", "AF": "Afgerond"},
)


def arrival_number(reference: str) -> str:
    """Return the number of the registration of an onward referral."""
    return f"D{arrival_digits(reference)}"


def arrived(fields: Document, on: date) -> Document:
    """Return the registration of a client who was referred to a team."""
    known = {"gebied": fields["gebied"]} if "gebied" in fields else {}
    counsellor = fields.get("trajectbegeleider", {})
    lead = {"regie": counsellor["naam"]} if "naam" in counsellor else {}
    onward = {"kenmerk": fields["kenmerk"], "stand": "ON"}
    number = arrival_number(fields["kenmerk"])
    return aanmelding(number, fields["teamcode"], on, fields["klant"], **known, **lead, doorverwijzing=onward)
