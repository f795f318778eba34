"""Signing and verifying of JSON Web Tokens: the only module that knows python-jose.

The library accepts more than it should, so every use goes through the checks here, each with a test in
``tests/unit/test_tokens.py``: asymmetric algorithms only and one per key, keys prepared and chosen by ``kid``,
all claims required and checked here, and a limit on size and form before anything is parsed.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt
from jose.backends import RSAKey
from jose.backends.base import Key
from jose.backends.cryptography_backend import CryptographyECKey, CryptographyRSAKey
from jose.exceptions import JOSEError

from app.domain.details import Detail, Said
from app.domain.key_bounds import LARGEST_RSA_BITS, is_bounded
from app.domain.text import is_storable
from app.operations.access.signing_keys import SigningKey

MAX_TOKEN_BYTES = 8 * 1024
CLOCK_SKEW_SECONDS = 10
RSA_BITS = 2048
_TIMES = ("iat", "exp", "nbf")
_TEXTS = ("iss", "sub", "jti")
# Claims are checked here, so that their sender reads which one is wrong; the library also goes by the clock of this
# computer.
_OPTIONS = {f"verify_{claim}": False for claim in ("aud", "exp", "iat", "iss", "jti", "nbf", "sub")}
# What the library may raise on a hostile token, in addition to its own errors.
_BROKEN = (JOSEError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)

# The other backend, pure Python, has an open timing leak (CVE-2024-23342).
if RSAKey is not CryptographyRSAKey:  # pragma: no cover - depends on the installation
    raise ImportError("python-jose must run on cryptography; install python-jose[cryptography].")


class TokenRefused(Exception):
    """A token is not valid; the message may be sent to its sender, who may know it by another name.

    Args:
        finding: what is wrong; ``claim`` is the member in which it is, if it is in one; ``expected`` is
            its right value.
    """

    def __init__(self, finding: Detail, claim: str | None = None, expected: str | None = None) -> None:
        self._finding, self._claim, self._expected = finding, claim, expected
        super().__init__(self.of(ACCESS_TOKEN).english)

    def of(self, kind: "TokenKind") -> Said:
        """Return the message on a token of this kind."""
        return self._finding(token=kind.name, renewal=kind.renewal, claim=self._claim, expected=self._expected)


@dataclass(frozen=True)
class TokenKind:
    """What messages on a token call it, and what they say where another one is needed."""

    name: Said
    renewal: Said


ACCESS_TOKEN = TokenKind(Said("The token", "Het token"), renewal=Said("", ""))
"""A token of this hub; where to get another one is added to each message."""

ASSERTION = TokenKind(Said("The assertion", "De assertion"), renewal=Said("; use a new one", "; gebruik een nieuwe"))
"""A token with which a client proves who it is, and which it makes itself."""


@dataclass(frozen=True)
class SignatureKey:
    """A prepared private key, for RS256."""

    kid: str
    key: Key = field(repr=False)


@dataclass(frozen=True)
class VerifyingKey:
    """A prepared public key, with the only algorithm for which it is used."""

    algorithm: str
    key: Key = field(repr=False)


@dataclass(frozen=True)
class Expected:
    """The required issuer and audience of a token."""

    issuer: str
    audience: str


def new_signing_key() -> SigningKey:
    """Return a new RSA key for RS256; its ``kid`` is a hash of the public key."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = {name: str(value) for name, value in jwk.construct(pem, "RS256").public_key().to_dict().items()}
    kid = urlsafe_b64encode(sha256(public["n"].encode()).digest()).rstrip(b"=").decode()
    return SigningKey(kid, pem, {**public, "kid": kid, "use": "sig", "alg": "RS256"})


def signature_key_of(key: SigningKey) -> SignatureKey:
    """Return a signing key, prepared for use."""
    return SignatureKey(key.kid, _private_key(key.private_pem))


# Preparing a private key tests its primes for 40 ms, in which the process does nothing else; and keys are read again
# whenever a token names an unknown one.
@lru_cache(maxsize=1)
def _private_key(pem: bytes) -> Key:
    return jwk.construct(pem, "RS256")


def verifying_keys_of(keys: Iterable[Mapping[str, Any]]) -> dict[str, VerifyingKey]:
    """Return the usable public keys of a JSON Web Key Set, prepared, by ``kid``.

    Usable keys are RSA of 2048 to 4096 bits (for RS256) and EC on P-256 (for ES256).
    """
    ready = ((str(each.get("kid")), _verifying_key(each)) for each in keys if each.get("kid"))
    return {kid: key for kid, key in ready if key is not None}


