"""Organisations: the city's institutions from the start, referrers by registration (*organisaties*)."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from pydantic_core import to_json

from app.database import Connection
from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.details import HOW_TO_REGISTER, Detail
from app.domain.errors import FieldFault, Forbidden, NotFound, refuse
from app.domain.input_rules import InputRule
from app.domain.preconditions import check_precondition, etag_of
from app.domain.validation import unknown_area
from app.domain.values import Organisation
from app.models.access.organisation import (
    find_organisation,
    insert_organisation,
    list_organisations,
    update_organisation,
)
from app.operations.access.version import change_access
from app.operations.security_changes import record_change
from app.operations.services import Services
from app.security_log import SecurityEvent


def set_up_institutions(tx: Connection, services: Services) -> None:
    """Add the institutions that the city's reference data names; existing ones are not changed."""
    for each in services.reference.institutions:
        if find_organisation(tx, each.code) is None:
            change_access(tx, services)
            now = services.clock.now()
            new = Organisation(
                id=services.new_id(now), code=each.code, name=each.name, role=each.role, kind=None, system=each.system
            )
            insert_organisation(tx, new, now)


@dataclass(frozen=True, kw_only=True)
class ReferrerDetails:
    """A referring organisation as it is registered."""

    code: str
    name: str
    kind: ReferrerKind
    system: System
    area: str | None = None


@dataclass(frozen=True)
class SavedReferrer:
    """A referring organisation after it was registered (``is_new``) or changed."""

    organisation: Organisation
    is_new: bool


def put_referrer(
    tx: Connection, services: Services, caller: Organisation, details: ReferrerDetails, if_match: str | None
) -> SavedReferrer:
    """Register a referring organisation for the operator, or change it when the operator read its present state.

    Raises:
        Forbidden: the caller is not the operator.
        PreconditionRequired, PreconditionFailed: it exists, and the If-Match header is absent or names another state.
        InvalidInput: as :func:`save_referrer`.
    """
    require_operator(caller)
    change_access(tx, services)
    known = find_organisation(tx, details.code)
    if known:
        check_precondition(if_match, organisation_etag(known))
    return SavedReferrer(_save(tx, services, details, known), is_new=known is None)


def save_referrer(tx: Connection, services: Services, details: ReferrerDetails) -> Organisation:
    """Register a referring organisation under its code, or change the one that has it.

    Raises:
        InvalidInput: an unknown area, a system that referrers do not work in, or the code of an institution.
    """
    change_access(tx, services)
    return _save(tx, services, details, find_organisation(tx, details.code))


def referrer_faults(services: Services, system: System | None, area: str | None) -> Iterator[FieldFault]:
    """Return what is wrong with the details of a referrer; None is right."""
    if system is System.ALLEGRO:
        yield FieldFault(
            "system",
            InputRule.REFERRERS_SYSTEM,
            "Referrers work in GIDSO or RMW, or use the API; give gidso, rmw or api.",
        )
    areas = services.reference.areas
    if area is not None and area not in areas:
        yield unknown_area("area", areas)


def code_faults(code: str, known: Organisation | None) -> Iterator[FieldFault]:
    """Return the fault of a code for a referrer that is known as the code of an institution."""
    if known and known.role is not OrganisationRole.REFERRER:
        message = f"'{code}' is an institution of the city; choose another code."
        yield FieldFault("code", InputRule.REFERRING_ORGANISATION, message)


def code_faults_of(tx: Connection, code: str) -> list[FieldFault]:
    """Return the faults of a code for a referrer, as it is stored."""
    return list(code_faults(code, find_organisation(tx, code)))


def read_organisation(tx: Connection, code: str) -> Organisation:
    """Return the organisation with this code.

    Raises:
        NotFound: there is none.
    """
    found = find_organisation(tx, code)
    if found is None:
        raise NotFound(Detail.NO_ORGANISATION(code=code, remedy=HOW_TO_REGISTER))
    return found


def hub_operator(tx: Connection, services: Services) -> Organisation:
    """Return the organisation that runs the hub; commands act for it.

    Raises:
        NotFound: the institutions were not added yet.
    """
    return read_organisation(tx, services.reference.institution(OrganisationRole.OPERATOR).code)


def store_changed(tx: Connection, services: Services, changed: Organisation) -> Organisation:
    """Store the changes of an organisation, and record them in the security log."""
    update_organisation(tx, changed, services.clock.now())
    _record(changed)
    return changed


def require_operator(caller: Organisation) -> None:
    """Refuse what only the operator does.

    Raises:
        Forbidden: the caller is another organisation.
    """
    if caller.role is not OrganisationRole.OPERATOR:
        raise Forbidden(Detail.OPERATOR_TENDS_ACCESS())


def page_of_organisations(tx: Connection, after_code: str | None, limit: int) -> tuple[list[Organisation], bool]:
    """Return a page of organisations by code, and whether there is a next page."""
    found = list_organisations(tx, after_code, limit + 1)
    return found[:limit], len(found) > limit


def organisation_etag(organisation: Organisation) -> str:
    """Return the entity tag of an organisation, over every field that is read."""
    return etag_of(to_json(asdict(organisation)).decode())


def _save(tx: Connection, services: Services, details: ReferrerDetails, known: Organisation | None) -> Organisation:
    refuse([*referrer_faults(services, details.system, details.area), *code_faults(details.code, known)])
    now = services.clock.now()
    if known is None:
        new = Organisation(
            id=services.new_id(now),
            code=details.code,
            name=details.name,
            role=OrganisationRole.REFERRER,
            kind=details.kind,
            system=details.system,
            area=details.area,
        )
        insert_organisation(tx, new, now)
        _record(new)
        return new
    changed = replace(known, name=details.name, kind=details.kind, system=details.system, area=details.area)
    return store_changed(tx, services, changed) if changed != known else known


def _record(saved: Organisation) -> None:
    facts = {"kind": saved.kind, "system": saved.system, "active": saved.active}
    record_change(SecurityEvent.ORGANISATION_SAVED, organisation=saved.code, **facts)
