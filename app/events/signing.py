"""Signatures of the Standard Webhooks specification 1.0.0, so that any receiver verifies with a public library."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from hmac import digest

__all__ = ["new_secret", "sign"]

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_SHORTEST, _LONGEST = 24, 64


def new_secret() -> str:
    """Make a signing secret: ``whsec_`` and the base64 of 32 random bytes."""
    return _PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Give the ``webhook-signature`` header: one ``v1`` signature a secret, separated by spaces.

    During a rotation the old secret signs beside the new one, so that either verifies.

    Args:
        keys: secrets in the form of :func:`new_secret`.
        message_id: the same at each try.
        timestamp: seconds since 1970 of this try, as in the ``webhook-timestamp`` header.
        body: the very bytes that are sent.

    Raises:
        ValueError: a secret has another form, or the id holds a dot, which separates the signed parts.
    """
    if "." in message_id:
        raise ValueError("webhook-id: must not hold a dot; use the id of the event")
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{b64encode(digest(_key(key), content, sha256)).decode()}" for key in keys)


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        raise ValueError(f"signing secret: must begin with {_PREFIX}; make one with new_secret()")
    key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"signing secret: must hold {_SHORTEST} to {_LONGEST} bytes, holds {len(key)}")
    return key
