"""The API behind nginx with gzip, TLS and HTTP/2, with the configuration of the documentation.

All tests of the API go this way with ``TEST_PROXY=nginx``; these do always, where nginx is installed.
"""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from starlette.types import ASGIApp

from app.api.state import AppState
from app.database import Database
from app.operations.access.clients import save_client
from tests.api.conftest import PUBLIC_URL, SECRET, Api
from tests.support.api_calls import path_for, refer, referral
from tests.support.assertions import GRANT, JWKS, assertion
from tests.support.nginx import behind_nginx


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Return the faster store: this is about the edge, which is the same on both."""
    return sqlite_database


@pytest.fixture
async def to_hub(app: ASGIApp) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Return the way to the API through nginx."""
    async with behind_nginx(app) as transport:
        yield transport


async def test_answers_are_compressed_and_their_weak_tags_allow_a_change(dock: Api, etf: Api) -> None:
    await refer(dock, reference="K-1")
    path = f"/v1{await path_for(etf, 'K-1')}"
    read = await etf.get(path)

    confirmed = await etf.post(f"{path}/confirmation", json={}, headers={"If-Match": read.headers["etag"]})
    stale = await etf.post(f"{path}/confirmation", json={}, headers={"If-Match": read.headers["etag"]})

    assert (read.http_version, read.headers["content-encoding"]) == ("HTTP/2", "gzip")
    assert [confirmed.status_code, stale.status_code] == [200, 412]
    assert stale.headers["content-type"] == "application/problem+json"


async def test_a_repeated_change_is_answered_as_the_first(dock: Api) -> None:
    key = {"Idempotency-Key": str(uuid4())}

    first, again = [await dock.post("/v1/referrals", json=referral(reference="K-1"), headers=key) for _ in range(2)]

    assert [first.status_code, again.status_code] == [201, 201]
    assert (first.content, first.headers["location"]) == (again.content, again.headers["location"])
    assert again.headers["idempotency-replayed"] == "true"


async def test_pages_lead_to_each_other(dock: Api) -> None:
    for number in range(3):
        await refer(dock, reference=f"K-{number}")

    page = await dock.get("/v1/referrals", params={"limit": 2})
    rest = await dock.get(page.links["next"]["url"])

    assert [len(each.json()["items"]) for each in (page, rest)] == [2, 1]


async def test_tokens_are_given_and_revoked_and_errors_reach_their_client(api: Api, hub: AppState) -> None:
    scopes = ["organisations:read"]
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=scopes, jwks=JWKS)

    token = (await api.post("/oauth/token", data=assertion())).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    before = await api.get("/v1/organisations", headers=headers)
    await api.post("/oauth/revoke", data={**assertion(aud=PUBLIC_URL), "token": token})
    after = await api.get("/v1/organisations", headers=headers)
    refused = await api.post("/oauth/token", data=GRANT, auth=("dock", "wrong"))

    assert [before.status_code, after.status_code] == [200, 401]
    assert 'error="invalid_token"' in after.headers["www-authenticate"]
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert (await api.post("/oauth/token", data=GRANT, auth=("dock", SECRET))).status_code == 200


async def test_a_poll_waits_while_others_are_answered(dock: Api, hub: AppState) -> None:
    poll = asyncio.create_task(dock.get("/v1/events", params={"wait": 1}))
    others = await asyncio.gather(*(dock.get("/v1/referrals") for _ in range(30)))

    assert {each.status_code for each in others} == {200}
    assert {each.http_version for each in (*others, await poll)} == {"HTTP/2"}
    assert (await poll).json()["items"] == []
