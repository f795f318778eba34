"""The subscription that a caller means, if the caller may read or change it in its present state."""

from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import SubscriptionNotFound, TransitionNotAllowed
from app.domain.preconditions import check_precondition, revision_etag
from app.domain.values import Organisation
from app.models.delivery.subscription import Subscription, SubscriptionStatus, load_subscriptions, lock_subscription
from app.operations.access.organisations import hub_operator
from app.operations.services import Services


@dataclass(frozen=True)
class SubscriptionRef:
    """Which subscription a caller means, and in which state the caller read it.

    Attributes:
        caller: the organisation that calls.
        id: the hub's id of the subscription.
        if_match: the If-Match header; ``*``, which is any state, for what needs no precondition.
    """

    caller: Organisation
    id: UUID
    if_match: str | None = "*"


def operator_ref(tx: Connection, services: Services, subscription_id: UUID) -> SubscriptionRef:
    """Return a reference to a subscription by the hub's operator, who works at the command line."""
    return SubscriptionRef(hub_operator(tx, services), subscription_id)


def visible_subscription(tx: Connection, ref: SubscriptionRef) -> Subscription:
    """Return a subscription that the caller may read.

    Raises:
        SubscriptionNotFound: there is none with this id, or it belongs to another organisation.
    """
    return _visible(load_subscriptions(tx, [ref.id]).get(ref.id), ref.caller)


def own_subscription(tx: Connection, ref: SubscriptionRef) -> Subscription:
    """Return a subscription of the caller, without a lock.

    Raises:
        SubscriptionNotFound: the caller has none with this id.
        PreconditionRequired, PreconditionFailed: the If-Match header is absent, or names another state.
    """
    return _checked(load_subscriptions(tx, [ref.id]).get(ref.id), ref)


def lock_own_subscription(tx: Connection, ref: SubscriptionRef) -> Subscription:
    """Return a subscription of the caller, locked until the end of the transaction.

    Raises:
        SubscriptionNotFound: the caller has none with this id.
        PreconditionRequired, PreconditionFailed: the If-Match header is absent, or names another state.
    """
    return _checked(lock_subscription(tx, ref.id), ref)


def lock_visible_subscription(tx: Connection, ref: SubscriptionRef) -> Subscription:
    """Return a subscription that the caller may read, locked until the end of the transaction.

    Raises:
        SubscriptionNotFound: there is none with this id, or it belongs to another organisation.
        PreconditionRequired, PreconditionFailed: the If-Match header is absent, or names another state.
    """
    found = _visible(lock_subscription(tx, ref.id), ref.caller)
    check_precondition(ref.if_match, revision_etag(found.revision))
    return found


def require_active(subscription: Subscription) -> None:
    """Refuse what would be sent to a subscription that is not active.

    Raises:
        TransitionNotAllowed: it is not active.
    """
    if subscription.status is not SubscriptionStatus.ACTIVE:
        raise TransitionNotAllowed(Detail.NOT_ACTIVE(status=subscription.status.value))


def _checked(found: Subscription | None, ref: SubscriptionRef) -> Subscription:
    if found is None or found.organisation_id != ref.caller.id:
        raise SubscriptionNotFound()
    check_precondition(ref.if_match, revision_etag(found.revision))
    return found


def _visible(found: Subscription | None, caller: Organisation) -> Subscription:
    if found is None or (found.organisation_id != caller.id and caller.role is not OrganisationRole.OPERATOR):
        raise SubscriptionNotFound()
    return found
