"""Signing and verifying of JSON Web Tokens: the only module that knows python-jose.

The library accepts more than it should, so every use goes through the checks here, each with a test in
``tests/unit/test_tokens.py``: asymmetric algorithms only and those of the key, keys prepared, all claims required and
checked here, one audience, the kind of the token in its header, and a limit on size and form before anything is parsed.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt
from jose.backends import RSAKey
from jose.backends.base import Key
from jose.backends.cryptography_backend import CryptographyRSAKey
from jose.exceptions import JOSEError
from typing_extensions import override

from app.domain.details import Detail, Said
from app.domain.refusal import RefusalCause
from app.domain.text import is_storable
from app.operations.access.client_keys import PublicKeyUnusable, public_key_of
from app.operations.access.signing_keys import SigningKey

MAX_TOKEN_BYTES = 8 * 1024
CLOCK_SKEW_SECONDS = 10
RSA_BITS = 2048
_TEXTS = ("iss", "sub", "jti")
# Claims are checked here, so that their sender reads which one is wrong; the library also goes by the clock of this
# computer.
_OPTIONS = {f"verify_{claim}": False for claim in ("at_hash", "aud", "exp", "iat", "iss", "jti", "nbf", "sub")}
# The last second of the year 9999; no time of Python is later.
_LAST_TIME = 253_402_300_799
# What the library may raise on a hostile token, in addition to its own errors.
_BROKEN = (JOSEError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)

# The other backend, pure Python, has an open timing leak (CVE-2024-23342).
if RSAKey is not CryptographyRSAKey:  # pragma: no cover - depends on the installation
    raise ImportError("python-jose must run on cryptography; install python-jose[cryptography].")


class _PssKey(CryptographyRSAKey):
    """A public RSA key for PS256 (RFC 7518, section 3.5), which the library does not know."""

    def __init__(self, key: RSAPublicKey) -> None:
        super().__init__(key, "RS256")

    @override
    def verify(self, msg: bytes, sig: bytes) -> bool:
        try:
            self.prepared_key.verify(sig, msg, _PSS, SHA256())
        except InvalidSignature:
            return False
        return True


_PSS = PSS(MGF1(SHA256()), salt_length=SHA256.digest_size)

_CAUSES = {
    Detail.TOKEN_OF_ANOTHER_KIND: RefusalCause.KIND,
    Detail.TOKEN_UNKNOWN_KEY: RefusalCause.UNKNOWN_KEY,
    Detail.TOKEN_NOT_VALID: RefusalCause.SIGNATURE,
    Detail.TOKEN_OF_ANOTHER_ALGORITHM: RefusalCause.ALGORITHM,
    Detail.TOKEN_OF_ANOTHER_PARTY: RefusalCause.ISSUER,
    Detail.ASSERTION_OF_ANOTHER: RefusalCause.ISSUER,
    Detail.ASSERTION_TOO_LONG: RefusalCause.LIFETIME,
    Detail.ASSERTION_WITHOUT_ID: RefusalCause.ID,
    Detail.TOKEN_EXPIRED: RefusalCause.EXPIRED,
    Detail.TOKEN_FROM_FUTURE: RefusalCause.FROM_THE_FUTURE,
    Detail.TOKEN_WITHOUT_TIME: RefusalCause.INCOMPLETE,
    Detail.TOKEN_WITHOUT_TEXT: RefusalCause.INCOMPLETE,
    Detail.TOKEN_WITHOUT_CLIENT: RefusalCause.INCOMPLETE,
}


class TokenRefused(Exception):
    """A token is not valid; the message may be sent to its sender, who may know it by another name.

    Args:
        finding: what is wrong; ``claim`` is the member in which it is, if it is in one; ``expected`` is
            its right value.
    """

    def __init__(self, finding: Detail, claim: str | None = None, expected: str | None = None) -> None:
        self._finding, self._claim, self._expected = finding, claim, expected
        super().__init__(self.of(ACCESS_TOKEN).english)

    @property
    def cause(self) -> RefusalCause:
        """The cause for the security log."""
        if self._claim == "aud":
            return RefusalCause.AUDIENCE
        return _CAUSES.get(self._finding, RefusalCause.UNREADABLE)

    def of(self, kind: "TokenKind") -> Said:
        """Return the message on a token of this kind."""
        return self._finding(token=kind.name, renewal=kind.renewal, claim=self._claim, expected=self._expected)


@dataclass(frozen=True, kw_only=True)
class TokenKind:
    """A kind of token; a token of one kind does not pass as another.

    Attributes:
        types: the values of ``typ`` in its header, in lower case; None stands for a header without one.
        name: what messages on it call it.
        renewal: what they say where another one is needed.
    """

    types: tuple[str | None, ...]
    name: Said
    renewal: Said


ACCESS_TOKEN = TokenKind(
    types=("at+jwt", "application/at+jwt"), name=Said("The token", "Het token"), renewal=Said("", "")
)
"""A token of this hub (RFC 9068); where to get another one is added to each message."""

ASSERTION = TokenKind(
    types=(None, "jwt", "client-authentication+jwt", "application/client-authentication+jwt"),
    name=Said("The assertion", "De assertion"),
    renewal=Said("; use a new one", "; gebruik een nieuwe"),
)
"""A token with which a client proves who it is, and which it makes itself (RFC 7523)."""


@dataclass(frozen=True)
class SignatureKey:
    """A prepared private key, for RS256."""

    kid: str
    key: Key = field(repr=False)


@dataclass(frozen=True)
class VerifyingKey:
    """A public key, prepared for each algorithm for which it is used."""

    prepared: Mapping[str, Key] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a valid token says.

    Attributes:
        issuer: who made it; None when its subject did.
        audiences: the names of whom it is for; it has one or more of these, and no other.
    """

    issuer: str | None
    audiences: tuple[str, ...]


