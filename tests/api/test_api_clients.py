"""Clients of the API, organisations and signing keys over the API, by the operator."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.api.auth.tokens import new_signing_key
from app.api.state import AppState
from app.operations.access.clients import change_scopes
from tests.api.conftest import PUBLIC_URL, Api, SignIn, token_of
from tests.support.api_calls import fault

KEYS = {"keys": [dict(new_signing_key().public_jwk) | {"kid": "old"}]}
NEW_KEYS = {"keys": [dict(new_signing_key().public_jwk) | {"kid": "new"}]}
NEW = {"organisationCode": "dock", "scopes": ["referrals:read", "organisations:read"], "jwks": KEYS}

ANY = {"If-Match": "*"}
CALLS: Mapping[tuple[str, str], Any] = {
    ("GET", "/v1/api-clients"): None,
    ("GET", "/v1/api-clients/dock"): None,
    ("PUT", "/v1/api-clients/new"): NEW,
    ("PUT", "/v1/api-clients/dock/scopes"): {"scopes": ["referrals:read"]},
    ("POST", "/v1/api-clients/dock/key-rotation"): {"jwks": NEW_KEYS},
    ("POST", "/v1/api-clients/dock/revocation"): None,
    ("POST", "/v1/organisations/dock/deactivation"): None,
    ("POST", "/v1/organisations/dock/activation"): None,
    ("GET", "/v1/signing-keys"): None,
    ("POST", "/v1/signing-keys/rotation"): {"revokeOthers": True},
}


async def test_a_client_is_registered_and_read(operator: Api) -> None:
    made = await operator.put("/v1/api-clients/new", json=NEW)
    read = await operator.get("/v1/api-clients/new")

    assert (made.status_code, made.headers["location"]) == (201, f"{PUBLIC_URL}/v1/api-clients/new")
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    assert read.json() == {
        "clientId": "new",
        "organisation": "dock",
        "scopes": ["organisations:read", "referrals:read"],
        "authentication": ["private_key_jwt"],
        "active": True,
        "keyIds": ["old"],
        "createdAt": read.json()["createdAt"],
    }


async def test_a_revoked_client_is_refused_as_soon_as_that_is_answered(operator: Api, dock: Api, hub: AppState) -> None:
    before = await dock.get("/v1/organisations")

    revoked = await operator.post("/v1/api-clients/dock/revocation", headers=ANY)
    after = await dock.get("/v1/organisations")

    assert (before.status_code, revoked.status_code, after.status_code) == (200, 200, 401)
    assert revoked.json()["active"] is False


async def test_an_operator_may_cut_itself_off_and_is_answered(operator: Api) -> None:
    revoked = await operator.post("/v1/api-clients/operator/revocation", headers=ANY)

    assert revoked.status_code == 200
    assert (await operator.get("/v1/api-clients")).status_code == 401


async def test_keys_are_rotated_with_an_overlap_and_at_once(operator: Api, sign_in: SignIn) -> None:
    await operator.put("/v1/api-clients/new", json=NEW)
    client = await sign_in("new")

    overlapping = await operator.post("/v1/api-clients/new/key-rotation", json={"jwks": NEW_KEYS}, headers=ANY)
    during = await client.get("/v1/organisations")
    at_once = await operator.post(
        "/v1/api-clients/new/key-rotation", json={"jwks": KEYS, "overlapHours": 0}, headers=ANY
    )
    after = await client.get("/v1/organisations")

    assert (overlapping.json()["keyIds"], overlapping.json()["previousKeyIds"]) == (["new"], ["old"])
    assert (at_once.json()["keyIds"], at_once.json().get("previousKeyIds")) == (["old"], None)
    assert (during.status_code, after.status_code) == (200, 401)


async def test_a_revoked_client_gets_no_new_keys_until_it_is_registered_again(operator: Api) -> None:
    await operator.put("/v1/api-clients/new", json=NEW)
    await operator.post("/v1/api-clients/new/revocation", headers=ANY)

    rotated = await operator.post("/v1/api-clients/new/key-rotation", json={"jwks": NEW_KEYS}, headers=ANY)
    again = await operator.put("/v1/api-clients/new", json=NEW, headers=ANY)

    assert (rotated.status_code, rotated.json()["code"]) == (409, "transition-not-allowed")
    assert (again.status_code, again.json()["active"]) == (200, True)


async def test_an_organisation_is_cut_off_and_taken_back(operator: Api, dock: Api, hub: AppState) -> None:
    made = await dock.post("/v1/subscriptions", json={"url": "https://hooks.example.nl/hub"})
    path = f"/v1/subscriptions/{made.json()['id']}"
    old = (await operator.get("/v1/subscriptions")).json()["items"][0]

    cut_off = await operator.post("/v1/organisations/dock/deactivation", headers=ANY)
    refused = await dock.get(path)
    paused = (await operator.get("/v1/subscriptions")).json()["items"][0]
    again = await operator.post("/v1/organisations/dock/activation", headers=ANY)
    old_token = await dock.get(path)
    new_token = {"Authorization": f"Bearer {await token_of(hub, 'dock')}"}
    present = (await operator.get("/v1/subscriptions")).json()["items"][0]

    assert (cut_off.json()["active"], again.json()["active"]) == (False, True)
    assert (refused.status_code, old_token.status_code) == (401, 401)
    assert (await dock.get(path, headers=new_token)).status_code == 200
    assert (old["status"], paused["status"], present["status"]) == ("active", "paused", "active")
    assert paused["statusReason"] == "organisation-not-active"


async def test_the_operator_cannot_be_cut_off_as_a_whole(operator: Api) -> None:
    response = await operator.post("/v1/organisations/beheer/deactivation", headers=ANY)

    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert (await operator.get("/v1/api-clients")).status_code == 200


async def test_a_signing_key_that_leaked_ends_every_token(operator: Api, dock: Api) -> None:
    published = await operator.post("/v1/signing-keys/rotation", json={})
    still = await dock.get("/v1/organisations")

    revoked = await operator.post("/v1/signing-keys/rotation", json={"revokeOthers": True})

    assert [each["state"] for each in published.json()["items"]] == ["published", "signs"]
    assert [each["state"] for each in revoked.json()["items"]] == ["signs", "revoked", "revoked"]
    assert still.status_code == 200
    assert [(await each.get("/v1/organisations")).status_code for each in (operator, dock)] == [401, 401]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_only_the_operator_looks_after_access(sign_in: SignIn, method: str, path: str, hub: AppState) -> None:
    scopes = {"api-clients:read", "api-clients:manage", "organisations:manage"}
    await hub.db.write(change_scopes, hub.services, "dock", scopes)
    await hub.watch.look()
    dock = await sign_in("dock")

    response = await dock.request(method, path, json=CALLS[method, path], headers=ANY)

    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("method", "path"), [call for call in CALLS if call[0] != "GET" and call[1].split("/")[3] == "dock"]
)
async def test_changes_need_the_present_state_and_are_made_once(operator: Api, method: str, path: str) -> None:
    body, key = CALLS[method, path], {"Idempotency-Key": "once"}

    without = await operator.request(method, path, json=body)
    stale = await operator.request(method, path, json=body, headers={"If-Match": '"old"'})
    first = await operator.request(method, path, json=body, headers=ANY | key)
    second = await operator.request(method, path, json=body, headers=ANY | key)

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (first.status_code, second.content) == (200, first.content)
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_rotation_of_the_signing_key_is_made_once(operator: Api) -> None:
    key = {"Idempotency-Key": "once"}

    first = await operator.post("/v1/signing-keys/rotation", json={}, headers=key)
    second = await operator.post("/v1/signing-keys/rotation", json={}, headers=key)

    assert (first.status_code, second.content) == (200, first.content)


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"organisationCode": "atlantis"}, "organisationCode", "known-organisation"),
        ({"scopes": ["referrals:all"]}, "scopes", "known-scope"),
        ({"jwks": {"keys": [{**KEYS["keys"][0], "d": "private"}]}}, "jwks", "public-keys"),
        ({"jwks": {"keys": [{**KEYS["keys"][0], "x5c": ["\x00"]}]}}, "jwks", "public-keys"),
        ({"jwks": {}}, "jwks", "public-keys"),
    ],
)
async def test_what_cannot_be_registered_is_named(operator: Api, changed: Any, field: str, rule: str) -> None:
    assert fault(await operator.put("/v1/api-clients/new", json=NEW | changed)) == (field, rule)


async def test_the_pages_have_every_client_once(operator: Api) -> None:
    everything = (await operator.get("/v1/api-clients")).json()["items"]
    found, page = [], await operator.get("/v1/api-clients", params={"limit": 3})

    while "next" in page.links:
        found += page.json()["items"]
        page = await operator.get(page.links["next"]["url"])

    assert found + page.json()["items"] == everything
