"""What a team in a simulated system says of a client who was referred onward to it, and the form in which it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from app.sandbox.pages import Field, Form, FormFault
from app.sandbox.runtime import Document

FORM: Final = "doorverwijzing"


@dataclass(frozen=True, kw_only=True)
class ArrivalNames:
    """How a system names what becomes of a client who was referred onward.

    Attributes:
        group: the field of a registration, which only one has that the hub made.
        status: the field of the group.
        statuses: their labels by their codes, the first one when the client arrives.
    """

    group: str
    status: str
    statuses: Mapping[str, str]


def arrival_digits(reference: str) -> str:
    """Return the eight digits by which the registration of an onward referral is numbered."""
    return f"{uuid5(NAMESPACE_URL, reference).int % 10**8:08d}"


def arrival_forms(registration: Document, names: ArrivalNames) -> list[Form]:
    """Return the form in which a team says what it does with a client; none where nobody was referred to it."""
    if names.group not in registration:
        return []
    current = names.statuses[registration[names.group][names.status]]
    choices = tuple(names.statuses.items())[1:]
    return [
        Form(
            name=FORM,
            title="Doorverwezen door het Expertiseteam Financiën",
            intro=f"Stand: {current}.",
            button="Vastleggen",
            fields=(Field(name="stand", label="Nieuwe stand", kind="select", choices=choices),),
        )
    ]


def with_status(registration: Document, names: ArrivalNames, status: str | None) -> Document:
    """Return a registration with what the team does with the client.

    Raises:
        FormFault: it is no status, or nobody was referred to the team.
    """
    if names.group not in registration or status not in names.statuses:
        raise FormFault("Kies een stand uit de lijst.")
    return registration | {names.group: registration[names.group] | {names.status: status}}
