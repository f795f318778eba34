"""Everybody can be cut off, with the tokens that they have, also those that were verified before."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx import ASGITransport

from app.api.app import create_api
from app.api.auth.access_tokens import AccessTokens
from app.api.auth.keys import KeyRing, renew_old_key
from app.api.auth.tokens import new_signing_key
from app.api.state import AppState
from app.bootstrap import build_app_state
from app.database import Connection, Database
from app.operations.access.clients import (
    NewProof,
    change_scopes,
    find_client,
    revoke_client,
    rotate_keys,
    save_client,
)
from app.operations.access.signing_keys import KeyState, rotate_signing_key, view_signing_keys
from app.sandbox.runtime import SettableClock
from tests.api.conftest import NOW, PUBLIC_URL, SECRET, Api, sandbox_settings, token_of
from tests.support.patience import PATIENCE

KEYS = {"keys": [new_signing_key().public_jwk]}
NEW_KEYS = {"keys": [new_signing_key().public_jwk]}

Change = Callable[[Connection, Any], object]

CUTS: dict[str, Change] = {
    "revoked": lambda tx, services: revoke_client(tx, services, "dock"),
    "rotated at once": lambda tx, services: rotate_keys(tx, services, "dock", NewProof(jwks=NEW_KEYS)),
    "replaced": lambda tx, services: save_client(
        tx, services, "dock", organisation_code="dock", scopes=["organisations:read"], jwks=NEW_KEYS
    ),
    "signing key revoked": lambda tx, services: rotate_signing_key(
        tx, services, new_signing_key(), NOW, revoke_others=True
    ),
}


@pytest.fixture
async def other(hub: AppState, database: Database) -> AppState:
    """Return another process over the same database, which has not noticed anything yet."""
    state = build_app_state(database, hub.services, sandbox_settings(), outbound=hub.outbound)
    await state.watch.look()
    return state


async def status_at(state: AppState, token: str, path: str = "/v1/organisations") -> int:
    async with Api(transport=ASGITransport(create_api(state)), base_url=PUBLIC_URL) as client:
        return (await client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code


async def is_running(hub: AppState) -> None:
    """Return once the hub answers a request."""
    async with asyncio.timeout(PATIENCE):
        while not hub.running.present():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
async def test_a_token_that_was_verified_before_is_refused_in_every_process(
    hub: AppState, other: AppState, cut: Change
) -> None:
    token = await token_of(hub, "dock")
    before = await status_at(other, token)

    await hub.db.write(cut, hub.services)
    await other.watch.look()

    assert (before, await status_at(other, token)) == (200, 401)


async def test_narrowed_scopes_narrow_the_tokens_that_were_issued(hub: AppState, other: AppState) -> None:
    token = await token_of(hub, "dock")
    before = await status_at(other, token)

    await hub.db.write(change_scopes, hub.services, "dock", ["referrals:read"])
    await other.watch.look()

    assert (before, await status_at(other, token)) == (200, 403)
    assert await status_at(other, token, "/v1/referrals") == 200


async def test_what_was_revoked_stays_refused_when_its_client_is_active_again(hub: AppState) -> None:
    token = await token_of(hub, "dock")
    await hub.db.write(revoke_client, hub.services, "dock")
    await hub.db.write(
        save_client, hub.services, "dock", organisation_code="dock", scopes=["organisations:read"], secret=SECRET
    )

    # All within the same second of the clock by which tokens are issued.
    assert await status_at(hub, token) == 401
    assert await status_at(hub, await token_of(hub, "dock")) == 200


async def test_a_token_that_is_issued_while_its_client_is_revoked_is_refused(hub: AppState) -> None:
    client = await hub.db.read(find_client, "dock")
    assert client is not None
    await hub.db.write(revoke_client, hub.services, "dock")
    await hub.db.write(
        save_client, hub.services, "dock", organisation_code="dock", scopes=["organisations:read"], secret=SECRET
    )

    token = await hub.tokens.issue(client, client.scopes)

    assert await status_at(hub, token) == 401


async def test_a_rotation_with_an_overlap_leaves_tokens_and_both_keys_valid_until_it_ends(hub: AppState) -> None:
    await hub.db.write(
        save_client, hub.services, "keyed", organisation_code="dock", scopes=["organisations:read"], jwks=KEYS
    )
    token, until = await token_of(hub, "keyed"), NOW + timedelta(hours=1)

    rotated = await hub.db.write(rotate_keys, hub.services, "keyed", NewProof(jwks=NEW_KEYS, previous_until=until))

    assert await status_at(hub, token) == 200
    assert [*rotated.keys_at(until - timedelta(seconds=1))] == [*NEW_KEYS["keys"], *KEYS["keys"]]
    assert [*rotated.keys_at(until)] == NEW_KEYS["keys"]


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
async def test_a_poll_that_waits_ends_when_its_client_is_cut_off(dock: Api, hub: AppState, cut: Change) -> None:
    poll = asyncio.create_task(dock.get("/v1/events", params={"wait": 30}))
    await is_running(hub)

    await hub.db.write(cut, hub.services)
    await hub.watch.look()

    async with asyncio.timeout(PATIENCE):
        response = await poll
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


async def test_a_poll_ends_when_its_scope_is_taken_away_and_goes_on_when_another_is(dock: Api, hub: AppState) -> None:
    poll = asyncio.create_task(dock.get("/v1/events", params={"wait": 30}))
    await is_running(hub)

    await hub.db.write(change_scopes, hub.services, "dock", ["events:read"])
    await hub.watch.look()
    waits = not poll.done()
    await hub.db.write(change_scopes, hub.services, "dock", ["referrals:read"])
    await hub.watch.look()

    async with asyncio.timeout(PATIENCE):
        assert (waits, (await poll).status_code) == (True, 403)


async def test_requests_that_were_answered_are_not_kept(dock: Api, hub: AppState) -> None:
    for path in ("/v1/organisations", "/v1/nothing", "/v1/referrals"):
        await dock.get(path)

    assert not hub.running.present()


async def test_a_new_key_signs_after_it_was_published_for_a_while(hub: AppState) -> None:
    clock = SettableClock(NOW)
    first = (await hub.tokens.public_keys())[0]["kid"]
    tokens = AccessTokens(hub.db, KeyRing(hub.db, hub.services), PUBLIC_URL, 3600, clock)
    client = await hub.db.read(find_client, "dock")
    assert client is not None
    old = await tokens.issue(client, client.scopes)

    new, _ = await hub.db.write(rotate_signing_key, hub.services, new_signing_key(), NOW)
    tokens.forget()
    published = [each["kid"] for each in await tokens.public_keys()]
    waits = (await tokens.verify(await tokens.issue(client, client.scopes))).key_id
    clock.set(NOW + timedelta(hours=1))
    signs = (await tokens.verify(await tokens.issue(client, client.scopes))).key_id

    assert published == [new.kid, first]
    assert (waits, signs) == (first, new.kid)
    assert (await tokens.verify(old)).key_id == first


async def test_keys_are_deleted_when_no_valid_token_was_signed_with_them(hub: AppState) -> None:
    async def rotate(days: float, *, revoke_others: bool = False) -> list[KeyState]:
        now = NOW + timedelta(days=days)
        await hub.db.write(rotate_signing_key, hub.services, new_signing_key(), now, revoke_others=revoke_others)
        return [each.state for each in await hub.db.read(view_signing_keys, now)]

    assert await rotate(0) == [KeyState.PUBLISHED, KeyState.SIGNS]
    assert await rotate(0.5) == [KeyState.PUBLISHED, KeyState.SIGNS, KeyState.VERIFIES]
    assert await rotate(2) == [KeyState.PUBLISHED, KeyState.SIGNS]
    assert await rotate(2.1, revoke_others=True) == [KeyState.SIGNS, KeyState.REVOKED, KeyState.REVOKED]
    assert await rotate(4) == [KeyState.PUBLISHED, KeyState.SIGNS]


async def test_a_key_that_is_old_is_replaced_once_by_all_processes(hub: AppState) -> None:
    clock, oldest = SettableClock(NOW + timedelta(days=89)), timedelta(days=90)

    async def kids() -> list[str]:
        await asyncio.gather(*(renew_old_key(hub.db, hub.services, clock, oldest) for _ in range(2)))
        return [each.kid for each in await hub.db.read(view_signing_keys, clock.now())]

    young = await kids()
    clock.set(NOW + timedelta(days=90))
    old = await kids()

    assert (len(young), len(old), old[1:]) == (1, 2, young)
