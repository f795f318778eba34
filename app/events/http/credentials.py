"""How the hub authenticates to receivers that ask for more than a signature: stored sealed, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from app.events.http.tls import ClientCertificate
from app.models.delivery.subscription import AUTH_CONTEXT, AuthKind, Subscription
from app.oauth_client import OAuthClient
from app.vault import Vault

__all__ = ["Credentials", "keys_of", "opened_auth", "sealed_auth", "sealed_signing_key"]

Credentials = OAuthClient | ClientCertificate

_KEY_CONTEXT = "subscription.signing-key"

_KINDS: dict[AuthKind, type[Credentials]] = {AuthKind.OAUTH: OAuthClient, AuthKind.MTLS: ClientCertificate}


def sealed_auth(vault: Vault, credentials: Credentials) -> tuple[AuthKind, bytes]:
    """Return the ``auth_kind`` and ``auth_sealed`` of a subscription."""
    kind = next(kind for kind, type_ in _KINDS.items() if isinstance(credentials, type_))
    return kind, vault.seal(json.dumps(asdict(credentials)).encode(), AUTH_CONTEXT)


def opened_auth(vault: Vault, subscription: Subscription) -> Credentials | None:
    """Return how the hub authenticates to a subscription's receiver; None when the signature is enough.

    Raises:
        SealBroken: it was sealed with another key.
    """
    if subscription.auth_kind is None or subscription.auth_sealed is None:
        return None
    return _KINDS[subscription.auth_kind](**json.loads(vault.open(subscription.auth_sealed, AUTH_CONTEXT)))


def sealed_signing_key(vault: Vault, signing_key: str) -> bytes:
    """Return the ``signing_key_sealed`` of a subscription that is signed to with ``v1a``."""
    return vault.seal(signing_key.encode(), _KEY_CONTEXT)


def keys_of(vault: Vault, subscription: Subscription) -> tuple[str, ...]:
    """Return the ed25519 keys that sign in addition to the secrets: one with ``v1a``, else none."""
    if subscription.signing != "v1a" or subscription.signing_key_sealed is None:
        return ()
    return (vault.open(subscription.signing_key_sealed, _KEY_CONTEXT).decode(),)
