"""How a client gets a token, and what it is worth."""

import re
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from httpx import ASGITransport, Response
from jose import jwt

from app.api.app import create_api
from app.api.auth.access_tokens import AccessTokens
from app.api.auth.keys import REFRESH_SECONDS, KeyRing
from app.api.auth.tokens import CLOCK_SKEW_SECONDS, jwk_of, new_signing_key, sign
from app.api.state import AppState
from app.bootstrap import build_app_state
from app.domain.errors import InvalidInput, Unauthenticated
from app.operations.access.clients import revoke_client, save_client
from app.operations.access.signing_keys import add_signing_key, ensure_signing_key, signing_keys
from app.operations.services import Services
from app.sandbox.runtime import SettableClock
from tests.api.conftest import NOW, PUBLIC_URL, SECRET, Api, sandbox_settings, session_key
from tests.support.assertions import (
    BY_ASSERTION,
    CLIENT_KEY,
    GRANT,
    JWKS,
    LIFE_SECONDS,
    another_signing_key,
    assertion,
    signed_by_another,
    unverified,
)
from tests.support.nginx import directly
from tests.support.served import api_of

EC_KEY = generate_private_key(SECP256R1())
EC_PEM = EC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
async def humanitas(hub: AppState) -> None:
    """Register a client with a key and without a secret."""
    scopes = ["organisations:read", "referrals:read"]
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=scopes, jwks=JWKS)


def assert_refused(response: Response, status: int, error: str) -> None:
    body = response.json()
    assert response.headers["content-type"] == "application/json"
    assert (response.status_code, body["error"]) == (status, error)
    assert set(body) == {"error", "error_description"}
    assert ("www-authenticate" in response.headers) == (status == 401)


@pytest.mark.usefixtures("humanitas")
async def test_a_signed_assertion_gives_a_token_that_opens_its_doors(api: Api) -> None:
    answer = await api.post("/oauth/token", data=assertion())
    token = answer.json()
    read = await api.get("/v1/organisations", headers={"Authorization": f"Bearer {token['access_token']}"})

    assert read.status_code == 200
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert token["scope"] == "organisations:read referrals:read"
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


@pytest.mark.usefixtures("humanitas")
async def test_a_token_says_who_may_do_what_until_when(api: Api) -> None:
    token = (await api.post("/oauth/token", data=assertion())).json()["access_token"]

    claims: dict[str, Any] = jwt.get_unverified_claims(token)

    assert (claims["iss"], claims["aud"]) == (PUBLIC_URL, f"{PUBLIC_URL}/v1")
    assert claims["sub"] == claims["azp"] == claims["client_id"] == "humanitas"
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["jti"]


@pytest.mark.usefixtures("humanitas")
async def test_a_token_can_be_verified_with_the_published_keys(api: Api) -> None:
    token = (await api.post("/oauth/token", data=assertion())).json()["access_token"]
    metadata = (await api.get("/.well-known/oauth-authorization-server")).json()

    keys = (await api.get(metadata["jwks_uri"])).json()["keys"]

    key = next(each for each in keys if each["kid"] == jwt.get_unverified_header(token)["kid"])
    assert jwt.decode(token, key, ["RS256"], audience=f"{PUBLIC_URL}/v1", issuer=metadata["issuer"])
    assert not {"d", "p", "q"} & set(key)


async def test_the_metadata_are_also_where_libraries_look_first(api: Api) -> None:
    metadata, alias = [
        await api.get(f"/.well-known/{name}") for name in ("oauth-authorization-server", "openid-configuration")
    ]

    assert metadata.json() == alias.json()
    assert {name: each for name, each in metadata.json().items() if name != "scopes_supported"} == {
        "issuer": PUBLIC_URL,
        "token_endpoint": f"{PUBLIC_URL}/oauth/token",
        "revocation_endpoint": f"{PUBLIC_URL}/oauth/revoke",
        "jwks_uri": f"{PUBLIC_URL}/.well-known/jwks.json",
        "service_documentation": f"{PUBLIC_URL}/docs",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "ui_locales_supported": ["en", "nl"],
        **{
            f"{endpoint}_endpoint_auth_{what}_supported": each
            for endpoint in ("token", "revocation")
            for what, each in {
                "methods": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
                "signing_alg_values": ["RS256", "PS256", "ES256"],
            }.items()
        },
    }


