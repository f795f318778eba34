"""The public keys with which clients sign: which ones the hub can use, and why it cannot use another.

The hub uses RSA of 2048 to 4096 bits with RS256 and PS256, and EC on P-256 with ES256. Verifying takes longer the
larger the key is, and whoever knows the id of a key can have a signature verified with it.
"""

import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
# Members that only a private key has (RFC 7518, sections 6.2.2 and 6.3.2).
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth"}
_ALGORITHMS: Mapping[object, tuple[str, ...]] = {"RSA": ("RS256", "PS256"), "EC": ("ES256",)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,1000}={0,2}", re.ASCII)

_NO_SET = Said(
    f'a JSON Web Key Set has the form {{"keys": [...]}} with 1 to {MOST_KEYS} keys',
    f'een JSON Web Key Set heeft de vorm {{"keys": [...]}} met 1 tot {MOST_KEYS} sleutels',
)
_ONE_KEY = Said(
    'this is one key; put it in a set: {"keys": [...]}',
    'dit is één sleutel; zet haar in een verzameling: {"keys": [...]}',
)
_NO_OBJECT = Said("it is no JSON object", "het is geen JSON-object")
_NO_KID = Said(
    f"it needs a 'kid' of 1 to {MAX_KID_CHARACTERS} characters",
    f"zij moet een 'kid' van 1 tot {MAX_KID_CHARACTERS} tekens hebben",
)
_KID_TWICE = Said("another key has the same 'kid'", "een andere sleutel heeft dezelfde 'kid'")
_PRIVATE = Said(
    "it has members of a private key, which is no secret any more now; make a new pair and give its public half only",
    "zij bevat delen van een geheime sleutel, die daarmee niet meer geheim is; maak een nieuw paar en geef alleen de "
    "publieke helft",
)
_SHARED = Said(
    "it is a shared key, by its 'kty' or its member 'k'; give a public key, RSA or EC",
    "het is een gedeelde sleutel, volgens de 'kty' of het onderdeel 'k'; geef een publieke sleutel, RSA of EC",
)
_KIND = Said(
    "its 'kty' must be RSA, or EC with 'crv' P-256",
    "de 'kty' moet RSA zijn, of EC met 'crv' P-256",
)
_CURVE = Said("its curve ('crv') must be P-256", "de kromme ('crv') moet P-256 zijn")
_USE = Said("its 'use', if it has one, must be sig", "de 'use', als die er is, moet sig zijn")
_OPERATIONS = Said(
    "its 'key_ops', if it has them, must be a list with verify",
    "de 'key_ops', als die er zijn, moeten een lijst zijn met verify",
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
    """The hub cannot verify signatures with a key; ``reasons`` is why, all at once."""

    def __init__(self, *reasons: Said) -> None:
        super().__init__("; ".join(each.english for each in reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies signatures, with the only algorithms for which it is used."""

    kid: str
    algorithms: Sequence[str]
    key: RSAPublicKey | EllipticCurvePublicKey = field(repr=False)


def public_key_of(jwk: object) -> PublicKey:
    """Return the public key that a JSON Web Key (RFC 7517) describes.

    Raises:
        PublicKeyUnusable: it is of a kind that the hub does not use, or not well-formed.
    """
    if not isinstance(jwk, Mapping):
        raise PublicKeyUnusable(_NO_OBJECT)
    reasons, found = [*_faults(jwk)], None
    try:
        found = _numbers_of(jwk)
    except PublicKeyUnusable as unusable:
        reasons += unusable.reasons
    if reasons or found is None:
        raise PublicKeyUnusable(*reasons)
    kind = _ALGORITHMS[jwk["kty"]]
    return PublicKey(jwk["kid"], (jwk["alg"],) if "alg" in jwk else kind, found)


def key_set_faults(jwks: Mapping[str, Any]) -> Iterator[FieldFault]:
    """Return what is wrong with the keys of a client: every reason of each unusable key."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        yield _fault("", _ONE_KEY if "kty" in jwks and keys is None else _NO_SET)
        return
    named = Counter(kid for key in keys if isinstance(key, Mapping) and isinstance(kid := key.get("kid"), str))
    for place, key in enumerate(keys):
        try:
            public_key_of(key)
        except PublicKeyUnusable as unusable:
            yield from (_fault(f"keys[{place}]: ", reason) for reason in unusable.reasons)
        if isinstance(key, Mapping) and isinstance(kid := key.get("kid"), str) and named[kid] > 1:
            yield _fault(f"keys[{place}]: ", _KID_TWICE)


def _fault(place: str, said: Said) -> FieldFault:
    message = f"Give public keys that the hub can use; {place}{said.english}."
    return FieldFault("jwks", InputRule.PUBLIC_KEYS, message, details=f"{place}{said.dutch}")


def _faults(jwk: Mapping[str, Any]) -> Iterator[Said]:
    """Return what is wrong with a key beyond its numbers."""
    kid, kind = jwk.get("kid"), jwk.get("kty")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARACTERS or not is_storable(kid):
        yield _NO_KID
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        yield _PRIVATE
    if kind == "oct" or "k" in jwk:
        yield _SHARED
    elif not isinstance(kind, str) or kind not in _ALGORITHMS:
        yield _KIND
    else:
        yield from _curve_and_algorithm_faults(jwk, kind)
    if jwk.get("use", "sig") != "sig":
        yield _USE
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        yield _OPERATIONS


def _curve_and_algorithm_faults(jwk: Mapping[str, Any], kind: str) -> Iterator[Said]:
    algorithms = _ALGORITHMS[kind]
    if kind == "EC" and jwk.get("crv") != "P-256":
        yield _CURVE
    if "alg" in jwk and jwk["alg"] not in algorithms:
        yield Said(*(f"{its} {f' {either} '.join(algorithms)}{end}" for its, either, end in _ALGORITHM_WORDS))


_ALGORITHM_WORDS = (("its 'alg', if it has one, must be", "or", ""), ("de 'alg', als die er is, moet", "of", " zijn"))


def _numbers_of(jwk: Mapping[str, Any]) -> RSAPublicKey | EllipticCurvePublicKey | None:
    """Return the key itself; None when it is of another kind, which is a fault of its own."""
    if jwk.get("kty") == "RSA":
        return _rsa_key(jwk)
    return _ec_key(jwk) if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" else None


def _rsa_key(jwk: Mapping[str, Any]) -> RSAPublicKey:
    n, e = _number(jwk, "n"), _number(jwk, "e")
    sized = SMALLEST_RSA_BITS <= n.bit_length() <= LARGEST_RSA_BITS
    sound = n % 2 == 1 and e % 2 == 1 and 3 <= e <= LARGEST_EXPONENT
    if not (sized and sound):
        raise PublicKeyUnusable(*([] if sized else [_RSA_SIZE]), *([] if sound else [_RSA_NUMBERS]))
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
