"""A client can revoke an access token of its own (RFC 7009), and every process refuses it from then on."""

import asyncio
from typing import Any

import pytest
from httpx import ASGITransport
from structlog.testing import capture_logs

from app.api.app import create_api
from app.api.state import AppState
from app.bootstrap import build_app_state
from app.database import Database
from app.operations.access.clients import save_client
from app.operations.access.version import read_access_version
from tests.api.conftest import PUBLIC_URL, SECRET, Api, sandbox_settings, token_of
from tests.support.assertions import JWKS, assertion
from tests.support.patience import PATIENCE

LOGIN = ("dock", SECRET)


@pytest.fixture
async def other(hub: AppState, database: Database) -> AppState:
    """Return another process over the same database, which has not noticed anything yet."""
    state = build_app_state(database, hub.services, sandbox_settings(), outbound=hub.outbound)
    await state.watch.look()
    return state


async def status_with(api: Api, token: str) -> int:
    return (await api.get("/v1/organisations", headers={"Authorization": f"Bearer {token}"})).status_code


async def status_at(state: AppState, token: str) -> int:
    async with Api(transport=ASGITransport(create_api(state)), base_url=PUBLIC_URL) as client:
        return await status_with(client, token)


async def test_a_revoked_token_is_refused_at_once_and_in_every_process_and_others_are_not(
    api: Api, hub: AppState, other: AppState
) -> None:
    token, kept = await token_of(hub, "dock"), await token_of(hub, "dock")
    before = [await status_with(api, token), await status_at(other, token), await status_at(other, kept)]

    answered = await api.post("/oauth/revoke", data={"token": token, "token_type_hint": "access_token"}, auth=LOGIN)
    here = [await status_with(api, token), await status_with(api, kept)]
    await other.watch.look()

    assert before == [200, 200, 200]
    assert (answered.status_code, answered.content) == (200, b"")
    assert here == [401, 200]
    assert [await status_at(other, token), await status_at(other, kept)] == [401, 200]


async def test_a_revoked_token_stays_refused_in_a_process_that_starts_later(api: Api, hub: AppState) -> None:
    token = await token_of(hub, "dock")
    await api.post("/oauth/revoke", data={"token": token}, auth=LOGIN)

    later = build_app_state(hub.db, hub.services, sandbox_settings(), outbound=hub.outbound)

    assert await status_at(later, token) == 401


async def test_a_poll_that_waits_ends_when_its_token_is_revoked(api: Api, dock: Api, hub: AppState) -> None:
    token = dock.headers["Authorization"].removeprefix("Bearer ")
    poll = asyncio.create_task(dock.get("/v1/events", params={"wait": 30}))
    async with asyncio.timeout(PATIENCE):
        while not hub.running.present():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)

    await api.post("/oauth/revoke", data={"token": token}, auth=LOGIN)

    async with asyncio.timeout(PATIENCE):
        assert (await poll).status_code == 401


async def test_a_client_with_a_key_revokes_with_an_assertion_for_any_name_of_the_hub(api: Api, hub: AppState) -> None:
    scopes = ["organisations:read"]
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=scopes, jwks=JWKS)
    audiences = [PUBLIC_URL, f"{PUBLIC_URL}/oauth/token", f"{PUBLIC_URL}/oauth/revoke"]

    for audience in audiences:
        token = await token_of(hub, "humanitas")
        answered = await api.post("/oauth/revoke", data={**assertion(aud=audience), "token": token})
        assert (answered.status_code, await status_with(api, token)) == (200, 401)

    elsewhere = await api.post("/oauth/token", data=assertion(aud=audiences[-1]))
    assert elsewhere.json()["error"] == "invalid_client"


@pytest.mark.parametrize("given", ["", "x", "x.y.z", "\u00e9", "a" * 9000])
async def test_a_token_that_is_not_valid_anyway_is_no_error(api: Api, given: str) -> None:
    answered = await api.post("/oauth/revoke", data={"token": given}, auth=LOGIN)

    assert answered.status_code == 200


async def test_a_token_can_be_revoked_again_and_by_two_at_once(api: Api, hub: AppState) -> None:
    token = await token_of(hub, "dock")

    answers = await asyncio.gather(*(api.post("/oauth/revoke", data={"token": token}, auth=LOGIN) for _ in range(4)))
    again = await api.post("/oauth/revoke", data={"token": token}, auth=LOGIN)

    assert {each.status_code for each in (*answers, again)} == {200}
    assert await status_with(api, token) == 401


async def test_only_the_first_revocation_of_a_token_makes_processes_read_again_who_may_call(
    api: Api, hub: AppState, other: AppState
) -> None:
    token, anothers = await token_of(hub, "dock"), await token_of(hub, "pit010")
    before = await hub.db.read(read_access_version)
    await other.tokens.verify(token)
    for given in (anothers, "x.y.z", f"{token[:-4]}AAAA"):
        await api.post("/oauth/revoke", data={"token": given}, auth=LOGIN)
    unchanged = await hub.db.read(read_access_version)
    await api.post("/oauth/revoke", data={"token": token}, auth=LOGIN)
    revoked = await hub.db.read(read_access_version)
    # The other process has not noticed yet, and takes the token for valid.
    async with Api(transport=ASGITransport(create_api(other)), base_url=PUBLIC_URL) as client:
        again = await client.post("/oauth/revoke", data={"token": token}, auth=LOGIN)

    assert again.status_code == 200
    assert before == unchanged != revoked
    assert await hub.db.read(read_access_version) == revoked


async def test_a_client_cannot_revoke_the_token_of_another(api: Api, hub: AppState) -> None:
    token = await token_of(hub, "pit010")

    answered = await api.post("/oauth/revoke", data={"token": token}, auth=LOGIN)

    assert (answered.status_code, answered.json()["error"]) == (400, "invalid_grant")
    assert await status_with(api, token) == 200


@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        ({"data": {}, "auth": LOGIN}, 400, "invalid_request"),
        ({"data": {"token": "x"}}, 400, "invalid_client"),
        ({"data": {"token": "x"}, "auth": ("dock", "wrong")}, 401, "invalid_client"),
        ({"data": {"token": "x"}, "auth": ("nobody", SECRET)}, 401, "invalid_client"),
    ],
)
async def test_whoever_is_no_client_revokes_nothing(api: Api, options: Any, status: int, error: str) -> None:
    answered = await api.post("/oauth/revoke", **options)

    assert (answered.status_code, answered.json()["error"]) == (status, error)
    assert answered.headers["content-type"] == "application/json"


async def test_a_revocation_has_one_line_in_the_security_log_without_the_token(api: Api, hub: AppState) -> None:
    token = await token_of(hub, "dock")

    with capture_logs() as lines:
        for _ in range(2):
            await api.post("/oauth/revoke", data={"token": token}, auth=LOGIN)

    (line,) = [each for each in lines if each["event"] == "security_token_revoked"]
    assert (line["channel"], line["client"], line["by"]) == ("security", "dock", "dock")
    assert token not in repr(lines)