@pytest.mark.usefixtures("humanitas")
async def test_a_token_that_was_verified_is_refused_once_it_expires(hub: AppState) -> None:
    real_clock = SettableClock(NOW)
    tokens = AccessTokens(hub.db, KeyRing(hub.db, hub.services), PUBLIC_URL, 3600, real_clock)
    client = await hub.clients.find("humanitas")
    assert client is not None
    token = await tokens.issue(client, {"referrals:read"})

    first = await tokens.verify(token)
    again = await tokens.verify(token)
    real_clock.set(NOW + timedelta(seconds=3600 + CLOCK_SKEW_SECONDS + 1))

    assert again is first
    with pytest.raises(Unauthenticated, match=r"^The token expired\. Get an access token at /oauth/token\.$"):
        await tokens.verify(token)


async def test_a_token_of_the_hub_that_names_no_client_is_refused_in_words(hub: AppState) -> None:
    ring, expected = KeyRing(hub.db, hub.services), {"iss": PUBLIC_URL, "aud": f"{PUBLIC_URL}/v1"}
    now = int(NOW.timestamp())
    claims = {**expected, "sub": "dock", "jti": "a", "iat": now, "exp": now + 60}
    token = sign(claims, (await ring.keys()).signing_at(NOW), "at+jwt")

    with pytest.raises(Unauthenticated, match=r"^The token does not say for which client it was issued\. Get an"):
        await AccessTokens(hub.db, ring, PUBLIC_URL, 3600, SettableClock(NOW)).verify(token)


@pytest.mark.usefixtures("humanitas")
async def test_an_assertion_is_forgotten_and_refused_by_the_clock_that_all_hosts_share(hub: AppState) -> None:
    form = assertion()
    real_clock = SettableClock(datetime.now(UTC))
    with api_of(replace(hub, real_clock=real_clock)) as app:
        async with Api(transport=ASGITransport(app), base_url=PUBLIC_URL) as client:
            first = await client.post("/oauth/token", data=form)
            real_clock.set(datetime.now(UTC) + timedelta(seconds=LIFE_SECONDS + 600))
            later = await client.post("/oauth/token", data=form)

    assert first.status_code == 200
    assert_refused(later, 400, "invalid_client")


@pytest.mark.usefixtures("humanitas")
async def test_an_assertion_cannot_be_used_twice(api: Api) -> None:
    form = assertion()
    await api.post("/oauth/token", data=form)

    response = await api.post("/oauth/token", data=form)

    assert_refused(response, 400, "invalid_client")
    assert "used before, by its 'jti'" in response.json()["error_description"]


@pytest.mark.usefixtures("humanitas")
@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": f"{PUBLIC_URL}/v1"},
        {"aud": [f"{PUBLIC_URL}/oauth/token", "https://elsewhere.example"]},
        {"aud": []},
        {"iss": "dock"},
        {"sub": "dock"},
        {"sub": "nobody", "iss": "nobody"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 86400},
        {"exp": 10**30},
        {"exp": 10**300},
        {"exp": True},
        {"exp": -1},
        {"jti": "short"},
        {"jti": "long" * 100},
    ],
)
async def test_a_wrong_assertion_is_refused(api: Api, wrong: dict[str, object]) -> None:
    response = await api.post("/oauth/token", data=assertion(**wrong))

    assert_refused(response, 400, "invalid_client")


@pytest.mark.usefixtures("humanitas")
@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"exp": int(time.time()) - 60}, "expired"),
        ({"iss": "dock"}, "has another 'iss' than 'sub'"),
        (
            {"aud": "https://elsewhere.example"},
            f"is not for this hub alone: 'aud' may be '{PUBLIC_URL}', '{PUBLIC_URL}/oauth/token'",
        ),
        ({"exp": int(time.time()) + 86400}, "is valid for too long; let 'exp' be within 3600 seconds"),
        ({"jti": "short"}, "needs a 'jti' of 128 random bits"),
        ({"jti": None}, "has no readable text in 'jti'"),
        ({"exp": None}, "has no number in 'exp'"),
        ({"iat": int(time.time()) + 86400}, "is from the future"),
    ],
)
async def test_the_sender_of_an_assertion_is_told_what_is_wrong_with_it_whoever_signed_it(
    api: Api, changes: dict[str, object], finding: str
) -> None:
    sent = assertion(**changes)
    unsigned = {**sent, "client_assertion": f"{sent['client_assertion'].rpartition('.')[0]}.AAAA"}

    answers = [await api.post("/oauth/token", data=each) for each in (sent, unsigned)]

    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["error_description"].startswith(f"The assertion {finding}")


