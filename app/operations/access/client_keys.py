"""The public keys with which clients sign: which ones the hub can use, and why it cannot use another.

The hub uses RSA of 2048 to 4096 bits with RS256, and EC on P-256 with ES256. Verifying takes longer the larger the key
is, and whoever knows the id of a key can have a signature verified with it.
"""

import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from app.domain.details import Said
from app.domain.errors import FieldFault
from app.domain.input_rules import InputRule
from app.domain.key_bounds import LARGEST_EXPONENT, LARGEST_RSA_BITS, MOST_KEYS, SMALLEST_RSA_BITS
from app.domain.text import is_storable

MAX_KID_CHARACTERS = 200

_P256_BYTES = 32
# Members that only a private or a shared key has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4).
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,1000}={0,2}", re.ASCII)

_NO_SET = Said(
    f'a JSON Web Key Set has the form {{"keys": [...]}} with 1 to {MOST_KEYS} keys',
    f'een JSON Web Key Set heeft de vorm {{"keys": [...]}} met 1 tot {MOST_KEYS} sleutels',
)
_NO_OBJECT = Said("it is no JSON object", "het is geen JSON-object")
_NO_KID = Said(
    f"it needs a 'kid' of 1 to {MAX_KID_CHARACTERS} characters",
    f"zij moet een 'kid' van 1 tot {MAX_KID_CHARACTERS} tekens hebben",
)
_KID_TWICE = Said("another key has the same 'kid'", "een andere sleutel heeft dezelfde 'kid'")
_PRIVATE = Said(
    "it has members of a private key; give the public half only",
    "zij bevat delen van een geheime sleutel; geef alleen de publieke helft",
)
_KIND = Said(
    "its 'kty' must be RSA, or EC with 'crv' P-256",
    "de 'kty' moet RSA zijn, of EC met 'crv' P-256",
)
_PURPOSE = Said(
    "its 'use' and 'key_ops', if it has them, must be for signatures: sig, verify",
    "de 'use' en 'key_ops', als die er zijn, moeten voor handtekeningen zijn: sig, verify",
)
_RSA_SIZE = Said(
    f"'n' must have {SMALLEST_RSA_BITS} to {LARGEST_RSA_BITS} bits",
    f"'n' moet {SMALLEST_RSA_BITS} tot {LARGEST_RSA_BITS} bits hebben",
)
_RSA_NUMBERS = Said(
    "'n' must be odd, and 'e' odd, at least 3 and at most 32 bits; 65537 (AQAB) is usual",
    "'n' moet oneven zijn, en 'e' oneven, ten minste 3 en hoogstens 32 bits; 65537 (AQAB) is gebruikelijk",
)
_NOT_ON_CURVE = Said("'x' and 'y' are no point of P-256", "'x' en 'y' zijn geen punt van P-256")


class PublicKeyUnusable(ValueError):
    """The hub cannot verify signatures with a key; ``said`` is why."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.english)
        self.said = said


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies signatures, with the only algorithm for which it is used."""

    kid: str
    algorithm: str
    key: RSAPublicKey | EllipticCurvePublicKey = field(repr=False)


def public_key_of(jwk: object) -> PublicKey:
    """Return the public key that a JSON Web Key (RFC 7517) describes.

    Raises:
        PublicKeyUnusable: it is of a kind that the hub does not use, or not well-formed.
    """
    if not isinstance(jwk, Mapping):
        raise PublicKeyUnusable(_NO_OBJECT)
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARACTERS or not is_storable(kid):
        raise PublicKeyUnusable(_NO_KID)
    _check_purpose(jwk)
    if jwk.get("kty") == "RSA":
        return PublicKey(kid, "RS256", _rsa_key(jwk))
    return PublicKey(kid, "ES256", _ec_key(jwk))


def key_set_faults(jwks: Mapping[str, Any]) -> Iterator[FieldFault]:
    """Return what is wrong with the keys of a client, each unusable key with the reason."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        yield _fault("", _NO_SET)
        return
    named = Counter(kid for key in keys if isinstance(key, Mapping) and isinstance(kid := key.get("kid"), str))
    for place, key in enumerate(keys):
        try:
            kid = public_key_of(key).kid
        except PublicKeyUnusable as unusable:
            yield _fault(f"keys[{place}]: ", unusable.said)
        else:
            if named[kid] > 1:
                yield _fault(f"keys[{place}]: ", _KID_TWICE)


def _fault(place: str, said: Said) -> FieldFault:
    message = f"Give public keys that the hub can use; {place}{said.english}."
    return FieldFault("jwks", InputRule.PUBLIC_KEYS, message, details=f"{place}{said.dutch}")


def _check_purpose(jwk: Mapping[str, Any]) -> None:
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise PublicKeyUnusable(_PRIVATE)
    kind = jwk.get("kty")
    algorithm = _ALGORITHMS.get(kind) if isinstance(kind, str) else None
    if algorithm is None or (kind == "EC" and jwk.get("crv") != "P-256"):
        raise PublicKeyUnusable(_KIND)
    if jwk.get("alg", algorithm) != algorithm:
        raise PublicKeyUnusable(Said(f"its 'alg' must be {algorithm}", f"de 'alg' moet {algorithm} zijn"))
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise PublicKeyUnusable(_PURPOSE)


def _rsa_key(jwk: Mapping[str, Any]) -> RSAPublicKey:
    n, e = _number(jwk, "n"), _number(jwk, "e")
    if not SMALLEST_RSA_BITS <= n.bit_length() <= LARGEST_RSA_BITS:
        raise PublicKeyUnusable(_RSA_SIZE)
    if n % 2 == 0 or e % 2 == 0 or not 3 <= e <= LARGEST_EXPONENT:
        raise PublicKeyUnusable(_RSA_NUMBERS)
    try:
        return RSAPublicNumbers(e, n).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PublicKeyUnusable(_RSA_NUMBERS) from error


def _ec_key(jwk: Mapping[str, Any]) -> EllipticCurvePublicKey:
    x, y = _number(jwk, "x"), _number(jwk, "y")
    if max(x, y).bit_length() > _P256_BYTES * 8:
        raise PublicKeyUnusable(_NOT_ON_CURVE)
    try:
        return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PublicKeyUnusable(_NOT_ON_CURVE) from error


def _number(jwk: Mapping[str, Any], name: str) -> int:
    given = jwk.get(name)
    if not isinstance(given, str) or _BASE64URL.fullmatch(given) is None:
        raise PublicKeyUnusable(Said(f"'{name}' must be base64url", f"'{name}' moet base64url zijn"))
    unpadded = given.rstrip("=")
    try:
        return int.from_bytes(urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4)), "big")
    except ValueError as error:
        raise PublicKeyUnusable(Said(f"'{name}' must be base64url", f"'{name}' moet base64url zijn")) from error
