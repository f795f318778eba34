"""What is secret of a subscription, and so stored sealed: its address, what signs, and how the hub authenticates."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from app.events.http.tls import ClientCertificate
from app.models.delivery.subscription import AuthKind, Subscription, place_of_sealed
from app.oauth_client import OAuthClient
from app.vault import Vault

__all__ = [
    "Credentials",
    "keys_of",
    "opened_auth",
    "opened_secrets",
    "opened_url",
    "resealed_as_previous",
    "sealed_auth",
    "sealed_secret",
    "sealed_signing_key",
    "sealed_url",
]

Credentials = OAuthClient | ClientCertificate

_KINDS: dict[AuthKind, type[Credentials]] = {AuthKind.OAUTH: OAuthClient, AuthKind.MTLS: ClientCertificate}


def sealed_url(vault: Vault, subscription_id: UUID, url: str) -> bytes:
    """Return the ``url_sealed`` of a subscription."""
    return vault.seal(url.encode(), place_of_sealed("url_sealed", subscription_id))


def opened_url(vault: Vault, subscription: Subscription) -> str:
    """Return the address that receives the events of a subscription.

    Raises:
        SealBroken: it was sealed with another key.
    """
    return vault.open(subscription.url_sealed, place_of_sealed("url_sealed", subscription.id)).decode()


def sealed_secret(vault: Vault, subscription_id: UUID, secret: str) -> bytes:
    """Return the ``secret_sealed`` of a subscription."""
    return vault.seal(secret.encode(), place_of_sealed("secret_sealed", subscription_id))


def resealed_as_previous(vault: Vault, subscription: Subscription) -> bytes:
    """Return the ``previous_secret_sealed`` of a subscription whose secret is replaced."""
    secret = vault.open(subscription.secret_sealed, place_of_sealed("secret_sealed", subscription.id))
    return vault.seal(secret, place_of_sealed("previous_secret_sealed", subscription.id))


def opened_secrets(vault: Vault, subscription: Subscription, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign now: the present one, and the one before it until that expires.

    Raises:
        SealBroken: they were sealed with another key.
    """
    present = vault.open(subscription.secret_sealed, place_of_sealed("secret_sealed", subscription.id)).decode()
    expires_at = subscription.previous_secret_expires_at
    if subscription.previous_secret_sealed is None or expires_at is None or expires_at <= now:
        return (present,)
    place = place_of_sealed("previous_secret_sealed", subscription.id)
    return (present, vault.open(subscription.previous_secret_sealed, place).decode())


def sealed_auth(vault: Vault, subscription_id: UUID, credentials: Credentials) -> tuple[AuthKind, bytes]:
    """Return the ``auth_kind`` and ``auth_sealed`` of a subscription."""
    kind = next(kind for kind, type_ in _KINDS.items() if isinstance(credentials, type_))
    return kind, vault.seal(json.dumps(asdict(credentials)).encode(), place_of_sealed("auth_sealed", subscription_id))


def opened_auth(vault: Vault, subscription: Subscription) -> Credentials | None:
    """Return how the hub authenticates to a subscription's receiver; None when the signature is enough.

    Raises:
        SealBroken: it was sealed with another key.
    """
    if subscription.auth_kind is None or subscription.auth_sealed is None:
        return None
    stored = vault.open(subscription.auth_sealed, place_of_sealed("auth_sealed", subscription.id))
    return _KINDS[subscription.auth_kind](**json.loads(stored))


def sealed_signing_key(vault: Vault, subscription_id: UUID, signing_key: str) -> bytes:
    """Return the ``signing_key_sealed`` of a subscription that is signed to with ``v1a``."""
    return vault.seal(signing_key.encode(), place_of_sealed("signing_key_sealed", subscription_id))


def keys_of(vault: Vault, subscription: Subscription) -> tuple[str, ...]:
    """Return the ed25519 keys that sign in addition to the secrets: one with ``v1a``, else none."""
    if subscription.signing != "v1a" or subscription.signing_key_sealed is None:
        return ()
    place = place_of_sealed("signing_key_sealed", subscription.id)
    return (vault.open(subscription.signing_key_sealed, place).decode(),)