@pytest.mark.usefixtures("humanitas")
@pytest.mark.parametrize(
    ("header", "finding"),
    [
        ({"alg": "HS256"}, "is signed with an algorithm that is not accepted here"),
        ({"alg": "none"}, "is signed with an algorithm that is not accepted here"),
        ({"typ": "at+jwt"}, "is of another kind, by the 'typ' in its header"),
        ({"crit": ["b64"]}, "asks for an extension"),
        ({"kid": 1}, "names no key"),
    ],
)
async def test_the_sender_of_an_assertion_is_told_what_is_wrong_with_its_header(
    api: Api, header: dict[str, object], finding: str
) -> None:
    claims = jwt.get_unverified_claims(assertion()["client_assertion"])

    response = await api.post(
        "/oauth/token", data=unverified({"alg": "RS256", "kid": CLIENT_KEY.kid, **header}, claims)
    )

    assert_refused(response, 400, "invalid_client")
    assert response.json()["error_description"].startswith(f"The assertion {finding}")


async def test_a_description_has_only_characters_that_oauth_allows(api: Api) -> None:
    odd = assertion(sub='h"\\é', iss='h"\\é', aud="x")

    response = await api.post("/oauth/token", data=odd)

    assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+", response.json()["error_description"])


@pytest.mark.usefixtures("humanitas")
async def test_an_assertion_may_be_valid_for_an_hour_as_libraries_make_them(api: Api) -> None:
    response = await api.post("/oauth/token", data=assertion(exp=int(time.time()) + 3600))

    assert response.status_code == 200


async def test_an_assertion_without_a_key_id_is_verified_with_each_key_of_its_client(api: Api, hub: AppState) -> None:
    elliptic = {**jwk_of(EC_KEY.public_key()), "kid": "ec"}
    keys = {"keys": [elliptic, new_signing_key().public_jwk, CLIENT_KEY.public_jwk]}
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=[], jwks=keys)

    answers = [
        await api.post("/oauth/token", data=without_key_id(signed, algorithm))
        for signed, algorithm in ((CLIENT_KEY.private_pem.decode(), "RS256"), (EC_PEM, "ES256"))
    ]
    another = await api.post("/oauth/token", data=without_key_id(another_signing_key().private_pem.decode(), "RS256"))

    assert [each.status_code for each in answers] == [200, 200]
    assert_refused(another, 400, "invalid_client")


async def test_a_client_may_sign_with_ps256(api: Api, hub: AppState) -> None:
    plain = {name: value for name, value in CLIENT_KEY.public_jwk.items() if name != "alg"}
    statuses = {}
    for alg, jwk in {"any": plain, "PS256": {**plain, "alg": "PS256"}, "RS256": {**plain, "alg": "RS256"}}.items():
        keys = {"keys": [jwk]}
        await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=[], jwks=keys)
        by_pss = await api.post("/oauth/token", data=signed_with_pss())
        by_rsa = await api.post("/oauth/token", data=assertion())
        statuses[alg] = (by_pss.status_code, by_rsa.status_code)

    assert statuses == {"any": (200, 200), "PS256": (200, 400), "RS256": (400, 200)}


@pytest.mark.usefixtures("humanitas")
async def test_an_access_token_is_no_assertion(api: Api) -> None:
    token = (await api.post("/oauth/token", data=assertion())).json()["access_token"]

    response = await api.post("/oauth/token", data={**BY_ASSERTION, "client_assertion": token})

    assert_refused(response, 400, "invalid_client")


def without_key_id(pem: str, algorithm: str) -> dict[str, str]:
    claims = jwt.get_unverified_claims(assertion()["client_assertion"])
    return {**BY_ASSERTION, "client_assertion": jwt.encode(claims, pem, algorithm)}


def signed_with_pss() -> dict[str, str]:
    """Return a token request whose assertion is signed with PS256, which the library of the hub cannot."""
    claims = jwt.get_unverified_claims(assertion()["client_assertion"])
    unsigned = unverified({"alg": "PS256", "kid": CLIENT_KEY.kid}, claims)["client_assertion"].rpartition(".")[0]
    key = load_pem_private_key(CLIENT_KEY.private_pem, None)
    assert isinstance(key, RSAPrivateKey)
    signature = key.sign(unsigned.encode(), PSS(MGF1(SHA256()), SHA256.digest_size), SHA256())
    encoded = urlsafe_b64encode(signature).rstrip(b"=").decode()
    return {**BY_ASSERTION, "client_assertion": f"{unsigned}.{encoded}"}


@pytest.mark.usefixtures("humanitas")
@pytest.mark.parametrize("audience", [PUBLIC_URL, [PUBLIC_URL], [f"{PUBLIC_URL}/oauth/token", PUBLIC_URL]])
async def test_an_assertion_may_be_for_the_issuer_of_the_tokens(api: Api, audience: object) -> None:
    response = await api.post("/oauth/token", data=assertion(aud=audience))

    assert response.status_code == 200