def new_signing_key() -> SigningKey:
    """Return a new RSA key for RS256; its ``kid`` is its thumbprint."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = jwk_of(made.public_key())
    return SigningKey(public["kid"], pem, {**public, "use": "sig", "alg": "RS256"})


def jwk_of(key: RSAPublicKey | EllipticCurvePublicKey) -> dict[str, str]:
    """Return a public key as a JSON Web Key; its ``kid`` is its thumbprint (RFC 7638)."""
    algorithm = "RS256" if isinstance(key, RSAPublicKey) else "ES256"
    public = {name: str(value) for name, value in _prepared(key, algorithm).to_dict().items() if name != "alg"}
    digest = sha256(json.dumps(public, sort_keys=True, separators=(",", ":")).encode()).digest()
    return {**public, "kid": urlsafe_b64encode(digest).rstrip(b"=").decode()}


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

    Which are usable, ``app.operations.access.client_keys`` says.
    """
    ready = ((str(each.get("kid")), _verifying_key(each)) for each in keys if each.get("kid"))
    return {kid: key for kid, key in ready if key is not None}


def prepared_key_of(key: RSAPublicKey | EllipticCurvePublicKey, algorithms: Iterable[str]) -> VerifyingKey:
    """Return a public key, prepared for each of these algorithms."""
    return VerifyingKey({each: _prepared(key, each) for each in algorithms})


def sign(claims: Mapping[str, object], key: SignatureKey, typ: str = "JWT") -> str:
    """Return a signed token, RS256, with this ``typ`` in its header."""
    token: str = jwt.encode(dict(claims), key.key, algorithm="RS256", headers={"kid": key.kid, "typ": typ})
    return token


def key_id_of(token: str) -> str:
    """Return the ``kid`` of a token that is not verified yet, after the cheap checks.

    Raises:
        TokenRefused: it is too large, has not three parts, is unreadable, or has no ``kid`` or a ``crit`` header.
    """
    kid = header_of(token).get("kid")
    if not isinstance(kid, str):
        raise TokenRefused(Detail.TOKEN_NAMES_NO_KEY)
    return kid


