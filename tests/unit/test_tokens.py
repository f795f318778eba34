"""The rails around python-jose, one test each: what the library accepts and we do not."""

import cProfile
import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import digest
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt
from jose.backends import RSAKey
from jose.backends.cryptography_backend import CryptographyRSAKey
from pydantic_core import to_json

from app.api.auth.assertions import check_assertion, read_assertion, verify_assertion
from app.api.auth.tokens import (
    ACCESS_TOKEN,
    ASSERTION,
    MAX_TOKEN_BYTES,
    Expected,
    TokenRefused,
    VerifyingKey,
    check_claims,
    key_id_of,
    new_signing_key,
    sign,
    signature_key_of,
    signed_access_token,
    verifying_keys_of,
)

KEY = new_signing_key()
SIGNER = signature_key_of(KEY)
TYPE = "at+jwt"
KEYS = verifying_keys_of([KEY.public_jwk])
AUDIENCE = "https://hub.example/v1"
EXPECTED = Expected(issuer="https://issuer.example", audiences=(AUDIENCE, "https://hub.example"))


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    standard: dict[str, object] = {
        "iss": EXPECTED.issuer,
        "aud": AUDIENCE,
        "sub": "dock",
        "iat": now,
        "exp": now + 3000,
        "jti": "7c1e7d1a9c553f6d1f0c8a11",
    }
    return {name: value for name, value in (standard | changes).items() if value is not None}


def verify(token: str, keys: Mapping[str, VerifyingKey], expected: Expected, now: float) -> dict[str, Any]:
    """Return the claims of a valid access token."""
    signed = signed_access_token(token, keys)
    check_claims(signed, expected, now)
    return signed