@pytest.mark.usefixtures("humanitas")
async def test_who_proved_nothing_gets_one_answer_whatever_was_wrong(api: Api, hub: AppState) -> None:
    by_the_key = assertion()
    used = assertion()
    assert (await api.post("/oauth/token", data=used)).status_code == 200
    tampered = used["client_assertion"][:-8] + "AAAAAAAA"
    inactive = ("dock", SECRET)
    await hub.db.write(revoke_client, hub.services, "dock")
    assertions: list[dict[str, Any]] = [
        {"data": signed_by_another()},
        {"data": signed_by_another(kid="another")},
        {"data": signed_by_another(sub="nobody", iss="nobody")},
        {"data": signed_by_another(sub="dock", iss="dock")},
        {"data": {**used, "client_assertion": tampered}},
        {"data": without_key_id(another_signing_key().private_pem.decode(), "RS256")},
        {"data": signed_with_pss()},
    ]
    logins = [{"data": GRANT, "auth": login} for login in (inactive, ("pit010", "wrong"), ("nobody", SECRET), ("", ""))]

    for sent, status in ((assertions, 400), (logins, 401)):
        answers = [await api.post("/oauth/token", **each) for each in sent]
        assert {(each.status_code, each.content) for each in answers} == {(status, answers[0].content)}
        assert answers[0].json()["error"] == "invalid_client"
    assert (await api.post("/oauth/token", data=by_the_key)).status_code == 200


@pytest.mark.usefixtures("humanitas")
async def test_a_client_gets_the_scopes_it_asks_for_and_no_others(api: Api) -> None:
    fewer = await api.post("/oauth/token", data={**assertion(), "scope": "referrals:read"})
    more = await api.post("/oauth/token", data={**assertion(), "scope": "referrals:read partners:read"})

    assert fewer.json()["scope"] == "referrals:read"
    assert_refused(more, 400, "invalid_scope")


async def test_a_secret_gives_a_token_in_the_sandbox(api: Api) -> None:
    by_body = await api.post("/oauth/token", data={**GRANT, "client_id": "dock", "client_secret": SECRET})
    by_header = await api.post("/oauth/token", data=GRANT, auth=("dock", SECRET))

    assert (by_body.status_code, by_header.status_code) == (200, 200)


