"""What a caller gets when the hub cannot know whether a change was committed."""

from collections.abc import AsyncIterator

import pytest

from app.database import Database
from tests.api.conftest import SignIn
from tests.support.api_calls import referral
from tests.support.postgres_proxy import PostgresProxy


@pytest.fixture
async def database(proxy: PostgresProxy) -> AsyncIterator[Database]:
    """Return the hub's database, reached through the proxy."""
    database = Database.open(proxy.url)
    yield database
    await database.close()


async def test_a_referral_whose_commit_was_not_confirmed_is_made_once_and_answered(
    proxy: PostgresProxy, sign_in: SignIn
) -> None:
    dock = await sign_in("dock")
    key = {"Idempotency-Key": "once-only"}

    proxy.lost_commits = 1
    first = await dock.post("/v1/referrals", json=referral(), headers=key)
    repeated = await dock.post("/v1/referrals", json=referral(), headers=key)

    listed = (await dock.get("/v1/referrals")).json()["items"]
    assert proxy.lost_commits == 0
    assert (first.status_code, repeated.status_code) == (201, 201)
    assert [each["id"] for each in listed] == [first.json()["id"]] == [repeated.json()["id"]]


async def test_a_change_of_a_referral_whose_commit_was_not_confirmed_is_made_once_and_answered(
    proxy: PostgresProxy, sign_in: SignIn
) -> None:
    dock = await sign_in("dock")
    address = f"/v1/referrals/{(await dock.post('/v1/referrals', json=referral())).json()['id']}"
    change = {"Idempotency-Key": "once-only", "If-Match": "*"}

    proxy.lost_commits = 1
    first = await dock.patch(address, json={"reason": "Huurachterstand."}, headers=change)
    repeated = await dock.patch(address, json={"reason": "Huurachterstand."}, headers=change)

    history = (await dock.get(f"{address}/history")).json()["items"]
    assert proxy.lost_commits == 0
    assert (first.status_code, repeated.status_code) == (200, 200)
    assert [each["action"] for each in history] == ["register", "amend"]


async def test_who_gets_no_answer_because_the_database_is_gone_is_told_to_repeat_with_the_same_key(
    proxy: PostgresProxy, sign_in: SignIn
) -> None:
    dock = await sign_in("dock")

    proxy.close()
    proxy.refuses = True
    response = await dock.post("/v1/referrals", json=referral())

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "same Idempotency-Key" in response.json()["detail"]
