"""Looking up what an organisation means by an id or a reference of its own, for the operator who helps it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import structlog

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import FieldFault, Forbidden, NotFound, refuse
from app.domain.input_rules import InputRule
from app.domain.records import RecordKind
from app.domain.text import composed
from app.domain.values import Organisation
from app.models.cases.referral import load_referral_rows
from app.models.record_lookup import KnownRecord, find_record
from app.operations.access.organisations import read_organisation
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import find_referral
from app.operations.services import Services

__all__ = ["KnownRecord", "RecordKind", "RecordQuery", "look_up_record"]

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class RecordQuery:
    """What an organisation states: one of the two.

    Attributes:
        organisation_code: of the organisation that states it.
        id: as that organisation knows it.
        reference: its own reference of a referral.
    """

    organisation_code: str
    id: UUID | None = None
    reference: str | None = None


def look_up_record(
    tx: Connection, services: Services, caller: Organisation, by: str, query: RecordQuery
) -> KnownRecord:
    """Return which record an organisation means; ``by`` names who asks, for the log.

    Raises:
        Forbidden: the caller is not the operator.
        InvalidInput: not exactly one of id and reference is given.
        NotFound: there is no such organisation, or it has no such record.
    """
    if caller.role is not OrganisationRole.OPERATOR:
        raise Forbidden(Detail.OPERATOR_LOOKS_UP())
    refuse(query_faults(has_id=query.id is not None, has_reference=query.reference is not None))
    organisation = read_organisation(tx, query.organisation_code)
    found = _found(tx, services, organisation, query)
    # The id and the reference lead to a person, so neither is logged.
    log.info(
        "record_looked_up",
        by=by,
        organisation=organisation.code,
        stated="id" if query.id else "reference",
        kind=found.kind if found else None,
    )
    if found is None:
        raise NotFound(Detail.NO_RECORD())
    return found


def query_faults(*, has_id: bool, has_reference: bool) -> Iterator[FieldFault]:
    """Return the fault of a look-up by neither or both of an id and a reference."""
    if has_id is has_reference:
        yield FieldFault("id", InputRule.ID_OR_REFERENCE, "Give either an id or a reference.")


def _found(tx: Connection, services: Services, organisation: Organisation, query: RecordQuery) -> KnownRecord | None:
    scope = CallerScope(organisation)
    if query.id is None:
        own_id = find_referral(tx, organisation.code, composed(query.reference or ""))
        return find_record(tx, own_id, own_id) if own_id else None
    found = find_record(tx, scope.resolve(services.pseudonyms, query.id), query.id)
    return found if found and _is_of(tx, found, scope) else None


def _is_of(tx: Connection, record: KnownRecord, scope: CallerScope) -> bool:
    if record.owner_id == scope.organisation.id:
        return True
    return record.referral_id is not None and bool(load_referral_rows(tx, [record.referral_id], scope.visibility))
