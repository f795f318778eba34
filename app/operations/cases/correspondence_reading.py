"""What a caller reads of the questions and signals of a case: what was written to it, and what it wrote itself."""

from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import BankSignalKind, OrganisationRole
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.field_values import information_values, signal_values
from app.domain.fields import Field, FieldValues, consent_values
from app.models.cases.correspondence import signals_of
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.known_case import REFERRER_ROLES
from app.operations.cases.queries import release, released_referral, visible_case
from app.operations.services import Services
from app.privacy.gate import Released

_SIDES = REFERRER_ROLES | {OrganisationRole.FINANCE_TEAM}


def read_information_requests(
    tx: Connection, services: Services, scope: CallerScope, referral_id: UUID
) -> list[Released]:
    """Return the questions about a referral, oldest first, to the two sides of it; to others none."""
    return released_information_requests(services, scope, visible_case(tx, services, scope, referral_id))


def read_information_request(
    tx: Connection, services: Services, scope: CallerScope, referral_id: UUID, shown_id: UUID
) -> tuple[Released, Released]:
    """Return a question, by the caller's own id of it, and its referral, as this caller may read them.

    Raises:
        ReferralNotFound, NotFound: no such referral or question for this caller.
    """
    return released_information_request(services, scope, visible_case(tx, services, scope, referral_id), shown_id)


def released_information_request(
    services: Services, scope: CallerScope, case: Case, shown_id: UUID
) -> tuple[Released, Released]:
    """Return a question of a case, by the caller's own id of it, and the referral, as the caller may read them.

    Raises:
        NotFound: no such question for this caller.
    """
    for each in released_information_requests(services, scope, case):
        if each.fields[Field.INFORMATION_ID] == str(shown_id):
            return each, released_referral(services, scope, case)
    raise NotFound(Detail.NO_INFORMATION_REQUEST())


def released_information_requests(services: Services, scope: CallerScope, case: Case) -> list[Released]:
    """Return the questions of a case, oldest first, as the caller may read them."""
    if scope.organisation.role not in _SIDES:
        return []
    shared = _shared(case)
    return [release(services, scope, case, shared | information_values(each)) for each in case.information_requests]


def read_signals(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> list[Released]:
    """Return the signals about a referral, oldest first: a referrer reads its own, and no others than the sides do."""
    case = visible_case(tx, services, scope, referral_id)
    if scope.organisation.role not in _SIDES:
        return []
    shared, of_bank = _shared(case), scope.organisation.role is OrganisationRole.FINANCE_TEAM
    found = signals_of(tx, services.vault, referral_id)
    own = [each for each in found if of_bank or not isinstance(each.kind, BankSignalKind)]
    return [release(services, scope, case, shared | signal_values(each)) for each in own]


def _shared(case: Case) -> FieldValues:
    return {Field.REFERRAL_ID: case.id, **consent_values(case.referral.consent)}
