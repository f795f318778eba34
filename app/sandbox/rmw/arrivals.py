"""Clients who are referred onward to a team in the simulated RMW."""

from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from app.sandbox.pages import Field, Form, FormFault
from app.sandbox.rmw.documents import aanmelding
from app.sandbox.runtime import Document

FORM: Final = "doorverwijzing"
STATUSES: Final = {"ON": "Ontvangen", "OP": "Opgepakt", "NO": "Niet opgepakt", "AF": "Afgerond"}


def arrival_number(reference: str) -> str:
    """Return the number of the registration of an onward referral."""
    return f"D{uuid5(NAMESPACE_URL, reference).int % 10**8:08d}"


def arrived(fields: Document, on: date) -> Document:
    """Return the registration of a client who was referred to a team."""
    known = {"gebied": fields["gebied"]} if "gebied" in fields else {}
    counsellor = fields.get("trajectbegeleider", {})
    lead = {"regie": counsellor["naam"]} if "naam" in counsellor else {}
    onward = {"kenmerk": fields["kenmerk"], "stand": "ON"}
    number = arrival_number(fields["kenmerk"])
    return aanmelding(number, fields["teamcode"], on, fields["klant"], **known, **lead, doorverwijzing=onward)


def arrival_form(record: Document) -> Form | None:
    """Return the form in which a team says what it does with a client; None where nobody was referred to it."""
    if "doorverwijzing" not in record:
        return None
    return Form(
        name=FORM,
        title="Doorverwezen door het Expertiseteam Financiën",
        intro=f"Stand: {STATUSES[record['doorverwijzing']['stand']]}.",
        button="Vastleggen",
        fields=(Field(name="stand", label="Nieuwe stand", kind="select", choices=tuple(STATUSES.items())[1:]),),
    )


def with_status(document: Document, stand: str | None) -> Document:
    """Return a registration with what the team does with the client.

    Raises:
        FormFault: it is no status, or nobody was referred to the team.
    """
    if "doorverwijzing" not in document or stand not in STATUSES:
        raise FormFault("Kies een stand uit de lijst.")
    return document | {"doorverwijzing": document["doorverwijzing"] | {"stand": stand}}
