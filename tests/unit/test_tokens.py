"""The rails around python-jose, one test each: what the library accepts and we do not."""

import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import digest
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt
from jose.backends import RSAKey
from jose.backends.cryptography_backend import CryptographyRSAKey
from pydantic_core import to_json

from app.api.auth.tokens import (
    MAX_TOKEN_BYTES,
    Expected,
    TokenRefused,
    key_id_of,
    new_signing_key,
    sign,
    signature_key_of,
    subject_of,
    verify,
    verifying_keys_of,
)

KEY = new_signing_key()
SIGNER = signature_key_of(KEY)
KEYS = verifying_keys_of([KEY.public_jwk])
EXPECTED = Expected(issuer="https://issuer.example", audience="https://hub.example/v1")


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    standard: dict[str, object] = {
        "iss": EXPECTED.issuer,
        "aud": EXPECTED.audience,
        "sub": "dock",
        "iat": now,
        "exp": now + 60,
        "jti": "7c1e7d1a9c553f6d1f0c8a11",
    }
    return {name: value for name, value in (standard | changes).items() if value is not None}


def forged(header: object, payload: object, signature: bytes = b"x") -> str:
    parts = [part if isinstance(part, bytes) else to_json(part) for part in (header, payload)]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


def hmac_signed(secret: bytes, algorithm: str = "HS256") -> str:
    header = {"alg": algorithm, "typ": "JWT", "kid": KEY.kid}
    unsigned = forged(header, claims()).rsplit(".", 1)[0]
    signature = urlsafe_b64encode(digest(secret, unsigned.encode(), sha256)).rstrip(b"=").decode()
    return f"{unsigned}.{signature}"


def public_pem() -> bytes:
    pem: bytes = jwk.construct(dict(KEY.public_jwk), "RS256").to_pem()
    return pem


def test_a_valid_token_gives_its_claims() -> None:
    token = sign(claims(scope="referrals:read"), SIGNER)

    assert verify(token, KEYS, EXPECTED, time.time())["scope"] == "referrals:read"


def test_a_token_may_name_several_audiences() -> None:
    token = sign(claims(aud=["https://elsewhere.example", EXPECTED.audience]), SIGNER)

    assert verify(token, KEYS, EXPECTED, time.time())["sub"] == "dock"


def test_the_library_runs_on_cryptography() -> None:
    assert RSAKey is CryptographyRSAKey


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "RS384", "PS256", "ES256", "dir"])
def test_an_algorithm_other_than_the_keys_own_is_refused(algorithm: str) -> None:
    token = forged({"alg": algorithm, "kid": KEY.kid}, claims(), b"")

    with pytest.raises(TokenRefused):
        verify(token, KEYS, EXPECTED, time.time())


@pytest.mark.parametrize("form", ["pem", "der", "empty"])
def test_a_public_key_cannot_serve_as_shared_secret(form: str) -> None:
    pem = public_pem()
    der = b64decode(b"".join(pem.splitlines()[1:-1]))

    token = hmac_signed({"pem": pem, "der": der, "empty": b""}[form])

    with pytest.raises(TokenRefused):
        verify(token, KEYS, EXPECTED, time.time())


def test_a_key_is_chosen_by_its_id_only() -> None:
    other = new_signing_key()
    token = sign(claims(), signature_key_of(other))

    with pytest.raises(TokenRefused, match="not known"):
        verify(token, KEYS, EXPECTED, time.time())


def test_a_key_in_the_header_is_not_used() -> None:
    other = new_signing_key()
    pem = other.private_pem.decode()
    token = jwt.encode(claims(), pem, "RS256", headers={"kid": KEY.kid, "jwk": dict(other.public_jwk)})

    with pytest.raises(TokenRefused):
        verify(token, KEYS, EXPECTED, time.time())


