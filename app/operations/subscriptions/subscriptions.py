"""Subscriptions: create, change, pause, resume, rotate the secret, end (*abonnementen*)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Literal
from uuid import UUID

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.details import Detail
from app.domain.errors import (
    Conflict,
    Forbidden,
    LimitReached,
    TransitionNotAllowed,
    refuse,
)
from app.domain.preconditions import revision_etag
from app.domain.receivers import SubscriptionKey
from app.domain.stated import Stated
from app.domain.values import Organisation
from app.events.http.client import OutboundClient
from app.events.http.credentials import (
    opened_url,
    resealed_as_previous,
    sealed_secret,
    sealed_signing_key,
    sealed_url,
)
from app.events.http.signing import new_secret, new_signing_key
from app.models.access.organisation import load_organisations, lock_organisation
from app.models.cases.referral import worker_index_of
from app.models.delivery.delivery import change_subscription_status, release_parked
from app.models.delivery.subscription import (
    Content,
    Signing,
    Subscription,
    SubscriptionSettings,
    SubscriptionStatus,
    count_subscriptions,
    delete_subscription,
    insert_subscription,
    list_subscriptions,
    update_subscription,
)
from app.operations.notices import announce_resumed
from app.operations.security_changes import record_change
from app.operations.services import Services
from app.operations.subscriptions.credentials import (
    ClientCertificate,
    Credentials,
    OAuthClient,
    public_key,
    seal_credentials,
)
from app.operations.subscriptions.lookup import (
    SubscriptionRef,
    lock_own_subscription,
    require_active,
    visible_subscription,
)
from app.operations.subscriptions.rules import subscription_faults
from app.security_log import SecurityEvent

__all__ = [
    "UNCHANGED",
    "Content",
    "Signing",
    "Subscription",
    "SubscriptionRequest",
    "SubscriptionSettings",
    "SubscriptionStatus",
    "SubscriptionTerms",
    "SubscriptionView",
    "check_request",
    "create_subscription",
    "owner_of",
    "page_of_subscriptions",
    "patch_subscription",
    "pause",
    "read_subscription",
    "remove_subscription",
    "resume",
    "rotate_secret",
    "set_status",
    "view_of",
]


_OWNERS = frozenset({OrganisationRole.REFERRER, OrganisationRole.FINANCE_TEAM, OrganisationRole.OPERATOR})


class _Unchanged(Enum):
    """The type of :data:`UNCHANGED`."""

    UNCHANGED = "unchanged"


UNCHANGED = _Unchanged.UNCHANGED
"""In a request: keep what is stored, which is sealed and so cannot be sent back."""

KeepStored = Literal[_Unchanged.UNCHANGED]


@dataclass(frozen=True, kw_only=True)
class SubscriptionRequest:
    """What an organisation asks for, its secrets not sealed yet.

    Attributes:
        url: the address that receives the events.
        worker_email: only referrals of this worker; stored as a keyed hash.
        credentials: how the hub authenticates to the receiver; None: by its signature alone.
        revision: of the subscription that a change was merged with; None for a new one.
    """

    settings: SubscriptionSettings
    url: str
    worker_email: str | KeepStored | None = None
    credentials: Credentials | KeepStored | None = None
    revision: int | None = None


@dataclass(frozen=True)
class SubscriptionTerms:
    """What this installation decides about subscriptions.

    Attributes:
        limit: the most subscriptions that one organisation may have.
        consent_needed: False in the sandbox, where events are sent to any address at once.
    """

    limit: int
    consent_needed: bool


@dataclass(frozen=True, kw_only=True)
class SubscriptionView:
    """A subscription with what is read with it.

    Attributes:
        url: the address that receives the events.
        owner: the organisation that it belongs to.
        public_key: the ed25519 key with which the receiver verifies; None when it verifies with its secret.
        secret: the signing secret when it was just made, which is the only time that it is shown.
    """

    subscription: Subscription
    owner: Organisation
    url: str
    public_key: str | None
    secret: str | None = None

    @property
    def etag(self) -> str:
        """Return the entity tag of this state."""
        return revision_etag(self.subscription.revision)


async def check_request(
    outbound: OutboundClient, services: Services, owner: Organisation, request: SubscriptionRequest
) -> None:
    """Check a request before its transaction, which is not to wait until the names of its addresses are looked up.

    Raises:
        InvalidInput: an address that the hub may not call, an unknown area, a type that this owner never receives, or
            an unusable certificate; all of them.
    """
    refuse(await subscription_faults(outbound, services, owner, _stated(request)))


def create_subscription(
    tx: Connection, services: Services, owner: Organisation, request: SubscriptionRequest, terms: SubscriptionTerms
) -> SubscriptionView:
    """Create a subscription after :func:`check_request`; return it with its signing secret.

    Raises:
        Forbidden: the organisation neither refers nor runs the hub, nor is it the finance team.
        LimitReached: the owner has as many subscriptions as it may have.
    """
    _check_quota(tx, owner, terms.limit)
    _check_owner(owner)
    now = services.clock.now()
    subscription_id, secret = services.new_id(now), new_secret()
    bare = Subscription(
        id=subscription_id,
        organisation_id=owner.id,
        url_sealed=sealed_url(services.vault, subscription_id, request.url),
        secret_sealed=sealed_secret(services.vault, subscription_id, secret),
        created_at=now,
        changed_at=now,
        status=SubscriptionStatus.PENDING if terms.consent_needed else SubscriptionStatus.ACTIVE,
    )
    new = _with_request(services, bare, request)
    insert_subscription(tx, new)
    return replace(view_of(services, new, owner), secret=secret)


def read_subscription(tx: Connection, services: Services, ref: SubscriptionRef) -> SubscriptionView:
    """Return a subscription of the caller; the operator reads all.

    Raises:
        SubscriptionNotFound: there is none with this id, or it belongs to another organisation.
    """
    found = visible_subscription(tx, ref)
    return view_of(services, found, owner_of(tx, found, ref.caller))


def page_of_subscriptions(
    tx: Connection, services: Services, caller: Organisation, after: UUID | None, limit: int
) -> tuple[list[SubscriptionView], bool]:
    """Return a page of the caller's subscriptions, oldest first, and whether there is a next page.

    The operator reads those of all organisations.
    """
    organisation_id = None if caller.role is OrganisationRole.OPERATOR else caller.id
    found = list_subscriptions(tx, organisation_id, after, limit + 1)
    owners = load_organisations(tx, {each.organisation_id for each in found})
    views = [view_of(services, each, owners[each.organisation_id]) for each in found[:limit]]
    return views, len(found) > limit


def patch_subscription(
    tx: Connection, services: Services, ref: SubscriptionRef, request: SubscriptionRequest, terms: SubscriptionTerms
) -> SubscriptionView:
    """Change what the owner chose, after :func:`check_request`.

    Another address has to consent, or be approved, before events are sent to it.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
        Conflict: it changed between the reading that the request was merged with and this transaction.
    """
    found = lock_own_subscription(tx, ref)
    if request.revision != found.revision:
        raise Conflict(Detail.SUBSCRIPTION_CHANGED())
    wanted = _with_request(services, found, request)
    if wanted == found:
        return view_of(services, found, ref.caller)
    changed = _save(tx, services, wanted)
    if (changed.auth_kind, changed.auth_sealed) != (found.auth_kind, found.auth_sealed):
        record_change(SecurityEvent.SUBSCRIPTION_CREDENTIALS_CHANGED, subscription=found.id)
    if changed.url_sealed != found.url_sealed and terms.consent_needed:
        changed = set_status(tx, services, changed, SubscriptionStatus.PENDING, "new-address")
    return view_of(services, changed, ref.caller)


def pause(tx: Connection, services: Services, ref: SubscriptionRef) -> SubscriptionView:
    """Park all events until the subscription is resumed.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
        TransitionNotAllowed: it is not active.
    """
    found = lock_own_subscription(tx, ref)
    require_active(found)
    return view_of(services, set_status(tx, services, found, SubscriptionStatus.PAUSED, "asked"), ref.caller)


def resume(tx: Connection, services: Services, ref: SubscriptionRef) -> SubscriptionView:
    """Send again, parked events first.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
        TransitionNotAllowed: it is not paused or disabled.
    """
    found = lock_own_subscription(tx, ref)
    if found.status not in (SubscriptionStatus.PAUSED, SubscriptionStatus.DISABLED):
        raise TransitionNotAllowed(Detail.NOT_PAUSED())
    return view_of(services, set_status(tx, services, found, SubscriptionStatus.ACTIVE), ref.caller)


def rotate_secret(tx: Connection, services: Services, ref: SubscriptionRef, overlap: timedelta) -> SubscriptionView:
    """Sign with a new secret, which is returned once; the previous one also signs until the overlap has passed.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
    """
    found, secret = lock_own_subscription(tx, ref), new_secret()
    rotated = replace(
        found,
        secret_sealed=sealed_secret(services.vault, found.id, secret),
        previous_secret_sealed=resealed_as_previous(services.vault, found) if overlap else None,
        previous_secret_expires_at=services.clock.now() + overlap if overlap else None,
    )
    saved = _save(tx, services, rotated)
    record_change(SecurityEvent.SUBSCRIPTION_SECRET_ROTATED, subscription=found.id)
    return replace(view_of(services, saved, ref.caller), secret=secret)


def remove_subscription(tx: Connection, services: Services, ref: SubscriptionRef) -> None:
    """End a subscription; events that were not sent are given up, the record of what was sent stays.

    Raises:
        SubscriptionNotFound: the caller has no subscription with this id.
    """
    found = lock_own_subscription(tx, ref)
    delete_subscription(tx, found.id)
    # Released, parked deliveries are claimed once more and given up because the subscription is gone.
    release_parked(tx, SubscriptionKey(found.id), services.clock.now())


def owner_of(tx: Connection, subscription: Subscription, caller: Organisation) -> Organisation:
    """Return the organisation that a subscription belongs to; it is read only if it is not the caller."""
    owner_id = subscription.organisation_id
    return caller if caller.id == owner_id else load_organisations(tx, [owner_id])[owner_id]


def view_of(services: Services, subscription: Subscription, owner: Organisation) -> SubscriptionView:
    """Return a subscription with its address and its public key."""
    return SubscriptionView(
        subscription=subscription,
        owner=owner,
        url=opened_url(services.vault, subscription),
        public_key=public_key(services, subscription),
    )


def set_status(
    tx: Connection,
    services: Services,
    subscription: Subscription,
    status: SubscriptionStatus,
    reason: str | None = None,
) -> Subscription:
    """Change the status of a locked subscription, and release or park what it is owed."""
    now = services.clock.now()
    change_subscription_status(tx, subscription.id, status, now, reason)
    revision = subscription.revision + 1
    changed = replace(subscription, status=status, status_reason=reason, changed_at=now, revision=revision)
    if status is SubscriptionStatus.ACTIVE:
        announce_resumed(tx, services, changed)
    return changed


def _stated(request: SubscriptionRequest) -> Stated:
    """Return what a request states and a rule is about, by the API's name of the field."""
    settings, values = request.settings, {}
    match request.credentials:
        case OAuthClient() as client:
            values = {"authentication.tokenUrl": client.token_url}
        case ClientCertificate() as pair:
            values = {"authentication.certificate": pair.certificate, "authentication.privateKey": pair.key}
    return Stated({"url": request.url, "eventTypes": settings.event_types, "areas": settings.areas, **values})