def sign(claims: Mapping[str, object], key: SignatureKey) -> str:
    """Return a signed token, RS256."""
    token: str = jwt.encode(dict(claims), key.key, algorithm="RS256", headers={"kid": key.kid})
    return token


def key_id_of(token: str) -> str:
    """Return the ``kid`` of a token that is not verified yet, after the cheap checks.

    Raises:
        TokenRefused: it is too large, has not three parts, is unreadable, or has no ``kid`` or a ``crit`` header.
    """
    _check_form(token)
    try:
        header = jwt.get_unverified_header(token)
    except _BROKEN as error:
        raise TokenRefused(Detail.TOKEN_UNREADABLE) from error
    # RFC 7515, section 4.1.11: an extension that is not understood must be refused, and none is understood here.
    if "crit" in header:
        raise TokenRefused(Detail.TOKEN_EXTENSION)
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise TokenRefused(Detail.TOKEN_NAMES_NO_KEY)
    return kid


def subject_of(token: str) -> str:
    """Return the ``sub`` of a token that is not verified yet, to find the keys that verify it.

    Raises:
        TokenRefused: as :func:`key_id_of`, or there is no subject.
    """
    key_id_of(token)
    try:
        subject = jwt.get_unverified_claims(token).get("sub")
    except _BROKEN as error:
        raise TokenRefused(Detail.TOKEN_UNREADABLE) from error
    if not isinstance(subject, str) or not is_storable(subject):
        raise TokenRefused(Detail.TOKEN_NAMES_NO_SUBJECT)
    return subject


def verify(token: str, keys: Mapping[str, VerifyingKey], expected: Expected, now: float) -> dict[str, Any]:
    """Return the claims of a token that is signed by one of these keys and valid now.

    Args:
        token: that a caller sent.
        keys: by ``kid``.
        expected: its issuer and audience.
        now: seconds since 1970.

    Raises:
        TokenRefused: it is not.
    """
    chosen = keys.get(key_id_of(token))
    if chosen is None:
        raise TokenRefused(Detail.TOKEN_UNKNOWN_KEY)
    try:
        claims = jwt.decode(token, chosen.key, [chosen.algorithm], dict(_OPTIONS))
    except _BROKEN as error:
        raise TokenRefused(Detail.TOKEN_NOT_VALID) from error
    claims.setdefault("nbf", claims.get("iat"))
    _check_types(claims)
    _check_parties(claims, expected)
    if claims["exp"] < now - CLOCK_SKEW_SECONDS:
        raise TokenRefused(Detail.TOKEN_EXPIRED)
    if max(claims["iat"], claims["nbf"]) > now + CLOCK_SKEW_SECONDS:
        raise TokenRefused(Detail.TOKEN_FROM_FUTURE)
    return claims


def _check_types(claims: Mapping[str, Any]) -> None:
    for name in _TIMES:
        time = claims.get(name)
        if not isinstance(time, int | float) or not isfinite(time):
            raise TokenRefused(Detail.TOKEN_WITHOUT_TIME, name)
    for name in _TEXTS:
        text = claims.get(name)
        if not isinstance(text, str) or not is_storable(text):
            raise TokenRefused(Detail.TOKEN_WITHOUT_TEXT, name)


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    """Check who made the token and for whom; ``aud`` may name several (RFC 7519, section 4.1.3)."""
    audience = claims.get("aud")
    if expected.audience not in (audience if isinstance(audience, list) else [audience]):
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_PARTY, "aud", expected.audience)
    if claims["iss"] != expected.issuer:
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_PARTY, "iss", expected.issuer)


def _check_form(token: str) -> None:
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused(Detail.TOKEN_TOO_LARGE)
    # A token of five parts is encrypted, and decompressing it can exhaust the memory (CVE-2024-33664).
    if token.count(".") != 2 or not token.isascii():
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_FORM)


def _verifying_key(key: Mapping[str, Any]) -> VerifyingKey | None:
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(key.get("kty")))
    if algorithm is None or key.get("alg", algorithm) != algorithm or not is_bounded(key):
        return None
    try:
        ready = jwk.construct(dict(key), algorithm)
    except _BROKEN:
        return None
    return VerifyingKey(algorithm, ready) if _is_strong(ready) else None


def _is_strong(key: Key) -> bool:
    if isinstance(key, CryptographyRSAKey):
        return bool(RSA_BITS <= key.prepared_key.key_size <= LARGEST_RSA_BITS)
    return isinstance(key, CryptographyECKey) and bool(key.prepared_key.curve.name == "secp256r1")
