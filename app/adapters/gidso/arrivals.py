"""A client who is referred onward to a team in GIDSO: the registration that the hub makes, and what becomes of it."""

from collections.abc import Mapping
from typing import Final

from app.adapters.common.arrivals import read_onward_id, team_of
from app.adapters.common.parsing import meaning, parse
from app.adapters.gidso.schemas import Doorverwezen, Doorverwijzing
from app.domain.codes import OnwardStatus
from app.domain.commands import Command, ReportOnwardStatus
from app.domain.fields import Field
from app.domain.ports import PartnerMessage

ARRIVAL: Final = "Doorverwijzing"
"""The field of a registration that the hub made."""

STATUSES: Final[Mapping[str, OnwardStatus]] = {
    "ONTVANGEN": OnwardStatus.MADE,
    "OPGEPAKT": OnwardStatus.ACCEPTED,
    "NIET_OPGEPAKT": OnwardStatus.DECLINED,
    "AFGEROND": OnwardStatus.ENDED,
}

_PARTNER = "GIDSO"


def to_arrival(message: PartnerMessage) -> dict[str, object]:
    """Return what GIDSO registers of a client who is referred onward, of the fields that were released.

    Raises:
        PartnerRefused: it is not known for which team.
    """
    fields = message.fields
    client = {
        "Voornaam": fields.get(Field.CLIENT_GIVEN_NAME),
        "Achternaam": fields.get(Field.CLIENT_FAMILY_NAME),
        "Geboortedatum": fields.get(Field.CLIENT_BIRTH_DATE),
        "Telefoon": fields.get(Field.CLIENT_PHONE),
        "Email": fields.get(Field.CLIENT_EMAIL),
        "Tolktaal": fields.get(Field.CLIENT_INTERPRETER_LANGUAGE),
    }
    counsellor = {"Naam": fields.get(Field.COUNSELLOR_NAME), "Telefoon": fields.get(Field.COUNSELLOR_PHONE)}
    arrival = {
        "Teamcode": team_of(message, _PARTNER),
        "Gebied": fields.get(Field.REFERRAL_AREA),
        "Burger": {name: value for name, value in client.items() if value},
        "Trajectbegeleider": {name: value for name, value in counsellor.items() if value},
    }
    return {name: value for name, value in arrival.items() if value}


def reference_of(message: PartnerMessage) -> str:
    """Return the id by which GIDSO knows the onward referral, the same at each attempt."""
    return str(message.fields.get(Field.ONWARD_ID))


def to_arrival_commands(payload: Mapping[str, object]) -> tuple[Command, ...]:
    """Return the command of what a team does with a client; raise UnknownCode or PartnerUnreadable."""
    onward: Doorverwijzing = parse(Doorverwezen, payload, _PARTNER).doorverwijzing
    onward_id = read_onward_id(onward.kenmerk, "Doorverwijzing.Kenmerk", _PARTNER)
    return (ReportOnwardStatus(onward_id=onward_id, status=meaning(STATUSES, onward.stand, "Doorverwijzing.Stand")),)
