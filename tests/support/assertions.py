"""Client assertions: right ones, wrong ones, and what no library would make."""

import secrets
import time
from base64 import urlsafe_b64encode
from functools import cache

from jose import jwt
from pydantic_core import to_json

from app.api.auth.tokens import SignatureKey, new_signing_key, sign, signature_key_of
from app.operations.access.signing_keys import SigningKey
from tests.api.conftest import PUBLIC_URL

CLIENT_KEY = new_signing_key()
SIGNER = signature_key_of(CLIENT_KEY)
JWKS = {"keys": [CLIENT_KEY.public_jwk]}
GRANT = {"grant_type": "client_credentials"}
LIFE_SECONDS = 3000
"""Below what the hub accepts, and above what any test takes, also on a busy machine."""
BY_ASSERTION = {**GRANT, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}


def assertion(**changes: object) -> dict[str, str]:
    """Return a token request of ``humanitas``, which is valid but for these claims; None leaves one out."""
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": "humanitas",
        "sub": "humanitas",
        "aud": f"{PUBLIC_URL}/oauth/token",
        "iat": now,
        "exp": now + LIFE_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }
    stated = {name: value for name, value in (claims | changes).items() if value is not None}
    return {**BY_ASSERTION, "client_assertion": sign(stated, SIGNER)}


def signed_by_another(kid: str = CLIENT_KEY.kid, **changes: object) -> dict[str, str]:
    """Return a token request whose assertion names a key and is signed by another."""
    sent = assertion(**changes)
    impostor = SignatureKey(kid, signature_key_of(another_signing_key()).key)
    return {**sent, "client_assertion": sign(jwt.get_unverified_claims(sent["client_assertion"]), impostor)}


def unverified(header: object, payload: object, signature: bytes = b"x") -> dict[str, str]:
    """Return a token request whose assertion has any header and payload, or these bytes, and no right signature."""
    parts = [part if isinstance(part, bytes) else to_json(part) for part in (header, payload)]
    encoded = [urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature)]
    return {**BY_ASSERTION, "client_assertion": ".".join(encoded)}


@cache
def another_signing_key() -> SigningKey:
    """Return a key that no client has."""
    return new_signing_key()