def signed_assertion(token: str, keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the claims of a valid assertion."""
    assertion = read_assertion(token)
    check_assertion(assertion, EXPECTED.audiences, time.time())
    verify_assertion(assertion, keys)
    return assertion.claims


def subject_of(token: str) -> str:
    return read_assertion(token).subject


def signed(payload: Mapping[str, object] | bytes, **header: object) -> str:
    """Return what the library would not make: a signed token with any payload and any header."""
    unsigned = forged({"alg": "RS256", "kid": KEY.kid, "typ": TYPE, **header}, payload).rsplit(".", 1)[0]
    signature = urlsafe_b64encode(SIGNER.key.sign(unsigned.encode())).rstrip(b"=").decode()
    return f"{unsigned}.{signature}"


def forged(header: object, payload: object, signature: bytes = b"x") -> str:
    parts = [part if isinstance(part, bytes) else to_json(part) for part in (header, payload)]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


def hmac_signed(secret: bytes, algorithm: str = "HS256") -> str:
    header = {"alg": algorithm, "typ": TYPE, "kid": KEY.kid}
    unsigned = forged(header, claims()).rsplit(".", 1)[0]
    signature = urlsafe_b64encode(digest(secret, unsigned.encode(), sha256)).rstrip(b"=").decode()
    return f"{unsigned}.{signature}"


def public_pem() -> bytes:
    pem: bytes = jwk.construct(dict(KEY.public_jwk), "RS256").to_pem()
    return pem


def test_a_valid_token_gives_its_claims() -> None:
    token = sign(claims(scope="referrals:read"), SIGNER, TYPE)

    assert verify(token, KEYS, EXPECTED, time.time())["scope"] == "referrals:read"


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE], [AUDIENCE, "https://hub.example"], ["https://hub.example"]])
def test_a_token_may_name_the_hub_by_each_of_its_names(audience: object) -> None:
    token = signed(claims(aud=audience))

    assert verify(token, KEYS, EXPECTED, time.time())["sub"] == "dock"


def test_the_library_runs_on_cryptography() -> None:
    assert RSAKey is CryptographyRSAKey


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "nOnE", "", "HS256", "RS384", "PS256", "ES256", "dir", None, 1, ["RS256"]]
)
def test_an_algorithm_other_than_the_keys_own_is_refused(algorithm: object) -> None:
    header = {"alg": algorithm, "kid": KEY.kid, "typ": TYPE}
    unsigned = forged(header, claims(), b"")
    unverified = signed(claims(), alg=algorithm)

    for token in (unsigned, unverified):
        with pytest.raises(TokenRefused):
            verify(token, KEYS, EXPECTED, time.time())
        with pytest.raises(TokenRefused):
            signed_assertion(token, [KEY.public_jwk])


@pytest.mark.parametrize("form", ["pem", "der", "empty"])
def test_a_public_key_cannot_serve_as_shared_secret(form: str) -> None:
    pem = public_pem()
    der = b64decode(b"".join(pem.splitlines()[1:-1]))

    token = hmac_signed({"pem": pem, "der": der, "empty": b""}[form])

    with pytest.raises(TokenRefused):
        verify(token, KEYS, EXPECTED, time.time())


def test_a_key_is_chosen_by_its_id_only() -> None:
    other = new_signing_key()
    token = sign(claims(), signature_key_of(other), TYPE)

    with pytest.raises(TokenRefused, match="not known"):
        verify(token, KEYS, EXPECTED, time.time())


@pytest.mark.parametrize("typ", [*ACCESS_TOKEN.types, *ASSERTION.types])
def test_a_key_in_the_header_or_at_an_address_there_is_not_used(typ: str | None) -> None:
    other = new_signing_key()
    address = "https://attacker.example/keys"
    elsewhere = {"jwk": dict(other.public_jwk), "jku": address, "x5u": address, "x5c": ["MIIB"], "typ": typ}
    token = jwt.encode(claims(), other.private_pem.decode(), "RS256", headers={"kid": KEY.kid, **elsewhere})

    with pytest.raises(TokenRefused):
        signed_access_token(token, KEYS)
    with pytest.raises(TokenRefused):
        signed_assertion(token, [KEY.public_jwk])


@pytest.mark.parametrize("typ", [*ASSERTION.types, "", 1, True, ["at+jwt"], {"at+jwt": 1}, "jwe", "at+jwt;x"])
def test_what_is_no_access_token_by_its_type_does_not_pass_as_one(typ: object) -> None:
    with pytest.raises(TokenRefused, match="another kind"):
        signed_access_token(signed(claims(), typ=typ), KEYS)


@pytest.mark.parametrize("typ", [*ACCESS_TOKEN.types, "", 1, ["jwt"], "secevent+jwt"])
def test_what_is_no_assertion_by_its_type_does_not_pass_as_one(typ: object) -> None:
    with pytest.raises(TokenRefused, match="another kind"):
        signed_assertion(signed(claims(), typ=typ), [KEY.public_jwk])


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_of_an_access_token_is_compared_as_the_rfc_says(typ: str) -> None:
    assert signed_access_token(signed(claims(), typ=typ), KEYS)["sub"] == "dock"


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "client-authentication+jwt"])
def test_an_assertion_is_a_plain_token_or_says_that_it_is_one(typ: str | None) -> None:
    assert signed_assertion(signed(claims(iss="dock"), typ=typ), [KEY.public_jwk])["sub"] == "dock"


def test_an_assertion_by_a_key_that_the_client_has_not_is_refused() -> None:
    token = signed(claims(iss="dock"), typ="JWT")

    for keys in ([], [new_signing_key().public_jwk], [{**KEY.public_jwk, "kid": "other"}], [{"kid": KEY.kid}]):
        with pytest.raises(TokenRefused, match="not known"):
            signed_assertion(token, keys)


def test_nobody_can_sign_for_a_client_that_does_not_exist() -> None:
    for algorithm, header in product(("RS256", "PS256", "ES256"), ({"kid": "nobody"}, {})):
        token = forged({"alg": algorithm, **header}, claims(iss="dock"), b"x" * 64)

        with pytest.raises(TokenRefused, match="not known"):
            signed_assertion(token, [])


def test_a_refusal_without_a_key_id_takes_as_many_tries_whatever_keys_there_are() -> None:
    token = forged({"alg": "RS256"}, claims(iss="dock"), b"x" * 64)
    assertion = read_assertion(token)
    others = [new_signing_key().public_jwk for _ in range(3)]

    def tries(keys: Sequence[Mapping[str, Any]]) -> int:
        profile = cProfile.Profile()
        with pytest.raises(TokenRefused):
            profile.runcall(verify_assertion, assertion, keys)
        return sum(each.callcount for each in profile.getstats() if getattr(each.code, "co_name", "") == "verified")

    assert tries([]) == tries(others) == tries([others[0]]) > len(others)


@pytest.mark.parametrize("missing", ["aud", "iss", "sub", "exp", "iat", "jti"])
def test_no_claim_may_be_absent(missing: str) -> None:
    token = signed(claims(**{missing: None}))

    with pytest.raises(TokenRefused, match=missing):
        verify(token, KEYS, EXPECTED, time.time())


TIMES = ["soon", True, False, -1, -1e9, 10**13, 10**30, 10**400, 1e400, -1e400, float("nan"), [1], {}, "1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": ["https://elsewhere.example"]},
        {"aud": ["https://elsewhere.example", AUDIENCE]},
        {"aud": [AUDIENCE, "https://elsewhere.example"]},
        {"aud": []},
        {"aud": 1},
        {"aud": [None]},
        {"aud": [[AUDIENCE]]},
        {"aud": {AUDIENCE: 1}},
        {"aud": f"{AUDIENCE}/"},
        {"iss": "https://elsewhere.example"},
        {"iss": ["https://issuer.example"]},
        {"sub": 1},
        {"sub": None, "iss": None},
        {"jti": 1},
        {"jti": [[]]},
        {"exp": 1_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        *({claim: moment} for claim in ("exp", "iat", "nbf") for moment in TIMES),
    ],
    ids=repr,
)
def test_no_claim_may_be_wrong(wrong: dict[str, object]) -> None:
    payload = json.dumps(claims(**wrong)).encode()

    with pytest.raises(TokenRefused):
        verify(signed(payload), KEYS, EXPECTED, time.time())


@pytest.mark.parametrize(
    "payload", [b'{"exp": ' + b"9" * 5000 + b"}", b'{"sub": "\\ud800"}', b"[" * 3000, b"\xff", b"1"]
)
def test_a_signed_payload_that_is_odd_is_refused_and_breaks_nothing(payload: bytes) -> None:
    with pytest.raises(TokenRefused):
        verify(signed(payload), KEYS, EXPECTED, time.time())


def test_a_large_token_is_refused_before_it_is_read() -> None:
    token = sign(claims(padding="x" * MAX_TOKEN_BYTES), SIGNER, TYPE)

    with pytest.raises(TokenRefused, match="has more than 8192 bytes"):
        key_id_of(token)


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "é.b.c"])
def test_a_token_has_three_parts(token: str) -> None:
    with pytest.raises(TokenRefused, match="three parts"):
        key_id_of(token)


@pytest.mark.parametrize("extension", [["b64"], [], None, "b64"])
def test_an_extension_that_must_be_understood_is_refused(extension: object) -> None:
    for typ in (TYPE, "JWT"):
        token = signed(claims(), crit=extension, typ=typ)

        with pytest.raises(TokenRefused, match="extension"):
            signed_access_token(token, KEYS)
        with pytest.raises(TokenRefused, match="extension"):
            signed_assertion(token, [KEY.public_jwk])


@pytest.mark.parametrize(
    "header",
    [
        *(b"{", b"[]", b"null", b"\xff", {"alg": "RS256"}, b'{"a":' * 1000 + b"1" + b"}" * 1000),
        *({"alg": "RS256", "kid": kid} for kid in (1, None, True, [KEY.kid], {"kid": KEY.kid}, 1e30)),
    ],
)
def test_a_strange_header_is_refused_and_breaks_nothing(header: object) -> None:
    with pytest.raises(TokenRefused):
        key_id_of(forged(header, claims()))


@pytest.mark.parametrize("kid", ["", " ", "\\ud800", "\\u0000", "../../etc/passwd", "' OR 1=1", "nobody"])
def test_no_id_of_a_key_leads_to_another(kid: str) -> None:
    header = f'{{"alg": "RS256", "kid": "{kid}"}}'.encode()
    token = forged(header, claims())

    with pytest.raises(TokenRefused):
        signed_access_token(token, KEYS)
    with pytest.raises(TokenRefused):
        signed_assertion(token, [KEY.public_jwk])


@pytest.mark.parametrize(
    "payload",
    [b"{", b"[]", b"null", b"\xff", {}, {"sub": 1}, b"[" * 3000, b'{"sub": "\\ud800"}', b'{"sub": "\\u0000"}'],
)
def test_a_strange_payload_is_refused_and_breaks_nothing(payload: object) -> None:
    with pytest.raises(TokenRefused):
        subject_of(forged({"alg": "RS256", "kid": KEY.kid}, payload))


def test_a_client_may_sign_with_an_elliptic_curve() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = {**jwk.construct(pem.decode(), "ES256").public_key().to_dict(), "kid": "ec"}
    token = jwt.encode(claims(iss="dock"), pem.decode(), "ES256", headers={"kid": "ec"})

    assert signed_assertion(token, [public])["sub"] == "dock"


def test_a_key_that_cannot_be_used_is_left_out() -> None:
    keys = [{"kty": "oct", "k": "c2VjcmV0", "kid": "shared", "alg": "HS256"}, {**KEY.public_jwk, "kid": "1"}]

    assert set(verifying_keys_of(keys)) == {"1"}
