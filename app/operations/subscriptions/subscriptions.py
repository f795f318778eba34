"""Subscriptions: an organisation says where it wants to be told, and of what; nothing is sent before it may be."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.errors import (
    Conflict,
    FieldFault,
    Forbidden,
    InvalidInput,
    LimitReached,
    NotFound,
    TransitionNotAllowed,
)
from app.domain.events import MOMENT_OF, NOTICES, SUBSCRIPTION_NOTICES, EventType
from app.domain.receivers import SubscriptionKey
from app.domain.values import Organisation
from app.events.http.client import OutboundClient
from app.events.http.credentials import sealed_signing_key
from app.events.http.signing import new_secret, new_signing_key
from app.events.http.ssrf import AddressRefused
from app.models.access.organisation import load_organisations, lock_organisation
from app.models.delivery.delivery import change_subscription_status, release_held
from app.models.delivery.subscription import (
    Content,
    Subscription,
    SubscriptionStatus,
    count_subscriptions,
    delete_subscription,
    insert_subscription,
    list_subscriptions,
    load_subscriptions,
    lock_subscription,
    secret_context,
    update_subscription,
    worker_index_of,
)
from app.operations.notices import announce_resumed
from app.operations.services import Services

__all__ = [
    "Content",
    "Subscription",
    "SubscriptionSettings",
    "SubscriptionStatus",
    "activate",
    "change_subscription",
    "check_quota",
    "check_receiver",
    "make_subscription",
    "open_for_approval",
    "open_subscription",
    "owners_of",
    "page_of_subscriptions",
    "pause",
    "read_subscription",
    "remove_subscription",
    "require_active",
    "resume",
    "rotate_secret",
    "worker_index",
]


@dataclass(frozen=True)
class SubscriptionSettings:
    """What an organisation asks for.

    Attributes:
        event_types: the types wanted; empty is all of them.
        areas: only referrals of clients who live there (*gebieden*); empty is everywhere.
        worker_index: only referrals of this worker; see :func:`worker_index`.
        signing: ``v1a`` to be signed to with an ed25519 key too.
        auth_kind, auth_sealed: what the hub shows the receiver; see ``app.operations.subscriptions.credentials``.
    """

    url: str
    event_types: frozenset[EventType] = frozenset()
    areas: frozenset[str] = frozenset()
    worker_index: bytes | None = None
    content: Content = Content.FILTERED
    signing: str = "v1"
    auth_kind: str | None = None
    auth_sealed: bytes | None = None

    def merge_with(self, subscription: Subscription, names: Collection[str]) -> "SubscriptionSettings":
        """Return the same wish, with what these attributes are now."""
        return replace(self, **{name: getattr(subscription, name) for name in names})


def worker_index(services: Services, email: str | None) -> bytes | None:
    """Return the keyed hash that stands for a worker's e-mail, which itself is not kept."""
    return worker_index_of(services.vault, email)


async def check_receiver(outbound: OutboundClient, url: str, field: str = "url") -> None:
    """Check that the hub may call an address, as the name system knows it now; nothing is connected.

    Raises:
        InvalidInput: it is no plain https address on the public internet.
    """
    try:
        await outbound.check(url)
    except AddressRefused as error:
        raise InvalidInput(FieldFault(field, error.rule, error.message)) from error
    except UnicodeError as error:
        raise InvalidInput(FieldFault(field, "address", "This is no name of a host; check its labels.")) from error


def check_quota(tx: Connection, owner: Organisation, limit: int) -> None:
    """Refuse one subscription more than an organisation may have; nobody adds one meanwhile.

    Raises:
        LimitReached: it has ``limit`` of them.
    """
    lock_organisation(tx, owner.id)
    if count_subscriptions(tx, owner.id) >= limit:
        message = f"An organisation may have {limit} subscriptions; end one that is no longer needed, or change one."
        raise LimitReached(message)