def _with_request(services: Services, subscription: Subscription, request: SubscriptionRequest) -> Subscription:
    settings = request.settings
    changed = replace(
        subscription,
        event_types=settings.event_types,
        areas=settings.areas,
        content=settings.content,
        signing=settings.signing,
    )
    if request.url != opened_url(services.vault, subscription):
        changed = replace(changed, url_sealed=sealed_url(services.vault, subscription.id, request.url))
    if request.worker_email is not UNCHANGED:
        changed = replace(changed, worker_index=worker_index_of(services.vault, request.worker_email))
    if request.credentials is not UNCHANGED:
        kind, sealed = seal_credentials(services, subscription.id, request.credentials)
        changed = replace(changed, auth_kind=kind, auth_sealed=sealed)
    return replace(changed, signing_key_sealed=_signing_key(services, changed))


def _save(tx: Connection, services: Services, changed: Subscription) -> Subscription:
    saved = replace(changed, changed_at=services.clock.now(), revision=changed.revision + 1)
    update_subscription(tx, saved)
    return saved


def _signing_key(services: Services, subscription: Subscription) -> bytes | None:
    if subscription.signing is not Signing.V1A:
        return None
    return subscription.signing_key_sealed or sealed_signing_key(services.vault, subscription.id, new_signing_key())


def _check_quota(tx: Connection, owner: Organisation, limit: int) -> None:
    # Locked, so that two requests at once cannot both take the last place.
    lock_organisation(tx, owner.id)
    if count_subscriptions(tx, owner.id) >= limit:
        raise LimitReached(Detail.MOST_SUBSCRIPTIONS(limit=limit))


def _check_owner(owner: Organisation) -> None:
    if owner.role not in _OWNERS:
        raise Forbidden(Detail.SUBSCRIPTIONS_FOR_OTHERS())
