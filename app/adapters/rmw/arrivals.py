"""A client who is referred onward to a team in RMW: the registration that the hub makes, and what becomes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from app.adapters.common.arrivals import read_onward_id, team_of
from app.adapters.common.parsing import meaning, parse
from app.adapters.rmw.mapping import Kind, changed_at
from app.adapters.rmw.schemas import Doorverwezen, ListedRegistration
from app.adapters.rmw.soap import Fields
from app.domain.codes import OnwardStatus
from app.domain.commands import Command, ReportOnwardStatus
from app.domain.fields import Field
from app.domain.ports import PartnerMessage, PartnerRecord

ARRIVAL: Final = "doorverwijzing"
"""The field of a registration that the hub made."""

STATUSES: Final[Mapping[str, OnwardStatus]] = {
    "ON": OnwardStatus.MADE,
    "OP": OnwardStatus.ACCEPTED,
    "NO": OnwardStatus.DECLINED,
    "AF": OnwardStatus.ENDED,
}

_PARTNER = "RMW"


def to_arrival(message: PartnerMessage) -> Fields:
    """Return what RMW registers of a client who is referred onward, of the fields that were released.

    Raises:
        PartnerRefused: it is not known for which team.
    """
    fields = message.fields
    client = {
        "voornaam": fields.get(Field.CLIENT_GIVEN_NAME),
        "achternaam": fields.get(Field.CLIENT_FAMILY_NAME),
        "geboortedatum": str(fields.get(Field.CLIENT_BIRTH_DATE, "")).replace("-", ""),
        "telefoon": fields.get(Field.CLIENT_PHONE),
        "email": fields.get(Field.CLIENT_EMAIL),
        "tolktaal": fields.get(Field.CLIENT_INTERPRETER_LANGUAGE),
    }
    counsellor = {"naam": fields.get(Field.COUNSELLOR_NAME), "telefoon": fields.get(Field.COUNSELLOR_PHONE)}
    area = fields.get(Field.REFERRAL_AREA)
    groups = {"klant": _stated(client), "trajectbegeleider": _stated(counsellor)}
    return {
        "kenmerk": str(fields.get(Field.ONWARD_ID)),
        "teamcode": team_of(message, _PARTNER),
        **({"gebied": str(area)} if area else {}),
        **{name: group for name, group in groups.items() if group},
    }


def read_arrival(registration: ListedRegistration) -> PartnerRecord:
    """Return the record of what a team does with a client, before it is read further by :func:`arrival_steps`."""
    contents = registration.contents
    number = str(contents.get("aanmeldnummer"))
    return PartnerRecord(
        kind=Kind.ARRIVAL,
        external_id=number,
        case_id=number,
        version=registration.number,
        payload={"aanmeldnummer": number, ARRIVAL: contents[ARRIVAL]},
        occurred_at=changed_at(registration),
    )


def arrival_steps(record: PartnerRecord) -> Iterator[PartnerRecord]:
    """Yield what a team does with a client with its command."""
    yield replace(record, commands=(_to_command(record.payload),))


def _to_command(payload: Mapping[str, object]) -> Command:
    onward = parse(Doorverwezen, payload, _PARTNER).doorverwijzing
    onward_id = read_onward_id(onward.kenmerk, "doorverwijzing.kenmerk", _PARTNER)
    return ReportOnwardStatus(onward_id=onward_id, status=meaning(STATUSES, onward.stand, "doorverwijzing.stand"))


def _stated(group: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in group.items() if value}