def make_subscription(
    tx: Connection, services: Services, owner: Organisation, wishes: SubscriptionSettings, *, approved: bool = False
) -> tuple[Subscription, str]:
    """Make a subscription; returns it with its signing secret, which is not shown again.

    Nothing is sent before the receiver consents or an administrator approves; ``approved`` skips that (sandbox).

    Raises:
        Forbidden: the organisation neither refers nor runs the hub.
        InvalidInput: an unknown area, or a type that this owner is never told.
    """
    _check_owner(owner)
    _check_wishes(services, owner, wishes)
    now = services.clock.now()
    subscription_id, secret = services.new_id(now), new_secret()
    made = Subscription(
        id=subscription_id,
        organisation_id=owner.id,
        secret_sealed=services.vault.seal(secret.encode(), secret_context(subscription_id)),
        created_at=now,
        changed_at=now,
        status=SubscriptionStatus.ACTIVE if approved else SubscriptionStatus.PENDING,
        **vars(wishes),
    )
    made = replace(made, signing_key_sealed=_signing_key(services, made))
    insert_subscription(tx, made)
    return made, secret


def read_subscription(tx: Connection, owner: Organisation, subscription_id: UUID) -> Subscription:
    """Return a subscription of this organisation; the hub's operator reads all.

    Raises:
        NotFound: there is none with this id, or it is another's.
    """
    return _visible(load_subscriptions(tx, [subscription_id]).get(subscription_id), owner)


def open_subscription(tx: Connection, owner: Organisation, subscription_id: UUID) -> Subscription:
    """Return a subscription of this organisation to be changed; it stays as it is until the transaction ends.

    Raises:
        NotFound: there is none with this id, or it is another's.
    """
    return _visible(lock_subscription(tx, subscription_id), owner, owns=True)


def open_for_approval(tx: Connection, operator: Organisation, subscription_id: UUID) -> Subscription:
    """Return any subscription, to be approved by the hub's operator.

    Raises:
        Forbidden: somebody else asks.
        NotFound: there is none with this id.
    """
    if operator.role is not OrganisationRole.OPERATOR:
        raise Forbidden("Only the hub's operator approves an address; let it consent by its handshake.")
    return _visible(lock_subscription(tx, subscription_id), operator)


def page_of_subscriptions(
    tx: Connection, owner: Organisation, after: UUID | None, limit: int
) -> tuple[list[Subscription], bool]:
    """Return a page of this organisation's subscriptions, oldest first, and whether there is a next page."""
    whose = None if owner.role is OrganisationRole.OPERATOR else owner.id
    found = list_subscriptions(tx, whose, after, limit + 1)
    return found[:limit], len(found) > limit


def owners_of(tx: Connection, subscriptions: Collection[Subscription]) -> dict[UUID, Organisation]:
    """Return the organisations that subscriptions belong to, by id."""
    return load_organisations(tx, {each.organisation_id for each in subscriptions})


def change_subscription(
    tx: Connection,
    services: Services,
    subscription: Subscription,
    wishes: SubscriptionSettings,
    *,
    approved: bool = False,
) -> Subscription:
    """Change what is wanted. Another address has to consent, or be approved, anew; ``approved`` skips that.

    Raises:
        InvalidInput: an unknown area, or a type that this owner is never told.
    """
    _check_wishes(services, owners_of(tx, [subscription])[subscription.organisation_id], wishes)
    changed = replace(subscription, **vars(wishes))
    if changed == subscription:
        return subscription
    changed = replace(changed, signing_key_sealed=_signing_key(services, changed), changed_at=services.clock.now())
    update_subscription(tx, changed)
    if wishes.url == subscription.url or approved:
        return changed
    return _put(tx, services, changed, SubscriptionStatus.PENDING, "new-address")


def pause(tx: Connection, services: Services, subscription: Subscription) -> Subscription:
    """Hold everything back until it is resumed.

    Raises:
        TransitionNotAllowed: it is not active.
    """
    require_active(subscription)
    return _put(tx, services, subscription, SubscriptionStatus.PAUSED, "asked")


def resume(tx: Connection, services: Services, subscription: Subscription) -> Subscription:
    """Send again, what was held back first.

    Raises:
        TransitionNotAllowed: it is not paused or disabled.
    """
    if subscription.status not in (SubscriptionStatus.PAUSED, SubscriptionStatus.DISABLED):
        raise TransitionNotAllowed("Only a paused or disabled subscription can be resumed; read its status.")
    return _put(tx, services, subscription, SubscriptionStatus.ACTIVE)


def require_pending(subscription: Subscription) -> None:
    """See that a subscription waits for consent.

    Raises:
        TransitionNotAllowed: it does not.
    """
    if subscription.status is not SubscriptionStatus.PENDING:
        raise TransitionNotAllowed("Only a pending subscription waits for consent; read its status.")


