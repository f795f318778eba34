"""Signatures of the Standard Webhooks specification 1.0.0, so that any receiver verifies with a public library."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from hmac import digest

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["new_secret", "new_signing_key", "public_key_of", "sign"]

_SECRET, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_SECRET_BYTES = 32
_SHORTEST, _LONGEST = 24, 64


def new_secret() -> str:
    """Make a signing secret: ``whsec_`` and the base64 of 32 random bytes."""
    return _SECRET + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def new_signing_key() -> str:
    """Make an ed25519 key that only the hub holds: ``whsk_`` and the base64 of its 32 bytes."""
    return _PRIVATE + b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_of(signing_key: str) -> str:
    """Return the key with which a receiver verifies, and nobody can sign: ``whpk_`` and the base64 of its 32 bytes.

    Raises:
        ValueError: the key has another form than that of :func:`new_signing_key`.
    """
    return _PUBLIC + b64encode(_private(signing_key).public_key().public_bytes_raw()).decode()


def sign(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the ``webhook-signature`` header: one signature a key, separated by spaces.

    A secret signs as ``v1`` (HMAC-SHA256), an ed25519 key as ``v1a``. During a rotation both the old and the new one
    sign, so that either verifies.

    Args:
        keys: in the form of :func:`new_secret` or :func:`new_signing_key`.
        message_id: the same at each attempt.
        timestamp: seconds since 1970 of this attempt, as in the ``webhook-timestamp`` header.
        body: the very bytes that are sent.

    Raises:
        ValueError: a key has another form, or the id holds a dot, which separates the signed parts.
    """
    if "." in message_id:
        raise ValueError("webhook-id: must not hold a dot; use the id of the event")
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(_signature(key, content) for key in keys)


def _signature(key: str, content: bytes) -> str:
    if key.startswith(_PRIVATE):
        return f"v1a,{b64encode(_private(key).sign(content)).decode()}"
    return f"v1,{b64encode(digest(_secret(key), content, sha256)).decode()}"


def _secret(secret: str) -> bytes:
    if not secret.startswith(_SECRET):
        raise ValueError(f"signing secret: must begin with {_SECRET}; make one with new_secret()")
    key = b64decode(secret.removeprefix(_SECRET), validate=True)
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"signing secret: must hold {_SHORTEST} to {_LONGEST} bytes, holds {len(key)}")
    return key


@lru_cache(maxsize=256)
def _private(signing_key: str) -> Ed25519PrivateKey:
    if not signing_key.startswith(_PRIVATE):
        raise ValueError(f"signing key: must begin with {_PRIVATE}; make one with new_signing_key()")
    return Ed25519PrivateKey.from_private_bytes(b64decode(signing_key.removeprefix(_PRIVATE), validate=True))
