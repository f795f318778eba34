"""Stored subscriptions, as tests need them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from app.domain.events import EventType
from app.models.delivery.subscription import Content, Subscription, SubscriptionStatus, secret_context
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
    """Return a subscription that is not stored, and whose secret is not used."""
    return Subscription(
        id=id or uuid4(),
        organisation_id=organisation_id,
        url=URL,
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
        url=url,
        secret_sealed=vault.seal(secret.encode(), secret_context(id)),
        created_at=at,
        changed_at=at,
        event_types=frozenset(event_types),
        content=content,
    )