def activate(tx: Connection, services: Services, subscription: Subscription, consented_url: str) -> Subscription:
    """Begin to send to an address that consented or was approved; what it was owed meanwhile goes first.

    Raises:
        TransitionNotAllowed: it does not wait for this.
        Conflict: the address was changed meanwhile.
    """
    require_pending(subscription)
    if subscription.url != consented_url:
        raise Conflict("The address changed meanwhile; ask the new one.")
    return _put(tx, services, subscription, SubscriptionStatus.ACTIVE)


def rotate_secret(
    tx: Connection, services: Services, subscription: Subscription, overlap: timedelta
) -> tuple[Subscription, str]:
    """Sign with a new secret, which is given once; the one before it signs too until the overlap has passed."""
    now, secret = services.clock.now(), new_secret()
    changed = replace(
        subscription,
        secret_sealed=services.vault.seal(secret.encode(), secret_context(subscription.id)),
        previous_secret_sealed=subscription.secret_sealed if overlap else None,
        previous_secret_expires_at=now + overlap if overlap else None,
        changed_at=now,
    )
    update_subscription(tx, changed)
    return changed, secret


def remove_subscription(tx: Connection, services: Services, subscription: Subscription) -> None:
    """End a subscription; what it was still owed is given up, what it was told stays on record."""
    delete_subscription(tx, subscription.id)
    # What was held comes up once more, and is given up for want of a subscription.
    release_held(tx, SubscriptionKey(subscription.id), services.clock.now())


def require_active(subscription: Subscription) -> None:
    """Refuse what would be sent to a subscription that is not served.

    Raises:
        TransitionNotAllowed: it is not active.
    """
    if subscription.status is not SubscriptionStatus.ACTIVE:
        message = f"The subscription is {subscription.status.value}; nothing is sent to it before it is active."
        raise TransitionNotAllowed(message)


def _put(
    tx: Connection,
    services: Services,
    subscription: Subscription,
    status: SubscriptionStatus,
    reason: str | None = None,
) -> Subscription:
    now = services.clock.now()
    change_subscription_status(tx, subscription.id, status, now, reason)
    changed = replace(subscription, status=status, status_reason=reason, changed_at=now)
    if status is SubscriptionStatus.ACTIVE:
        announce_resumed(tx, services, changed)
    return changed


def _signing_key(services: Services, subscription: Subscription) -> bytes | None:
    if subscription.signing != "v1a":
        return None
    return subscription.signing_key_sealed or sealed_signing_key(services.vault, new_signing_key())


def _visible(found: Subscription | None, owner: Organisation, *, owns: bool = False) -> Subscription:
    sees_all = owner.role is OrganisationRole.OPERATOR and not owns
    if found is None or not (found.organisation_id == owner.id or sees_all):
        raise NotFound("There is no subscription with this id for this client.")
    return found


def _check_owner(owner: Organisation) -> None:
    if owner.role not in (OrganisationRole.REFERRER, OrganisationRole.OPERATOR):
        message = "Subscriptions are for referring organisations and the operator; others are told by their own system."
        raise Forbidden(message)


def _check_wishes(services: Services, owner: Organisation, wishes: SubscriptionSettings) -> None:
    faults = [*_type_faults(owner, wishes.event_types), *_area_faults(services, wishes.areas)]
    if faults:
        raise InvalidInput(*faults)


def _type_faults(owner: Organisation, types: frozenset[EventType]) -> Iterator[FieldFault]:
    if owner.role is OrganisationRole.OPERATOR:
        if others := sorted(types - NOTICES):
            message = f"Not about a connection, and so not told to the operator: {', '.join(others)}; leave it out."
            yield FieldFault("eventTypes", "told-to-operators", message)
    elif never := sorted(each for each in types - SUBSCRIPTION_NOTICES if MOMENT_OF[each] is None):
        message = f"Never told to a referrer: {', '.join(never)}; leave it out."
        yield FieldFault("eventTypes", "told-to-referrers", message)


def _area_faults(services: Services, areas: frozenset[str]) -> Iterator[FieldFault]:
    if areas - set(services.reference.areas):
        known = ", ".join(sorted(services.reference.areas))
        yield FieldFault("areas", "known-area", f"Unknown area; use one of: {known}.")