@pytest.mark.parametrize("login", [("dock", "wrong"), ("nobody", SECRET), ("", ""), ("humanitas", SECRET)])
@pytest.mark.usefixtures("humanitas")
async def test_a_wrong_secret_and_an_unknown_client_are_told_alike(api: Api, login: tuple[str, str]) -> None:
    response = await api.post("/oauth/token", data=GRANT, auth=login)

    assert_refused(response, 401, "invalid_client")
    assert response.json()["error_description"].startswith("The client is not known or not active, or this is not")
    assert response.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        ("scope=referrals%3Aread", "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type", "invalid_request"),
        ("%ff=%ff&grant_type=client_credentials&" + "&".join(f"a{n}=1" for n in range(50)), "invalid_request"),
        ("grant_type=client_credentials&client_assertion=x", "invalid_request"),
    ],
)
async def test_an_incomplete_request_says_what_is_missing(api: Api, form: str, error: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    response = await api.post("/oauth/token", content=form, headers=headers)

    assert_refused(response, 400, error)


async def test_the_parameter_of_a_form_that_is_wrong_is_named_when_the_hub_knows_it(api: Api) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for form, said in {
        "scope=a&scope=b&grant_type=x": "Give each parameter once; twice or more there is: 'scope'.",
        "J.Smit=1&scope=&J.Smit=2&scope=": "Give each parameter once; twice or more there is: 'scope', "
        "a parameter that the hub does not know.",
        "grant_type=x%00": "Leave the NUL character out of 'grant_type'.",
        "J.Smit=%00": "Leave the NUL character out of a parameter that the hub does not know.",
        "scope=%ff": "The body is not a form; send name=value with & in between, percent-encoded in UTF-8.",
    }.items():
        response = await api.post("/oauth/token", content=form, headers=headers)

        assert response.json()["error_description"].replace('"', "'") == said


@pytest.mark.parametrize("authorization", ["Basic !", "Basic ZG9jaw==", "Bearer x", "Basic /w=="])
async def test_a_strange_authorization_is_refused(api: Api, authorization: str) -> None:
    response = await api.post("/oauth/token", data=GRANT, headers={"Authorization": authorization})

    assert_refused(response, 401, "invalid_client")


async def test_two_proofs_at_once_are_refused(api: Api) -> None:
    response = await api.post("/oauth/token", data={**GRANT, "client_secret": SECRET}, auth=("dock", SECRET))

    assert_refused(response, 401, "invalid_client")


@directly(reason="nginx refuses two headers Authorization")
async def test_two_headers_with_a_proof_are_refused(api: Api) -> None:
    proof = ("Authorization", f"Basic {b64encode(f'dock:{SECRET}'.encode()).decode()}")

    answers = [await api.post("/oauth/token", data=GRANT, headers=[proof] * times) for times in (1, 2)]

    assert [each.status_code for each in answers] == [200, 401]


async def test_json_is_not_a_token_request(api: Api) -> None:
    response = await api.post("/oauth/token", json=GRANT)

    assert response.status_code == 415


@pytest.mark.parametrize("token", ["x", "x.y.z", "é", ""])
async def test_a_strange_token_is_a_401(api: Api, token: str) -> None:
    headers = {b"Authorization": f"Bearer {token}".encode()}

    response = await api.get("/v1/organisations", headers=headers)

    assert response.status_code == 401


async def test_a_token_for_another_hub_is_refused(api: Api, hub: AppState) -> None:
    other = build_app_state(hub.db, hub.services, sandbox_settings("https://other.example.nl"))
    client = await other.clients.find("dock")
    assert client is not None
    token = await other.tokens.issue(client, client.scopes)

    response = await api.get("/v1/organisations", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


async def test_an_assertion_is_no_access_token(api: Api) -> None:
    headers = {"Authorization": f"Bearer {assertion()['client_assertion']}"}

    response = await api.get("/v1/organisations", headers=headers)

    assert response.status_code == 401


async def test_a_scope_taken_from_a_client_is_gone_from_its_tokens(api: Api, dock: Api, hub: AppState) -> None:
    scopes = ["referrals:read"]
    await hub.db.write(save_client, hub.services, "dock", organisation_code="dock", scopes=scopes, secret=SECRET)

    response = await api.get("/v1/organisations", headers=dock.headers)

    assert response.status_code == 403


async def test_a_key_made_by_another_process_is_found(hub: AppState, services: Services) -> None:
    now = [0.0]
    ring = KeyRing(hub.db, services, timer=lambda: now[0])
    await ring.keys()
    await hub.db.write(add_signing_key, services, CLIENT_KEY)

    now[0] = REFRESH_SECONDS

    assert CLIENT_KEY.kid in (await ring.keys(CLIENT_KEY.kid)).verifying


async def test_invented_key_ids_do_not_make_the_hub_read_its_keys_each_time(hub: AppState, services: Services) -> None:
    ring = KeyRing(hub.db, services, timer=lambda: 0.0)
    first = await ring.keys()

    assert await ring.keys("invented") is first


async def test_a_signing_key_is_made_once_and_kept_sealed(hub: AppState, services: Services) -> None:
    before = await hub.db.read(signing_keys, services)

    after = await hub.db.write(ensure_signing_key, services, new_signing_key)

    assert [key.kid for key in after] == [key.kid for key in before] == [session_key().kid]
    assert after[0].private_pem == session_key().private_pem


@pytest.mark.parametrize(
    ("credentials", "field"),
    [
        ({}, "jwks"),
        ({"secret": "short"}, "secret"),
        ({"jwks": {}}, "jwks"),
        ({"jwks": {"keys": []}}, "jwks"),
        ({"jwks": {"keys": [{"kty": "oct", "kid": "1", "k": "x"}]}}, "jwks"),
        ({"jwks": {"keys": [{**CLIENT_KEY.public_jwk, "d": "private"}]}}, "jwks"),
    ],
)
async def test_a_client_without_proper_proof_cannot_be_registered(
    hub: AppState, credentials: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await hub.db.write(save_client, hub.services, "new", organisation_code="dock", scopes=[], **credentials)

    assert refused.value.faults[0].field == field


async def test_a_client_cannot_have_an_unknown_scope(hub: AppState) -> None:
    with pytest.raises(InvalidInput) as refused:
        await hub.db.write(save_client, hub.services, "new", organisation_code="dock", scopes=["all"], secret=SECRET)

    assert refused.value.faults[0].field == "scopes"


async def test_shared_secrets_do_not_exist_outside_the_sandbox(hub: AppState) -> None:
    production = replace(hub, sandbox=False)
    async with Api(transport=ASGITransport(create_api(production)), base_url=PUBLIC_URL) as client:
        response = await client.post("/oauth/token", data=GRANT, auth=("dock", SECRET))
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()

    assert_refused(response, 401, "invalid_client")
    assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
