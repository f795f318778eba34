"""The consent of a receiver: nothing is sent to an address before it answers a handshake or is approved."""

from app.database import Connection, Database
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import Conflict, Forbidden, TransitionNotAllowed
from app.events.http.client import OutboundClient
from app.events.http.credentials import opened_url
from app.events.http.handshake import ask_consent, origin_of
from app.models.delivery.subscription import Subscription, SubscriptionStatus
from app.operations.security_changes import record_change
from app.operations.services import Services
from app.operations.subscriptions.lookup import (
    SubscriptionRef,
    lock_own_subscription,
    lock_visible_subscription,
    own_subscription,
)
from app.operations.subscriptions.subscriptions import SubscriptionView, owner_of, set_status, view_of
from app.security_log import SecurityEvent


async def obtain_consent(
    db: Database, services: Services, outbound: OutboundClient, public_url: str, ref: SubscriptionRef
) -> str:
    """Ask the address of a pending subscription for its consent; return the address that consented.

    ``public_url`` is the hub's own address, by which it introduces itself.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
        TransitionNotAllowed: it does not wait for consent.
        Conflict: the address refuses, or cannot be reached.
    """
    url = await db.read(_pending_address, services, ref)
    if obstacle := await ask_consent(outbound.of(ref.caller.code), url, origin_of(public_url)):
        raise Conflict(obstacle)
    return url


def activate(tx: Connection, services: Services, ref: SubscriptionRef, consented_url: str) -> SubscriptionView:
    """Start sending to an address that consented, parked events first.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
        TransitionNotAllowed: it does not wait for consent.
        Conflict: its address was changed since.
    """
    found = lock_own_subscription(tx, ref)
    _require_pending(found)
    if opened_url(services.vault, found) != consented_url:
        raise Conflict(Detail.ADDRESS_CHANGED())
    return view_of(services, set_status(tx, services, found, SubscriptionStatus.ACTIVE), ref.caller)


def approve(tx: Connection, services: Services, ref: SubscriptionRef) -> SubscriptionView:
    """Start sending to an address that cannot answer a handshake, parked events first.

    Raises:
        Forbidden: the caller is not the operator.
        SubscriptionNotFound: there is no subscription with this id.
        TransitionNotAllowed: it does not wait for consent.
    """
    if ref.caller.role is not OrganisationRole.OPERATOR:
        raise Forbidden(Detail.OPERATOR_APPROVES())
    found = lock_visible_subscription(tx, ref)
    _require_pending(found)
    active = set_status(tx, services, found, SubscriptionStatus.ACTIVE)
    record_change(SecurityEvent.SUBSCRIPTION_APPROVED, subscription=found.id)
    return view_of(services, active, owner_of(tx, active, ref.caller))


def _pending_address(tx: Connection, services: Services, ref: SubscriptionRef) -> str:
    found = own_subscription(tx, ref)
    _require_pending(found)
    return opened_url(services.vault, found)


def _require_pending(subscription: Subscription) -> None:
    if subscription.status is not SubscriptionStatus.PENDING:
        raise TransitionNotAllowed(Detail.NOT_PENDING())
