"""Onward referrals: as both sides of the case read them, and as whoever receives the client reads and answers them."""

from dataclasses import replace
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import DisclosureOccasion, OrganisationRole
from app.domain.commands import ActionContext, ReportOnwardStatus
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.field_values import field_values, onward_values
from app.domain.fields import Field, FieldValues, consent_values
from app.domain.queries import EVERYTHING, ArrivalQuery, Position
from app.domain.values import OnwardReferral
from app.events.delivery.routing import referrer_as_receiver
from app.models.cases.loading import load_cases
from app.models.cases.onward import Arrival, find_arrival, list_arrivals
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.execute import Precondition, ReferralRef, execute
from app.operations.cases.lists import page_of
from app.operations.cases.queries import release, visible_case
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services
from app.privacy.gate import Released


def read_onward_referrals(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> list[Released]:
    """Return the onward referrals of a referral, oldest first, as far as the caller may know of them."""
    return released_onward_referrals(services, scope, visible_case(tx, services, scope, referral_id))


def released_onward_referrals(services: Services, scope: CallerScope, case: Case) -> list[Released]:
    """Return the onward referrals of a case, oldest first, as far as the caller may know of them."""
    shared = {Field.REFERRAL_ID: case.id, **consent_values(case.referral.consent)}
    views = [release(services, scope, case, shared | onward_values(each)) for each in case.onward_referrals]
    return [each for each in views if Field.ONWARD_ID in each.fields]


def released_onward_referral(services: Services, scope: CallerScope, case: Case, shown_id: UUID) -> Released:
    """Return an onward referral of a case by the caller's own id of it.

    Raises:
        NotFound: no such onward referral for this caller.
    """
    for each in released_onward_referrals(services, scope, case):
        if each.fields[Field.ONWARD_ID] == str(shown_id):
            return each
    raise NotFound(Detail.NO_ONWARD_REFERRAL())


def page_of_arrivals(
    tx: Connection, services: Services, scope: CallerScope, query: ArrivalQuery
) -> tuple[list[Released], Position | None]:
    """Return a page of what arrived at the caller, newest first, and where the next page begins (None on the last)."""

    def fetch(after: Position | None, limit: int) -> list[tuple[Arrival, Case | None]]:
        found = list_arrivals(tx, scope.organisation.id, after, limit)
        cases = load_cases(tx, services.vault, [each.referral_id for each in found])
        return [(each, cases.get(each.referral_id)) for each in found]

    def show(found: tuple[Arrival, Case | None]) -> Released | None:
        arrival, case = found
        return _released(services, scope, case, arrival.onward) if case else None

    return page_of(fetch, show, lambda found: found[0].position, query)


def read_arrival(tx: Connection, services: Services, scope: CallerScope, onward_id: UUID) -> Released:
    """Return what arrived at the caller.

    Raises:
        NotFound: nothing with this id arrived at this caller.
    """
    arrival = _arrival(tx, scope, onward_id)
    case = load_cases(tx, services.vault, [arrival.referral_id]).get(arrival.referral_id)
    view = _released(services, scope, case, arrival.onward) if case else None
    if view is None:
        raise NotFound(Detail.NO_ONWARD_REFERRAL())
    return view


def report_arrival_status(
    uow: UnitOfWork, scope: CallerScope, command: ReportOnwardStatus, context: ActionContext, precondition: Precondition
) -> Case:
    """Note what the receiving organisation does with what arrived; the caller flushes the unit of work.

    Raises:
        NotFound: nothing with this id arrived at this caller, or the client's consent ended.
        TransitionNotAllowed: it has ended.
    """
    if command.onward_id is None or scope.organisation.role not in _RECEIVERS:
        raise NotFound(Detail.NO_ONWARD_REFERRAL())
    arrival = _arrival(uow.tx, scope, command.onward_id)
    # It sees no other referral by that.
    everywhere = replace(context, visibility=EVERYTHING)
    return execute(uow, ReferralRef(arrival.referral_id), command, everywhere, precondition)


def released_arrival(services: Services, scope: CallerScope, case: Case, onward_id: UUID) -> Released:
    """Return what arrived at the caller, of a case that was changed.

    Raises:
        NotFound: the client's consent ended.
    """
    (onward,) = (each for each in case.onward_referrals if each.id == onward_id)
    view = _released(services, scope, case, onward)
    if view is None:
        raise NotFound(Detail.NO_ONWARD_REFERRAL())
    return view


_RECEIVERS = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM})


def _arrival(tx: Connection, scope: CallerScope, onward_id: UUID) -> Arrival:
    arrival = find_arrival(tx, scope.organisation.id, onward_id)
    if arrival is None:
        raise NotFound(Detail.NO_ONWARD_REFERRAL())
    return arrival


def _released(services: Services, scope: CallerScope, case: Case, onward: OnwardReferral) -> Released | None:
    receiver = referrer_as_receiver(scope.organisation)
    facts: FieldValues = field_values(case) | onward_values(onward)
    view = services.gate.release(receiver, DisclosureOccasion.ARRIVED, facts)
    if Field.REFERRAL_ID not in view.fields:
        return None
    # It is on record what was read of a client with the client's consent only.
    return view.marking(frozenset(view.fields))
