"""Stored subscriptions, as tests need them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from app.domain.events import EventType
from app.events.http.credentials import sealed_secret, sealed_url
from app.models.delivery.subscription import Content, Subscription, SubscriptionStatus
from app.vault import Vault

URL = "https://hooks.example.nl/trajecthub"


def subscription(
    organisation_id: UUID,
    at: datetime,
    *,
    id: UUID | None = None,
    event_types: Collection[EventType] = (),
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE,
) -> Subscription:
    """Return a subscription that is not stored, and whose address and secret are not used."""
    return Subscription(
        id=id or uuid4(),
        organisation_id=organisation_id,
        url_sealed=b"",
        secret_sealed=b"",
        created_at=at,
        changed_at=at,
        event_types=frozenset(event_types),
        status=status,
    )


def sealed_subscription(
    vault: Vault,
    secret: str,
    *,
    id: UUID,
    organisation_id: UUID,
    url: str,
    at: datetime,
    event_types: Collection[EventType] = (),
    content: Content = Content.FILTERED,
) -> Subscription:
    """Return an active subscription that signs with this secret."""
    return Subscription(
        id=id,
        organisation_id=organisation_id,
        url_sealed=sealed_url(vault, id, url),
        secret_sealed=sealed_secret(vault, id, secret),
        created_at=at,
        changed_at=at,
        event_types=frozenset(event_types),
        content=content,
    )
