"""Cutting an organisation off as a whole, and taking it back: its clients, its tokens, its subscriptions."""

from dataclasses import replace

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import Conflict
from app.domain.preconditions import check_precondition
from app.domain.receivers import SubscriptionKey
from app.domain.values import Organisation
from app.models.access.api_client import end_tokens_of_organisation
from app.models.delivery.delivery import release_parked
from app.models.delivery.subscription import (
    ORGANISATION_NOT_ACTIVE,
    Subscription,
    SubscriptionStatus,
    lock_subscriptions_of,
)
from app.operations.access.organisations import organisation_etag, read_organisation, store_changed
from app.operations.access.version import change_access
from app.operations.services import Services
from app.operations.subscriptions.subscriptions import set_status


def deactivate_organisation(tx: Connection, services: Services, code: str, if_match: str | None = "*") -> Organisation:
    """Cut an organisation off: its clients get no tokens, those that they have are refused for good, nothing is sent.

    What its subscriptions are owed is parked. One that is not active changes nothing.

    Raises:
        NotFound: there is none with this code.
        PreconditionRequired, PreconditionFailed: ``if_match`` is absent or names another state.
        Conflict: it is the hub's operator.
    """
    known = _to_change(tx, services, code, if_match)
    if known.role is OrganisationRole.OPERATOR:
        raise Conflict(Detail.OPERATOR_STAYS())
    if not known.active:
        return known
    end_tokens_of_organisation(tx, known.id)
    for each in lock_subscriptions_of(tx, known.id):
        if each.status is SubscriptionStatus.ACTIVE:
            set_status(tx, services, each, SubscriptionStatus.PAUSED, ORGANISATION_NOT_ACTIVE)
    return store_changed(tx, services, replace(known, active=False))


def activate_organisation(tx: Connection, services: Services, code: str, if_match: str | None = "*") -> Organisation:
    """Take an organisation back: its active clients get tokens, its subscriptions are sent what was parked.

    Raises:
        NotFound: there is none with this code.
        PreconditionRequired, PreconditionFailed: ``if_match`` is absent or names another state.
    """
    known = _to_change(tx, services, code, if_match)
    if known.active:
        return known
    active = store_changed(tx, services, replace(known, active=True))
    for each in lock_subscriptions_of(tx, known.id):
        _serve_again(tx, services, each)
    return active


def _serve_again(tx: Connection, services: Services, subscription: Subscription) -> None:
    if subscription.status_reason == ORGANISATION_NOT_ACTIVE:
        set_status(tx, services, subscription, SubscriptionStatus.ACTIVE)
    elif subscription.status is SubscriptionStatus.ACTIVE:
        # It became active just before the organisation was cut off; its deliveries were parked when they were due.
        release_parked(tx, SubscriptionKey(subscription.id), services.clock.now())


def _to_change(tx: Connection, services: Services, code: str, if_match: str | None) -> Organisation:
    change_access(tx, services)
    known = read_organisation(tx, code)
    check_precondition(if_match, organisation_etag(known))
    return known
