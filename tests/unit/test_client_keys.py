"""Keys that the hub cannot use are refused when a client is registered, each with the reason."""

from base64 import urlsafe_b64encode
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk

from app.api.auth.tokens import new_signing_key, verifying_keys_of
from app.operations.access.client_keys import PublicKeyUnusable, key_set_faults, public_key_of

GOOD = dict(new_signing_key().public_jwk)
Key = dict[str, object]


def base64url(number: int, size: int | None = None) -> str:
    return urlsafe_b64encode(number.to_bytes(size or (number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def rsa_jwk(bits: int = 2048, **changes: object) -> Key:
    """Return a key of this size; what it is the product of does not matter to whoever verifies."""
    return {"kty": "RSA", "kid": "1", "n": base64url(1 << bits - 1 | 1), "e": "AQAB", **changes}


@cache
def curve_numbers(curve: type[ec.EllipticCurve]) -> ec.EllipticCurvePublicNumbers:
    return ec.generate_private_key(curve()).public_key().public_numbers()


def ec_jwk(**changes: object) -> Key:
    found = curve_numbers(ec.SECP256R1)
    return {
        "kty": "EC",
        "crv": "P-256",
        "kid": "1",
        "x": base64url(found.x, 32),
        "y": base64url(found.y, 32),
        **changes,
    }


def p384_jwk() -> Key:
    found = curve_numbers(ec.SECP384R1)
    return ec_jwk(crv="P-384", x=base64url(found.x, 48), y=base64url(found.y, 48))


USABLE = [
    GOOD,
    rsa_jwk(),
    rsa_jwk(4096),
    rsa_jwk(e="Aw"),
    rsa_jwk(use="sig", alg="RS256", key_ops=["verify"]),
    rsa_jwk(alg="PS256"),
    ec_jwk(),
]
UNUSABLE: list[tuple[object, str]] = [
    ("text", "no JSON object"),
    (rsa_jwk(kid=None), "'kid'"),
    (rsa_jwk(kid=""), "'kid'"),
    (rsa_jwk(kid=1), "'kid'"),
    (rsa_jwk(kid="x" * 201), "'kid'"),
    (rsa_jwk(kid="\x00"), "'kid'"),
    (rsa_jwk(kid="\ud800"), "'kid'"),
    ({"kty": "oct", "k": "c2VjcmV0", "kid": "1"}, "shared key"),
    (rsa_jwk(d="AQAB"), "private key"),
    (ec_jwk(d="AQAB"), "private key"),
    ({"kty": "OKP", "crv": "Ed25519", "x": "AQAB", "kid": "1"}, "'kty'"),
    ({"kty": "oct", "kid": "1"}, "shared key"),
    (rsa_jwk(kty=None), "'kty'"),
    (rsa_jwk(kty=["RSA"]), "'kty'"),
    (p384_jwk(), "must be P-256"),
    (ec_jwk(crv="secp256k1"), "must be P-256"),
    (rsa_jwk(alg="RS512"), "'alg'"),
    (rsa_jwk(alg="none"), "'alg'"),
    (rsa_jwk(alg="ES256"), "'alg'"),
    (ec_jwk(alg="RS256"), "'alg'"),
    (rsa_jwk(alg=None), "'alg'"),
    (rsa_jwk(use="enc"), "'use'"),
    (rsa_jwk(key_ops=["encrypt"]), "'key_ops'"),
    (rsa_jwk(key_ops="verify"), "'key_ops'"),
    (rsa_jwk(1024), "'n'"),
    (rsa_jwk(2047), "'n'"),
    (rsa_jwk(4097), "'n'"),
    (rsa_jwk(n="!"), "'n'"),
    (rsa_jwk(n=""), "'n'"),
    (rsa_jwk(n=1), "'n'"),
    (rsa_jwk(n="A" * 100_000), "'n'"),
    (rsa_jwk(n=base64url(1 << 2047)), "'n'"),
    (rsa_jwk(e="AQ"), "'e'"),
    (rsa_jwk(e="Ag"), "'e'"),
    (rsa_jwk(e=base64url(2**32 + 1)), "'e'"),
    (rsa_jwk(e=None), "'e'"),
    (ec_jwk(x="AQAB"), "no point"),
    (ec_jwk(x=base64url(1 << 300)), "no point"),
    (ec_jwk(y=None), "'y'"),
]


@pytest.mark.parametrize("key", USABLE)
def test_a_key_that_is_registered_verifies(key: Key) -> None:
    assert list(key_set_faults({"keys": [key]})) == []
    assert set(verifying_keys_of([key])) == {key["kid"]}


@pytest.mark.parametrize(("key", "reason"), UNUSABLE, ids=lambda each: str(each)[:40])
def test_a_key_that_cannot_verify_is_refused_with_the_reason(key: object, reason: str) -> None:
    with pytest.raises(PublicKeyUnusable, match=reason):
        public_key_of(key)

    (fault,) = key_set_faults({"keys": [GOOD, key]})
    assert (fault.field, fault.rule) == ("jwks", "public-keys")
    assert "keys[1]: " in fault.message
    assert "keys[1]: " in fault.message_nl
    if isinstance(key, dict):
        assert verifying_keys_of([key]) == {}


@pytest.mark.parametrize("keys", [None, [], {}, "keys", [GOOD] * 11])
def test_a_set_has_one_to_ten_keys(keys: object) -> None:
    (fault,) = key_set_faults({"keys": keys})

    assert "1 to 10 keys" in fault.message
    assert "1 tot 10 sleutels" in fault.message_nl


def test_two_keys_with_the_same_id_are_refused_both() -> None:
    found = list(key_set_faults({"keys": [rsa_jwk(), ec_jwk(), GOOD]}))

    assert [each.message.partition("; ")[2] for each in found] == [
        "keys[0]: another key has the same 'kid'.",
        "keys[1]: another key has the same 'kid'.",
    ]


def test_every_fault_of_every_key_is_named_at_once() -> None:
    key = rsa_jwk(1024, kid=None, d="AQAB", use="enc", key_ops=["encrypt"], alg="HS256", e="Ag")
    curve = {**p384_jwk(), "use": "enc"}

    found = [each.message.partition("; ")[2] for each in key_set_faults({"keys": [key, "text", curve]})]

    assert [each.partition(":")[0] for each in found] == ["keys[0]"] * 7 + ["keys[1]"] + ["keys[2]"] * 2
    named = ["'kid'", "private key", "RS256 or PS256", "'use'", "'key_ops'", "'n' must have", "'n' must be odd"]
    assert [name for name, each in zip(named, found, strict=False) if name not in each] == []


def test_one_key_in_place_of_a_set_is_told_apart() -> None:
    (fault,) = key_set_faults(GOOD)

    assert 'this is one key; put it in a set: {"keys": [...]}' in fault.message


def test_a_real_key_of_the_library_is_usable() -> None:
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()

    assert public_key_of({**jwk.construct(public, "RS256").to_dict(), "kid": "1"}).key == public  # type: ignore[arg-type]
