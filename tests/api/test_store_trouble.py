"""What callers and orchestrators are told while the store cannot work, and that nothing is lost by it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from app.api.state import AppState
from tests.api.conftest import Api, SignIn
from tests.support.api_calls import referral
from tests.support.postgres import PostgresServer
from tests.support.store_trouble import leave_no_room, read_only, without_room

KEY = {"Idempotency-Key": "once-only"}

Trouble = Callable[[PostgresServer, str], AbstractAsyncContextManager[None]]


def is_told_to_come_back(response: httpx.Response) -> bool:
    return (
        response.status_code == 503
        and int(response.headers["Retry-After"]) > 0
        and response.headers["Content-Type"] == "application/problem+json"
        and response.json()["code"] == "unavailable"
        and "same Idempotency-Key" in response.json()["detail"]
    )


async def kept_once(dock: Api) -> bool:
    """Return whether the referral is made now, and is the only one."""
    made = await dock.post("/v1/referrals", json=referral(), headers=KEY)
    listed = (await dock.get("/v1/referrals")).json()["items"]
    return made.status_code == 201 and [each["id"] for each in listed] == [made.json()["id"]]


async def refer_until_refused(dock: Api) -> tuple[set[str], httpx.Response, dict[str, str]]:
    """Return the referrals that were made while the file had room, and the answer and key of the one that was not."""
    made: set[str] = set()
    while True:
        key = {"Idempotency-Key": f"referral-{len(made)}"}
        answered = await dock.post("/v1/referrals", json=referral(), headers=key)
        if answered.status_code != 201:
            return made, answered, key
        made.add(answered.json()["id"])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("trouble", [read_only, without_room])
async def test_while_postgresql_takes_no_writes_changes_wait_and_reading_goes_on(
    trouble: Trouble, sign_in: SignIn, postgres_server: PostgresServer, database_url: str
) -> None:
    dock = await sign_in("dock")

    async with trouble(postgres_server, database_url):
        refused = [await dock.post("/v1/referrals", json=referral(), headers=KEY) for _ in range(3)]
        listed = await dock.get("/v1/referrals")

    assert [is_told_to_come_back(each) for each in refused] == [True] * 3
    assert (listed.status_code, listed.json()["items"]) == (200, [])
    assert await kept_once(dock)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_readiness_tells_that_postgresql_is_read_only_until_it_is_not(
    hub: AppState, api: Api, postgres_server: PostgresServer, database_url: str
) -> None:
    async with read_only(postgres_server, database_url):
        first = await api.get("/healthz/ready")
        meanwhile = [await api.get("/healthz/ready") for _ in range(2)]
    afterwards = await api.get("/healthz/ready")

    # The first one may find that the connection ended.
    assert {each.status_code for each in (first, *meanwhile)} == {503}
    for each in meanwhile:
        assert int(each.headers["Retry-After"]) > 0
        assert "takes no writes (ReadOnlySQLTransactionError); end its read-only mode" in each.json()["detail"]
    assert afterwards.status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_change_that_finds_the_disk_of_sqlite_full_is_made_when_there_is_room(
    hub: AppState, sign_in: SignIn
) -> None:
    dock = await sign_in("dock")

    await hub.db.write(leave_no_room)
    made, refused, key = await refer_until_refused(dock)
    repeated = await dock.post("/v1/referrals", json=referral(), headers=key)

    listed = (await dock.get("/v1/referrals")).json()["items"]
    assert is_told_to_come_back(refused)
    assert repeated.status_code == 201
    assert {each["id"] for each in listed} == {*made, repeated.json()["id"]}