def header_of(token: str) -> dict[str, Any]:
    """Return the header of a token that is not verified yet; it asks for no extension.

    Raises:
        TokenRefused: it is too large, has not three parts, is unreadable, or has a ``crit`` header.
    """
    _check_form(token)
    try:
        header = jwt.get_unverified_header(token)
    except _BROKEN as error:
        raise TokenRefused(Detail.TOKEN_UNREADABLE) from error
    # RFC 7515, section 4.1.11: an extension that is not understood must be refused, and none is understood here.
    if "crit" in header:
        raise TokenRefused(Detail.TOKEN_EXTENSION)
    return header


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token that is not verified yet.

    Raises:
        TokenRefused: it is too large, has not three parts, or is unreadable.
    """
    _check_form(token)
    try:
        return jwt.get_unverified_claims(token)
    except _BROKEN as error:
        raise TokenRefused(Detail.TOKEN_UNREADABLE) from error


def signed_access_token(token: str, keys: Mapping[str, VerifyingKey]) -> dict[str, Any]:
    """Return the claims of an access token that is signed by one of these keys, which are not checked yet.

    Args:
        token: that a caller sent.
        keys: by ``kid``.

    Raises:
        TokenRefused: it is not.
    """
    chosen = keys.get(key_id_of(token))
    if chosen is None:
        raise TokenRefused(Detail.TOKEN_UNKNOWN_KEY)
    claims = verified(token, chosen)
    check_kind(header_of(token), ACCESS_TOKEN)
    return claims


def verified(token: str, key: VerifyingKey) -> dict[str, Any]:
    """Return the claims of a token that this key signed.

    Raises:
        TokenRefused: it did not, or not with an algorithm for which it is used.
    """
    algorithm = header_of(token).get("alg")
    if not isinstance(algorithm, str) or algorithm not in key.prepared:
        raise TokenRefused(Detail.TOKEN_NOT_VALID)
    try:
        return jwt.decode(token, key.prepared[algorithm], [algorithm], dict(_OPTIONS))
    except _BROKEN as error:
        raise TokenRefused(Detail.TOKEN_NOT_VALID) from error


def check_kind(header: Mapping[str, Any], kind: TokenKind) -> None:
    """Check that a token says in its header to be of a kind.

    Raises:
        TokenRefused: it does not.
    """
    typ = header.get("typ")
    if not isinstance(typ, str | None) or (typ and typ.lower()) not in kind.types:
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_KIND)


def check_claims(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    """Check that the claims of a token are complete, that it is valid now, and for whom and by whom it is.

    Args:
        claims: of a token whose signature was verified.
        expected: its issuer and audience.
        now: seconds since 1970.

    Raises:
        TokenRefused: they are not; it names what is wrong.
    """
    _check_types(claims)
    _check_parties(claims, expected)
    if claims["exp"] < now - CLOCK_SKEW_SECONDS:
        raise TokenRefused(Detail.TOKEN_EXPIRED)
    if max(claims["iat"], claims.get("nbf", 0)) > now + CLOCK_SKEW_SECONDS:
        raise TokenRefused(Detail.TOKEN_FROM_FUTURE)


def _check_types(claims: Mapping[str, Any]) -> None:
    for name in ("iat", "exp", *(["nbf"] if "nbf" in claims else [])):
        if not _is_time(claims.get(name)):
            raise TokenRefused(Detail.TOKEN_WITHOUT_TIME, name)
    for name in _TEXTS:
        text = claims.get(name)
        if not isinstance(text, str) or not is_storable(text):
            raise TokenRefused(Detail.TOKEN_WITHOUT_TEXT, name)


def _is_time(given: object) -> bool:
    # True is a number to Python, and a text of digits can be one that no computation takes.
    return isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= _LAST_TIME


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    """Check who made the token and for whom; one that others accept too could be sent here by any of them."""
    stated = claims.get("aud")
    audiences = stated if isinstance(stated, list) else [stated]
    if not audiences or any(each not in expected.audiences for each in audiences):
        raise TokenRefused(Detail.TOKEN_FOR_ANOTHER, "aud", ", ".join(f"'{each}'" for each in expected.audiences))
    if expected.issuer is None:
        if claims["iss"] != claims["sub"]:
            raise TokenRefused(Detail.ASSERTION_OF_ANOTHER, "iss")
    elif claims["iss"] != expected.issuer:
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_PARTY, "iss", expected.issuer)


def _check_form(token: str) -> None:
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused(Detail.TOKEN_TOO_LARGE, expected=str(MAX_TOKEN_BYTES))
    # A token of five parts is encrypted, and decompressing it can exhaust the memory (CVE-2024-33664).
    if token.count(".") != 2 or not token.isascii():
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_FORM)


def _verifying_key(key: Mapping[str, Any]) -> VerifyingKey | None:
    try:
        usable = public_key_of(key)
    except PublicKeyUnusable:
        return None
    return prepared_key_of(usable.key, usable.algorithms)


def _prepared(key: RSAPublicKey | EllipticCurvePublicKey, algorithm: str) -> Key:
    if algorithm == "PS256" and isinstance(key, RSAPublicKey):
        return _PssKey(key)
    # The library takes keys of cryptography; its types do not say so.
    return jwk.construct(key, algorithm)  # type: ignore[arg-type]