@pytest.mark.parametrize("missing", ["aud", "iss", "sub", "exp", "iat", "jti"])
def test_no_claim_may_be_absent(missing: str) -> None:
    token = sign(claims(**{missing: None}), SIGNER)

    with pytest.raises(TokenRefused):
        verify(token, KEYS, EXPECTED, time.time())


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": ["https://elsewhere.example"]},
        {"aud": []},
        {"aud": 1},
        {"iss": "https://elsewhere.example"},
        {"sub": 1},
        {"jti": 1},
        {"exp": int(time.time()) - 60},
        {"exp": "soon"},
        {"exp": 1e400},
        {"nbf": int(time.time()) + 600},
        {"iat": int(time.time()) + 600},
        {"iat": "yesterday"},
    ],
)
def test_no_claim_may_be_wrong(wrong: dict[str, object]) -> None:
    token = forged({"alg": "RS256", "kid": KEY.kid}, claims(**wrong))
    signed = token.rsplit(".", 1)[0]
    signature = urlsafe_b64encode(SIGNER.key.sign(signed.encode())).rstrip(b"=").decode()

    with pytest.raises(TokenRefused):
        verify(f"{signed}.{signature}", KEYS, EXPECTED, time.time())


def test_a_large_token_is_refused_before_it_is_read() -> None:
    token = sign(claims(padding="x" * MAX_TOKEN_BYTES), SIGNER)

    with pytest.raises(TokenRefused, match="too large"):
        key_id_of(token)


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "é.b.c"])
def test_a_token_has_three_parts(token: str) -> None:
    with pytest.raises(TokenRefused, match="three parts"):
        key_id_of(token)


def test_an_extension_that_must_be_understood_is_refused() -> None:
    token = jwt.encode(claims(), KEY.private_pem.decode(), "RS256", headers={"kid": KEY.kid, "crit": ["b64"]})

    with pytest.raises(TokenRefused, match="extension"):
        verify(token, KEYS, EXPECTED, time.time())


@pytest.mark.parametrize(
    "header",
    [b"{", b"[]", b"null", b"\xff", {"alg": "RS256"}, {"alg": "RS256", "kid": 1}, b'{"a":' * 1000 + b"1" + b"}" * 1000],
)
def test_a_strange_header_is_refused_and_breaks_nothing(header: object) -> None:
    with pytest.raises(TokenRefused):
        key_id_of(forged(header, claims()))


@pytest.mark.parametrize("payload", [b"{", b"[]", b"null", b"\xff", {}, {"sub": 1}, b"[" * 3000])
def test_a_strange_payload_is_refused_and_breaks_nothing(payload: object) -> None:
    with pytest.raises(TokenRefused):
        subject_of(forged({"alg": "RS256", "kid": KEY.kid}, payload))


def ec_jwk(curve: ec.EllipticCurve, kid: str = "ec") -> tuple[dict[str, Any], str]:
    pem = ec.generate_private_key(curve).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    algorithm = {"secp256r1": "ES256", "secp384r1": "ES384"}[curve.name]
    return {**jwk.construct(pem, algorithm).public_key().to_dict(), "kid": kid}, pem


def test_a_client_may_sign_with_an_elliptic_curve() -> None:
    public, pem = ec_jwk(ec.SECP256R1())
    token = jwt.encode(claims(), pem, "ES256", headers={"kid": "ec"})

    assert verify(token, verifying_keys_of([public]), EXPECTED, time.time())["sub"] == "dock"


def test_keys_that_are_weak_shared_or_unreadable_are_left_out() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keys = [
        {**jwk.construct(pem, "RS256").public_key().to_dict(), "kid": "weak"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared", "alg": "HS256"},
        {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "unreadable"},
        {"kty": "RSA", "kid": "empty"},
        {**KEY.public_jwk, "kid": "other-algorithm", "alg": "RS512"},
        {name: value for name, value in KEY.public_jwk.items() if name != "kid"},
        ec_jwk(ec.SECP384R1())[0],
    ]

    assert verifying_keys_of(keys) == {}
