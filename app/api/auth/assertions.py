"""Assertions with which clients prove who they are (RFC 7523): read, checked, and verified with the client's keys.

What an assertion says is checked before its signature: what is wrong with it depends on nothing that the hub has of
the client, so the answer may name it, whoever the sender is. What is wrong with keys and signatures would show which
clients and keys there are; it is for the log only, and takes as long whatever there is.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from app.api.auth.tokens import (
    ASSERTION,
    CLOCK_SKEW_SECONDS,
    RSA_BITS,
    Expected,
    TokenRefused,
    VerifyingKey,
    check_claims,
    check_kind,
    claims_of,
    header_of,
    jwk_of,
    verified,
    verifying_keys_of,
)
from app.domain.details import Detail
from app.domain.key_bounds import MOST_KEYS
from app.domain.text import is_storable

MAX_ASSERTION_SECONDS = 3600
"""The longest time until an assertion expires; libraries take an hour unless they are set up otherwise."""

# 128 random bits, the profile's minimum, are 22 characters of base64url.
_MIN_JTI_CHARACTERS, _MAX_JTI_CHARACTERS = 22, 200
# Those of a client, and those before its last rotation.
_MOST_TRIES = 2 * MOST_KEYS


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """An assertion that is not verified yet.

    Attributes:
        subject: the client that it says to be of.
        kid: of the key that is said to have signed it; None when it names none.
    """

    subject: str
    kid: str | None
    token: str = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


def read_assertion(token: str) -> Assertion:
    """Return what an assertion says.

    Raises:
        TokenRefused: it cannot be read, or names no subject.
    """
    header, claims = header_of(token), claims_of(token)
    subject, kid = claims.get("sub"), header.get("kid")
    if not isinstance(subject, str) or not is_storable(subject):
        raise TokenRefused(Detail.TOKEN_NAMES_NO_SUBJECT)
    if "kid" in header and not isinstance(kid, str):
        raise TokenRefused(Detail.TOKEN_NAMES_NO_KEY)
    return Assertion(subject=subject, kid=kid, token=token, header=header, claims=claims)


def check_assertion(assertion: Assertion, audiences: Sequence[str], now: float) -> None:
    """Check what an assertion says, whoever signed it.

    Args:
        assertion: that a caller sent.
        audiences: the names of this hub; it is for one or more of these, and for nobody else.
        now: seconds since 1970.

    Raises:
        TokenRefused: it names what is wrong.
    """
    algorithm = assertion.header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _NOBODYS_KEYS:
        raise TokenRefused(Detail.TOKEN_OF_ANOTHER_ALGORITHM)
    check_kind(assertion.header, ASSERTION)
    check_claims(assertion.claims, Expected(issuer=None, audiences=tuple(audiences)), now)
    if assertion.claims["exp"] > now + MAX_ASSERTION_SECONDS + CLOCK_SKEW_SECONDS:
        raise TokenRefused(Detail.ASSERTION_TOO_LONG, "exp", str(MAX_ASSERTION_SECONDS))
    if not _MIN_JTI_CHARACTERS <= len(assertion.claims["jti"]) <= _MAX_JTI_CHARACTERS:
        raise TokenRefused(Detail.ASSERTION_WITHOUT_ID)


def verify_assertion(assertion: Assertion, keys: Iterable[Mapping[str, Any]]) -> None:
    """Verify the signature of an assertion.

    A refusal takes as long whatever keys there are, so that nobody finds out which.

    Args:
        assertion: that was checked.
        keys: JSON Web Keys of the client; none for a client that does not exist.

    Raises:
        TokenRefused: none of these keys signed it, or it names another.
    """
    nobodys = _NOBODYS_KEYS[assertion.header["alg"]]
    named = [key for key in keys if assertion.kid is None or key.get("kid") == assertion.kid]
    padding = [nobodys] * ((_MOST_TRIES if assertion.kid is None else 1) - len(named))
    cause = Detail.TOKEN_UNKNOWN_KEY
    for key in (*named, *padding):
        usable = _usable(assertion, key)
        if usable is None:
            _is_signed(assertion, _usable(assertion, nobodys))
        elif _is_signed(assertion, usable):
            return
        elif key is not nobodys:
            cause = Detail.TOKEN_NOT_VALID
    raise TokenRefused(cause)


def _usable(assertion: Assertion, key: Mapping[str, Any]) -> VerifyingKey | None:
    """Return a key, prepared; None when it does not verify signatures of the algorithm of an assertion."""
    found = next(iter(verifying_keys_of([key]).values()), None)
    return found if found and assertion.header["alg"] in found.prepared else None


def _is_signed(assertion: Assertion, key: VerifyingKey | None) -> bool:
    with suppress(TokenRefused):
        return key is not None and bool(verified(assertion.token, key))
    return False


def _nobodys_keys() -> dict[str, Mapping[str, Any]]:
    """Return keys without a private half, to verify with where a client has no key; by algorithm."""
    modulus = secrets.randbits(RSA_BITS) | 1 << RSA_BITS - 1 | 1
    rsa = jwk_of(RSAPublicNumbers(65537, modulus).public_key())
    return {"RS256": rsa, "PS256": rsa, "ES256": jwk_of(generate_private_key(SECP256R1()).public_key())}


_NOBODYS_KEYS = _nobodys_keys()
