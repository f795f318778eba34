"""How the hub authenticates to a receiver: with a bearer token of the receiver's own, or a client certificate."""

from uuid import UUID

from app.events.http.credentials import Credentials, keys_of, sealed_auth
from app.events.http.signing import public_key_of
from app.events.http.tls import ClientCertificate
from app.models.delivery.subscription import AuthKind, Subscription
from app.oauth_client import OAuthClient
from app.operations.services import Services

__all__ = ["ClientCertificate", "Credentials", "OAuthClient", "public_key", "seal_credentials"]


def seal_credentials(
    services: Services, subscription_id: UUID, credentials: Credentials | None
) -> tuple[AuthKind | None, bytes | None]:
    """Return the ``auth_kind`` and ``auth_sealed`` of a subscription; both None when the signature is enough."""
    return sealed_auth(services.vault, subscription_id, credentials) if credentials else (None, None)


def public_key(services: Services, subscription: Subscription) -> str | None:
    """Return the ed25519 key with which the receiver verifies; None when it verifies with its secret."""
    keys = keys_of(services.vault, subscription)
    return public_key_of(keys[0]) if keys else None
