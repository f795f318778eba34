"""A write is carried out once for each Idempotency-Key, whatever happens between two equal requests."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import update

from app.api.state import AppState
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.models.access.idempotency import stored_answer
from app.operations.access.clients import save_client
from app.operations.services import ANSWER_TERM
from app.sandbox.runtime import SettableClock
from tests.api.conftest import NOW, SignIn
from tests.support.api_calls import referral
from tests.support.served import api_of
from tests.support.statements import sent_statements

Api = httpx.AsyncClient
WANTED = {"url": "https://hooks.example.nl/trajecthub"}


async def made(api: Api) -> httpx.Response:
    return await api.post("/v1/subscriptions", json=WANTED)


async def test_equal_requests_at_once_are_carried_out_once(dock: Api) -> None:
    key = {"Idempotency-Key": "at-once"}

    answers = await asyncio.gather(*(dock.post("/v1/subscriptions", json=WANTED, headers=key) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == ["", "true", "true", "true"]
    assert len((await dock.get("/v1/subscriptions")).json()["items"]) == 1


async def test_request_that_its_own_effect_would_refuse_is_answered_as_the_first_time(dock: Api) -> None:
    first = await made(dock)
    address, headers = first.headers["location"], {"If-Match": first.headers["etag"], "Idempotency-Key": "pause"}

    once, again = [await dock.post(f"{address}/pause", headers=headers) for _ in range(2)]
    crossed = await dock.post(f"{address}/resumption", headers=headers)

    assert (once.status_code, again.status_code, again.content) == (200, 200, once.content)
    assert "idempotency-replayed" not in once.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (crossed.status_code, crossed.json()["code"]) == (409, "idempotency-conflict")


async def test_request_whose_record_is_gone_is_answered_as_the_first_time(dock: Api) -> None:
    address = (await made(dock)).headers["location"]
    headers = {"If-Match": "*", "Idempotency-Key": "end"}

    once, again = [await dock.delete(address, headers=headers) for _ in range(2)]

    assert (once.status_code, again.status_code, again.content) == (204, 204, b"")
    assert again.headers["idempotency-replayed"] == "true"


async def test_request_that_would_ask_the_network_is_answered_without_it(dock: Api, hub: AppState) -> None:
    headers = {"Authorization": dock.headers["authorization"], "Idempotency-Key": "network"}
    moved = replace(hub, outbound=OutboundClient(AddressPolicy()))
    first = await dock.post("/v1/subscriptions", json={"url": "http://127.0.0.1/"}, headers=headers)
    changed: dict[str, Any] = {
        "json": {"content": "thin"},
        "headers": headers | {"If-Match": "*", "Idempotency-Key": "change"},
    }
    patched = await dock.patch(first.headers["location"], **changed)

    with api_of(moved) as served:
        async with Api(transport=httpx.ASGITransport(served), base_url=hub.public_url) as other:
            again = await other.post("/v1/subscriptions", json={"url": "http://127.0.0.1/"}, headers=headers)
            patched_again = await other.patch(first.headers["location"], **changed)
            refused = await other.post(
                "/v1/subscriptions", json={"url": "http://127.0.0.1/"}, headers=headers | {"Idempotency-Key": "new"}
            )
    await moved.outbound.close()

    assert (first.status_code, patched.status_code, refused.status_code) == (201, 200, 400)
    assert (again.json()["id"], patched_again.content) == (first.json()["id"], patched.content)


async def test_repeated_response_has_no_secret_and_says_where_a_new_one_is_made(dock: Api) -> None:
    key = {"Idempotency-Key": "secret"}
    first, again = [await dock.post("/v1/subscriptions", json=WANTED, headers=key) for _ in range(2)]
    rotated, rotated_again = [
        await dock.post(again.json()["newSecretFrom"], json={}, headers={"If-Match": "*", "Idempotency-Key": "new"})
        for _ in range(2)
    ]

    shown = {name: value for name, value in first.json().items() if name != "secret"}
    assert again.json() == shown | {"newSecretFrom": f"/v1/subscriptions/{shown['id']}/secret-rotation"}
    assert first.json()["secret"].startswith("whsec_")
    assert (rotated.status_code, "newSecretFrom" in rotated.json()) == (200, False)
    assert rotated.json()["secret"] not in (first.json()["secret"], None)
    assert (rotated_again.status_code, rotated_again.json().get("secret")) == (200, None)


async def test_clients_of_one_organisation_may_use_the_same_key(dock: Api, hub: AppState, sign_in: SignIn) -> None:
    scopes = ["subscriptions:manage"]
    save = partial(save_client, organisation_code="dock", scopes=scopes, secret="s" * 43)
    await hub.db.write(save, hub.services, "dock-2")
    other_client = await sign_in("dock-2")
    headers = {"Idempotency-Key": "1"}

    answers = [await api.post("/v1/subscriptions", json=WANTED, headers=headers) for api in (dock, other_client)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_key_is_new_again_after_its_term_also_before_the_purge(dock: Api, clock: SettableClock) -> None:
    headers = {"Idempotency-Key": "term"}
    first = await dock.post("/v1/subscriptions", json=WANTED, headers=headers)

    clock.set(NOW + ANSWER_TERM)
    within = await dock.post("/v1/subscriptions", json=WANTED, headers=headers)
    clock.set(NOW + ANSWER_TERM + timedelta(seconds=1))
    after, repeated = [await dock.post("/v1/subscriptions", json=WANTED, headers=headers) for _ in range(2)]

    assert [each.json()["id"] == first.json()["id"] for each in (within, after, repeated)] == [True, False, False]
    assert repeated.json()["id"] == after.json()["id"]


async def test_answer_about_a_case_is_gone_with_the_key_of_its_client(dock: Api, hub: AppState) -> None:
    headers = {"Idempotency-Key": "erased"}
    body = referral()
    first = await dock.post("/v1/referrals", json=body, headers=headers)

    # As erasing does: nothing that the key sealed can be read again.
    await hub.db.write(lambda tx: tx.execute(update(stored_answer).values(about_client=uuid4())))
    again = await dock.post("/v1/referrals", json=body, headers=headers)

    assert (first.status_code, again.status_code, again.json()["code"]) == (201, 409, "idempotency-conflict")
    assert "erased" in again.json()["detail"]


async def test_organisations_may_use_the_same_key(dock: Api, pit010: Api) -> None:
    headers = {"Idempotency-Key": "1"}

    answers = [await api.post("/v1/subscriptions", json=WANTED, headers=headers) for api in (dock, pit010)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_new_request_costs_one_statement_and_a_repeated_one_a_lookup(dock: Api) -> None:
    address, headers = (await made(dock)).headers["location"], {"If-Match": "*", "Idempotency-Key": "1"}

    with sent_statements() as sent:
        first = await dock.post(f"{address}/pause", headers=headers)
    with sent_statements() as sent_again:
        again = await dock.post(f"{address}/pause", headers=headers)

    assert again.content == first.content
    assert [kind(each) for each in sent if "stored_answer" in each] == ["INSERT"]
    assert [kind(each) for each in sent_again if "stored_answer" in each] == ["SELECT"]


def kind(statement: str) -> str:
    return statement.split()[0]
