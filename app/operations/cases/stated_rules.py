"""The rules of commands that need stored data, for a body that can be read in part."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import ConsentScope, OutsideBody
from app.domain.errors import FieldFault
from app.domain.stated import Stated
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.register import stated_code
from app.operations.cases.rules import (
    consent_faults,
    forwarding_faults,
    organisation_faults,
    plan_faults,
    previous_faults,
    referrer_code_faults,
)
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services

_OF_CONSENT = frozenset({"receivedAt", "consent", "consent.scopes", "consent.givenOn"})

FindCase = Callable[[Connection, Services, CallerScope], Case | None]
"""Returns the case that is meant; None when the caller sees no such case."""


def stated_registration_faults(
    tx: Connection, services: Services, scope: CallerScope, stated: Stated
) -> list[FieldFault]:
    """Return the fields of a new referral that name what does not exist, or not for the caller."""
    uow, previous_id = UnitOfWork(tx, services), stated.value("previousId", UUID)
    faults = list(
        previous_faults(uow, previous_id and scope.resolve(services.pseudonyms, previous_id), scope.visibility)
    )
    if "organisationCode" not in stated.unreadable:
        code = stated_code(scope.organisation, stated.value("organisationCode", str))
        faults += referrer_code_faults(uow, code)
        if stated.unreadable.isdisjoint(_OF_CONSENT):
            received_at, given_on = stated.value("receivedAt", datetime), stated.value("consent.givenOn", date)
            scopes = stated.items("consent.scopes", ConsentScope)
            faults += consent_faults(uow, code, received_at, scopes, given_on)
    return faults


def stated_forwarding_faults(tx: Connection, services: Services, stated: Stated) -> list[FieldFault]:
    """Return why a referral cannot be forwarded to where a body says."""
    uow, code = UnitOfWork(tx, services), stated.value("organisationCode", str)
    if stated.unreadable.isdisjoint({"organisationCode", "outsideBody"}):
        return list(forwarding_faults(uow, code, stated.value("outsideBody", OutsideBody)))
    return list(organisation_faults(uow, code)) if code else []


def stated_plan_faults(
    tx: Connection, services: Services, scope: CallerScope, find: FindCase, stated: Stated
) -> list[FieldFault]:
    """Return the fault of a plan of a case that the caller sees."""
    signed_on = stated.value("signedOn", date)
    case = find(tx, services, scope) if signed_on else None
    return list(plan_faults(case, signed_on)) if case and signed_on else []
