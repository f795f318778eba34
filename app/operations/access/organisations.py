"""Organisations: the city's institutions from the start, referrers by registration."""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

from app.database import Connection
from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.errors import FieldFault, InvalidInput, NotFound
from app.domain.input_rules import InputRule
from app.domain.values import Organisation
from app.models.access.organisation import (
    find_organisation,
    insert_organisation,
    list_organisations,
    update_organisation,
)
from app.operations.services import Services


def set_up_institutions(tx: Connection, services: Services) -> None:
    """Add the institutions that the city's reference data names; those that exist stay as they are."""
    for each in services.reference.institutions:
        if find_organisation(tx, each.code) is None:
            _insert(tx, services, asdict(each))


@dataclass(frozen=True)
class ReferrerDetails:
    """A referring organisation as it is registered."""

    code: str
    name: str
    kind: ReferrerKind
    system: System
    area: str | None = None


def save_referrer(tx: Connection, services: Services, details: ReferrerDetails) -> Organisation:
    """Register a referring organisation under its code, or change the one that has it.

    Raises:
        InvalidInput: an unknown area, a system that referrers do not work in, or a code of an institution.
    """
    _check(services, details)
    code = details.code
    known = find_organisation(tx, code)
    if known is None:
        _insert(tx, services, {**asdict(details), "role": OrganisationRole.REFERRER})
    elif known.role is not OrganisationRole.REFERRER:
        message = f"'{code}' is an institution of the city; choose another code."
        raise InvalidInput(FieldFault("code", InputRule.REFERRING_ORGANISATION, message))
    elif (known.name, known.kind, known.system, known.area) != astuple(details)[1:]:
        update_organisation(tx, known.id, {**asdict(details), "changed_at": services.clock.now()})
    return read_organisation(tx, code)


def read_organisation(tx: Connection, code: str) -> Organisation:
    """Return the organisation with this code.

    Raises:
        NotFound: there is none.
    """
    found = find_organisation(tx, code)
    if found is None:
        raise NotFound(f"There is no organisation '{code}'.")
    return found


def page_of_organisations(tx: Connection, after_code: str | None, limit: int) -> tuple[list[Organisation], bool]:
    """Return a page of organisations by code, and whether there is a next page."""
    found = list_organisations(tx, after_code, limit + 1)
    return found[:limit], len(found) > limit


def _check(services: Services, details: ReferrerDetails) -> None:
    if details.system is System.ALLEGRO:
        message = "Referrers work in gidso or rmw, or use the api."
        raise InvalidInput(FieldFault("system", InputRule.REFERRERS_SYSTEM, message))
    if details.area is not None and details.area not in services.reference.areas:
        known = ", ".join(sorted(services.reference.areas))
        raise InvalidInput(FieldFault("area", InputRule.KNOWN_AREA, f"Unknown area; use one of: {known}."))


def _insert(tx: Connection, services: Services, values: Mapping[str, Any]) -> None:
    now = services.clock.now()
    insert_organisation(
        tx, {"kind": None, "area": None, **values, "id": services.new_id(now), "active": True, "changed_at": now}
    )
